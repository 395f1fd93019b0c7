# SPDX-License-Identifier: Apache-2.0

"""docs/conformance.md says what a receiver accepts, refuses and answers: each row of its tables is tried."""

import contextlib
import http.server
import itertools
import socket
import ssl
import threading

import pytest
import raw_sender
from conftest import STORE_SCP
from generated_tables import generated
from pydicom._uid_dict import UID_dictionary
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import AE
from pynetdicom.pdu_primitives import (
    AsynchronousOperationsWindowNegotiation,
    SCP_SCU_RoleSelectionNegotiation,
    SOPClassExtendedNegotiation,
    UserIdentityNegotiation,
)
from pynetdicom.presentation import build_context
from pynetdicom.sop_class import _STORAGE_CLASSES, CTImageStorage, MRImageStorage, Verification
from raw_sender import RawSender
from receiver import Receiver
from rejections import rejection
from store_answers import CASES, NOT_CAUSED, cause, form
from tls import make_certificate
from tls_clients import HOST

pytestmark = pytest.mark.pipeline

CONTEXTS_OF_AN_ASSOCIATION = 128
USER_REJECTION, NO_REASON, ABSTRACT_SYNTAX, TRANSFER_SYNTAXES = 1, 2, 3, 4
PAGE = "conformance.md"
ACCEPTED_CLASSES = [row[1] for row in generated(PAGE, "SOP classes that are accepted")]
REFUSED_CLASSES = [row[1] for row in generated(PAGE, "SOP classes that are refused")]
ACCEPTED_SYNTAXES = [row[2] for row in generated(PAGE, "transfer syntaxes that are accepted")]
REFUSED_SYNTAXES = [row[1] for row in generated(PAGE, "transfer syntaxes that are refused")]
PARAMETERS = {row[0]: row[1] for row in generated(PAGE, "association parameters")}
STATUSES = generated(PAGE, "C-STORE statuses")


@pytest.fixture(scope="module")
def receiver(tmp_path_factory):
    """A receiver with the default settings that stores into a folder."""
    folder = tmp_path_factory.mktemp("conformance")
    settings = {"DICOM_BUCKET": "", "STORAGE_DIRECTORY": str(folder / "storage")}
    with Receiver(STORE_SCP, "http://127.0.0.1:9", "", folder / "receiver.log", **settings) as scp:
        yield scp


def results(port: int, proposals: list[tuple[str, list[str]]], **arguments) -> list[tuple[int, str]]:
    """For each proposed abstract syntax with its transfer syntaxes: the result, and the accepted transfer syntax."""
    found = []
    # pynetdicom aborts an association without an accepted context.
    also = [build_context(MRImageStorage)]
    for at in range(0, len(proposals), CONTEXTS_OF_AN_ASSOCIATION - 1):
        batch = proposals[at : at + CONTEXTS_OF_AN_ASSOCIATION - 1]
        contexts = [build_context(sop_class, syntaxes) for sop_class, syntaxes in batch] + also
        association = AE().associate("127.0.0.1", port, contexts, **arguments)
        assert association.is_established
        answered = {it.context_id: it for it in [*association.accepted_contexts, *association.rejected_contexts]}
        in_order = [answered[2 * place + 1] for place in range(len(batch))]
        found += [(context.result, context.transfer_syntax[0]) for context in in_order]
        association.release()
    return found



# SOP classes and transfer syntaxes


def test_every_sop_class_is_accepted_in_every_transfer_syntax(receiver):
    assert len(ACCEPTED_CLASSES) > 150 and len(ACCEPTED_SYNTAXES) > 50
    proposals = [(sop_class, [syntax]) for sop_class in ACCEPTED_CLASSES for syntax in ACCEPTED_SYNTAXES]
    answers = results(receiver.port, proposals)
    wrong = [(it, got) for it, got in zip(proposals, answers, strict=True) if got != (0, it[1][0])]
    assert wrong == []


