# SPDX-License-Identifier: Apache-2.0

"""Whatever fails, every instance whose acknowledgement a sender received is imported as that sender sent it, the table
is correct, no instance is reported as committed that HealthImaging's data store does not hold, and subscribers are told
of each import and of each study.

The test is short in `make test`. `make chaos` kills the receivers fifty times, sends more than a hundred studies at
once and continues until 2,000 instances are acknowledged. `CHAOS_SEED` determines the faults; the test prints it.
"""

import base64
import contextlib
import hashlib
import os
import time
import zlib
from dataclasses import dataclass

import pytest
from chaos import LEASE_SECONDS, Chaos, lead_functions_through
from committing_titles import CommittingTitles
from conftest import STORE_SCP
from deploy import deploy
from hurried_starts import hurried_starts, hurry_intake
from instance_index import index_errors
from local_aws import LocalAWS
from part10 import data_set_of
from persistent_sender import TITLES, PersistentSenders, Sent
from pipeline import Pipeline, instances_of
from receiver import Receiver
from redriving import redrive
from schedule import invoke_schedule
from seeds import seed_of
from subscriber import Subscriber
from told_events import ToldEvents, wait_for_settling
from waiting import wait_for
from weather import Weather

pytestmark = pytest.mark.pipeline
SEED = seed_of("CHAOS_SEED")
KILLS = int(os.environ.get("CHAOS_KILLS", "2"))
STUDIES = int(os.environ.get("CHAOS_STUDIES", "3"))
LONG = STUDIES > 3
ACKNOWLEDGED = (40 if LONG else 25) * KILLS
SENDERS, RECEIVERS = 6, 2
# A short storm has few events: with a smaller share, perhaps none of them would be lost.
LOST_EVENTS = 0.2 if LONG else 0.35
AUDIT_SECONDS = 5
PARAMETERS = {"PollSeconds": "1", "InstanceRetentionDays": "30", "StudyQuietMinutes": "1"}
SETTLE_SECONDS = 600 + 10 * KILLS
REPORT_SECONDS = 120 + 2 * KILLS


@pytest.fixture
def stormy(tmp_path):
    """A pipeline and its failing S3, used by this test only."""
    with LocalAWS(tmp_path / "aws", "--job-seconds", "0.5") as aws:
        stormy = Pipeline(aws, deploy(aws.endpoint, PARAMETERS))
        with Weather(aws.endpoint, tmp_path, SEED) as weather:
            lead_functions_through(weather, stormy, AUDIT_AFTER_SECONDS=str(AUDIT_SECONDS))
            hurry_intake(stormy)
            with hurried_starts(stormy):
                yield stormy, weather


@pytest.fixture
def titles(stormy):
    """The senders' titles as users of storage commitment."""
    pipeline, _ = stormy
    with CommittingTitles(pipeline, TITLES, SEED).listening() as titles:
        yield titles


@pytest.fixture
def receivers(stormy, titles):
    """Receivers of the same stack, as behind one load balancer."""
    pipeline, weather = stormy
    settings = {
        **pipeline.commitment_settings(titles.ports()),
        "TASK_LEASE_SECONDS": str(LEASE_SECONDS),
        "ALLOW_SHORT_LEASE": "true",
        "AWS_ENDPOINT_URL_S3": weather.endpoint,
        "DRAIN_TIMEOUT": "5",
    }
    logs = [pipeline.aws.state_dir / "logs" / f"receiver-{number}.log" for number in range(RECEIVERS)]
    with contextlib.ExitStack() as running:
        yield [
            running.enter_context(Receiver(STORE_SCP, pipeline.aws.endpoint, pipeline.bucket, log, **settings)) for log in logs
        ]


