"""TLS, the PROXY header and the health port of the receiver, with foreign clients, against its log."""

import http.client
import json
import os
import resource
import shutil
import signal
import socket
import ssl
import struct
import subprocess
from pathlib import Path

import pydicom
import pytest
from conftest import STORE_SCP
from forwarder import Forwarder
from ports import accepts, free_port
from pydicom.uid import ExplicitVRLittleEndian
from pynetdicom import AE
from pynetdicom.association import Association
from receiver import Receiver
from senders import send_with_dcmtk, send_with_pynetdicom
from synthetic import synthetic_instance
from tls import make_certificate
from waiting import wait_for

pytestmark = pytest.mark.pipeline
HOST = "receiver.test"
VERIFICATION = "1.2.840.10008.1.1"
VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
CLIENT_SECONDS = 20
# PROXY version 2, TCP over IPv4, 203.0.113.7:40000 to 192.0.2.1:104, and an empty PP2_TYPE_NOOP.
PROXY_HEADER = bytes.fromhex("0D0A0D0A000D0A515549540A 21 11 000F CB007107 C0000201 9C40 0068 040000")
# Version 1, of the same connection.
PROXY_LINE = b"PROXY TCP4 203.0.113.7 192.0.2.1 40000 104\r\n"
ELSEWHERE = "127.0.0.2"
PER_PEER = "4"


class Log:
    """The lines of a receiver's log from now on."""

    def __init__(self, path: Path):
        self._path, self._start = path, path.stat().st_size if path.exists() else 0

    def lines(self) -> list[dict]:
        return [json.loads(line) for line in self._path.read_bytes()[self._start :].splitlines()]

    def messages(self) -> list[str]:
        return [line["message"] for line in self.lines()]

    def wait_for(self, message: str, **fields: str) -> dict:
        """The first such line with these fields."""
        matches = lambda: [  # noqa: E731
            line for line in self.lines() if line["message"].startswith(message) and fields.items() <= line.items()
        ]
        return wait_for(f"the log's line {message!r}", matches, CLIENT_SECONDS)[0]


def start(folder: Path, **settings: str) -> Receiver:
    """A receiver that stores into `folder`/storage: it needs no AWS."""
    settings = {"DICOM_BUCKET": "", "STORAGE_DIRECTORY": str(folder / "storage"), **settings}
    return Receiver(STORE_SCP, "http://127.0.0.1:9", "", folder / "receiver.log", **settings)


def tls_settings(pair: tuple[Path, Path], **settings: str) -> dict[str, str]:
    return {"TLS_CERTIFICATE": str(pair[0]), "TLS_PRIVATE_KEY": str(pair[1]), "TLS_PORT": str(free_port()), **settings}


@pytest.fixture(scope="module")
def pair(tmp_path_factory) -> tuple[Path, Path]:
    """Of an RSA key: under TLS 1.2 DCMTK offers no suite for others."""
    return make_certificate(HOST, tmp_path_factory.mktemp("pair"), key_type="rsa")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("receiver")


@pytest.fixture(scope="module")
def tls_port(folder, pair):
    """That of the receiver which most tests share."""
    # A delivery that closes while another test reads the log would be a line of it.
    settings = tls_settings(pair, DELIVERY_QUIET_SECONDS="3600")
    with start(folder, **settings):
        yield int(settings["TLS_PORT"])


@pytest.fixture
def log(folder, tls_port) -> Log:
    return Log(folder / "receiver.log")


@pytest.fixture(scope="module")
def instance(tmp_path_factory) -> Path:
    return synthetic_instance(tmp_path_factory.mktemp("instance") / "sent.dcm", ExplicitVRLittleEndian)


def client_context(trusted: Path, version: ssl.TLSVersion | None = None, own: tuple[Path, Path] | None = None):
    context = ssl.create_default_context(cafile=trusted)
    if version:
        context.minimum_version = context.maximum_version = version
    if own:
        context.load_cert_chain(*own)
    return context


def statuses(acknowledgements) -> list[int | None]:
    return [acknowledgement.status for acknowledgement in acknowledgements]