def test_no_other_sop_class_of_the_standard_is_accepted(receiver):
    others = {uid for uid, entry in UID_dictionary.items() if entry[1] in ("SOP Class", "Meta SOP Class")} - {*ACCEPTED_CLASSES}
    assert {*REFUSED_CLASSES} <= others
    proposals = [(uid, [ExplicitVRLittleEndian]) for uid in sorted(others)]
    answers = dict(zip(sorted(others), results(receiver.port, proposals), strict=True))
    assert {uid: result for uid, (result, _) in answers.items() if result != ABSTRACT_SYNTAX} == {}


def test_the_tables_have_every_storage_class(receiver):
    assert {*_STORAGE_CLASSES.values()} - {*ACCEPTED_CLASSES, *REFUSED_CLASSES} == set()


def test_everything_has_a_name():
    rows = [*generated(PAGE, "SOP classes that are accepted"), *generated(PAGE, "transfer syntaxes that are accepted")]
    assert [row for row in [*rows, *generated(PAGE, "cipher suites of TLS 1.2")] if "no name" in " ".join(row)] == []


def test_private_and_new_sop_classes_are_accepted(receiver):
    new = ["1.2.840.10008.5.1.4.1.1.999", "1.3.6.1.4.1.99999.1.1"]
    assert not {*new} & {*ACCEPTED_CLASSES}
    assert [result for result, _ in results(receiver.port, [(uid, [ExplicitVRLittleEndian]) for uid in new])] == [0, 0]


def test_the_tables_have_every_transfer_syntax_and_no_other_is_accepted(receiver):
    registered = {uid for uid, entry in UID_dictionary.items() if entry[1] == "Transfer Syntax"}
    assert {*ACCEPTED_SYNTAXES, *REFUSED_SYNTAXES} == registered
    refused = [*REFUSED_SYNTAXES, "1.2.840.113619.5.2"]
    answers = results(receiver.port, [(CTImageStorage, [syntax]) for syntax in refused])
    assert [result for result, _ in answers] == [TRANSFER_SYNTAXES] * len(refused)
    assert results(receiver.port, [(CTImageStorage, ["1.2.840.10008.1.2.4.999"])]) == [(0, "1.2.840.10008.1.2.4.999")]


def test_the_first_transfer_syntax_of_the_table_is_preferred(receiver, folder_receiver):
    pairs = list(itertools.pairwise(ACCEPTED_SYNTAXES))
    proposals = [(CTImageStorage, [second, first]) for first, second in pairs]
    assert results(receiver.port, proposals) == [(0, first) for first, _ in pairs]
    by_sender = folder_receiver(TRANSFER_SYNTAX_PREFERENCE="sender")
    assert results(by_sender.port, proposals) == [(0, second) for _, second in pairs]


# Association


def test_the_results_of_presentation_contexts(folder_receiver):
    rules = '[{"callingAETitle": "PYNETDICOM", "rights": ["store"]}]'
    receiver = folder_receiver(MAXIMUM_PRESENTATION_CONTEXTS="1", ACCESS_RULES=rules)
    proposals = [
        (CTImageStorage, [ImplicitVRLittleEndian]),
        (CTImageStorage, [ImplicitVRLittleEndian]),
        (CTImageStorage, ["1.2.840.113619.5.2"]),
        (Verification, [ImplicitVRLittleEndian]),
        (REFUSED_CLASSES[0], [ImplicitVRLittleEndian]),
    ]
    answers = [result for result, _ in results(receiver.port, proposals)]
    assert answers == [0, NO_REASON, TRANSFER_SYNTAXES, USER_REJECTION, ABSTRACT_SYNTAX]


def role(sop_class: str, scu: bool, scp: bool) -> SCP_SCU_RoleSelectionNegotiation:
    item = SCP_SCU_RoleSelectionNegotiation()
    item.sop_class_uid, item.scu_role, item.scp_role = sop_class, scu, scp
    return item


def window(operations: int) -> AsynchronousOperationsWindowNegotiation:
    item = AsynchronousOperationsWindowNegotiation()
    item.maximum_number_operations_invoked = item.maximum_number_operations_performed = operations
    return item


