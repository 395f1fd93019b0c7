# SPDX-License-Identifier: Apache-2.0

"""Part 10 files as bytes."""

from pathlib import Path


def data_set_bytes(path: Path) -> bytes:
    return data_set_of(path.read_bytes())


def data_set_of(content: bytes) -> bytes:
    """The bytes after the file meta information. Preamble, prefix and the group length element take 144 bytes; the last
    four of these hold the length of the rest of the meta information."""
    return content[144 + int.from_bytes(content[140:144], "little") :]
