# SPDX-License-Identifier: Apache-2.0

"""Every storage SOP class and every transfer syntax is accepted, and the data sets are stored as they were sent."""

import zlib
from pathlib import Path

import pydicom
import pytest
import raw_sender
from conftest import STORE_SCP
from part10 import data_set_bytes
from pydicom._uid_dict import UID_dictionary
from pydicom.uid import UID
from pynetdicom import AE
from pynetdicom.presentation import StoragePresentationContexts, build_context
from pynetdicom.sop_class import _NON_PATIENT_OBJECT_CLASSES, _STORAGE_CLASSES
from raw_sender import RawSender
from receiver import Receiver
from senders import send_with_pynetdicom
from synthetic import synthetic_instance
from waiting import wait_for

pytestmark = pytest.mark.pipeline
ROOT = "1.2.840.10008.1.2"
NO_DATA_SET = {f"{ROOT}.6.1", f"{ROOT}.6.2", *(f"{ROOT}.7.{number}" for number in (1, 2, 3))}
REGISTERED = sorted(uid for uid, entry in UID_dictionary.items() if entry[1] == "Transfer Syntax" and uid not in NO_DATA_SET)
JPIP_DEFLATED = [f"{ROOT}.4.95", f"{ROOT}.4.205"]
# pydicom writes these in a different encoding.
NOT_WRITTEN = [*JPIP_DEFLATED, "1.2.840.10008.1.20"]
TRANSFER_SYNTAXES = [uid for uid in REGISTERED if uid not in NOT_WRITTEN]
VIDEO = [uid for uid in REGISTERED if uid.startswith(f"{ROOT}.4.10")]
EXPLICIT, IMPLICIT, JPEG = f"{ROOT}.1", ROOT, f"{ROOT}.4.50"
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
WITHOUT_STUDY = sorted({*_NON_PATIENT_OBJECT_CLASSES.values()})
PRIVATE_CLASS = "1.3.6.1.4.1.99999.1.1"
CONTEXTS_OF_AN_ASSOCIATION = 128


