"""Part 10 files as bytes."""

from pathlib import Path


def data_set_bytes(path: Path) -> bytes:
    return data_set_of(path.read_bytes())


def data_set_of(content: bytes) -> bytes:
    """What follows the file meta information: preamble, prefix and the group length element take 144 bytes, of which the last
    four say how long the rest of it is."""
    return content[144 + int.from_bytes(content[140:144], "little") :]
