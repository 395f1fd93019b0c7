# SPDX-License-Identifier: Apache-2.0

"""`dicomstore send` to Orthanc, whose API then says what it holds."""

import pydicom
import pytest

from orthanc import Orthanc
from part10 import data_set_bytes, data_set_of
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEG2000Lossless, RLELossless
from send_command import run, run_json
from synthetic import synthetic_instance

pytestmark = pytest.mark.pipeline
PRIVATE_CLASS = "1.2.826.0.1.3680043.2.9.1"


@pytest.fixture(scope="module")
def orthanc(tmp_path_factory):
    """It knows no other modality, accepts only its own title, and by default no SOP class that is not of the standard."""
    with Orthanc(tmp_path_factory.mktemp("orthanc"), "PACS", DicomCheckCalledAet=True) as orthanc:
        yield orthanc


def held(orthanc: Orthanc) -> dict[str, bytes]:
    """The data sets that Orthanc holds, by SOP Instance UID."""
    instances = orthanc.get("instances?expand")
    return {it["MainDicomTags"]["SOPInstanceUID"]: data_set_of(orthanc.download(f"instances/{it['ID']}/file")) for it in instances}


def test_orthanc_holds_every_byte(orthanc, tmp_path):
    syntaxes = [ImplicitVRLittleEndian, ExplicitVRLittleEndian, RLELossless, JPEG2000Lossless]
    paths = [synthetic_instance(tmp_path / f"{syntax}.dcm", syntax) for syntax in syntaxes]
    sent = run_json(orthanc.port, "--called", "PACS", "--associations", 2, tmp_path)
    assert sent.status == 0, sent
    assert {name: item["outcome"] for name, item in sent.files.items()} == {path.name: "stored" for path in paths}
    expected = {str(pydicom.dcmread(path).SOPInstanceUID): data_set_bytes(path) for path in paths}
    found = held(orthanc)
    assert {uid: found.get(uid) for uid in expected} == expected


def test_real_files_are_all_there(orthanc, samples):
    sent = run_json(orthanc.port, "--called", "PACS", *samples)
    found = held(orthanc)
    for path in samples:
        uid = str(pydicom.dcmread(path, stop_before_pixels=True).SOPInstanceUID)
        assert (sent.files[path.name]["outcome"], uid in found) == ("stored", True), sent.files[path.name]


def test_a_class_that_orthanc_does_not_know(orthanc, tmp_path):
    refused = synthetic_instance(tmp_path / "refused.dcm", SOPClassUID=PRIVATE_CLASS)
    taken = synthetic_instance(tmp_path / "taken.dcm")
    sent = run(orthanc.port, "--called", "PACS", refused, taken)
    assert sent.status == 1
    assert f"{refused}: refused: abstract syntax not supported, SOP Class {PRIVATE_CLASS}" in sent.lines[0]
    assert sent.lines[-1].startswith("2 files: 1 stored, 1 not stored")
    found = held(orthanc)
    assert [str(pydicom.dcmread(path).SOPInstanceUID) in found for path in (refused, taken)] == [False, True]


def test_a_title_that_is_not_orthancs(orthanc, tmp_path):
    path = synthetic_instance(tmp_path / "sent.dcm")
    sent = run(orthanc.port, "--called", "OTHER", "--retries", 2, path)
    assert sent.status == 1 and "trying again" not in sent.notes
    assert "called AE title not recognized. The receiver has another title: --called" in sent.lines[0]
    assert str(pydicom.dcmread(path).SOPInstanceUID) not in held(orthanc)
