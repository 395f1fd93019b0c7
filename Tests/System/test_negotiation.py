"""Every storage SOP class and every transfer syntax is taken, and what came in it is stored as it came."""

from pathlib import Path

import pydicom
import pytest
from conftest import STORE_SCP
from part10 import data_set_bytes
from pydicom.uid import UID
from pynetdicom import AE
from pynetdicom.presentation import StoragePresentationContexts, build_context
from pynetdicom.sop_class import _STORAGE_CLASSES
from receiver import Receiver
from senders import send_with_pynetdicom
from synthetic import synthetic_instance

pytestmark = pytest.mark.pipeline
JPEG_FAMILY = (50, 51, 57, 70, 80, 81, 90, 91, 92, 93, *range(100, 109), 201, 202, 203)
TRANSFER_SYNTAXES = [
    *(f"1.2.840.10008.1.2{suffix}" for suffix in ("", ".1", ".1.99", ".2", ".5")),
    *(f"1.2.840.10008.1.2.4.{number}" for number in JPEG_FAMILY),
]
PRIVATE_CLASS = "1.3.6.1.4.1.99999.1.1"
CONTEXTS_OF_AN_ASSOCIATION = 128


@pytest.fixture(scope="module")
def storage(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("storage")


@pytest.fixture(scope="module")
def receiver(storage, tmp_path_factory):
    """A receiver that stores into a folder: it needs no AWS."""
    settings = {"DICOM_BUCKET": "", "STORAGE_DIRECTORY": str(storage)}
    log = tmp_path_factory.mktemp("logs") / "receiver.log"
    with Receiver(STORE_SCP, "http://127.0.0.1:9", "", log, **settings) as scp:
        yield scp


def test_every_storage_class_is_accepted(receiver):
    classes = sorted({*_STORAGE_CLASSES.values(), PRIVATE_CLASS, *(c.abstract_syntax for c in StoragePresentationContexts)})
    assert len(classes) > 150
    for start in range(0, len(classes), CONTEXTS_OF_AN_ASSOCIATION):
        proposed = classes[start : start + CONTEXTS_OF_AN_ASSOCIATION]
        association = AE().associate("127.0.0.1", receiver.port, [build_context(uid) for uid in proposed])
        assert association.is_established
        assert sorted(context.abstract_syntax for context in association.accepted_contexts) == proposed
        association.release()


def test_what_is_no_storage_class_is_refused(receiver):
    query = "1.2.840.10008.5.1.4.1.2.2.1"
    association = AE().associate("127.0.0.1", receiver.port, [build_context(query), build_context("1.2.840.10008.1.1")])
    assert [context.abstract_syntax for context in association.rejected_contexts] == [query]
    assert association.send_c_echo().Status == 0
    association.release()


@pytest.mark.parametrize("syntax", TRANSFER_SYNTAXES)
def test_every_transfer_syntax_is_stored_as_it_came(receiver, storage, tmp_path, syntax):
    path = synthetic_instance(tmp_path / "sent.dcm", UID(syntax))
    [acknowledgement] = send_with_pynetdicom([path], "127.0.0.1", receiver.port)
    assert acknowledgement.status == 0
    [stored] = storage.rglob(f"{acknowledgement.sop_instance_uid}.dcm")
    assert pydicom.dcmread(stored).file_meta.TransferSyntaxUID == syntax
    if syntax == pydicom.uid.DeflatedExplicitVRLittleEndian:
        # pynetdicom deflates anew.
        assert pydicom.dcmread(stored) == pydicom.dcmread(path)
    else:
        assert data_set_bytes(stored) == data_set_bytes(path)