def test_nothing_that_was_acknowledged_is_lost_or_replaced(stormy, titles, receivers, tmp_path):
    pipeline, weather = stormy
    subscriber = Subscriber(pipeline.aws, "chaos")
    (tmp_path / "sent").mkdir()
    began = time.monotonic()
    print(f"\nCHAOS_SEED={SEED}", flush=True)
    with Chaos(pipeline, weather, receivers, SEED, LOST_EVENTS) as chaos:
        ports = [receiver.port for receiver in receivers]
        with PersistentSenders(ports, tmp_path / "sent", SENDERS, STUDIES, SEED, titles.ask) as senders:
            titles.contents = senders.contents
            chaos.run(KILLS)
            wait_for("instances to be acknowledged", lambda: len(senders.acknowledged) >= ACKNOWLEDGED, 300)
    stormed = time.monotonic()
    receivers[0].kill()
    receivers[1].stop()
    settle(pipeline)
    redriven = redrive(pipeline, "--start")
    settle(pipeline)
    receivers[0].start()
    titles.hurry(receivers[0].port, REPORT_SECONDS)
    receivers[0].stop()
    wait_for_settling(pipeline, SETTLE_SECONDS)

    imported = imported_contents(pipeline)
    promised = promised_instances(pipeline)
    kept = {promise.sent(content) for promise in promised for content in imported.get(promise.key, [])}
    lost = [sent for sent in senders.acknowledged if sent not in kept]
    replaced = [it.key for it in promised if any(not it.is_content(content) for content in imported.get(it.key, []))]
    print(
        f"chaos: {senders.sent} sent, {senders.repeats} of them repeats, {len(senders.acknowledged)} acknowledged,"
        f" {len(pipeline.aws.instances())} imported, {len(lost)} lost, {len(replaced)} replaced; {SENDERS * STUDIES} studies"
        f" at once; {chaos.kills} kills, {chaos.freezes} freezes and {chaos.outages} outages of S3 for {RECEIVERS} receivers,"
        f" {chaos.killed_functions} functions killed, {pipeline.aws.lost_events()} events lost, {chaos.sweeps} sweeps,"
        f" {len(pipeline.manifests())} manifests, {len(pipeline.items())} jobs; {' and '.join(redriven.splitlines()[-2:])};"
        f" {titles.told()}; {len(ToldEvents(pipeline).events)} events;"
        f" {stormed - began:.0f} s of storm, {time.monotonic() - stormed:.0f} s to settle"
    )
    assert senders.errors == []
    assert chaos.errors == []
    assert lost == []
    assert replaced == []
    assert pipeline.keys("open/") == pipeline.keys("audits/") == []
    assert len(senders.acknowledged) >= ACKNOWLEDGED and chaos.kills >= KILLS and senders.repeats > 0
    assert chaos.freezes > 0 and chaos.outages > 0 and chaos.killed_functions > 0 and pipeline.aws.lost_events() > 0
    reasons = {pipeline.manifest(name)["closeReason"] for name in pipeline.closed_deliveries()}
    # In a short storm, perhaps no receiver lives long enough to close a delivery.
    assert ({"quiet", "recovered"} if LONG else {"recovered"}) <= reasons
    assert pipeline.dead_letters() == 0
    assert_the_table_says_the_truth(pipeline)
    assert_the_index_says_the_truth(pipeline, promised)
    assert titles.errors == []
    assert titles.taken and titles.committed and titles.taken - titles.reported == set()
    assert titles.open_transactions() == []
    assert_subscribers_are_told_the_truth(pipeline, subscriber)


def settle(pipeline: Pipeline) -> None:
    """Sweeps until there are no open markers, audits, messages or running executions."""

    def settled() -> bool:
        unsettled = pipeline.keys("open/") + pipeline.keys("audits/")
        if unsettled:
            invoke_schedule(pipeline)
        return not unsettled and not pipeline.waiting_messages() and not pipeline.running()

    wait_for("everything to settle", settled, SETTLE_SECONDS)


@dataclass(frozen=True)
class Promise:
    """An instance that a manifest lists. HealthImaging also imports other objects below the prefix, but these prove
    nothing."""

    key: str
    calling_ae_title: str
    sop_instance_uid: str
    size: int
    checksum: str | None

    def sent(self, content: bytes) -> Sent:
        return Sent(self.calling_ae_title, self.sop_instance_uid, hashlib.sha256(data_set_of(content)).hexdigest())

    def is_content(self, content: bytes) -> bool:
        """Whether this is the promised content. A manifest that a sweep wrote has no checksums."""
        checksum = base64.b64encode(zlib.crc32(content).to_bytes(4, "big")).decode()
        return len(content) == self.size and self.checksum in (None, checksum)


