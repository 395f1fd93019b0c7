"""Why a sender's images do not come is said in the log of the receiver: aborts, rejections, refusals, other protocols."""

import contextlib
import json
import re
import shutil
import socket
import ssl
import struct
import subprocess

import pytest
import raw_sender
from ports import free_port
from pydicom.uid import ExplicitVRLittleEndian
from pynetdicom import AE
from pynetdicom.pdu_primitives import UserIdentityNegotiation
from pynetdicom.presentation import build_context
from raw_sender import RawSender
from rejections import rejection
from senders import send_with_dcmtk, send_with_pynetdicom
from synthetic import synthetic_instance
from tls import make_certificate
from waiting import wait_for

pytestmark = pytest.mark.pipeline
HOST = "receiver.test"
CLIENT_SECONDS = 20
VERIFICATION = "1.2.840.10008.1.1"
CLIENT_HELLO = bytes.fromhex("16 0301 0200 01 0001fc 0303")
PROXY_HEADER = bytes.fromhex("0D0A0D0A000D0A515549540A 21 11 000C CB007107 C0000201 9C40 0068")
PROXY_SETTING = "set PROXY_PROTOCOL=true, or turn the header off at the load balancer"


def line(receiver, message: str) -> dict[str, str]:
    """The only line of that message."""
    lines = wait_for(f"the line {message!r}", lambda: receiver.log_lines(message), CLIENT_SECONDS)
    assert len(lines) == 1, lines
    return lines[0]


def command(*elements: tuple[int, bytes]) -> bytes:
    return b"".join(struct.pack("<HHI", 0, element, len(value)) + value for element, value in elements)


CLASS = (0x0002, raw_sender.CLASS)
STORE = (0x0100, b"\x01\0")
MESSAGE_ID = (0x0110, b"\x01\0")
DATA_SET = (0x0800, b"\0\0")
NO_DATA_SET = (0x0800, b"\x01\x01")
INSTANCE = (0x1000, b"2.25.1.1")


# Aborts


@pytest.mark.parametrize(
    "sent, end",
    [
        (command(CLASS, STORE, DATA_SET, INSTANCE), "(0000,0110) Message ID is missing"),
        (command(CLASS, STORE, (0x0110, b"\1\0\0\0"), DATA_SET, INSTANCE), "(0000,0110) Message ID has 4 bytes, expected 2"),
        (command(CLASS, STORE, MESSAGE_ID, INSTANCE), "(0000,0800) Command Data Set Type is missing"),
        (command(CLASS, STORE, MESSAGE_ID, MESSAGE_ID, DATA_SET), "(0000,0110) Message ID is repeated"),
        (
            command(CLASS, STORE, MESSAGE_ID, DATA_SET) + struct.pack("<HHI", 0, 0x1000, 99) + b"1.2",
            "(0000,1000) Affected SOP Instance UID runs past the command set: length 99, 3 bytes are left",
        ),
        (
            command(CLASS, STORE, MESSAGE_ID, DATA_SET) + struct.pack("<HHI", 8, 0x18, 2) + b"1\0",
            "(0008,0018) is at offset 63 of the command set, expected group 0000",
        ),
        (b"DOE^JANE", "An element is at offset 0 of the command set, expected group 0000"),
    ],
    ids=["missing", "length", "data set type", "repeated", "value", "group", "text"],
)
def test_an_abort_names_the_command_element(folder_receiver, sent, end):
    receiver = folder_receiver()
    with RawSender(receiver.port) as sender:
        sender.associate()
        sender.send(raw_sender.data(3, 3, sent))
        answer = sender.pdu()
        assert answer == raw_sender.pdu(7, bytes(4))
    assert line(receiver, "association ended")["end"] == f"aborted by us: invalid message: {end}"
    assert "JANE" not in receiver.log.read_text()


