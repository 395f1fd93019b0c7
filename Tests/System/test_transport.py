# SPDX-License-Identifier: Apache-2.0

"""The receiver's ports: errors at the start, the health port, shutdown, load balancers' probes."""

import contextlib
import http.client
import json
import resource
import signal
import socket
import ssl
import struct

import pytest
from folder_receivers import start, tls_settings
from ports import accepts, reserved_port
from pynetdicom import AE
from pynetdicom.sop_class import Verification
from receiver_log import Log
from tls_clients import CLIENT_SECONDS, HOST, client_context
from waiting import wait_for

pytestmark = pytest.mark.pipeline


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


def test_a_port_in_use_ends_the_start(tmp_path):
    log = Log(tmp_path / "receiver.log")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(RuntimeError), start(tmp_path, SCP_PORT=str(port)):
            pass
    [line] = log.lines()
    assert line["message"] == "the receiver cannot run"
    assert line["errorMessage"] == f"port {port} of 127.0.0.1 cannot be opened: Address already in use"


def test_connections_of_every_stage_end_at_shutdown(pair, tmp_path):
    settings = tls_settings(pair)
    with start(tmp_path, **settings) as scp:
        port, log = scp.tls_port, Log(scp.log)
        ae = AE()
        ae.add_requested_context(Verification)
        association = ae.associate("127.0.0.1", port, tls_args=(client_context(pair[0]), HOST))
        assert association.is_established
        silent, stalled, encrypted = (socket.create_connection(("127.0.0.1", port)) for _ in range(3))
        # The first bytes of a handshake.
        stalled.sendall(bytes.fromhex("16 0301 0200 01"))
        # With TLS 1.2 the receiver has completed its handshake when the client has.
        context = client_context(pair[0], ssl.TLSVersion.TLSv1_2)
        with silent, stalled, context.wrap_socket(encrypted, server_hostname=HOST):
            scp.signal(signal.SIGTERM)
            log.wait_for("shutting down")
            association.release()
            assert scp.wait(CLIENT_SECONDS) == 0
    assert log.messages().count("TLS handshake failed") == 1
    assert log.wait_for("association ended")["end"] == "released"


# The health port


def ask(port: int, path: str = "/") -> tuple[int, bytes, str | None]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=CLIENT_SECONDS)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read(), response.getheader("Connection")
    finally:
        connection.close()


def test_the_health_port_says_whether_associations_are_accepted(tmp_path):
    with start(tmp_path, HEALTH_PORT="0") as scp:
        port = scp.health_port
        assert ask(port) == ask(port, "/health?now") == (200, b"healthy\n", "close")
        assert ask(port, "/ready") == (200, b"ready\n", "close")
        ae = AE()
        ae.add_requested_context(Verification)
        association = ae.associate("127.0.0.1", scp.port)
        assert association.is_established
        scp.signal(signal.SIGTERM)
        wait_for("the end to begin", lambda: ask(port)[0] == 503, 4)
        assert ask(port) == (503, b"ending\n", "close")
        wait_for("the port to close", lambda: not accepts(scp.port))
        association.release()
        assert scp.wait(CLIENT_SECONDS) == 0
    assert not accepts(port)


# Load balancers' probes, and the ports in the log


def probe(port: int, breaks: bool) -> None:
    connection = socket.create_connection(("127.0.0.1", port))
    if breaks:
        # Closing this socket sends a reset to the peer.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


PROXY_SETTINGS = [
    {},
    {"PROXY_PROTOCOL": "true"},
    {"PROXY_PROTOCOL": "auto", "PROXY_PROTOCOL_FROM": "127.0.0.1"},
]


@pytest.mark.parametrize("proxy", PROXY_SETTINGS, ids=["none", "true", "auto"])
def test_probes_log_nothing(pair, tmp_path, proxy):
    log = Log(tmp_path / "receiver.log")
    with contextlib.ExitStack() as running:
        tls_port, health_port = (running.enter_context(reserved_port()) for _ in range(2))
        ports = {"TLS_PORT": str(tls_port), "HEALTH_PORT": str(health_port)}
        scp = running.enter_context(start(tmp_path, **tls_settings(pair, **ports, LOG_LEVEL="DEBUG", **proxy)))
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
