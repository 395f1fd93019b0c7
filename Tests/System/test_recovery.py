# SPDX-License-Identifier: Apache-2.0

"""If a receiver dies with open deliveries, the instances that it acknowledged are imported nevertheless."""

import json
import signal
import threading

import pydicom
import pytest
from conftest import STORE_SCP
from delivery_documents import marker, marker_key
from persistent_sender import write_study
from pipeline import Pipeline, instances_of
from receiver import Receiver
from schedule import invoke_schedule
from senders import send_with_dcmtk
from waiting import wait_for

pytestmark = pytest.mark.pipeline
LEASE_SECONDS = 1


@pytest.fixture
def open_receiver(pipeline, tmp_path):
    """A receiver whose deliveries stay open."""
    settings = {
        "DELIVERY_QUIET_SECONDS": "3600",
        "TASK_LEASE_SECONDS": str(LEASE_SECONDS),
        "ALLOW_SHORT_LEASE": "true",
    }
    log = pipeline.aws.state_dir / "logs" / f"{tmp_path.name}.log"
    with Receiver(STORE_SCP, pipeline.aws.endpoint, pipeline.bucket, log, **settings) as scp:
        yield scp


def sweep(pipeline: Pipeline) -> dict:
    answer = invoke_schedule(pipeline)
    assert "FunctionError" not in answer
    return json.load(answer["Payload"])["deliveries"]


def send_study(receiver: Receiver, folder) -> list[str]:
    """Sends a study, of which all instances must be acknowledged. Returns their UIDs."""
    answers = send_with_dcmtk(write_study(folder), "127.0.0.1", receiver.port)
    assert {answer.status for answer in answers} == {0}
    return [answer.sop_instance_uid for answer in answers]


def outcomes(pipeline: Pipeline, delivery_id: str) -> list[str]:
    return [item["outcome"] for item in pipeline.items() if item["deliveryId"] == delivery_id]


def test_instances_that_a_killed_receiver_acknowledged_are_imported(pipeline, open_receiver, tmp_path):
    uids = send_study(open_receiver, tmp_path / "study")
    [marker] = pipeline.keys("open/")
    delivery_id = marker.rpartition("/")[2]
    assert sweep(pipeline)["open"] == 1  # the receiver is alive
    open_receiver.kill()
    assert sweep(pipeline)["open"] == 1  # the receiver may be alive: its lease is recent
    wait_for("the recovery", lambda: delivery_id in sweep(pipeline)["recovered"])
    assert pipeline.keys("open/") == []

    manifest = pipeline.manifest(delivery_id)
    assert manifest["closeReason"] == "recovered"
    assert {instance["sopInstanceUID"] for instance in instances_of(manifest)} == set(uids)
    assert (manifest["callingAETitle"], manifest["studies"][0]["studyDate"]) == ("DCMTK", "20261123")
    wait_for("the import", lambda: outcomes(pipeline, delivery_id) == ["IMPORTED"], 60)
    imported = {instance["sopInstanceUID"] for instance in pipeline.aws.instances()}
    assert set(uids) <= imported


def test_many_recoveries_at_once_do_no_harm(pipeline, open_receiver, tmp_path):
    send_study(open_receiver, tmp_path / "study")
    [marker] = pipeline.keys("open/")
    delivery_id = marker.rpartition("/")[2]
    open_receiver.kill()
    answers: list[dict] = []

    def sweeps() -> bool:
        threads = [threading.Thread(target=lambda: answers.append(sweep(pipeline))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return not pipeline.keys("open/")

    wait_for("the recovery", sweeps)
    assert sum(delivery_id in answer["recovered"] for answer in answers) == 1
    assert sum(answer["failed"] for answer in answers) == 0
    wait_for("the import", lambda: outcomes(pipeline, delivery_id) == ["IMPORTED"], 60)


def test_a_receiver_that_was_regarded_as_ended_acknowledges_nothing_more_in_its_old_delivery(pipeline, open_receiver, tmp_path):
    """A receiver continues after it was frozen for longer than its lease. A sweep has closed its delivery meanwhile, so
    it opens another one."""
    first, *waiting = write_study(tmp_path / "study")
    study = pydicom.dcmread(first).StudyInstanceUID
    [answer] = send_with_dcmtk([first], "127.0.0.1", open_receiver.port)
    assert answer.status == 0
    [marker] = pipeline.keys("open/")
    delivery_id = marker.rpartition("/")[2]
    open_receiver.signal(signal.SIGSTOP)
    wait_for("the recovery", lambda: delivery_id in sweep(pipeline)["recovered"])
    open_receiver.signal(signal.SIGCONT)

    count = len(waiting)
    while waiting:  # the sender is told to send again, and does
        answers = send_with_dcmtk(waiting, "127.0.0.1", open_receiver.port)
        waiting = [answer.path for answer in answers if answer.status != 0]
    open_receiver.stop()
    manifests = map(pipeline.manifest, pipeline.closed_deliveries())
    counts = {
        manifest["deliveryId"]: len(instances_of(manifest))
        for manifest in manifests
        if manifest["studies"][0]["studyInstanceUID"] == study
    }
    assert counts.pop(delivery_id) == 1
    assert sum(counts.values()) >= count
    wait_for("the imports", lambda: not pipeline.waiting_messages() and not pipeline.running(), 60)
    assert all(outcomes(pipeline, other) == ["IMPORTED"] for other in counts)


def test_a_delivery_without_instances_leaves_nothing(pipeline):
    s3 = pipeline.aws.client("s3")
    delivery_id = "20261123T235959-0123456789abcdef01234567"
    key = marker_key(delivery_id)
    s3.put_object(Bucket=pipeline.bucket, Key=key, Body=json.dumps(marker(delivery_id)).encode())
    outcome = sweep(pipeline)
    assert {name: it for name, it in outcome.items() if it} == {"cleared": 1}
    assert pipeline.keys("open/") == []
    assert f"deliveries/{delivery_id}.json" not in pipeline.manifests()


def test_a_marker_that_cannot_be_read_is_kept_and_logged(pipeline):
    key = "open/0123456789abcdef/20261123T235958-0123456789abcdef01234567"
    pipeline.aws.client("s3").put_object(Bucket=pipeline.bucket, Key=key, Body=b"{}")
    assert sweep(pipeline)["failed"] == 1
    assert key in pipeline.keys("open/")
    pipeline.aws.client("s3").delete_object(Bucket=pipeline.bucket, Key=key)


def test_an_orderly_end_leaves_neither_markers_nor_a_lease(pipeline, open_receiver, tmp_path):
    send_study(open_receiver, tmp_path / "study")
    before = set(pipeline.keys("tasks/"))
    assert len(before) >= 1
    assert open_receiver.stop() == 0
    [line] = [line for line in open_receiver.log_lines("receiver ready")]
    assert before - set(pipeline.keys("tasks/")) == {f"tasks/{line['task']}"}
    wait_for("the marker to go with the start of the import", lambda: pipeline.keys("open/") == [], 60)
    wait_for("the import", lambda: not pipeline.waiting_messages() and not pipeline.running(), 60)