def test_a_limit_that_ends_an_association_is_named(folder_receiver):
    receiver = folder_receiver(MAXIMUM_RECEIVED_PDU_SIZE="4096")
    with RawSender(receiver.port) as sender:
        sender.associate()
        # As long as is announced is taken.
        sender.send(struct.pack(">BBI", 4, 0, 300_000))
        assert sender.pdu()[0] == 7
    found = line(receiver, "association ended")
    assert found["end"] == "aborted by us: invalid PDU: P-DATA-TF of 300000 bytes, maximum 262144"
    assert found["hint"] == "MAXIMUM_RECEIVED_PDU_SIZE=4096"


# Rejections


def test_a_known_title_from_a_wrong_address_is_told_from_an_unknown_title(folder_receiver):
    receiver = folder_receiver(ACCESS_RULES='[{"callingAETitle": "CT1", "peers": ["10.1.0.0/16"]}]')
    for title in ("CT1", "NOPE"):
        assert rejection_of(receiver, title) == (1, 1, 3), "the peer is told the same"
    lines = wait_for("both lines", lambda: len(found := receiver.log_lines("association ended")) == 2 and found)
    assert [found["end"] for found in lines] == [
        "rejected: 1/1/3 calling AE title not recognized: the title is known, but its rule does not have the peer's address",
        "rejected: 1/1/3 calling AE title not recognized: the title has no rule",
    ]
    assert [found["hint"] for found in lines] == ["ACCESS_RULES: peers", "ACCESS_RULES"]


def rejection_of(receiver, calling: str) -> tuple[int, int, int]:
    with RawSender(receiver.port) as sender:
        sender.send(raw_sender.associate_request(calling=calling.encode()))
        answer = sender.pdu()
        assert answer[0] == 3, answer
        return tuple(answer[7:10])


def test_an_unlisted_and_a_wrongly_called_title_are_told(folder_receiver):
    receiver = folder_receiver(REQUIRE_CALLING_AE_TITLE="CT1,MR1")
    assert rejection_of(receiver, "RAW") == (1, 1, 3)
    found = line(receiver, "association ended")
    assert found["end"].endswith(": the title is not listed")
    assert found["hint"] == "REQUIRE_CALLING_AE_TITLE"

    receiver = folder_receiver(AE_TITLE="ARCHIVE", REQUIRE_CALLED_AE_TITLE="true")
    assert rejection(receiver.port, build_context(VERIFICATION), ae_title="STORESCP") == (1, 1, 7)
    found = line(receiver, "association ended")
    assert found["end"] == "rejected: 1/1/7 called AE title not recognized: expected ARCHIVE, got STORESCP"
    assert found["hint"] == "REQUIRE_CALLED_AE_TITLE=true"


@pytest.mark.parametrize(
    "settings, reason, hint",
    [
        ({"MAXIMUM_ASSOCIATIONS": "1"}, "too many associations are open in total", "MAXIMUM_ASSOCIATIONS=1"),
        (
            {"MAXIMUM_ASSOCIATIONS_PER_PEER": "1"},
            "too many associations are open from this address",
            "MAXIMUM_ASSOCIATIONS_PER_PEER=1",
        ),
        (
            {"ACCESS_RULES": '[{"callingAETitle": "RAW", "maximumAssociations": 1}]'},
            "too many associations of this calling AE title are open",
            "ACCESS_RULES: maximumAssociations is 1",
        ),
    ],
    ids=["total", "address", "title"],
)
def test_a_rejection_names_the_limit(folder_receiver, settings, reason, hint):
    receiver = folder_receiver(**settings)
    with RawSender(receiver.port) as first:
        first.associate()
        assert rejection_of(receiver, "RAW") == (2, 3, 2)
        found = line(receiver, "association ended")
    assert found["end"] == f"rejected: 2/3/2 local limit exceeded: {reason}"
    assert found["hint"] == hint


def test_who_has_to_make_room_is_told_for_which_limit(folder_receiver):
    receiver = folder_receiver(MAXIMUM_SILENT_ASSOCIATIONS_PER_PEER="1", SILENCE_SECONDS="1")
    with RawSender(receiver.port) as first, RawSender(receiver.port) as second:
        first.associate()
        assert not first.hears_within(1.2)
        second.associate()
        assert first.pdu()[0] == 7
        found = line(receiver, "association ended")
    assert found["end"].endswith("others needed its place: too many silent associations of its calling AE title and address")
    assert found["hint"] == "MAXIMUM_SILENT_ASSOCIATIONS_PER_PEER=1"


