# SPDX-License-Identifier: Apache-2.0

"""SIGTERM: the receiver ends in time, and no acknowledged instance is lost."""

import signal
from pathlib import Path

import pytest
from pynetdicom import AE, evt
from pynetdicom.presentation import build_context
from raw_sender import RawSender, data, data_set, store_command
from waiting import wait_for

pytestmark = pytest.mark.pipeline
VERIFICATION = "1.2.840.10008.1.1"
SHUTTING_DOWN = "shutting down: no more associations, instances in flight are finished"


def begin_instance(sender: RawSender, storage: Path) -> None:
    """Begins to send an instance; returns when the receiver has written a part of it."""
    sender.associate()
    sender.begin_instance(1)
    wait_for("the instance to be written", lambda: list(storage.glob(".partial/*/[1-9]*/*.partial")))


def test_an_idle_association_is_released(folder_receiver):
    receiver = folder_receiver()
    received = []
    association = AE().associate(
        "127.0.0.1",
        receiver.port,
        [build_context(VERIFICATION)],
        evt_handlers=[(evt.EVT_PDU_RECV, lambda event: received.append(type(event.pdu).__name__))],
    )
    receiver.signal(signal.SIGTERM)
    assert receiver.wait(20) == 0
    assert "A_RELEASE_RQ" in received
    wait_for("pynetdicom to see the release", lambda: not association.is_established)
    assert [line["end"] for line in receiver.log_lines("association ended")] == ["released by us: shutting down"]


def test_an_instance_in_flight_is_finished_and_answered(folder_receiver, tmp_path):
    receiver = folder_receiver()
    with RawSender(receiver.port) as sender:
        begin_instance(sender, tmp_path / "storage")
        receiver.signal(signal.SIGTERM)
        wait_for("the shutdown to begin", lambda: receiver.log_lines(SHUTTING_DOWN))
        sender.end_instance(1)
        assert sender.status() == 0
        # Instances that begin from now on are not accepted.
        sender.begin_instance(2)
        assert sender.pdu()[0] == 7
    assert receiver.wait(20) == 0
    assert len(list((tmp_path / "storage").rglob("*.dcm"))) == 1
    assert not list((tmp_path / "storage").glob(".partial/*/*/*"))
    assert receiver.log_lines("receiver ended")


def test_a_sender_that_never_ends_is_cut_at_the_deadline(folder_receiver, tmp_path):
    receiver = folder_receiver(DRAIN_TIMEOUT="2")
    with RawSender(receiver.port) as sender:
        begin_instance(sender, tmp_path / "storage")
        receiver.signal(signal.SIGTERM)
        assert receiver.wait(15) == 0
        assert sender.pdu() is None
    assert not [path for path in (tmp_path / "storage").rglob("*") if path.is_file() and "open" not in path.parts]


def test_a_second_signal_ends_at_once(folder_receiver, tmp_path):
    receiver = folder_receiver()
    with RawSender(receiver.port) as sender:
        begin_instance(sender, tmp_path / "storage")
        receiver.signal(signal.SIGTERM)
        wait_for("the shutdown to begin", lambda: receiver.log_lines(SHUTTING_DOWN))
        receiver.signal(signal.SIGTERM)
        assert receiver.wait(5) == 128 + signal.SIGTERM


def test_a_store_that_does_not_answer_does_not_delay_the_end(folder_receiver, slow_s3):
    slow_s3.delay = 60
    receiver = folder_receiver(
        DICOM_BUCKET="slow", IMPORT_UNIT="instance", DRAIN_TIMEOUT="1", AWS_ENDPOINT_URL_S3=slow_s3.endpoint
    )
    with RawSender(receiver.port) as sender:
        sender.associate()
        sender.send(data(3, 3, store_command(1)) + data(3, 2, data_set(1)))
        wait_for("the instance to be on its way", lambda: slow_s3.greatest_count == 1)
        receiver.signal(signal.SIGTERM)
        assert receiver.wait(15) == 1
    assert receiver.log_lines()[-1]["message"].startswith("receiver ended before everything was finished")