def test_the_answer_has_the_parameters_of_the_tables(receiver):
    extended = SOPClassExtendedNegotiation()
    extended.sop_class_uid, extended.service_class_application_information = CTImageStorage, bytes(6)
    items = [window(100), role(CTImageStorage, True, True), extended]
    contexts = [build_context(CTImageStorage), build_context(Verification)]
    association = AE().associate("127.0.0.1", receiver.port, contexts, ext_neg=items)
    acceptor = association.acceptor
    found = {
        "Implementation Class UID": acceptor.implementation_class_uid,
        "Implementation Version Name": acceptor.implementation_version_name,
        "Maximum PDU length that is announced": acceptor.maximum_length,
        "Operations that a peer may have outstanding": acceptor.asynchronous_operations[0],
        "Application Context Name": acceptor.primitive.application_context_name,
    }
    assert {name: str(value) for name, value in found.items()} == {name: PARAMETERS[name] for name in found}
    assert acceptor.asynchronous_operations[1] == 1
    granted = acceptor.role_selection[CTImageStorage]
    assert (granted.scu_role, granted.scp_role) == (True, False)
    [item] = [row for row in generated(PAGE, "user information") if "56H" in row[0]]
    assert f"`{' '.join(str(byte) for byte in acceptor.sop_class_extended[CTImageStorage])}`" in item[2]
    assert association.send_c_echo().Status == 0
    association.release()


def test_an_answer_has_no_window_and_no_role_that_were_not_asked_for(receiver):
    association = AE().associate("127.0.0.1", receiver.port, [build_context(CTImageStorage)])
    assert association.acceptor.asynchronous_operations == (1, 1)
    assert (association.acceptor.role_selection, association.acceptor.sop_class_extended) == ({}, {})
    association.release()


def test_a_class_without_the_scu_role_is_refused(receiver):
    proposals = [(CTImageStorage, [ImplicitVRLittleEndian])]
    assert results(receiver.port, proposals, ext_neg=[role(CTImageStorage, False, True)])[0][0] == USER_REJECTION


@contextlib.contextmanager
def identity_service(status: int):
    """Verifies user identities: answers each question with this status, and counts them."""

    class Handler(http.server.BaseHTTPRequestHandler):
        asked = 0

        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            type(self).asked += 1
            self.send_response(status)
            self.send_header("content-length", "4")
            self.end_headers()
            self.wfile.write(b"sure")

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", Handler
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def identity(kind: int) -> UserIdentityNegotiation:
    item = UserIdentityNegotiation()
    item.user_identity_type, item.primary_field, item.positive_response_requested = kind, b"ct", True
    if kind == 2:
        item.secondary_field = b"passcode"
    return item


def test_each_type_of_user_identity_is_verified_as_the_table_says(folder_receiver):
    rows = {int(row[0].split(":")[0]): row[1] for row in generated(PAGE, "types of user identity")}
    assert sorted(rows) == [1, 2, 3, 4, 5]
    # SHA-256 of "passcode".
    users = {1: '{"ct": {}}', 2: '{"ct": {"passcodeSHA256": "ebdb375f27f3e4ab4831efaf8dc4d28d1b1c025fcd59a3de2f6710ef88831aad"}}'}
    with identity_service(200) as (url, service):
        for kind, verifiers in rows.items():
            receiver = folder_receiver(USER_IDENTITY_TYPES=str(kind), USER_IDENTITY_URL=url)
            before = service.asked
            association = AE().associate("127.0.0.1", receiver.port, [build_context(Verification)], ext_neg=[identity(kind)])
            assert association.is_established and service.asked == before + 1, kind
            assert association.acceptor.user_identity.server_response == (b"" if kind < 3 else b"sure")
            association.release()
            assert ("USER_IDENTITIES" in verifiers) == (kind in users)
    receiver = folder_receiver(USER_IDENTITY_TYPES="1", USER_IDENTITIES=users[1])
    association = AE().associate("127.0.0.1", receiver.port, [build_context(Verification)], ext_neg=[identity(1)])
    assert association.is_established
    association.release()


