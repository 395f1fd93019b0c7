"""The pipeline's stack from its creation to its end, by `aws cloudformation` and the files that are deployed anywhere."""

import pytest
from conftest import STORE_SCP
from deploy import STACK, deploy
from local_aws import LocalAWS
from persistent_sender import INSTANCES, write_study
from pipeline import Pipeline
from receiver import Receiver
from senders import send_with_dcmtk
from test_pipeline import Watch

pytestmark = pytest.mark.pipeline


def test_a_stack_is_created_updated_and_deleted_and_keeps_what_must_not_go(tmp_path):
    with LocalAWS(tmp_path / "aws") as aws:
        created = Pipeline(aws, deploy(aws.endpoint, {"PollSeconds": "1"}))
        import_study(created, tmp_path / "before", "1")
        assert tags(created) == [set()]

        updated = Pipeline(aws, deploy(aws.endpoint, {"PollSeconds": "2", "InstanceRetentionDays": "30"}))
        assert updated.outputs["TableName"] == created.outputs["TableName"]
        # HealthImaging warns of the first instance: its original stays for good.
        aws.arm("Warn")
        import_study(updated, tmp_path / "after", "2")
        assert sorted(tags(updated), key=len) == [set(), set(range(1, INSTANCES))]

        aws.client("cloudformation").delete_stack(StackName=STACK)
        assert aws.client("lambda").list_functions()["Functions"] == []
        assert aws.client("stepfunctions").list_state_machines()["stateMachines"] == []
        # Images, and what is known of their imports, stay.
        buckets = {bucket["Name"] for bucket in aws.client("s3").list_buckets()["Buckets"]}
        assert {updated.bucket, updated.outputs["OutputBucketName"]} <= buckets
        assert len(updated.items()) == 2


def import_study(pipeline: Pipeline, folder, poll_seconds: str) -> None:
    name = pipeline.outputs["CheckStatusFunctionName"]
    configuration = pipeline.aws.client("lambda").get_function_configuration(FunctionName=name)
    assert configuration["Environment"]["Variables"]["POLL_SECONDS"] == poll_seconds
    watch, files = Watch(pipeline), write_study(folder)
    log = pipeline.aws.state_dir / "logs" / f"{folder.name}.log"
    with Receiver(STORE_SCP, pipeline.aws.endpoint, pipeline.bucket, log) as scp:
        assert {answer.status for answer in send_with_dcmtk(files, "127.0.0.1", scp.port)} == {0}
        [item] = watch.ended(len(files))
    assert (item["outcome"], item["importedCount"]) == ("IMPORTED", str(len(files)))


def tags(pipeline: Pipeline) -> list[set[int]]:
    """Which instances of each delivery are tagged as imported, by their places in the order of the keys."""
    s3 = pipeline.aws.client("s3")
    tagged = []
    for delivery in pipeline.closed_deliveries():
        keys = sorted(instance["key"] for instance in pipeline.manifest(delivery)["instances"])
        sets = [s3.get_object_tagging(Bucket=pipeline.bucket, Key=key)["TagSet"] for key in keys]
        assert all(it in ([], [{"Key": "imported", "Value": "true"}]) for it in sets)
        tagged.append({place for place, it in enumerate(sets) if it})
    return tagged
