"""What HealthImaging takes as an instance. `check` is the place for what was never seen against the real service."""

import io
import re

import pydicom
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset, FileDataset

TRANSFER_SYNTAXES = frozenset(
    f"1.2.840.10008.1.2{suffix}"
    for suffix in (
        ["", ".1", ".1.99", ".2", ".5"]
        + [f".4.{number}" for number in (50, 51, 57, 70, 80, 81, 90, 91, 92, 93, *range(100, 109), 201, 202, 203)]
    )
)
LENGTHS = {"StudyID": 16, "StudyDescription": 64, "PatientID": 256}
UIDS = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")
UID_PATTERN = re.compile(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))*")
UID_LENGTH = 64
UNDEFINED_LENGTH = 0xFFFFFFFF
GZIP = b"\x1f\x8b"


class Unacceptable(Exception):
    """Why an object cannot be imported; never with a value of the data set but UIDs and lengths."""


def parse(content: bytes) -> FileDataset:
    """Reads the whole object and checks it."""
    if content.startswith(GZIP):
        raise Unacceptable("expected DICOM Part 10, got gzip")
    try:
        dataset = pydicom.dcmread(io.BytesIO(content), force=False)
        _read_every_element(dataset)
    except Exception as error:
        raise Unacceptable(f"not readable as DICOM Part 10: {type(error).__name__}") from error
    check(dataset)
    return dataset


def check(dataset: FileDataset) -> None:
    """The service's rules as they are documented; how it treats what these rules leave open is unverified."""
    syntax = str(dataset.file_meta.get("TransferSyntaxUID", ""))
    if syntax not in TRANSFER_SYNTAXES:
        raise Unacceptable(f"transfer syntax: expected a supported one, got {syntax or 'none'}")
    for keyword in UIDS:
        uid = str(dataset.get(keyword) or "")
        if len(uid) > UID_LENGTH or not UID_PATTERN.fullmatch(uid):
            raise Unacceptable(f"{keyword}: expected a UID, got {len(uid)} characters that are none")
    for keyword, maximum in LENGTHS.items():
        length = len(str(dataset.get(keyword) or ""))
        if length > maximum:
            raise Unacceptable(f"{keyword}: expected at most {maximum} characters, got {length}")


def _read_every_element(dataset: Dataset) -> None:
    """pydicom reads lazily and takes a value that the file's end cuts off: each value is measured, then converted."""
    for tag in list(dataset.keys()):
        raw = dataset.get_item(tag)
        if isinstance(raw, RawDataElement) and raw.length != UNDEFINED_LENGTH and len(raw.value or b"") != raw.length:
            raise EOFError(f"{tag}: expected {raw.length} bytes, got {len(raw.value or b'')}")
        element = dataset[tag]
        if element.VR == "SQ":
            for item in element.value:
                _read_every_element(item)
