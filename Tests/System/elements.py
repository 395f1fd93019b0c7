# SPDX-License-Identifier: Apache-2.0

"""Data sets as bytes, valid and invalid ones: some senders write what no library would write."""

import struct

from pydicom.valuerep import EXPLICIT_VR_LENGTH_32

UNDEFINED = 0xFFFFFFFF
SOP_CLASS = "1.2.840.10008.5.1.4.1.1.7"
INSTANCE, STUDY, SERIES = "2.25.22.1.1.1", "2.25.22.1", "2.25.22.1.1"


def _padded(value: bytes | str, vr: str) -> bytes:
    """Pads text to an even length; leaves bytes unchanged."""
    if isinstance(value, bytes):
        return value
    return value.encode("latin-1") + (b"" if len(value) % 2 == 0 else b"\0" if vr == "UI" else b" ")


def explicit(group: int, element: int, vr: str, value: bytes | str = b"", length: int | None = None, order: str = "<") -> bytes:
    """An element in Explicit VR; `vr` may be any two characters. `length`, if given, is written instead of the value's
    real length."""
    value = _padded(value, vr)
    said = len(value) if length is None else length
    wide = struct.pack(order + "HI", 0, said) if vr in EXPLICIT_VR_LENGTH_32 else struct.pack(order + "H", said)
    return struct.pack(order + "HH", group, element) + vr.encode("latin-1") + wide + value


def implicit(group: int, element: int, value: bytes | str = b"", length: int | None = None, order: str = "<") -> bytes:
    value = _padded(value, "UI" if isinstance(value, str) and value[:1].isdigit() else "")
    return struct.pack(order + "HHI", group, element, len(value) if length is None else length) + value


def item(content: bytes = b"", length: int | None = None) -> bytes:
    return implicit(0xFFFE, 0xE000, content, length)


ITEM_END = implicit(0xFFFE, 0xE00D)
SEQUENCE_END = implicit(0xFFFE, 0xE0DD)


def data_set(
    *,
    first: bytes = b"",
    before_study: bytes = b"",
    study: str = STUDY,
    series: str = SERIES,
    instance: str = INSTANCE,
    rest: bytes = b"",
    pixels: bytes | None = None,
) -> bytes:
    """A small image in Explicit VR Little Endian. `pixels` is the whole pixel data element; `rest` comes before it."""
    return b"".join(
        [
            first,
            explicit(0x0008, 0x0016, "UI", SOP_CLASS),
            explicit(0x0008, 0x0018, "UI", instance),
            explicit(0x0008, 0x0020, "DA", "20261129"),
            explicit(0x0010, 0x0010, "PN", "Synthetic^Cut"),
            before_study,
            explicit(0x0020, 0x000D, "UI", study),
            explicit(0x0020, 0x000E, "UI", series),
            explicit(0x0028, 0x0010, "US", b"\x10\0"),
            explicit(0x0028, 0x0011, "US", b"\x10\0"),
            rest,
            explicit(0x7FE0, 0x0010, "OB", bytes(range(256))) if pixels is None else pixels,
        ]
    )


def implicit_data_set(*, before_study: bytes = b"", rest: bytes = b"", pixels: bytes | None = None) -> bytes:
    """The same in Implicit VR Little Endian."""
    return b"".join(
        [
            implicit(0x0008, 0x0016, SOP_CLASS),
            implicit(0x0008, 0x0018, INSTANCE),
            before_study,
            implicit(0x0020, 0x000D, STUDY),
            implicit(0x0020, 0x000E, SERIES),
            rest,
            implicit(0x7FE0, 0x0010, bytes(range(256))) if pixels is None else pixels,
        ]
    )