def test_a_user_identity_is_not_believed_for_a_reason(folder_receiver):
    receiver = folder_receiver(USER_IDENTITY_TYPES="1", USER_IDENTITIES='{"ct": {}}')
    identity = UserIdentityNegotiation()
    identity.user_identity_type, identity.primary_field = 1, b"zaphod"
    assert rejection(receiver.port, build_context(VERIFICATION), ext_neg=[identity]) == (1, 2, 1)
    assert line(receiver, "association ended")["end"].endswith("user identity not accepted: the user is not listed")
    assert "zaphod" not in receiver.log.read_text()


# Refusals


@pytest.mark.parametrize(
    "sent, status, reason",
    [
        (
            command(CLASS, STORE, MESSAGE_ID, DATA_SET, (0x1000, b"DOE^JANE")),
            "0117H",
            "(0000,1000) Affected SOP Instance UID is not a UID: no digit or dot at character 1",
        ),
        (
            command((0x0002, b"1.2.3 CT"), STORE, MESSAGE_ID, DATA_SET, INSTANCE),
            "0212H",
            "(0000,0002) Affected SOP Class UID is not a UID: no digit or dot at character 6",
        ),
        (command(STORE, MESSAGE_ID, DATA_SET, INSTANCE), "0212H", "(0000,0002) Affected SOP Class UID is missing"),
        (
            command((0x0002, b"1.2.840.10008.5.1.4.1.2.2.1\0"), STORE, MESSAGE_ID, DATA_SET, INSTANCE),
            "0122H",
            "The SOP class is not supported",
        ),
        (command(CLASS, STORE, MESSAGE_ID, NO_DATA_SET, INSTANCE), "C000H", "C-STORE-RQ without a data set"),
    ],
    ids=["instance", "class", "no class", "query class", "no data set"],
)
def test_a_refused_command_is_told_to_the_sender_and_a_warning(folder_receiver, sent, status, reason):
    receiver = folder_receiver()
    with RawSender(receiver.port) as sender:
        sender.associate()
        sender.send(raw_sender.data(3, 3, sent) + (b"" if NO_DATA_SET[1] in sent else raw_sender.data(3, 2, b"\1\2")))
        answer = sender.pdu()
        assert f"{raw_sender.status_of(answer):04X}H" == status
        assert comment(reason).encode() in answer
    found = line(receiver, "instance refused")
    assert (found["level"], found["status"], found["reason"]) == ("WARN", status, reason)
    assert found["association"] == line(receiver, "association ended")["association"]
    assert found.get("sopInstanceUID") == (None if status == "0117H" else "2.25.1.1")
    assert "JANE" not in receiver.log.read_text()


def comment(reason: str) -> str:
    """Of a UID that is none, the name of the element is left out: an Error Comment has 64 characters."""
    return re.sub(r"^(\(\w+,\w+\)) .* (is not a UID)", r"\1 \2", reason)


def test_a_class_that_may_not_be_stored_is_a_warning(folder_receiver):
    mr = "1.2.840.10008.5.1.4.1.1.4"
    receiver = folder_receiver(ACCESS_RULES=json.dumps([{"callingAETitle": "RAW", "sopClassUIDs": [mr]}]))
    ae = AE(ae_title="RAW")
    ae.add_requested_context(mr, ExplicitVRLittleEndian)
    association = ae.associate("127.0.0.1", receiver.port)
    with contextlib.closing(association.dul.socket.socket.dup()) as connection:
        sent = raw_sender.data(1, 3, raw_sender.store_command(1)) + raw_sender.data(1, 2, b"\1\2")
        connection.sendall(sent)
        found = line(receiver, "instance refused")
    association.abort()
    assert (found["level"], found["status"], found["sopClassUID"]) == ("WARN", "0124H", raw_sender.CLASS.decode())


