# SPDX-License-Identifier: Apache-2.0

"""The DICOM files inside wheels on PyPI: in the packages that the tests use, and in those that local/wheels.py
downloaded. Most come from real scanners; the others were written to cause trouble."""

import gzip
import hashlib
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pydicom
import pynetdicom
from pydicom.filereader import _read_file_meta_info
from pydicom.uid import UID

WHEELS = Path(__file__).parents[2] / ".build-corpus"
INSTALLED = (pydicom, pynetdicom)
UIDS = ["SOPClassUID", "SOPInstanceUID", "StudyInstanceUID"]


@dataclass(frozen=True)
class CorpusFile:
    """The parts of a file that are sent."""

    name: str
    transfer_syntax: UID
    sop_class: str
    sop_instance: str
    data_set: bytes


def corpus() -> list[CorpusFile]:
    """Each content once, always in the same order, without files that have no transfer syntax or are a DICOMDIR."""
    files: dict[str, CorpusFile] = {}
    for name, content in [*_installed(), *_in_wheels()]:
        if content[128:132] != b"DICM":
            continue
        file = _read(name, content)
        if file:
            files.setdefault(hashlib.sha256(content).hexdigest(), file)
    return sorted(files.values(), key=lambda file: file.name)


def _installed() -> Iterator[tuple[str, bytes]]:
    for package in INSTALLED:
        folder = Path(package.__file__).parent
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix not in (".py", ".pyc"):
                yield f"{folder.name}/{path.relative_to(folder)}", path.read_bytes()


def _in_wheels() -> Iterator[tuple[str, bytes]]:
    wheels = sorted(WHEELS.glob("*.whl"))
    assert wheels, f"expected wheels in {WHEELS}: `make {WHEELS.name}/complete` fetches them"
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            for entry in archive.infolist():
                content = archive.read(entry)
                yield f"{wheel.name.split('-')[0]}/{entry.filename}", _unpacked(content)


def _unpacked(content: bytes) -> bytes:
    return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content


def _read(name: str, content: bytes) -> CorpusFile | None:
    """Reads the data set's UIDs as text, valid or not; a missing one is taken from the file meta information."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        stream = BytesIO(content)
        stream.seek(132)
        meta = _read_file_meta_info(stream)
        start = stream.tell()
        try:
            own = pydicom.dcmread(BytesIO(content), specific_tags=UIDS, stop_before_pixels=True)
        except Exception:
            own = pydicom.Dataset()
    syntax = meta.get("TransferSyntaxUID")
    sop_class = own.get("SOPClassUID") or meta.get("MediaStorageSOPClassUID")
    if not syntax or not sop_class or sop_class == pydicom.uid.MediaStorageDirectoryStorage:
        return None
    instance = own.get("SOPInstanceUID") or meta.get("MediaStorageSOPInstanceUID") or "2.25.1"
    return CorpusFile(name, UID(syntax), str(sop_class), str(instance), content[start:])
