# SPDX-License-Identifier: Apache-2.0

"""Creates, updates and deletes the whole stack in an empty account, with `aws cloudformation` and the files that are
deployed everywhere: VPC, receiver and pipeline. The local AWS does not run the receiver's tasks, so the tests run a
receiver."""

import pytest
from conftest import PROJECT, STORE_SCP
from deploy import STACK, deploy
from local_aws import LocalAWS
from persistent_sender import INSTANCES, write_study
from pipeline import Pipeline
from receiver import Receiver
from senders import send_with_dcmtk
from test_pipeline import Watch

pytestmark = pytest.mark.pipeline
ROOT = PROJECT / "template" / "dicom-store-scp.yaml"
# The parameters without a default.
NEEDED = {"PeerCIDR1": "10.1.0.0/16", "ImageURI": "123456789012.dkr.ecr.us-east-1.amazonaws.com/dicom-store-scp:1"}


def test_a_stack_is_created_updated_and_deleted_and_retained_resources_stay(tmp_path):
    with LocalAWS(tmp_path / "aws") as aws:
        before = network(aws)
        # The same zips run on both Lambda runtimes.
        runtime = {"LambdaRuntime": "provided.al2"}
        events = {"EventBusName": "imaging", "EventQueueTypes": "Delivery Failed", "EventTopicTypes": "Study Settled"}
        created = Pipeline(aws, deploy(aws.endpoint, {**NEEDED, **runtime, **events, "PollSeconds": "1"}, ROOT))
        assert subscribers(aws) == {"QueueRule", "TopicRule"}
        assert created.outputs["EventQueueUrl"].startswith("http")
        assert runtimes(created) == {"provided.al2"}
        import_study(created, tmp_path / "before", "1")
        assert tags(created) == [set()]
        assert placed(aws, created.outputs) == {
            "load balancer": ("network", "internal", created.outputs["PublicSubnetIDs"]),
            **{name: ("Interface", created.outputs["EndpointSubnetIDs"]) for name in ("ecr.api", "ecr.dkr", "logs")},
            **{name: ("Gateway", created.outputs["PrivateRouteTableIDs"]) for name in ("s3", "dynamodb")},
        }

        webhook = {"WebhookTypes": "Study Settled", "WebhookURL": "https://example.org/", "WebhookKey": "key"}
        changes = {"PollSeconds": "2", "InstanceRetentionDays": "30", "LambdaRuntime": "provided.al2023"}
        changes |= {"EventTopicTypes": "", **webhook}
        updated = Pipeline(aws, deploy(aws.endpoint, {**NEEDED, **changes}, ROOT))
        assert runtimes(updated) == {"provided.al2023"}
        assert updated.outputs["TableName"] == created.outputs["TableName"]
        assert subscribers(aws) == {"QueueRule", "WebhookRule"}
        # HealthImaging warns about the first instance, so its original stays.
        aws.arm("Warn")
        import_study(updated, tmp_path / "after", "2")
        assert sorted(tags(updated), key=len) == [set(), set(range(1, INSTANCES))]

        aws.client("cloudformation").delete_stack(StackName=STACK)
        assert network(aws) == before
        assert [bus["Name"] for bus in aws.client("events").list_event_buses()["EventBuses"]] == ["default"]
        assert aws.client("lambda").list_functions()["Functions"] == []
        assert aws.client("stepfunctions").list_state_machines()["stateMachines"] == []
        # The images and the records of their imports stay.
        buckets = {bucket["Name"] for bucket in aws.client("s3").list_buckets()["Buckets"]}
        assert {updated.bucket, updated.outputs["OutputBucketName"]} <= buckets
        assert len(updated.items()) == 2
        # Transactions of storage commitment end with the receivers.
        tables = set(aws.client("dynamodb").list_tables()["TableNames"])
        assert tables == {updated.outputs[f"{name}TableName"] for name in ("", "Instance", "Study")}


def subscribers(aws: LocalAWS) -> set[str]:
    """The names in the template of the rules of the stack's bus."""
    rules = aws.client("events").list_rules(EventBusName="imaging")["Rules"]
    return {name for rule in rules for name in ("QueueRule", "TopicRule", "WebhookRule") if name in rule["Name"]}


def runtimes(pipeline: Pipeline) -> set[str]:
    functions = pipeline.aws.client("lambda").list_functions()["Functions"]
    assert len(functions) == 3
    return {it["Runtime"] for it in functions}


def network(aws: LocalAWS) -> list[str]:
    ec2 = aws.client("ec2")
    return [
        *(it["VpcId"] for it in ec2.describe_vpcs()["Vpcs"]),
        *(it["GroupId"] for it in ec2.describe_security_groups()["SecurityGroups"]),
        *(it["VpcEndpointId"] for it in ec2.describe_vpc_endpoints()["VpcEndpoints"]),
        *(it["LoadBalancerArn"] for it in aws.client("elbv2").describe_load_balancers()["LoadBalancers"]),
    ]


def placed(aws: LocalAWS, outputs: dict[str, str]) -> dict[str, tuple]:
    """The resources in the VPC, and their places."""
    [balancer] = aws.client("elbv2").describe_load_balancers()["LoadBalancers"]
    assert balancer["VpcId"] == outputs["VpcID"]
    subnets = ",".join(it["SubnetId"] for it in balancer["AvailabilityZones"])
    found = {"load balancer": (balancer["Type"], balancer["Scheme"], subnets)}
    for endpoint in aws.client("ec2").describe_vpc_endpoints()["VpcEndpoints"]:
        assert endpoint["VpcId"] == outputs["VpcID"]
        where = endpoint["SubnetIds" if endpoint["VpcEndpointType"] == "Interface" else "RouteTableIds"]
        service = endpoint["ServiceName"].removeprefix("com.amazonaws.us-east-1.")
        found[service] = (endpoint["VpcEndpointType"], ",".join(where))
    return found


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
    """For each delivery, the instances that are tagged as imported, by their position in the order of the keys."""
    s3 = pipeline.aws.client("s3")
    tagged = []
    for delivery in pipeline.closed_deliveries():
        keys = sorted(instance["key"] for instance in pipeline.instances(delivery))
        sets = [s3.get_object_tagging(Bucket=pipeline.bucket, Key=key)["TagSet"] for key in keys]
        assert all(it in ([], [{"Key": "imported", "Value": "true"}]) for it in sets)
        tagged.append({place for place, it in enumerate(sets) if it})
    return tagged