def limit_openssl(version: str, folder: Path, monkeypatch) -> None:
    """DCMTK has no option for the version: OpenSSL's configuration has."""
    configuration = folder / "openssl.cnf"
    configuration.write_text(
        "openssl_conf = main\n[main]\nssl_conf = ssl\n[ssl]\nsystem_default = limits\n"
        f"[limits]\nMinProtocol = TLSv{version}\nMaxProtocol = TLSv{version}\n"
    )
    monkeypatch.setenv("OPENSSL_CONF", str(configuration))


# TLS


@pytest.mark.parametrize("version", VERSIONS)
def test_dcmtk_stores_over_tls(tls_port, pair, folder, instance, tmp_path, monkeypatch, version):
    limit_openssl(version, tmp_path, monkeypatch)
    [acknowledgement] = send_with_dcmtk(
        [instance], "127.0.0.1", tls_port, options=("+tla", "--add-cert-file", pair[0])
    )
    assert acknowledgement.status == 0
    assert list((folder / "storage").rglob(f"{acknowledgement.sop_instance_uid}.dcm"))


@pytest.mark.parametrize("version", VERSIONS)
def test_pynetdicom_stores_over_tls(tls_port, pair, instance, log, version):
    tls = (client_context(pair[0], VERSIONS[version]), HOST)
    assert statuses(send_with_pynetdicom([instance], "127.0.0.1", tls_port, tls=tls)) == [0]
    assert log.wait_for("association ended")["end"] == "released"


def test_a_large_instance_comes_through_tls(tls_port, pair, folder, tmp_path):
    path = synthetic_instance(tmp_path / "large.dcm", ExplicitVRLittleEndian)
    dataset = pydicom.dcmread(path)
    dataset.Rows, dataset.Columns = 8192, 4096
    dataset.PixelData = os.urandom(8192 * 4096)
    dataset.save_as(path, enforce_file_format=True)
    tls = (client_context(pair[0]), HOST)
    [acknowledgement] = send_with_pynetdicom([path], "127.0.0.1", tls_port, tls=tls)
    assert acknowledgement.status == 0
    [stored] = (folder / "storage").rglob(f"{acknowledgement.sop_instance_uid}.dcm")
    assert pydicom.dcmread(stored).PixelData == dataset.PixelData


def s_client(port: int, *options: str) -> bool:
    """Whether OpenSSL's client comes to an end of its handshake."""
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-brief", *options]
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=CLIENT_SECONDS)
    return "CONNECTION ESTABLISHED" in result.stderr


def test_the_suites_of_tls_1_2_are_offered_for_either_kind_of_key(tls_port, tmp_path):
    suites = ("AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305")
    assert all(s_client(tls_port, "-tls1_2", "-cipher", f"ECDHE-RSA-{suite}") for suite in suites)
    settings = tls_settings(make_certificate(HOST, tmp_path / "ec"))
    with start(tmp_path, **settings):
        port = int(settings["TLS_PORT"])
        assert all(s_client(port, "-tls1_2", "-cipher", f"ECDHE-ECDSA-{suite}") for suite in suites)


@pytest.mark.parametrize(
    "options",
    [
        ["-tls1", "-cipher", "ALL:@SECLEVEL=0"],
        ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
        ["-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA"],
        ["-tls1_2", "-cipher", "ECDHE-RSA-AES256-SHA384"],
        ["-tls1_2", "-cipher", "AES128-GCM-SHA256:AES256-SHA"],
        ["-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256"],
        ["-tls1_2", "-cipher", "aNULL:@SECLEVEL=0"],
    ],
    ids=" ".join,
)
def test_old_versions_and_weak_suites_are_refused_with_one_line(tls_port, log, options):
    assert not s_client(tls_port, *options)
    assert log.wait_for("TLS handshake failed")["peer"] == "127.0.0.1"
    assert_nothing_else(log, tls_port)


