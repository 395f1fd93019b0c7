# SPDX-License-Identifier: Apache-2.0

"""The receiver's log says why a connection does not become an association: other protocols, failed TLS handshakes."""

import contextlib
import shutil
import socket
import ssl
import subprocess

import pytest
from folder_receivers import tls_settings
from ports import reserved_port
from proxy_headers import PROXY_HEADER
from receiver_log import only_line
from senders import send_with_dcmtk, send_with_pynetdicom
from synthetic import synthetic_instance
from tls import make_certificate
from tls_clients import CLIENT_SECONDS, HOST, VERSIONS, limit_openssl, s_client
from waiting import wait_for

pytestmark = pytest.mark.pipeline
CLIENT_HELLO = bytes.fromhex("16 0301 0200 01 0001fc 0303")
PROXY_SETTING = "set PROXY_PROTOCOL=true, or turn the header off at the load balancer"


# Other protocols


def ends_at_once(port: int, sent: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        connection.sendall(sent)
        with contextlib.suppress(ConnectionResetError):
            while connection.recv(1024):
                pass


@pytest.mark.parametrize(
    "sent, text, hint",
    [
        (CLIENT_HELLO, "a TLS client hello on a port without TLS", "TLS_CERTIFICATE and TLS_PRIVATE_KEY open a port for TLS"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "an HTTP request on a port for DICOM", "HEALTH_PORT"),
        (PROXY_HEADER, "a PROXY header on a port for DICOM", PROXY_SETTING),
    ],
    ids=["TLS", "HTTP", "PROXY"],
)
def test_another_protocol_on_the_plain_port_is_aborted_at_once_and_named(folder_receiver, sent, text, hint):
    receiver = folder_receiver()
    ends_at_once(receiver.port, sent)
    found = only_line(receiver, "association ended")
    assert found["end"] == f"aborted by us: {text}"
    assert hint in found["hint"]


@pytest.fixture
def reserved():
    """A reserved loopback port."""
    with reserved_port() as port:
        yield port


def test_other_protocols_of_openssl_curl_and_dcmtk_on_the_plain_port_are_named(folder_receiver, pair, tmp_path, reserved):
    receiver = folder_receiver(**tls_settings(pair, TLS_PORT=str(reserved)))
    s_client(receiver.port)
    send_with_dcmtk(
        [synthetic_instance(tmp_path / "sent.dcm")], "127.0.0.1", receiver.port, options=("+tla", "--add-cert-file", pair[0])
    )
    curl(f"http://127.0.0.1:{receiver.port}/")
    tls = "aborted by us: a TLS client hello on a port without TLS"
    lines = wait_for("three lines", lambda: len(found := receiver.log_lines("association ended")) == 3 and found)
    assert sorted(line["end"] for line in lines) == [tls, tls, "aborted by us: an HTTP request on a port for DICOM"]
    assert {line["hint"] for line in lines if line["end"] == tls} == {f"TLS is accepted on TLS_PORT={reserved}"}


def curl(url: str, *options: str) -> None:
    assert shutil.which("curl")
    subprocess.run(["curl", "--silent", "--max-time", "10", *options, url], capture_output=True, timeout=CLIENT_SECONDS)


@pytest.fixture
def tls_receiver(folder_receiver, pair):
    """A function that starts a receiver with a TLS port. It returns the receiver, the port, and the certificate with
    its key."""

    def start(**settings: str):
        receiver = folder_receiver(**tls_settings(pair, **settings))
        return receiver, receiver.tls_port, pair

    return start


def failure(receiver) -> tuple[str, str]:
    found = only_line(receiver, "TLS handshake failed")
    assert not receiver.log_lines("association ended")
    return found["reason"], found.get("hint", "")


def test_plain_dicom_on_the_tls_port_is_named(tls_receiver, tmp_path):
    receiver, port, _ = tls_receiver()
    [acknowledgement] = send_with_dcmtk([synthetic_instance(tmp_path / "sent.dcm")], "127.0.0.1", port)
    assert acknowledgement.status is None
    assert failure(receiver) == (
        "a plain A-ASSOCIATE-RQ on the TLS port",
        f"plain DICOM is accepted on SCP_PORT={receiver.port}; or turn TLS on at the sender",
    )


@pytest.mark.parametrize(
    "sent, text",
    [(b"GET / HTTP/1.1\r\n\r\n", "an HTTP request on the TLS port"), (PROXY_HEADER, "a PROXY header on the TLS port")],
    ids=["HTTP", "PROXY"],
)
def test_another_protocol_on_the_tls_port_is_named(tls_receiver, sent, text):
    receiver, port, _ = tls_receiver()
    ends_at_once(port, sent)
    assert failure(receiver)[0] == text


def test_https_on_the_tls_port_is_named(tls_receiver):
    receiver, port, _ = tls_receiver()
    curl(f"https://127.0.0.1:{port}/", "--insecure")
    assert only_line(receiver, "association ended")["end"] == "aborted by us: an HTTP request inside TLS"


def test_the_bytes_in_place_of_a_proxy_header_are_named(folder_receiver, tmp_path):
    receiver = folder_receiver(PROXY_PROTOCOL="true")
    send_with_dcmtk([synthetic_instance(tmp_path / "sent.dcm")], "127.0.0.1", receiver.port)
    found = only_line(receiver, "connection without a valid PROXY header refused")
    assert found["reason"] == "a plain A-ASSOCIATE-RQ without a PROXY header before it"
    assert found["hint"].startswith("PROXY_PROTOCOL=true")


# Clients that do not trust the receiver


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("client", ["python", "openssl", "curl", "dcmtk", "pynetdicom"])
def test_a_client_that_does_not_trust_the_receiver_is_logged(tls_receiver, tmp_path, monkeypatch, client, version):
    receiver, port, _ = tls_receiver()
    other = make_certificate("other", tmp_path / "other")[0]
    dashed = "-tls" + version.replace(".", "_")
    context = ssl.create_default_context(cafile=other)
    context.minimum_version = context.maximum_version = VERSIONS[version]
    instance = synthetic_instance(tmp_path / "sent.dcm")
    if client == "python":
        with socket.create_connection(("127.0.0.1", port)) as connection, pytest.raises(ssl.SSLCertVerificationError):
            context.wrap_socket(connection, server_hostname=HOST)
    elif client == "openssl":
        s_client(port, dashed, "-CAfile", other, "-verify_return_error")
    elif client == "curl":
        curl(f"https://{HOST}:{port}/", "--cacert", other, "--tls-max", version, "--resolve", f"{HOST}:{port}:127.0.0.1")
    elif client == "pynetdicom":
        send_with_pynetdicom([instance], "127.0.0.1", port, tls=(context, HOST))
    else:
        limit_openssl(version, tmp_path, monkeypatch)
        send_with_dcmtk([instance], "127.0.0.1", port, options=("+tla", "--add-cert-file", other))
    reason, hint = failure(receiver)
    assert reason.startswith("the client does not trust our certificate: alert ")
    assert "authority of TLS_CERTIFICATE" in hint


def test_a_host_name_that_the_certificate_does_not_have_is_logged(tls_receiver):
    receiver, port, pair = tls_receiver()
    context = ssl.create_default_context(cafile=pair[0])
    with socket.create_connection(("127.0.0.1", port)) as connection, pytest.raises(ssl.SSLCertVerificationError):
        context.wrap_socket(connection, server_hostname="other.test")
    assert failure(receiver)[0] == "the client does not trust our certificate: alert bad_certificate"


def test_an_expired_certificate_is_logged(folder_receiver, tmp_path):
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={HOST}", "-keyout", key, "-out", certificate]
    dates = ["-not_before", "20200101000000Z", "-not_after", "20200102000000Z"]
    if subprocess.run([*made, *dates], capture_output=True).returncode:
        # OpenSSL before 3.4 has no such options: make a certificate that ends tomorrow, for a client whose clock is
        # ahead.
        subprocess.run([*made, "-days", "1"], check=True, capture_output=True)
    receiver = folder_receiver(**tls_settings((certificate, key)))
    s_client(receiver.tls_port, "-CAfile", certificate, "-verify_return_error", "-attime", "4000000000")
    assert failure(receiver) == (
        "the client says that our certificate has expired: alert certificate_expired",
        "TLS_CERTIFICATE, and the sender's clock",
    )


@pytest.mark.parametrize(
    "settings, options, reason",
    [
        ({"TLS_MINIMUM_VERSION": "1.3"}, ["-tls1_2"], "the client offers no TLS version that we accept"),
        (
            {},
            ["-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA"],
            "the client offers no cipher suite, group or signature algorithm that we accept",
        ),
    ],
    ids=["version", "suite"],
)
def test_a_client_without_a_common_version_or_suite_is_logged(tls_receiver, settings, options, reason):
    receiver, port, _ = tls_receiver(**settings)
    s_client(port, *options)
    assert failure(receiver)[0] == reason


def test_an_alert_after_the_handshake_is_logged(tls_receiver):
    """As from a client that checks our certificate after it completed its part of the handshake. Python itself sends
    another alert then."""
    receiver, port, pair = tls_receiver()
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ssl.create_default_context(cafile=pair[0]).wrap_bio(incoming, outgoing, server_hostname=HOST)
    with socket.create_connection(("127.0.0.1", port)) as connection:
        while True:
            with contextlib.suppress(ssl.SSLWantReadError):
                client.do_handshake()
                break
            connection.sendall(outgoing.read())
            incoming.write(connection.recv(65536))
        connection.sendall(outgoing.read())
        # A record that cannot be decrypted.
        incoming.write(b"\x17\x03\x03\x00\x20" + bytes(32))
        with pytest.raises(ssl.SSLError):
            client.read()
        connection.sendall(outgoing.read())
        found = only_line(receiver, "TLS connection ended before a request")
    assert found["reason"] == "the client gave up: alert bad_record_mac"


def test_a_client_that_closes_after_the_handshake_is_logged(tls_receiver):
    receiver, port, _ = tls_receiver()
    s_client(port)
    found = only_line(receiver, "TLS connection ended before a request")
    assert (found["level"], found["reason"]) == ("INFO", "the client ended the connection")
