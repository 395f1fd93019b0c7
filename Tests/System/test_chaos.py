"""Whatever fails: every instance that any sender saw acknowledged is imported, byte for byte, and the table says the truth.

Short in `make test`; `make chaos` kills the receiver fifty times and wants 2,000 acknowledged instances.
"""

import hashlib
import os

import pytest
from chaos import LEASE_SECONDS, Chaos, lead_functions_through
from conftest import STORE_SCP
from deploy import deploy
from local_aws import LocalAWS
from part10 import data_set_bytes
from persistent_sender import PersistentSenders, Sent
from pipeline import Pipeline
from receiver import Receiver
from redriving import redrive
from schedule import invoke_schedule
from waiting import wait_for
from weather import Weather

pytestmark = pytest.mark.pipeline
KILLS = int(os.environ.get("CHAOS_KILLS", "3"))
ACKNOWLEDGED = 40 * KILLS
SENDERS = 6
SETTLE_SECONDS = 600


@pytest.fixture
def stormy(tmp_path):
    """A pipeline and its S3, both of this test alone."""
    with LocalAWS(tmp_path / "aws", "--job-seconds", "0.5") as aws:
        stormy = Pipeline(aws, deploy(aws.endpoint, {"PollSeconds": "1", "InstanceRetentionDays": "30"}))
        with Weather(aws.endpoint, tmp_path) as weather:
            lead_functions_through(weather, stormy)
            # An event whose function was killed comes again after that, and not after twelve minutes.
            aws.client("sqs").set_queue_attributes(
                QueueUrl=stormy.outputs["ImportQueueUrl"], Attributes={"VisibilityTimeout": "10"}
            )
            yield stormy, weather


def test_nothing_that_was_acknowledged_is_lost(stormy, tmp_path, capsys):
    pipeline, weather = stormy
    settings = {
        "TASK_LEASE_SECONDS": str(LEASE_SECONDS),
        "ALLOW_SHORT_LEASE": "true",
        "AWS_ENDPOINT_URL_S3": weather.endpoint,
        "DRAIN_TIMEOUT": "5",
    }
    log = pipeline.aws.state_dir / "logs" / "receiver.log"
    (tmp_path / "sent").mkdir()
    with Receiver(STORE_SCP, pipeline.aws.endpoint, pipeline.bucket, log, **settings) as receiver:
        with Chaos(pipeline, weather, receiver) as chaos:
            with PersistentSenders(receiver.port, tmp_path / "sent", SENDERS) as senders:
                chaos.run(KILLS)
                wait_for("instances to be acknowledged", lambda: len(senders.acknowledged) >= ACKNOWLEDGED, 300)
        receiver.kill()
        settle(pipeline)
        receiver.start()
    redriven = redrive(pipeline, "--start")
    settle(pipeline)

    lost = not_imported(pipeline, senders.acknowledged)
    with capsys.disabled():
        print(
            f"\nchaos: {senders.sent} sent, {len(senders.acknowledged)} acknowledged, {len(pipeline.aws.instances())} imported,"
            f" {len(lost)} lost; {chaos.kills} kills, {chaos.freezes} freezes and {chaos.outages} outages of S3 for the receiver,"
            f" {chaos.killed_functions} functions killed, {len(pipeline.manifests())} deliveries,"
            f" {len(pipeline.items())} jobs; {' and '.join(redriven.splitlines()[-2:])}"
        )
    assert senders.errors == []
    assert chaos.errors == []
    assert lost == []
    assert {sent.sop_instance_uid for sent in senders.acknowledged} <= listed_instances(pipeline)
    assert len(senders.acknowledged) >= ACKNOWLEDGED and chaos.kills >= KILLS
    assert chaos.freezes > 0 and chaos.outages > 0 and chaos.killed_functions > 0
    reasons = {pipeline.manifest(delivery)["closeReason"] for delivery in pipeline.closed_deliveries()}
    assert {"quiet", "recovered"} <= reasons
    assert pipeline.dead_letters() == 0
    assert_the_table_says_the_truth(pipeline)


def settle(pipeline: Pipeline) -> None:
    """Until nothing is open, on its way or running."""

    def settled() -> bool:
        open_markers = pipeline.keys("open/")
        if open_markers:
            invoke_schedule(pipeline)
        return not open_markers and not pipeline.waiting_messages() and not pipeline.running()

    wait_for("everything to settle", settled, SETTLE_SECONDS)


def not_imported(pipeline: Pipeline, acknowledged: list[Sent]) -> list[Sent]:
    """Those that HealthImaging does not have as they were sent."""
    imported = {item["sha256"]: item["sopInstanceUID"] for item in pipeline.aws.instances()}
    have = {(uid, data_set_digest(pipeline, digest)) for digest, uid in imported.items()}
    return [sent for sent in acknowledged if (sent.sop_instance_uid, sent.data_set_sha256) not in have]


def listed_instances(pipeline: Pipeline) -> set[str]:
    """What the manifests promise: HealthImaging takes whatever lies beside it, too, which proves nothing."""
    manifests = map(pipeline.manifest, pipeline.closed_deliveries())
    return {instance["sopInstanceUID"] for manifest in manifests for instance in manifest["instances"]}


def data_set_digest(pipeline: Pipeline, digest: str) -> str:
    path = pipeline.aws.state_dir / "object.dcm"
    path.write_bytes(pipeline.aws.imported_object(digest))
    return hashlib.sha256(data_set_bytes(path)).hexdigest()


def assert_the_table_says_the_truth(pipeline: Pipeline) -> None:
    imported: dict[str, set[str]] = {}
    for instance in pipeline.aws.instances():
        imported.setdefault(instance["jobId"], set()).add(instance["inputFile"])
    items = pipeline.items()
    whole = set()
    for item in items:
        keys = {instance["key"] for instance in pipeline.manifest(item["deliveryId"])["instances"]}
        is_whole = keys <= imported.get(item["jobId"], set())
        assert item["outcome"] != "PENDING", item
        assert item["outcome"] != "IMPORTED" or is_whole, item
        assert item["outcome"] != "PARTIAL" or not is_whole, item
        # What was not imported whole was taken over by another job.
        assert item["outcome"] == "IMPORTED" or "startedAgain" in item or "redrivenAs" in item, item
        whole |= {item["deliveryId"]} if item["outcome"] == "IMPORTED" else set()
    closed = pipeline.closed_deliveries()
    assert set(closed) == whole
    s3 = pipeline.aws.client("s3")
    tags = [
        s3.get_object_tagging(Bucket=pipeline.bucket, Key=instance["key"])["TagSet"]
        for delivery in closed[:20]
        for instance in pipeline.manifest(delivery)["instances"]
    ]
    # One that could not be tagged stays, which is no harm.
    assert tags.count([{"Key": "imported", "Value": "true"}]) > len(tags) / 2
    assert all(tag in ([{"Key": "imported", "Value": "true"}], []) for tag in tags)