def promised_instances(pipeline: Pipeline) -> list[Promise]:
    return [
        Promise(it["key"], manifest["callingAETitle"], it["sopInstanceUID"], it["size"], it.get("checksumCRC32"))
        for manifest in map(pipeline.manifest, pipeline.closed_deliveries())
        for it in instances_of(manifest)
    ]


def imported_contents(pipeline: Pipeline) -> dict[str, set[bytes]]:
    """The contents that HealthImaging imported, by the key of the object; equal contents of several jobs are listed
    once."""
    contents: dict[str, set[bytes]] = {}
    for instance in pipeline.aws.instances():
        contents.setdefault(instance["inputFile"], set()).add(pipeline.aws.imported_object(instance["sha256"]))
    return contents


def assert_the_table_says_the_truth(pipeline: Pipeline) -> None:
    imported: dict[str, set[str]] = {}
    for instance in pipeline.aws.instances():
        imported.setdefault(instance["jobId"], set()).add(instance["inputFile"])
    # The promises of each manifest of a delivery; almost every delivery has only one.
    promised: dict[str, list[set[str]]] = {}
    for name in pipeline.closed_deliveries():
        keys = {instance["key"] for instance in pipeline.instances(name)}
        promised.setdefault(name.partition(".")[0], []).append(keys)
    by_delivery: dict[str, set[str]] = {}
    for item in pipeline.items():
        # The whole delivery, or the one study of it that was redriven.
        folder = item["inputS3Uri"].removeprefix(f"s3://{pipeline.bucket}/")
        taken = [{key for key in keys if key.startswith(folder)} for keys in promised[item["deliveryId"]]]
        are_whole = [keys <= imported.get(item["jobId"], set()) for keys in taken]
        assert item["outcome"] != "PENDING", item
        assert item["outcome"] != "IMPORTED" or any(are_whole), item
        assert item["outcome"] != "PARTIAL" or not all(are_whole), item
        # An import that was not complete was taken over by another job.
        assert item["outcome"] == "IMPORTED" or "startedAgain" in item or "redrivenAs" in item, item
        by_delivery.setdefault(item["deliveryId"], set()).update(imported.get(item["jobId"], set()))
    assert all(keys <= by_delivery[delivery] for delivery in promised for keys in promised[delivery])
    s3 = pipeline.aws.client("s3")
    tags = [
        s3.get_object_tagging(Bucket=pipeline.bucket, Key=instance["key"])["TagSet"]
        for delivery in list(promised)[:20]
        for instance in pipeline.instances(delivery)
    ]
    # An object that could not be tagged stays, which does no harm.
    assert tags.count([{"Key": "imported", "Value": "true"}]) > len(tags) / 2
    assert all(tag in ([{"Key": "imported", "Value": "true"}], []) for tag in tags)


def assert_the_index_says_the_truth(pipeline: Pipeline, promised: list[Promise]) -> None:
    """Checks the index for every instance in the data store, and for every promised one."""
    assert index_errors(pipeline) == []
    outcomes = {uid: row["outcome"] for uid, row in pipeline.instance_rows().items()}
    assert {outcomes.get(it.sop_instance_uid) for it in promised} == {"IMPORTED"}


def assert_subscribers_are_told_the_truth(pipeline: Pipeline, subscriber: Subscriber) -> None:
    """Each import and each study is told of, and a study settles only after the last word on its deliveries."""
    told = ToldEvents(pipeline)
    assert told.untold() == []
    assert told.wrong() == []
    assert told.settled_too_early() == []
    imports: dict[tuple[str, str], set[str]] = {}
    for name in pipeline.closed_deliveries():
        for study in pipeline.manifest(name)["studies"]:
            key = (pipeline.outputs["DatastoreId"], study["studyInstanceUID"])
            imports.setdefault(key, set()).add(name.replace(".", "-"))
    settled = {
        study: {it for event in events for it in event["importedDeliveries"] + event["incompleteDeliveries"]}
        for study, events in told.settlings().items()
    }
    assert settled == imports
    received: set[str] = set()

    def all_received() -> bool:
        received.update(event["detail"]["id"] for event in subscriber.receive())
        return received >= told.ids

    wait_for("each event to be received", all_received, 60)
