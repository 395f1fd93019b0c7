# SPDX-License-Identifier: Apache-2.0

"""A load balancer in front of the receiver puts the PROXY header before the connections of senders."""

import json
import ssl

import pytest
from folder_receivers import start, statuses, tls_settings
from forwarder import Forwarder
from proxy_headers import PROXY_HEADER, PROXY_LINE
from pynetdicom import AE
from pynetdicom.association import Association
from pynetdicom.sop_class import Verification
from receiver_log import Log
from senders import send_with_dcmtk, send_with_pynetdicom
from tls_clients import CLIENT_SECONDS, HOST, client_context
from waiting import wait_for

pytestmark = pytest.mark.pipeline
ELSEWHERE = "127.0.0.2"
PER_PEER = "4"


@pytest.fixture(scope="module")
def proxied(pair, tmp_path_factory):
    """A receiver behind load balancers, and its TLS port."""
    settings = tls_settings(pair, PROXY_PROTOCOL="true")
    with start(tmp_path_factory.mktemp("proxied"), **settings) as scp:
        yield scp, scp.tls_port


def test_the_peers_address_comes_from_the_proxy_header(proxied, instance):
    scp, _ = proxied
    log = Log(scp.log)
    with Forwarder(scp.port, preamble=PROXY_HEADER) as balancer:
        assert statuses(send_with_dcmtk([instance], "127.0.0.1", balancer.port)) == [0]
        line = log.wait_for("association ended")
    assert (line["peer"], line["end"]) == ("203.0.113.7", "released")


def test_the_proxy_header_comes_before_tls(proxied, pair, instance):
    scp, tls_port = proxied
    log = Log(scp.log)
    with Forwarder(tls_port, preamble=PROXY_HEADER) as balancer:
        tls = (client_context(pair[0]), HOST)
        assert statuses(send_with_pynetdicom([instance], "127.0.0.1", balancer.port, tls=tls)) == [0]
        line = log.wait_for("association ended")
    assert (line["peer"], line["end"]) == ("203.0.113.7", "released")


def test_a_connection_without_a_proxy_header_is_refused(proxied, pair, instance):
    scp, tls_port = proxied
    log = Log(scp.log)
    assert statuses(send_with_dcmtk([instance], "127.0.0.1", scp.port)) == [None]
    with pytest.raises(OSError):
        ssl.get_server_certificate(("127.0.0.1", tls_port), timeout=CLIENT_SECONDS)
    wait_for("both lines", lambda: len(log.lines()) >= 2)
    assert log.messages() == ["connection without a valid PROXY header refused"] * 2


@pytest.fixture(scope="module")
def either(pair, tmp_path_factory):
    """A receiver whose load balancer, 127.0.0.1, sends the header sometimes; and its TLS port."""
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
        yield scp, scp.tls_port


PREAMBLES = {b"": "127.0.0.1", PROXY_HEADER: "203.0.113.7", PROXY_LINE: "203.0.113.7"}


@pytest.mark.parametrize("preamble", PREAMBLES, ids=["none", "version 2", "version 1"])
def test_senders_are_served_with_and_without_the_header(either, pair, instance, preamble):
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
    ae.add_requested_context(Verification)
    return ae.associate("127.0.0.1", port)


def test_the_header_is_switched_on_and_off_and_no_sender_notices(either, instance):
    """As a change of `EnableProxyProtocol` does at the load balancer while associations are open."""
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


def test_limits_for_addresses_use_the_headers_address(either):
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


def test_rules_for_addresses_use_the_headers_address(either, instance):
    scp, _ = either
    with Forwarder(scp.port) as balancer:
        assert statuses(send_with_dcmtk([instance], "127.0.0.1", balancer.port, "BOUND")) == [None]
        balancer.preamble = PROXY_LINE
        assert statuses(send_with_dcmtk([instance], "127.0.0.1", balancer.port, "BOUND")) == [0]


def test_a_header_from_another_address_is_not_believed(either, instance):
    scp, _ = either
    log = Log(scp.log)
    with Forwarder(scp.port, preamble=PROXY_HEADER, source=ELSEWHERE) as stranger:
        assert statuses(send_with_dcmtk([instance], "127.0.0.1", stranger.port, "BOUND")) == [None]
        refused = log.wait_for("association ended", peer=ELSEWHERE, end="aborted by us: a PROXY header on a port for DICOM")
        assert refused["hint"].startswith("PROXY_PROTOCOL_FROM=127.0.0.1/32,fd00::/8")
        stranger.preamble = b""
        assert statuses(send_with_dcmtk([instance], "127.0.0.1", stranger.port, "FREE")) == [0]


def test_a_sender_cannot_add_a_second_header(either, instance):
    scp, _ = either
    log = Log(scp.log)
    with Forwarder(scp.port, preamble=PROXY_LINE + PROXY_HEADER) as balancer:
        assert statuses(send_with_dcmtk([instance], "127.0.0.1", balancer.port, "BOUND")) == [None]
    log.wait_for("association ended", peer="203.0.113.7", end="aborted by us: a PROXY header on a port for DICOM")
