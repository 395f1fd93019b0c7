# SPDX-License-Identifier: Apache-2.0

"""What HealthImaging accepts as an instance. Rules that were never verified against the real service are in `check`."""

import io

import pydicom
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset, FileDataset

UIDS = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")
UNDEFINED_LENGTH = 0xFFFFFFFF
GZIP = b"\x1f\x8b"


class Unacceptable(Exception):
    """The reason why an object cannot be imported. It holds no values of the data set except UIDs and lengths."""


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
    """The service's documented rules; its behaviour where they leave something open is unverified. Instances that it
    imports with a warning are in `import_warnings.py`."""
    for keyword in UIDS:
        if not str(dataset.get(keyword) or ""):
            raise Unacceptable(f"{keyword}: expected a UID, got none")
    if not dataset.file_meta.get("TransferSyntaxUID"):
        raise Unacceptable("TransferSyntaxUID: expected a UID, got none")


def _read_every_element(dataset: Dataset) -> None:
    """pydicom reads lazily and accepts a value that is cut off by the end of the file. So the length of each value is
    checked, and the value is converted."""
    for tag in list(dataset.keys()):
        raw = dataset.get_item(tag)
        if isinstance(raw, RawDataElement) and raw.length != UNDEFINED_LENGTH and len(raw.value or b"") != raw.length:
            raise EOFError(f"{tag}: expected {raw.length} bytes, got {len(raw.value or b'')}")
        element = dataset[tag]
        if element.VR == "SQ":
            for item in element.value:
                _read_every_element(item)
