# SPDX-License-Identifier: Apache-2.0

"""TLS between other programs and the receiver: versions, cipher suites, certificates of both sides."""

import json
import os
import shutil
import socket
import ssl
from pathlib import Path

import pydicom
import pytest
from folder_receivers import start, statuses, tls_settings
from ports import accepts
from pydicom.uid import ExplicitVRLittleEndian
from pynetdicom import AE
from pynetdicom.sop_class import Verification
from receiver_log import Log
from senders import send_with_dcmtk, send_with_pynetdicom
from synthetic import synthetic_instance
from tls import make_certificate
from tls_clients import CLIENT_SECONDS, HOST, VERSIONS, client_context, limit_openssl, s_client
from waiting import wait_for

pytestmark = pytest.mark.pipeline


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("receiver")


@pytest.fixture(scope="module")
def tls_port(folder, pair):
    """The TLS port of the receiver that most tests share."""
    # Otherwise a delivery could close, and log a line, while another test reads the log.
    settings = tls_settings(pair, DELIVERY_QUIET_SECONDS="3600")
    with start(folder, **settings) as scp:
        yield scp.tls_port


@pytest.fixture
def log(folder, tls_port) -> Log:
    return Log(folder / "receiver.log")


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


def test_the_suites_of_tls_1_2_are_offered_for_either_kind_of_key(tls_port, tmp_path):
    suites = ("AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305")
    assert all(s_client(tls_port, "-tls1_2", "-cipher", f"ECDHE-RSA-{suite}") for suite in suites)
    settings = tls_settings(make_certificate(HOST, tmp_path / "ec"))
    with start(tmp_path, **settings) as scp:
        port = scp.tls_port
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
    """Asserts that the next failed handshake logs the second line."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"\x01\x00\x00\x00\x00\x00")
    wait_for("the second line", lambda: len(log.lines()) >= 2)
    assert log.messages() == ["TLS handshake failed"] * 2


def test_only_tls_1_3_can_be_allowed(pair, instance, tmp_path, monkeypatch):
    settings = tls_settings(pair, TLS_MINIMUM_VERSION="1.3")
    with start(tmp_path, **settings) as scp:
        port = scp.tls_port
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
        port, log = scp.tls_port, Log(scp.log)
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


def test_tls_can_be_required_and_certificates_given_as_text(pair, instance, tmp_path):
    settings = tls_settings(pair, REQUIRE_TLS="true")
    settings.update(TLS_CERTIFICATE=pair[0].read_text(), TLS_PRIVATE_KEY=pair[1].read_text())
    with start(tmp_path, **settings) as scp:
        tls = (client_context(pair[0]), HOST)
        assert statuses(send_with_pynetdicom([instance], "127.0.0.1", scp.tls_port, tls=tls)) == [0]
        assert not accepts(scp.port)
    assert "PRIVATE KEY" not in scp.log.read_text()


def served_certificate(port: int) -> str:
    return ssl.get_server_certificate(("127.0.0.1", port), timeout=CLIENT_SECONDS)


def replace(source: Path, target: Path) -> None:
    """Replaces a file atomically, as programs that renew certificates do."""
    shutil.copyfile(source, target.with_suffix(".new"))
    target.with_suffix(".new").replace(target)


def test_certificates_are_reloaded(pair, tmp_path):
    first, second = (make_certificate(HOST, tmp_path / name) for name in ("first", "second"))
    used = make_certificate(HOST, tmp_path / "used")
    for source, target in zip(first, used, strict=True):
        replace(source, target)
    settings = tls_settings(used, TLS_RELOAD_SECONDS="1")
    with start(tmp_path, **settings) as scp:
        port, log = scp.tls_port, Log(scp.log)
        assert served_certificate(port) == first[0].read_text()
        ae = AE()
        ae.add_requested_context(Verification)
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

        # The certificate matches the key again, and is loaded in spite of the earlier error.
        replace(second[0], used[0])
        wait_for("the line", lambda: log.messages().count("TLS certificate reloaded") == 2)
        assert served_certificate(port) == second[0].read_text()