def test_a_query_is_a_warning_and_not_called_an_instance(folder_receiver):
    receiver = folder_receiver()
    with RawSender(receiver.port) as sender:
        sender.associate()
        sender.send(raw_sender.data(3, 3, command(CLASS, (0x0100, b"\x20\0"), MESSAGE_ID, NO_DATA_SET)))
        assert raw_sender.status_of(sender.pdu()) == 0x0211
    found = line(receiver, "request refused")
    assert (found["level"], found["commandField"], found["status"]) == ("WARN", "0020H", "0211H")


def test_a_flood_of_refused_commands_does_not_flood_the_log(folder_receiver):
    receiver = folder_receiver()
    refused = raw_sender.data(3, 3, command(CLASS, STORE, MESSAGE_ID, NO_DATA_SET, INSTANCE))
    with RawSender(receiver.port) as sender:
        sender.associate()
        for _ in range(250):
            sender.send(refused)
            assert raw_sender.status_of(sender.pdu()) == 0xC000
    found = line(receiver, "association ended")
    assert len(receiver.log_lines("instance refused")) == 100
    assert (found["linesNotWritten"], found["instancesFailed"]) == ("150", "250")


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
def test_another_protocol_on_the_plain_port_ends_at_once_and_is_named(folder_receiver, sent, text, hint):
    receiver = folder_receiver()
    ends_at_once(receiver.port, sent)
    found = line(receiver, "association ended")
    assert found["end"] == f"aborted by us: {text}"
    assert hint in found["hint"]


def test_openssl_curl_and_dcmtk_on_the_plain_port(folder_receiver, tmp_path):
    pair = make_certificate(HOST, tmp_path / "pair", key_type="rsa")
    tls_port = str(free_port())
    receiver = folder_receiver(TLS_CERTIFICATE=str(pair[0]), TLS_PRIVATE_KEY=str(pair[1]), TLS_PORT=tls_port)
    ended = lambda: [found["end"] for found in receiver.log_lines("association ended")]  # noqa: E731
    s_client(receiver.port)
    send_with_dcmtk(
        [synthetic_instance(tmp_path / "sent.dcm")], "127.0.0.1", receiver.port, options=("+tla", "--add-cert-file", pair[0])
    )
    curl(f"http://127.0.0.1:{receiver.port}/")
    tls = "aborted by us: a TLS client hello on a port without TLS"
    wait_for("three lines", lambda: len(ended()) == 3)
    assert ended() == [tls, tls, "aborted by us: an HTTP request on a port for DICOM"]
    assert receiver.log_lines("association ended")[0]["hint"] == f"TLS is accepted on TLS_PORT={tls_port}"


def s_client(port: int, *options: str) -> None:
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", *options]
    subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=CLIENT_SECONDS)


def curl(url: str, *options: str) -> None:
    assert shutil.which("curl")
    subprocess.run(["curl", "--silent", "--max-time", "10", *options, url], capture_output=True, timeout=CLIENT_SECONDS)


@pytest.fixture
def tls_receiver(folder_receiver, tmp_path):
    """Starts a receiver with a TLS port; gives it, the port and the certificate with its key."""

    def start(**settings: str):
        pair = make_certificate(HOST, tmp_path / "pair", key_type="rsa")
        port = free_port()
        own = {"TLS_CERTIFICATE": str(pair[0]), "TLS_PRIVATE_KEY": str(pair[1]), "TLS_PORT": str(port)}
        return folder_receiver(**own, **settings), port, pair

    return start


def failure(receiver) -> tuple[str, str]:
    found = line(receiver, "TLS handshake failed")
    assert not receiver.log_lines("association ended")
    return found["reason"], found.get("hint", "")


def test_plain_dicom_on_the_tls_port(tls_receiver, tmp_path):
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
def test_another_protocol_on_the_tls_port(tls_receiver, sent, text):
    receiver, port, _ = tls_receiver()
    ends_at_once(port, sent)
    assert failure(receiver)[0] == text


