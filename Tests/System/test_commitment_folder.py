# SPDX-License-Identifier: Apache-2.0

"""Storage commitment of a receiver that stores into a folder and needs no AWS; there also over TLS, with certificates of
both sides in both directions."""

import json
import signal
import socket
import ssl
import time

import pytest
from commitment import PUSH_MODEL
from commitment_user import FAILURES_EXIST, SUCCESSFUL, CommitmentUser, references_of, was_tried
from folder_receivers import start, tls_settings
from persistent_sender import write_study
from pydicom.uid import generate_uid
from pynetdicom import AE
from senders import send_with_pynetdicom
from tls import make_certificate
from tls_clients import HOST, client_context
from waiting import wait_for

pytestmark = pytest.mark.pipeline
NO_SUCH_INSTANCE = 0x0112
PEER = "peer.test"


def address(user: CommitmentUser, **members: object) -> str:
    return json.dumps([{"aeTitle": user.title, "host": "127.0.0.1", "port": user.port, **members}])


def test_what_is_on_the_disk_is_committed(tmp_path):
    files = write_study(tmp_path / "study")
    with CommitmentUser("FOLDER1") as user, user.listening():
        settings = {"COMMITMENT": "stored", "COMMITMENT_UNKNOWN_SECONDS": "0", "COMMITMENT_PEERS": address(user)}
        with start(tmp_path, **settings) as receiver:
            assert {answer.status for answer in send_with_pynetdicom(files, "127.0.0.1", receiver.port)} == {0}
            unknown = generate_uid()
            report = user.report(user.request(receiver.port, [*references_of(files), (PUSH_MODEL, unknown)]))
    assert report.event_type == FAILURES_EXIST
    assert sorted(report.successes) == sorted(references_of(files))
    assert report.failed == {unknown: NO_SUCH_INSTANCE}
    stored = {path.stem for path in (tmp_path / "storage").rglob("*.dcm")}
    assert report.committed <= stored


def test_a_receiver_that_is_killed_reports_after_its_restart(tmp_path):
    files = write_study(tmp_path / "study")
    with CommitmentUser("FOLDER2") as user:
        settings = {"COMMITMENT": "stored", "TASK_LEASE_SECONDS": "2", "ALLOW_SHORT_LEASE": "true"}
        with start(tmp_path, COMMITMENT_PEERS=address(user), **settings) as receiver:
            assert {answer.status for answer in send_with_pynetdicom(files, "127.0.0.1", receiver.port)} == {0}
            transaction = user.request(receiver.port, references_of(files))
            receiver.kill()
            receiver.start()
            with user.listening():
                assert user.report(transaction).event_type == SUCCESSFUL


def test_a_peer_that_does_not_answer_the_report_does_not_keep_the_receiver_running(tmp_path):
    """It takes the connection, and says nothing."""
    files = write_study(tmp_path / "study")
    with CommitmentUser("FOLDER5") as user, socket.create_server(("127.0.0.1", 0)) as silent:
        peers = json.dumps([{"aeTitle": user.title, "host": "127.0.0.1", "port": silent.getsockname()[1]}])
        with start(tmp_path, COMMITMENT="stored", COMMITMENT_PEERS=peers) as receiver:
            assert {answer.status for answer in send_with_pynetdicom(files, "127.0.0.1", receiver.port)} == {0}
            user.request(receiver.port, references_of(files))
            silent.settimeout(30)
            connection, _ = silent.accept()
            with connection:
                began = time.monotonic()
                receiver.signal(signal.SIGTERM)
                assert receiver.wait(40) == 0
            assert time.monotonic() - began < 15
            assert receiver.log_lines("receiver ended")


@pytest.mark.parametrize(
    ("settings", "told"),
    [({"COMMITMENT": "imported"}, "refused: "), ({"COMMITMENT": "off"}, "off"), ({}, "refused: ")],
)
def test_the_class_is_refused_if_nothing_can_be_committed(tmp_path, settings, told):
    """A folder cannot tell what HealthImaging has, and the line of the start says so."""
    ae = AE("FOLDER3")
    ae.add_requested_context(PUSH_MODEL)
    ae.add_requested_context("1.2.840.10008.1.1")
    with start(tmp_path, **settings) as receiver:
        association = ae.associate("127.0.0.1", receiver.port)
        assert [context.abstract_syntax for context in association.accepted_contexts] == ["1.2.840.10008.1.1"]
        association.release()
        [ready] = receiver.log_lines("receiver ready")
    assert ready["commitment"].startswith(told)


def test_request_and_report_go_over_tls_with_certificates_of_both_sides(tmp_path):
    ours, peers = make_certificate(HOST, tmp_path / "ours"), make_certificate(PEER, tmp_path / "peer")
    stranger = make_certificate(PEER, tmp_path / "stranger")
    files = write_study(tmp_path / "study")
    of_client = (client_context(ours[0], own=peers), HOST)
    of_server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=ours[0])
    of_server.verify_mode = ssl.CERT_REQUIRED
    of_server.load_cert_chain(*peers)
    of_stranger = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=ours[0])
    of_stranger.load_cert_chain(*stranger)
    with CommitmentUser("FOLDER4", tls=of_client) as user:
        settings = tls_settings(
            ours,
            TLS_CLIENT_CERTIFICATES="required",
            TLS_CLIENT_CA_CERTIFICATES=str(peers[0]),
            COMMITMENT="stored",
            COMMITMENT_TLS_CA_CERTIFICATES=str(peers[0]),
            COMMITMENT_PEERS=address(user, tls=True, serverName=PEER),
        )
        with start(tmp_path, **settings) as receiver:
            sent = send_with_pynetdicom(files, "127.0.0.1", receiver.tls_port, tls=of_client)
            assert {answer.status for answer in sent} == {0}
            with user.listening(of_stranger):
                transaction = user.request(receiver.tls_port, references_of(files))
                wait_for("an attempt", lambda: was_tried(receiver))
                assert not user.reports()
            with user.listening(of_server):
                report = user.report(transaction)
    assert report.by_receiver and report.event_type == SUCCESSFUL
