"""Part 10 files as bytes."""

from pathlib import Path

import pydicom


def data_set_bytes(path: Path) -> bytes:
    """What follows the file meta information: preamble, prefix and the group length element take 144 bytes."""
    length = pydicom.dcmread(path, stop_before_pixels=True).file_meta.FileMetaInformationGroupLength
    return path.read_bytes()[144 + length :]