def assert_nothing_else(log: Log, port: int) -> None:
    """A later handshake that fails is the second line."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"\x01\x00\x00\x00\x00\x00")
    wait_for("the second line", lambda: len(log.lines()) >= 2)
    assert log.messages() == ["TLS handshake failed"] * 2


def test_tls_1_3_alone(pair, instance, tmp_path, monkeypatch):
    settings = tls_settings(pair, TLS_MINIMUM_VERSION="1.3")
    with start(tmp_path, **settings):
        port = int(settings["TLS_PORT"])
        assert not s_client(port, "-tls1_2")
        options = ("+tla", "--add-cert-file", pair[0])
        limit_openssl("1.3", tmp_path, monkeypatch)
        assert statuses(send_with_dcmtk([instance], "127.0.0.1", port, options=options)) == [0]
        limit_openssl("1.2", tmp_path, monkeypatch)
        assert statuses(send_with_dcmtk([instance], "127.0.0.1", port, options=options)) == [None]


def test_required_client_certificates(pair, instance, tmp_path):
    authority, other = (make_certificate(name, tmp_path / name) for name in ("authority", "other"))
    client = make_certificate("client", tmp_path / "client", authority)
    stranger = make_certificate("client", tmp_path / "stranger", other)
    settings = tls_settings(pair, TLS_CLIENT_CERTIFICATES="required", TLS_CLIENT_CA_CERTIFICATES=str(authority[0]))
    with start(tmp_path, **settings) as scp:
        port, log = int(settings["TLS_PORT"]), Log(scp.log)
        trust = ("--add-cert-file", pair[0])
        assert statuses(send_with_dcmtk([instance], "127.0.0.1", port, options=("+tla", *trust))) == [None]
        wait_for("the first line", lambda: len(log.lines()) == 1)
        own = ("+tls", stranger[1], stranger[0], *trust)
        assert statuses(send_with_dcmtk([instance], "127.0.0.1", port, options=own)) == [None]
        wait_for("the second line", lambda: len(log.lines()) == 2)
        assert log.messages() == ["TLS handshake failed"] * 2
        assert [line["reason"] for line in log.lines()] == [
            "the client sent no certificate",
            "the client's certificate is not valid, or its authority is not known",
        ]
        own = ("+tls", client[1], client[0], *trust)
        assert statuses(send_with_dcmtk([instance], "127.0.0.1", port, options=own)) == [0]
        for version in VERSIONS.values():
            tls = (client_context(pair[0], version, client), HOST)
            assert statuses(send_with_pynetdicom([instance], "127.0.0.1", port, tls=tls)) == [0]


def test_required_tls_from_settings_that_hold_the_text(pair, instance, tmp_path):
    settings = tls_settings(pair, REQUIRE_TLS="true")
    settings.update(TLS_CERTIFICATE=pair[0].read_text(), TLS_PRIVATE_KEY=pair[1].read_text())
    with start(tmp_path, **settings) as scp:
        tls = (client_context(pair[0]), HOST)
        assert statuses(send_with_pynetdicom([instance], "127.0.0.1", int(settings["TLS_PORT"]), tls=tls)) == [0]
        assert not accepts(scp.port)
    assert "PRIVATE KEY" not in scp.log.read_text()


@pytest.mark.parametrize(
    "settings, named",
    [
        ({"TLS_CERTIFICATE": "/nowhere/certificate.pem"}, "TLS_PRIVATE_KEY"),
        ({"TLS_CERTIFICATE": "/nowhere/certificate.pem", "TLS_PRIVATE_KEY": "/nowhere/key.pem"}, "TLS_CERTIFICATE"),
        ({"REQUIRE_TLS": "true", "TLS_PORT": "0"}, "TLS_CERTIFICATE"),
        ({"PROXY_PROTOCOL": "auto"}, "the load balancer's addresses and CIDR ranges, since PROXY_PROTOCOL is"),
        ({"STORAGE_DIRECTORY": "/dev/null/storage"}, "STORAGE_DIRECTORY, /dev/null/storage, cannot be written"),
    ],
)
def test_settings_that_cannot_be_used_end_the_start(tmp_path, settings, named):
    log = Log(tmp_path / "receiver.log")
    with pytest.raises(RuntimeError), start(tmp_path, **settings):
        pass
    [line] = log.lines()
    assert line["message"] == "the receiver cannot run"
    assert named in json.dumps(line)


def test_a_port_that_is_taken_ends_the_start(tmp_path):
    log = Log(tmp_path / "receiver.log")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(RuntimeError), start(tmp_path, SCP_PORT=str(port)):
            pass
    [line] = log.lines()
    assert line["message"] == "the receiver cannot run"
    assert line["errorMessage"] == f"port {port} of 127.0.0.1 cannot be opened: Address already in use"


def served_certificate(port: int) -> str:
    return ssl.get_server_certificate(("127.0.0.1", port), timeout=CLIENT_SECONDS)


def replace(source: Path, target: Path) -> None:
    """As all that replace certificates do it: whole, under its own name."""
    shutil.copyfile(source, target.with_suffix(".new"))
    target.with_suffix(".new").replace(target)


def test_certificates_are_loaded_anew(pair, tmp_path):
    first, second = (make_certificate(HOST, tmp_path / name) for name in ("first", "second"))
    used = make_certificate(HOST, tmp_path / "used")
    for source, target in zip(first, used, strict=True):
        replace(source, target)
    settings = tls_settings(used, TLS_RELOAD_SECONDS="1")
    with start(tmp_path, **settings) as scp:
        port, log = int(settings["TLS_PORT"]), Log(scp.log)
        assert served_certificate(port) == first[0].read_text()
        ae = AE()
        ae.add_requested_context(VERIFICATION)
        association = ae.associate("127.0.0.1", port, tls_args=(client_context(first[0]), HOST))
        assert association.send_c_echo().Status == 0

        for source, target in zip(second, used, strict=True):
            replace(source, target)
        wait_for("the new certificate", lambda: served_certificate(port) == second[0].read_text())
        assert log.wait_for("TLS certificate reloaded")["notAfter"].endswith("Z")
        assert association.send_c_echo().Status == 0
        association.release()

        (tmp_path / "broken.pem").write_text("-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n")
        replace(tmp_path / "broken.pem", used[0])
        line = log.wait_for("TLS certificate cannot be loaded")
        assert line["level"] == "ERROR"
        assert str(used[0]) in json.dumps(line)
        assert served_certificate(port) == second[0].read_text()

        # The key fits again: what could not be used is not held against it.
        replace(second[0], used[0])
        wait_for("the line", lambda: log.messages().count("TLS certificate reloaded") == 2)
        assert served_certificate(port) == second[0].read_text()


def test_connections_of_every_stage_end_at_shutdown(pair, tmp_path):
    settings = tls_settings(pair)
    with start(tmp_path, **settings) as scp:
        port, log = int(settings["TLS_PORT"]), Log(scp.log)
        ae = AE()
        ae.add_requested_context(VERIFICATION)
        association = ae.associate("127.0.0.1", port, tls_args=(client_context(pair[0]), HOST))
        assert association.is_established
        silent, stalled, encrypted = (socket.create_connection(("127.0.0.1", port)) for _ in range(3))
        # The first bytes of a handshake.
        stalled.sendall(bytes.fromhex("16 0301 0200 01"))
        # By 1.2 the receiver has ended its handshake when we have.
        context = client_context(pair[0], ssl.TLSVersion.TLSv1_2)
        with silent, stalled, context.wrap_socket(encrypted, server_hostname=HOST):
            scp.signal(signal.SIGTERM)
            log.wait_for("shutting down")
            association.release()
            assert scp.wait(CLIENT_SECONDS) == 0
    assert log.messages().count("TLS handshake failed") == 1
    assert log.wait_for("association ended")["end"] == "released"


# The PROXY header


@pytest.fixture(scope="module")
def proxied(pair, tmp_path_factory):
    """A receiver behind load balancers, and its settings."""
    settings = tls_settings(pair, PROXY_PROTOCOL="true")
    with start(tmp_path_factory.mktemp("proxied"), **settings) as scp:
        yield scp, int(settings["TLS_PORT"])


def test_the_peer_is_that_of_the_proxy_header(proxied, instance):
    scp, _ = proxied
    log = Log(scp.log)
    with Forwarder(scp.port, preamble=PROXY_HEADER) as balancer:
        assert statuses(send_with_dcmtk([instance], "127.0.0.1", balancer.port)) == [0]
        line = log.wait_for("association ended")
    assert (line["peer"], line["end"]) == ("203.0.113.7", "released")


def test_the_proxy_header_stands_before_tls(proxied, pair, instance):
    scp, tls_port = proxied
    log = Log(scp.log)
    with Forwarder(tls_port, preamble=PROXY_HEADER) as balancer:
        tls = (client_context(pair[0]), HOST)
        assert statuses(send_with_pynetdicom([instance], "127.0.0.1", balancer.port, tls=tls)) == [0]
        line = log.wait_for("association ended")
    assert (line["peer"], line["end"]) == ("203.0.113.7", "released")


def test_who_sends_no_proxy_header_is_refused(proxied, pair, instance):
    scp, tls_port = proxied
    log = Log(scp.log)
    assert statuses(send_with_dcmtk([instance], "127.0.0.1", scp.port)) == [None]
    with pytest.raises(OSError):
        served_certificate(tls_port)
    wait_for("both lines", lambda: len(log.lines()) >= 2)
    assert log.messages() == ["connection without a valid PROXY header refused"] * 2


@pytest.fixture(scope="module")
def either(pair, tmp_path_factory):
    """A receiver whose load balancer, 127.0.0.1, sends the header now and then; its TLS port."""
    rules = [{"callingAETitle": "BOUND", "peers": ["203.0.113.7"]}]
    rules += [{"callingAETitle": title} for title in ("FREE", "PLAIN", "TLS")]
    settings = tls_settings(
        pair,
        PROXY_PROTOCOL="auto",
        PROXY_PROTOCOL_FROM="127.0.0.1/32,fd00::/8",
        ACCESS_RULES=json.dumps(rules),
        MAXIMUM_ASSOCIATIONS_PER_PEER=PER_PEER,
    )
    with start(tmp_path_factory.mktemp("either"), **settings) as scp:
        yield scp, int(settings["TLS_PORT"])


PREAMBLES = {b"": "127.0.0.1", PROXY_HEADER: "203.0.113.7", PROXY_LINE: "203.0.113.7"}


@pytest.mark.parametrize("preamble", PREAMBLES, ids=["none", "version 2", "version 1"])
def test_with_and_without_the_header_senders_are_served(either, pair, instance, preamble):
    scp, tls_port = either
    log, tls = Log(scp.log), (client_context(pair[0]), HOST)
    with Forwarder(scp.port, preamble=preamble) as plain, Forwarder(tls_port, preamble=preamble) as encrypted:
        assert statuses(send_with_dcmtk([instance], "127.0.0.1", plain.port, "PLAIN")) == [0]
        assert statuses(send_with_pynetdicom([instance], "127.0.0.1", encrypted.port, "TLS", tls=tls)) == [0]
        for title in ("PLAIN", "TLS"):
            line = log.wait_for("association ended", callingAE=title)
            assert (line["peer"], line["end"]) == (PREAMBLES[preamble], "released")


def associate(port: int, title: str = "FREE") -> Association:
    ae = AE(ae_title=title)
    ae.add_requested_context(VERIFICATION)
    return ae.associate("127.0.0.1", port)


def test_the_header_is_switched_on_and_off_and_no_sender_notices(either, instance):
    """As `EnableProxyProtocol` does it at the load balancer, while associations last."""
    scp, _ = either
    with Forwarder(scp.port) as balancer:
        lasting = []
        for preamble in (b"", PROXY_LINE, b"", PROXY_HEADER):
            balancer.preamble = preamble
            assert statuses(send_with_dcmtk([instance], "127.0.0.1", balancer.port, "FREE")) == [0]
            assert statuses(send_with_pynetdicom([instance], "127.0.0.1", balancer.port, "FREE")) == [0]
            lasting = lasting or [associate(balancer.port)]
            assert lasting[0].send_c_echo().Status == 0
        lasting[0].release()


def test_limits_for_addresses_count_the_headers(either):
    scp, _ = either
    with Forwarder(scp.port, preamble=PROXY_LINE.replace(b"113.7", b"113.8")) as balancer:
        lasting = [associate(balancer.port) for _ in range(int(PER_PEER) + 1)]
        assert [association.is_established for association in lasting] == [True] * int(PER_PEER) + [False]
        for preamble in (b"", PROXY_HEADER):
            balancer.preamble = preamble
            lasting.append(associate(balancer.port))
            assert lasting[-1].is_established
        for association in lasting:
            association.release()


def test_rules_for_addresses_mean_the_headers(either, instance):
    scp, _ = either
    with Forwarder(scp.port) as balancer:
        assert statuses(send_with_dcmtk([instance], "127.0.0.1", balancer.port, "BOUND")) == [None]
        balancer.preamble = PROXY_LINE
        assert statuses(send_with_dcmtk([instance], "127.0.0.1", balancer.port, "BOUND")) == [0]


def test_from_elsewhere_no_header_is_believed(either, instance):
    scp, _ = either
    log = Log(scp.log)
    with Forwarder(scp.port, preamble=PROXY_HEADER, source=ELSEWHERE) as stranger:
        assert statuses(send_with_dcmtk([instance], "127.0.0.1", stranger.port, "BOUND")) == [None]
        refused = log.wait_for("association ended", peer=ELSEWHERE, end="aborted by us: a PROXY header on a port for DICOM")
        assert refused["hint"].startswith("PROXY_PROTOCOL_FROM=127.0.0.1/32,fd00::/8")
        stranger.preamble = b""
        assert statuses(send_with_dcmtk([instance], "127.0.0.1", stranger.port, "FREE")) == [0]


def test_a_sender_cannot_add_a_header_to_the_load_balancers(either, instance):
    scp, _ = either
    log = Log(scp.log)
    with Forwarder(scp.port, preamble=PROXY_LINE + PROXY_HEADER) as balancer:
        assert statuses(send_with_dcmtk([instance], "127.0.0.1", balancer.port, "BOUND")) == [None]
    log.wait_for("association ended", peer="203.0.113.7", end="aborted by us: a PROXY header on a port for DICOM")


# The health port


def ask(port: int, path: str = "/") -> tuple[int, bytes, str | None]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=CLIENT_SECONDS)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read(), response.getheader("Connection")
    finally:
        connection.close()


def test_the_health_port_tells_whether_associations_are_taken(tmp_path):
    port = free_port()
    with start(tmp_path, HEALTH_PORT=str(port)) as scp:
        assert ask(port) == ask(port, "/healthz?now") == (200, b"ready\n", "close")
        ae = AE()
        ae.add_requested_context(VERIFICATION)
        association = ae.associate("127.0.0.1", scp.port)
        assert association.is_established
        scp.signal(signal.SIGTERM)
        wait_for("the end to begin", lambda: ask(port)[0] == 503, 4)
        assert ask(port) == (503, b"ending\n", "close")
        wait_for("the port to close", lambda: not accepts(scp.port))
        association.release()
        assert scp.wait(CLIENT_SECONDS) == 0
    assert not accepts(port)


# Load balancers' probes, and what the log says of ports


def probe(port: int, breaks: bool) -> None:
    connection = socket.create_connection(("127.0.0.1", port))
    if breaks:
        # On close the peer is sent a reset.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


PROXY_SETTINGS = [
    {},
    {"PROXY_PROTOCOL": "true"},
    {"PROXY_PROTOCOL": "auto", "PROXY_PROTOCOL_FROM": "127.0.0.1"},
]


@pytest.mark.parametrize("proxy", PROXY_SETTINGS, ids=["none", "true", "auto"])
def test_probes_leave_no_line(pair, tmp_path, proxy):
    settings = tls_settings(pair, HEALTH_PORT=str(free_port()), LOG_LEVEL="DEBUG", **proxy)
    log = Log(tmp_path / "receiver.log")
    with start(tmp_path, **settings) as scp:
        tls_port, health_port = int(settings["TLS_PORT"]), int(settings["HEALTH_PORT"])
        for port in [scp.port, tls_port, health_port]:
            for breaks in [False, True] * 5:
                probe(port, breaks)
        assert ask(health_port)[0] == 200
        assert scp.stop() == 0
    [ready, *others] = log.lines()
    assert ready["message"] == "receiver ready"
    assert [line["message"].split()[0] for line in others] == ["shutting", "receiver"]
    assert [ready[name] for name in ("port", "tlsPort", "healthPort")] == [
        str(port) for port in (scp.port, tls_port, health_port)
    ]
    assert ready["openFileLimit"] == str(resource.getrlimit(resource.RLIMIT_NOFILE)[1])