def raw_rejection(port: int, request: bytes) -> tuple[int, int, int]:
    with RawSender(port) as sender:
        sender.send(request)
        answer = sender.pdu()
        assert answer[0] == 3, answer
        return tuple(answer[7:10])


def test_each_rejection_is_given_for_the_cause_in_the_table(receiver, folder_receiver):
    echo = build_context(Verification)
    request = raw_sender.associate_request()
    other_context = request.replace(b"1.2.840.10008.3.1.1.1", b"1.2.840.10008.3.1.1.9")
    other_version = request[:6] + b"\0\2" + request[8:]
    found = {
        "1/1/1": rejection(folder_receiver(REJECT_WITHOUT_CONTEXT="true").port, build_context(REFUSED_CLASSES[0])),
        "1/1/2": raw_rejection(receiver.port, other_context),
        "1/1/3": rejection(folder_receiver(REQUIRE_CALLING_AE_TITLE="CT1").port, echo),
        "1/1/7": rejection(folder_receiver(REQUIRE_CALLED_AE_TITLE="true").port, echo, ae_title="OTHER"),
        "1/2/1": rejection(folder_receiver(USER_IDENTITY_TYPES="1", USER_IDENTITIES='{"ct": {}}').port, echo),
        "1/2/2": raw_rejection(receiver.port, other_version),
    }
    with identity_service(500) as (url, _):
        asking = folder_receiver(USER_IDENTITY_TYPES="1", USER_IDENTITY_URL=url)
        found["2/3/1"] = rejection(asking.port, echo, ext_neg=[identity(1)])
    limited = folder_receiver(MAXIMUM_ASSOCIATIONS="1")
    with RawSender(limited.port) as first:
        first.associate()
        found["2/3/2"] = rejection(limited.port, echo)
    assert found == {numbers: tuple(int(number) for number in numbers.split("/")) for numbers in found}
    assert [row[0].split()[0] for row in generated(PAGE, "rejections")] == list(found)


# Statuses


def test_each_status_is_caused_here_or_it_is_said_why_not():
    comments = [row[1] for row in STATUSES]
    assert sorted([*CASES, *NOT_CAUSED]) == sorted(comments)


@pytest.mark.parametrize("comment", CASES, ids=lambda it: it or "success")
def test_a_status_has_the_cause_in_the_table(folder_receiver, slow_s3, comment):
    answer = cause(CASES[comment], folder_receiver, slow_s3.endpoint)
    [row] = [row for row in STATUSES if row[1] == comment]
    assert answer is not None
    assert (f"{answer.status:04X}H", form(answer.comment)) == (row[0], form(comment))


# TLS


@pytest.mark.parametrize("key_type", ["rsa", "ec"])
def test_only_the_cipher_suites_of_the_table_are_accepted_under_tls_1_2(folder_receiver, tmp_path, key_type):
    certificate, key = make_certificate(HOST, tmp_path / "pair", key_type=key_type)
    receiver = folder_receiver(TLS_CERTIFICATE=str(certificate), TLS_PRIVATE_KEY=str(key), TLS_PORT="0")
    signature = {"rsa": "_RSA_", "ec": "_ECDSA_"}[key_type]
    rows = [row for row in generated(PAGE, "cipher suites of TLS 1.2") if signature in row[0]]
    listed = {int(row[1].removesuffix("H"), 16) for row in rows}
    assert len(listed) == 3
    accepted = set()
    every = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    every.set_ciphers("ALL:@SECLEVEL=0")
    offered = [it for it in every.get_ciphers() if it["protocol"] != "TLSv1.3"]
    assert len(offered) > 40
    for suite in offered:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_ciphers(f"{suite['name']}:@SECLEVEL=0")
        with socket.create_connection(("127.0.0.1", receiver.tls_port)) as connection, contextlib.suppress(ssl.SSLError, OSError):
            with context.wrap_socket(connection):
                accepted.add(suite["id"] & 0xFFFF)
    assert accepted == listed
