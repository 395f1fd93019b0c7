# SPDX-License-Identifier: Apache-2.0

"""Files of PS3.10, each with one oddity that real senders write."""

import struct
from collections.abc import Callable

EXPLICIT = "1.2.840.10008.1.2.1"
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
HANGING_PROTOCOL = "1.2.840.10008.5.1.4.38.1"
LONG_LENGTH = ("OB", "OW", "SQ", "UN")
TEXT_SERIES_UID = "SERIES ONE"
LONG_INSTANCE_UID = "2.25." + "7" * 61


def element(group: int, number: int, vr: str, value: str | bytes) -> bytes:
    """An element in Explicit VR Little Endian."""
    value = value.encode() if isinstance(value, str) else value
    if len(value) % 2:
        value += b"\0" if vr == "UI" else b" "
    length = struct.pack("<2xI" if vr in LONG_LENGTH else "<H", len(value))
    return struct.pack("<HH", group, number) + vr.encode() + length + value


def part10(
    root: str,
    *,
    sop_class: str = SECONDARY_CAPTURE,
    meta: Callable[[dict[int, bytes]], None] = lambda elements: None,
    data: Callable[[dict[tuple[int, int], bytes]], None] = lambda elements: None,
    group_length: int = 0,
    behind: bytes = b"",
) -> bytes:
    """An image of 2 by 2 pixels. `meta` and `data` change elements, which are written in the order of the dictionaries;
    `group_length` is added to the correct group length."""
    instance = f"{root}.1.1"
    header = {
        0x0001: element(2, 0x0001, "OB", b"\0\1"),
        0x0002: element(2, 0x0002, "UI", sop_class),
        0x0003: element(2, 0x0003, "UI", instance),
        0x0010: element(2, 0x0010, "UI", EXPLICIT),
        0x0012: element(2, 0x0012, "UI", "2.25.77"),
    }
    meta(header)
    group = b"".join(header.values())
    elements = {
        (0x0008, 0x0016): element(0x0008, 0x0016, "UI", sop_class),
        (0x0008, 0x0018): element(0x0008, 0x0018, "UI", instance),
        (0x0008, 0x0020): element(0x0008, 0x0020, "DA", "20260101"),
        (0x0010, 0x0010): element(0x0010, 0x0010, "PN", "NOBODY"),
        (0x0020, 0x000D): element(0x0020, 0x000D, "UI", root),
        (0x0020, 0x000E): element(0x0020, 0x000E, "UI", f"{root}.1"),
        (0x0028, 0x0002): element(0x0028, 0x0002, "US", b"\1\0"),
        (0x0028, 0x0004): element(0x0028, 0x0004, "CS", "MONOCHROME2"),
        (0x0028, 0x0010): element(0x0028, 0x0010, "US", b"\2\0"),
        (0x0028, 0x0011): element(0x0028, 0x0011, "US", b"\2\0"),
        (0x0028, 0x0100): element(0x0028, 0x0100, "US", b"\x08\0"),
        (0x7FE0, 0x0010): element(0x7FE0, 0x0010, "OB", bytes(4)),
    }
    data(elements)
    length = element(2, 0, "UL", struct.pack("<I", len(group) + group_length))
    return bytes(128) + b"DICM" + length + group + b"".join(elements.values()) + behind


def _without(*tags):
    return lambda elements: [elements.pop(tag) for tag in tags]


def _with(tag, content: bytes):
    return lambda elements: elements.update({tag: content})


def _study_uid_last(elements: dict) -> None:
    pixels = elements.pop((0x7FE0, 0x0010))
    elements[0x0020, 0x000D] = elements.pop((0x0020, 0x000D))
    elements[0x7FE0, 0x0010] = pixels


def _first(content: bytes):
    def change(elements: dict) -> None:
        others = dict(elements)
        elements.clear()
        elements[None] = content
        elements.update(others)

    return change


def odd_files() -> dict[str, tuple[str, bytes]]:
    """The expected outcome and the file, by the oddity's name."""
    uid = (0x0008, 0x0018)
    files = {
        "good": ("IMPORTED", {}),
        "implementation class UID is empty": ("IMPORTED", {"meta": _with(0x0012, element(2, 0x0012, "UI", ""))}),
        "implementation class UID is a text": ("IMPORTED", {"meta": _with(0x0012, element(2, 0x0012, "UI", "VENDOR"))}),
        "group length is too large": ("IMPORTED", {"group_length": 12}),
        "group length is too small": ("IMPORTED", {"group_length": -12}),
        "meta information without class and instance": ("IMPORTED", {"meta": _without(0x0002, 0x0003)}),
        "private meta information": ("IMPORTED", {"meta": _with(0x0102, element(2, 0x0102, "OB", bytes(20)))}),
        "group 0005 in the data set": ("IMPORTED", {"data": _first(element(0x0005, 0x0005, "CS", "VENDOR"))}),
        "trailing zeros": ("IMPORTED", {"behind": bytes(64)}),
        "series UID is a text": ("IMPORTED", {"data": _with((0x0020, 0x000E), element(0x0020, 0x000E, "UI", TEXT_SERIES_UID))}),
        "instance UID of 66 characters": ("IMPORTED", {"data": _with(uid, element(*uid, "UI", LONG_INSTANCE_UID))}),
        "study UID behind the image pixel module": ("IMPORTED", {"data": _study_uid_last}),
        "UID component with a leading zero": ("IMPORTED", {"data": _with(uid, element(*uid, "UI", "2.25.07"))}),
        "unknown transfer syntax": ("IMPORTED", {"meta": _with(0x0010, element(2, 0x0010, "UI", "1.2.3.4.5"))}),
        "pixel data is cut": ("FAILED", {"data": _with((0x7FE0, 0x0010), element(0x7FE0, 0x0010, "OB", bytes(4))[:-3])}),
        "no transfer syntax": ("REJECTED", {"meta": _without(0x0010)}),
        "hanging protocol": (
            "REJECTED",
            {"sop_class": HANGING_PROTOCOL, "data": _without((0x0020, 0x000D), (0x0020, 0x000E), (0x7FE0, 0x0010))},
        ),
    }
    return {
        name: (outcome, part10(f"2.25.77.{number}", **changes)) for number, (name, (outcome, changes)) in enumerate(files.items(), 1)
    }