@pytest.fixture(scope="module")
def storage(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("storage")


@pytest.fixture(scope="module")
def receiver(storage, tmp_path_factory):
    """A receiver that stores into a folder and needs no AWS."""
    settings = {"DICOM_BUCKET": "", "STORAGE_DIRECTORY": str(storage)}
    log = tmp_path_factory.mktemp("logs") / "receiver.log"
    with Receiver(STORE_SCP, "http://127.0.0.1:9", "", log, **settings) as scp:
        yield scp


def test_every_storage_class_is_accepted(receiver):
    classes = sorted({*_STORAGE_CLASSES.values(), PRIVATE_CLASS, *(c.abstract_syntax for c in StoragePresentationContexts)} - {*WITHOUT_STUDY})
    assert len(classes) > 150
    for start in range(0, len(classes), CONTEXTS_OF_AN_ASSOCIATION):
        proposed = classes[start : start + CONTEXTS_OF_AN_ASSOCIATION]
        association = AE().associate("127.0.0.1", receiver.port, [build_context(uid) for uid in proposed])
        assert association.is_established
        assert sorted(context.abstract_syntax for context in association.accepted_contexts) == proposed
        association.release()


def test_storage_classes_without_a_study_are_refused(receiver):
    assert len(WITHOUT_STUDY) == 9
    association = AE().associate("127.0.0.1", receiver.port, [build_context(uid) for uid in [*WITHOUT_STUDY, SECONDARY_CAPTURE]])
    refused = {context.abstract_syntax: context.result for context in association.rejected_contexts}
    assert refused == dict.fromkeys(WITHOUT_STUDY, 3)
    association.release()


def test_classes_that_are_not_storage_are_refused(receiver):
    query = "1.2.840.10008.5.1.4.1.2.2.1"
    association = AE().associate("127.0.0.1", receiver.port, [build_context(query), build_context("1.2.840.10008.1.1")])
    assert [context.abstract_syntax for context in association.rejected_contexts] == [query]
    assert association.send_c_echo().Status == 0
    association.release()


@pytest.mark.parametrize("syntax", TRANSFER_SYNTAXES)
def test_every_transfer_syntax_is_stored_as_it_was_sent(receiver, storage, tmp_path, syntax):
    path = synthetic_instance(tmp_path / "sent.dcm", UID(syntax))
    [acknowledgement] = send_with_pynetdicom([path], "127.0.0.1", receiver.port)
    assert acknowledgement.status == 0
    [stored] = storage.rglob(f"{acknowledgement.sop_instance_uid}.dcm")
    assert pydicom.dcmread(stored).file_meta.TransferSyntaxUID == syntax
    if syntax == pydicom.uid.DeflatedExplicitVRLittleEndian:
        # pynetdicom deflates the data set again.
        assert pydicom.dcmread(stored) == pydicom.dcmread(path)
    else:
        assert data_set_bytes(stored) == data_set_bytes(path)


@pytest.mark.parametrize("syntax", JPIP_DEFLATED)
def test_jpip_deflated_is_inflated_to_be_read(receiver, storage, syntax):
    number = int(syntax.rpartition(".")[2])
    deflate = zlib.compressobj(wbits=-15)
    content = deflate.compress(raw_sender.data_set(number)) + deflate.flush()
    with RawSender(receiver.port) as sender:
        sender.associate(syntax=syntax.encode())
        sender.send(raw_sender.data(3, 3, raw_sender.store_command(number)) + raw_sender.data(3, 2, content))
        assert sender.status() == 0
    [stored] = storage.rglob(f"{raw_sender.instance_uid(number).decode()}.dcm")
    assert data_set_bytes(stored) == content


def test_a_syntax_of_a_later_edition_is_stored_as_it_was_sent(receiver, storage):
    with RawSender(receiver.port) as sender:
        sender.associate(syntax=f"{ROOT}.4.300".encode())
        assert sender.store(300) == 0
    [stored] = storage.rglob(f"{raw_sender.instance_uid(300).decode()}.dcm")
    assert pydicom.dcmread(stored, stop_before_pixels=True).file_meta.TransferSyntaxUID == f"{ROOT}.4.300"


def taken(receiver, *proposals: list[str]) -> list[str]:
    """The accepted transfer syntax of each proposal; each is proposed in its own presentation context."""
    contexts = [build_context(SECONDARY_CAPTURE, syntaxes) for syntaxes in proposals]
    association = AE().associate("127.0.0.1", receiver.port, contexts)
    accepted = {context.context_id: context.transfer_syntax[0] for context in association.accepted_contexts}
    association.release()
    return [accepted[2 * index + 1] for index in range(len(proposals))]


def test_video_is_preferred_to_uncompressed(receiver):
    assert len(VIDEO) == 16
    assert taken(receiver, *([uid, IMPLICIT] for uid in VIDEO)) == VIDEO
    assert taken(receiver, *([EXPLICIT, uid] for uid in VIDEO)) == VIDEO
    assert taken(receiver, [JPEG, EXPLICIT, IMPLICIT]) == [EXPLICIT]


def test_the_senders_order_can_decide(folder_receiver):
    receiver = folder_receiver(TRANSFER_SYNTAX_PREFERENCE="sender")
    proposals = [[JPEG, EXPLICIT, IMPLICIT], [f"{ROOT}.4.90", EXPLICIT], [IMPLICIT, EXPLICIT], ["1.2.840.113619.5.2", IMPLICIT]]
    assert taken(receiver, *proposals) == [JPEG, f"{ROOT}.4.90", IMPLICIT, IMPLICIT]


def test_128_contexts_of_60_syntaxes_each(receiver):
    private = [f"1.2.826.0.1.3680043.9.9999.20261124.1.{number}" for number in range(59)]
    assert taken(receiver, *[[*private, IMPLICIT]] * CONTEXTS_OF_AN_ASSOCIATION) == [IMPLICIT] * CONTEXTS_OF_AN_ASSOCIATION


def test_refused_contexts_are_logged(folder_receiver):
    receiver = folder_receiver(LOG_LEVEL="DEBUG")
    private = "1.2.840.113619.5.2"
    contexts = [build_context(SECONDARY_CAPTURE, private), build_context(WITHOUT_STUDY[0]), build_context("1.2.840.10008.1.1")]
    contexts += [build_context(SECONDARY_CAPTURE, private) for _ in range(10)]
    association = AE().associate("127.0.0.1", receiver.port, contexts)
    association.release()
    wait_for("the association's end", lambda: receiver.log_lines("association ended"))
    [ended] = receiver.log_lines("association ended")
    refused = f"{SECONDARY_CAPTURE} in {private}: transfer syntaxes not supported"
    assert ended["refusedContexts"][0] == refused
    assert ended["refusedContexts"][1].startswith(f"{WITHOUT_STUDY[0]} in {IMPLICIT}, ")
    assert ended["refusedContexts"][1].endswith(": abstract syntax not supported")
    assert ended["refusedContexts"][2:] == [refused] * 8 + ["and 2 more"]
    [request] = receiver.log_lines("A-ASSOCIATE-RQ received")
    assert (request["association"], request["presentationContexts"]) == (ended["association"], "13")
    assert request["implementation"].startswith("PYNETDICOM")
    assert [line["transferSyntaxes"] for line in receiver.log_lines("presentation context proposed")][0] == [private]
    assert len(receiver.log_lines("A-ASSOCIATE-AC sent")) == 1
    answered = receiver.log_lines("presentation context answered")
    assert [line["result"] for line in answered].count("acceptance") == 1
    [accepted] = [line for line in answered if line["result"] == "acceptance"]
    assert (accepted["abstractSyntax"], accepted["transferSyntax"]) == ("1.2.840.10008.1.1", EXPLICIT)


def test_without_a_refused_context_nothing_is_logged(folder_receiver, tmp_path):
    receiver = folder_receiver()
    send_with_pynetdicom([synthetic_instance(tmp_path / "sent.dcm")], "127.0.0.1", receiver.port)
    [ended] = wait_for("the association's end", lambda: receiver.log_lines("association ended"))
    assert "refusedContexts" not in ended
    assert not receiver.log_lines("A-ASSOCIATE-RQ received")