def test_https_on_the_tls_port(tls_receiver):
    receiver, port, _ = tls_receiver()
    curl(f"https://127.0.0.1:{port}/", "--insecure")
    assert line(receiver, "association ended")["end"] == "aborted by us: an HTTP request inside TLS"


def test_without_a_proxy_header_what_came_is_named(folder_receiver, tmp_path):
    receiver = folder_receiver(PROXY_PROTOCOL="true")
    send_with_dcmtk([synthetic_instance(tmp_path / "sent.dcm")], "127.0.0.1", receiver.port)
    found = line(receiver, "connection without a valid PROXY header refused")
    assert found["reason"] == "a plain A-ASSOCIATE-RQ without a PROXY header before it"
    assert found["hint"].startswith("PROXY_PROTOCOL=true")


# Clients that do not trust the receiver

VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("client", ["python", "openssl", "curl", "dcmtk", "pynetdicom"])
def test_a_client_that_does_not_trust_us_is_told_of(tls_receiver, tmp_path, monkeypatch, client, version):
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
        configuration = tmp_path / "openssl.cnf"
        configuration.write_text(
            "openssl_conf = main\n[main]\nssl_conf = ssl\n[ssl]\nsystem_default = limits\n"
            f"[limits]\nMinProtocol = TLSv{version}\nMaxProtocol = TLSv{version}\n"
        )
        monkeypatch.setenv("OPENSSL_CONF", str(configuration))
        send_with_dcmtk([instance], "127.0.0.1", port, options=("+tla", "--add-cert-file", other))
    reason, hint = failure(receiver)
    assert reason.startswith("the client does not trust our certificate: alert ")
    assert "authority of TLS_CERTIFICATE" in hint


def test_another_name_than_the_certificates_is_told_of(tls_receiver):
    receiver, port, pair = tls_receiver()
    context = ssl.create_default_context(cafile=pair[0])
    with socket.create_connection(("127.0.0.1", port)) as connection, pytest.raises(ssl.SSLCertVerificationError):
        context.wrap_socket(connection, server_hostname="other.test")
    assert failure(receiver)[0] == "the client does not trust our certificate: alert bad_certificate"


def test_a_certificate_that_has_expired_is_told_of(folder_receiver, tmp_path):
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={HOST}", "-keyout", key, "-out", certificate]
    dates = ["-not_before", "20200101000000Z", "-not_after", "20200102000000Z"]
    if subprocess.run([*made, *dates], capture_output=True).returncode:
        # Before OpenSSL 3.4 it has no such options: one that ends tomorrow, for a client whose clock is ahead.
        subprocess.run([*made, "-days", "1"], check=True, capture_output=True)
    port = str(free_port())
    receiver = folder_receiver(TLS_CERTIFICATE=str(certificate), TLS_PRIVATE_KEY=str(key), TLS_PORT=port)
    s_client(int(port), "-CAfile", certificate, "-verify_return_error", "-attime", "4000000000")
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
def test_nothing_in_common_is_told_of(tls_receiver, settings, options, reason):
    receiver, port, _ = tls_receiver(**settings)
    s_client(port, *options)
    assert failure(receiver)[0] == reason


def test_an_alert_after_the_handshake_is_told_of(tls_receiver):
    """As of a client that looks at our certificate when it has done its part of the handshake. Python's gives another alert then."""
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
        # A record that nobody can decrypt.
        incoming.write(b"\x17\x03\x03\x00\x20" + bytes(32))
        with pytest.raises(ssl.SSLError):
            client.read()
        connection.sendall(outgoing.read())
        found = line(receiver, "TLS connection ended before a request")
    assert found["reason"] == "the client gave up: alert bad_record_mac"


def test_a_client_that_closes_after_the_handshake_is_told_of(tls_receiver):
    receiver, port, _ = tls_receiver()
    s_client(port)
    found = line(receiver, "TLS connection ended before a request")
    assert (found["level"], found["reason"]) == ("INFO", "the client ended the connection")
