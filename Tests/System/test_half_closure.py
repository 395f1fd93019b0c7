# SPDX-License-Identifier: Apache-2.0

"""Senders that close their side of the connection after their last message, as `shutdown(SHUT_WR)` does, and continue
to read."""

import socket
import ssl
from pathlib import Path

import pytest
import raw_sender
from folder_receivers import tls_settings
from receiver import Receiver
from tls import make_certificate
from waiting import wait_for

pytestmark = pytest.mark.pipeline
HOST = "receiver.test"
SECONDS = 20
# Far longer than a test, so no timeout ends an association.
PATIENT = {"ASSOCIATION_TIMEOUT": "600", "NETWORK_TIMEOUT": "600", "DIMSE_TIMEOUT": "600"}
REQUEST = raw_sender.associate_request()
COMMAND = raw_sender.data(3, 3, raw_sender.store_command(1))
DATA_SET = raw_sender.data_set(1)
MESSAGE = COMMAND + raw_sender.data(3, 2, DATA_SET)
ANSWERED = "closed by the peer before its last answer"


@pytest.fixture(scope="module")
def pair(tmp_path_factory) -> tuple[Path, Path]:
    return make_certificate(HOST, tmp_path_factory.mktemp("pair"))


class Plain:
    """A connection whose sending side can be closed."""

    def __init__(self, port: int):
        self._socket = socket.create_connection(("127.0.0.1", port), SECONDS)

    def answers(self, content: bytes) -> bytes:
        """Sends the content, closes the sending side, and returns everything that is received afterwards."""
        with self._socket:
            self._socket.sendall(content)
            self._socket.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: self._socket.recv(65536), b""))


class TLS:
    """The same under TLS. Python's own TLS socket decrypts nothing after its sending side is closed."""

    def __init__(self, port: int, certificate: Path, version: ssl.TLSVersion, notifies: bool):
        context = ssl.create_default_context(cafile=certificate)
        context.minimum_version = context.maximum_version = version
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=HOST)
        self._notifies = notifies
        self._socket = socket.create_connection(("127.0.0.1", port), SECONDS)

    def answers(self, content: bytes) -> bytes:
        with self._socket:
            while not self._handshake_is_done():
                self._socket.sendall(self._outgoing.read())
                self._incoming.write(self._socket.recv(65536))
            self._tls.write(content)
            if self._notifies:
                with pytest.raises(ssl.SSLWantReadError):
                    self._tls.unwrap()
            self._socket.sendall(self._outgoing.read())
            self._socket.shutdown(socket.SHUT_WR)
            for encrypted in iter(lambda: self._socket.recv(65536), b""):
                self._incoming.write(encrypted)
            return b"".join(iter(self._read, b""))

    def _handshake_is_done(self) -> bool:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    def _read(self) -> bytes:
        try:
            return self._tls.read(65536)
        except (ssl.SSLWantReadError, ssl.SSLZeroReturnError):
            return b""


def pdus(content: bytes) -> list[bytes]:
    found = []
    while content:
        length = 6 + int.from_bytes(content[2:6])
        found.append(content[:length])
        content = content[length:]
    return found


def end_of(receiver: Receiver) -> str:
    return wait_for("the association's end", lambda: receiver.log_lines("association ended"))[0]["end"]


def test_an_answer_is_received_after_a_half_closure(folder_receiver, tmp_path):
    receiver = folder_receiver(**PATIENT)
    [accept, response] = pdus(Plain(receiver.port).answers(REQUEST + MESSAGE))
    assert (accept[0], response[0], raw_sender.status_of(response)) == (2, 4, 0)
    [stored] = (tmp_path / "storage").rglob("*.dcm")
    assert stored.read_bytes().endswith(DATA_SET)
    assert end_of(receiver) == ANSWERED


@pytest.mark.parametrize("notifies", [True, False])
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_an_answer_is_received_after_a_half_closure_under_tls(folder_receiver, pair, version, notifies):
    receiver = folder_receiver(**tls_settings(pair), **PATIENT)
    [accept, response] = pdus(TLS(receiver.tls_port, pair[0], version, notifies).answers(REQUEST + MESSAGE))
    assert (accept[0], response[0], raw_sender.status_of(response)) == (2, 4, 0)
    assert end_of(receiver) == ANSWERED


def test_an_instance_that_waits_for_the_store_is_answered(slow_s3, folder_receiver):
    receiver = folder_receiver(DICOM_BUCKET="slow", AWS_ENDPOINT_URL_S3=slow_s3.endpoint, **PATIENT)
    [_, response, release] = pdus(Plain(receiver.port).answers(REQUEST + MESSAGE + raw_sender.pdu(5, bytes(4))))
    assert (response[0], raw_sender.status_of(response), release[0]) == (4, 0, 6)
    assert end_of(receiver) == "released"


@pytest.mark.parametrize(
    "content, answers",
    [
        (b"", []),
        (REQUEST[:50], []),
        (REQUEST, [2]),
        (REQUEST + COMMAND, [2]),
        (REQUEST + COMMAND + raw_sender.data(3, 0, DATA_SET[:100]), [2]),
    ],
)
def test_an_incomplete_message_is_closed_at_once(folder_receiver, tmp_path, content, answers):
    receiver = folder_receiver(**PATIENT)
    assert [pdu[0] for pdu in pdus(Plain(receiver.port).answers(content))] == answers
    assert not list((tmp_path / "storage").rglob("*.dcm"))
    if content:
        assert end_of(receiver) in ("connection lost", ANSWERED)
