# SPDX-License-Identifier: Apache-2.0

"""Data sets that senders in use were seen to send, byte for byte, because no library would write them. If a data set is
only malformed, it is stored as it was sent; if it cannot be stored, it is refused with the reason."""

import json
import zlib

import pytest
from elements import (
    INSTANCE,
    ITEM_END,
    SEQUENCE_END,
    SERIES,
    SOP_CLASS,
    STUDY,
    UNDEFINED,
    data_set,
    explicit,
    implicit,
    implicit_data_set,
    item,
)
from part10 import data_set_of
from pipeline import instances_of
from raw_sender import DEFLATED, EXPLICIT, IMPLICIT, Answer, RawSender
from senders import send_with_dcmtk, send_with_pynetdicom
from synthetic import synthetic_instance
from waiting import wait_for

pytestmark = pytest.mark.pipeline
BIG_ENDIAN, JPEG = b"1.2.840.10008.1.2.2", b"1.2.840.10008.1.2.4.50"
SUCCESS, CANNOT_UNDERSTAND = 0x0000, 0xC000
INVALID_SOP_INSTANCE, MISMATCH, INCOMPLETE = 0x0117, 0xA900, 0xB007
LONG_UID = "2.25." + "7" * 61
REFERENCE = explicit(0x0008, 0x1150, "UI", SOP_CLASS) + explicit(0x0008, 0x1155, "UI", INSTANCE)
IMPLICIT_REFERENCE = implicit(0x0008, 0x1150, SOP_CLASS) + implicit(0x0008, 0x1155, INSTANCE)
CREATOR = explicit(0x0009, 0x0010, "LO", "SYNTHETIC")


def sequence(content: bytes, length: int | None = UNDEFINED, element: int = 0x1140) -> bytes:
    """A sequence of group 0008 that comes after the UIDs of the instance."""
    return explicit(0x0008, element, "SQ", content, length)


def fragments(*contents: bytes, end: bytes = SEQUENCE_END) -> bytes:
    return explicit(0x7FE0, 0x0010, "OB", b"".join(map(item, (b"", *contents))) + end, UNDEFINED)


def deflated(flush: int = zlib.Z_FINISH) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(data_set(rest=explicit(0x0028, 0x1101, "US", bytes(range(250))))) + compressor.flush(flush)


def send(receiver, content: bytes, syntax: bytes = EXPLICIT, instance: str = INSTANCE) -> Answer | None:
    with RawSender(receiver.port) as sender:
        assert sender.associate(syntax=syntax)
        return sender.store_data_set(content, instance.encode(), SOP_CLASS.encode())


def stored(folder, instance: str = INSTANCE) -> list[bytes]:
    return [data_set_of(path.read_bytes()) for path in (folder / "storage").rglob(f"{instance}.dcm")]


def in_big_endian(*elements: tuple[int, int, str, bytes]) -> bytes:
    return b"".join(explicit(*element, order=">") for element in elements)


BIG_ENDIAN_DATA_SET = in_big_endian(
    (0x0008, 0x0016, "UI", SOP_CLASS.encode() + b"\0"),
    (0x0008, 0x0018, "UI", INSTANCE.encode() + b"\0"),
    (0x0020, 0x000D, "UI", STUDY.encode() + b"\0"),
    (0x0020, 0x000E, "UI", SERIES.encode() + b"\0"),
)
TAKEN = {
    # Delimiters: one too few, one too many.
    "the sequence's delimiter ends the last item too": data_set(before_study=sequence(item(REFERENCE, UNDEFINED) + SEQUENCE_END)),
    "an item begins where the one before has no delimiter": data_set(
        before_study=sequence(item(REFERENCE, UNDEFINED) + item(REFERENCE, UNDEFINED) + ITEM_END + SEQUENCE_END)
    ),
    "a sequence with a length has a delimiter as well": data_set(
        before_study=CREATOR + explicit(0x0009, 0x1001, "SQ", item(CREATOR)) + SEQUENCE_END
    ),
    "an item with a length has a delimiter as well": data_set(before_study=sequence(item(REFERENCE) + ITEM_END + SEQUENCE_END)),
    "a sequence has no delimiter": data_set(before_study=sequence(item(REFERENCE))),
    "delimiters behind the last element": data_set() + ITEM_END + SEQUENCE_END,
    # One element or item in another encoding.
    "a private element in Implicit VR": data_set(
        before_study=CREATOR + implicit(0x0009, 0x1001, "text") + explicit(0x0009, 0x1002, "SH", "x")
    ),
    "an element in Implicit VR behind the UIDs": data_set(rest=implicit(0x0028, 0x0100, b"\x08\0")),
    "a private element without a VR": data_set(before_study=CREATOR + explicit(0x0009, 0x1001, "  ", "text")),
    "an item in Implicit VR, with a length": data_set(before_study=sequence(item(IMPLICIT_REFERENCE) + SEQUENCE_END)),
    "an item in Implicit VR, without a length": data_set(
        before_study=sequence(item(IMPLICIT_REFERENCE, UNDEFINED) + ITEM_END + SEQUENCE_END)
    ),
    "an unknown element is a sequence in Implicit VR": data_set(
        before_study=CREATOR + explicit(0x0009, 0x1001, "UN", item(IMPLICIT_REFERENCE, UNDEFINED) + ITEM_END + SEQUENCE_END, UNDEFINED)
    ),
    "an unknown element is a sequence in Explicit VR": data_set(
        before_study=CREATOR + explicit(0x0009, 0x1001, "UN", item(REFERENCE, UNDEFINED) + ITEM_END + SEQUENCE_END, UNDEFINED)
    ),
    # Elements in the wrong place.
    "file meta information without its length": data_set(
        first=explicit(0x0002, 0x0010, "UI", EXPLICIT.decode()) + explicit(0x0002, 0x0013, "SH", "OLD_TOOLKIT")
    ),
    "group 0003": data_set(first=explicit(0x0003, 0x0010, "LO", "SYNTHETIC") + explicit(0x0003, 0x1001, "UN", b"\0" * 20)),
    "group 0005": data_set(first=explicit(0x0005, 0x0010, "LO", "SYNTHETIC")),
    "group 0007": data_set(first=explicit(0x0007, 0x0010, "LO", "SYNTHETIC")),
    "zeros before the first element": data_set(first=bytes(8)),
    # UIDs that are not in their place, or are repeated there.
    "elements sorted as signed numbers": data_set(
        before_study=explicit(0x0020, 0x9221, "SQ", item(explicit(0x0020, 0x9164, "UI", INSTANCE)))
    ),
    "the study behind the image": data_set(
        study="", rest=explicit(0x0028, 0x0100, "US", b"\x08\0") + explicit(0x0020, 0x000D, "UI", STUDY)
    ).replace(explicit(0x0020, 0x000D, "UI", ""), b""),
    "spaces around the study": data_set().replace(explicit(0x0020, 0x000D, "UI", STUDY), explicit(0x0020, 0x000D, "UI", f" {STUDY}  ".encode())),
    "a component of a UID has a leading zero": data_set(study="2.25.022.1"),
    # Bytes after the last element.
    "a single NUL": data_set() + b"\0",
    "four hundred zeros": data_set() + bytes(400),
    "an element of padding": data_set() + explicit(0xFFFC, 0xFFFC, "OB", bytes(100)),
    "pixels of odd length": data_set(pixels=explicit(0x7FE0, 0x0010, "OB", bytes(255))),
    "a text of odd length": data_set(rest=explicit(0x0028, 0x1055, "LO", b"odd")),
    "nothing": data_set(pixels=b""),
}
META = explicit(0x0002, 0x0010, "UI", IMPLICIT.decode()) + explicit(0x0002, 0x0013, "SH", "OLD_TOOLKIT")
TAKEN_OTHERWISE = {
    "file meta information in Explicit VR, the rest in Implicit VR": (META + implicit_data_set(), IMPLICIT),
    "the sequence's delimiter ends the last item too, in Implicit VR": (
        implicit_data_set(before_study=implicit(0x0008, 0x1140, item(IMPLICIT_REFERENCE, UNDEFINED) + SEQUENCE_END, UNDEFINED)),
        IMPLICIT,
    ),
    "a sequence has no delimiter, in Implicit VR": (
        implicit_data_set(before_study=implicit(0x0008, 0x1140, item(IMPLICIT_REFERENCE), UNDEFINED)),
        IMPLICIT,
    ),
    "zeros behind the last element, in Implicit VR": (implicit_data_set() + bytes(100), IMPLICIT),
    "fragments without a delimiter": (
        data_set(pixels=fragments(bytes(300), end=b"") + explicit(0xFFFC, 0xFFFC, "OB", bytes(10))),
        JPEG,
    ),
    "a byte behind the fragments": (data_set(pixels=fragments(bytes(300))) + b"\0", JPEG),
    "bytes behind the deflated stream": (deflated() + bytes(5), DEFLATED),
    "nothing wrong, Big Endian": (BIG_ENDIAN_DATA_SET, BIG_ENDIAN),
}
TAKEN_SOMEHOW = {name: (content, EXPLICIT) for name, content in TAKEN.items()} | TAKEN_OTHERWISE


@pytest.mark.parametrize(("content", "syntax"), TAKEN_SOMEHOW.values(), ids=TAKEN_SOMEHOW.keys())
def test_a_data_set_that_is_only_malformed_is_stored_as_it_was_sent(folder_receiver, tmp_path, content, syntax):
    receiver = folder_receiver()
    assert str(send(receiver, content, syntax)) == "0000H"
    assert stored(tmp_path) == [content]
    assert receiver.stop() == 0
    assert structures(receiver) == []


REFUSED = {
    "Implicit VR for Explicit VR": (implicit_data_set(), EXPLICIT, "(0008,0016)"),
    "Explicit VR for Implicit VR": (data_set(), IMPLICIT, "(0008,0016)"),
    "Big Endian for Little Endian": (BIG_ENDIAN_DATA_SET, EXPLICIT, ""),
    "a study UID that is text": (data_set(study="not a UID"), EXPLICIT, "(0020,000D)"),
    "a series UID that is text": (data_set(series="SERIES.1"), EXPLICIT, "(0020,000E)"),
    "a study UID that is too long": (data_set(study=LONG_UID), EXPLICIT, "(0020,000D)"),
    "no study UID": (data_set(study=""), EXPLICIT, "(0020,000D)"),
}


@pytest.mark.parametrize(("content", "syntax", "tag"), REFUSED.values(), ids=REFUSED.keys())
def test_a_data_set_that_cannot_be_stored_is_refused_with_the_reason(folder_receiver, tmp_path, content, syntax, tag):
    receiver = folder_receiver()
    answer = send(receiver, content, syntax)
    assert answer.status == CANNOT_UNDERSTAND
    assert tag in answer.comment and len(answer.comment) in range(1, 65)
    assert stored(tmp_path) == []
    [line] = wait_for("its line", lambda: receiver.log_lines("instance refused"))
    assert (line["level"], line["reason"]) == ("WARN", answer.comment)
    assert tag in line["tag"] and line["expected"] and line["got"]


def test_an_instance_uid_that_is_too_long_is_refused_with_the_reason(folder_receiver):
    receiver = folder_receiver()
    answer = send(receiver, data_set(instance=LONG_UID), instance=LONG_UID)
    assert answer.status == INVALID_SOP_INSTANCE
    assert "UID" in answer.comment
    assert wait_for("its line", lambda: receiver.log_lines("instance refused"))


# The data set, its transfer syntax, the element that is cut, and the number of missing bytes if a length tells it.
CUT = {
    "inside the last element": (data_set()[:-100], EXPLICIT, "(7FE0,0010)", 100),
    "by one byte": (data_set()[:-1], EXPLICIT, "(7FE0,0010)", 1),
    "inside the last element, Implicit VR": (implicit_data_set()[:-100], IMPLICIT, "(7FE0,0010)", 100),
    "inside an element before the pixel data": (
        data_set(rest=explicit(0x0028, 0x1201, "OW", bytes(600)))[: -len(explicit(0x7FE0, 0x0010, "OB", bytes(256))) - 150],
        EXPLICIT,
        "(0028,1201)",
        150,
    ),
    "inside the header of an element": (data_set(pixels=explicit(0x7FE0, 0x0010, "OB", b"")[:10]), EXPLICIT, "(7FE0,0010)", None),
    "behind an item of undefined length": (data_set(pixels=b"", rest=explicit(0x0040, 0xA730, "SQ", item(REFERENCE, UNDEFINED), UNDEFINED)), EXPLICIT, "(0040,A730)", None),
    "before the end of a sequence": (
        data_set(pixels=b"", rest=explicit(0x0040, 0xA730, "SQ", item(REFERENCE, UNDEFINED) + ITEM_END, UNDEFINED)),
        EXPLICIT,
        "(0040,A730)",
        None,
    ),
    "inside an item with a length": (
        data_set(pixels=b"", rest=explicit(0x0040, 0xA730, "SQ", item(REFERENCE)[:-5], UNDEFINED)),
        EXPLICIT,
        "(0040,A730)",
        5,
    ),
    "inside a sequence with a length": (
        data_set(pixels=b"", rest=explicit(0x0040, 0xA730, "SQ", item(REFERENCE))[:-5]),
        EXPLICIT,
        "(0040,A730)",
        5,
    ),
    "inside a fragment": (data_set(pixels=fragments(bytes(300), bytes(300), end=b"")[:-120]), JPEG, "(7FE0,0010)", 120),
    "between two fragments": (data_set(pixels=fragments(bytes(300), end=b"")), JPEG, "(7FE0,0010)", None),
    "inside the delimiter of the fragments": (data_set(pixels=fragments(bytes(300))[:-3]), JPEG, "(7FE0,0010)", None),
    "before the end of the deflated stream": (deflated()[:-2], DEFLATED, "(7FE0,0010)", None),
    "in the middle of the deflated stream": (deflated()[:-150], DEFLATED, "(0028,1101)", None),
}


@pytest.mark.parametrize(("content", "syntax", "tag", "missing"), CUT.values(), ids=CUT.keys())
def test_an_incomplete_data_set_is_refused_with_the_element_that_is_cut(folder_receiver, tmp_path, content, syntax, tag, missing):
    receiver = folder_receiver()
    answer = send(receiver, content, syntax)
    assert answer.status == CANNOT_UNDERSTAND
    assert tag in answer.comment and len(answer.comment) in range(1, 65)
    assert missing is None or f" {missing} " in answer.comment
    assert stored(tmp_path) == []
    [line] = wait_for("its line", lambda: receiver.log_lines("instance refused"))
    assert (line["level"], line["reason"]) == ("WARN", answer.comment)
    assert (line["tag"], "offset" in line) == (tag, True)
    assert missing is None or f" {missing} bytes" in line["got"]


@pytest.mark.parametrize(("content", "syntax", "tag", "missing"), CUT.values(), ids=CUT.keys())
def test_an_incomplete_data_set_is_stored_and_marked_with_that_setting(folder_receiver, tmp_path, content, syntax, tag, missing):
    receiver = folder_receiver(INCOMPLETE_DATA_SETS="store")
    answer = send(receiver, content, syntax)
    assert answer.status == INCOMPLETE
    assert tag in answer.comment
    assert stored(tmp_path) == [content]
    [line] = wait_for("its line", lambda: structures(receiver))
    assert (line["structure"], line["tag"]) == ("incomplete", tag)
    assert receiver.stop() == 0
    assert [item.get("incomplete") for item in instances(tmp_path)] == [True]


# A data set may only seem incomplete because the reader lost its place. Then this cannot be decided, and it is stored.
# A block of the reserved type. RFC 1951 §3.2.3.
NO_BLOCK = b"\xff" * 20
UNREAD = {
    "a sequence holds something else than items": (data_set(rest=explicit(0x0040, 0xA730, "SQ", b"no item " * 8, UNDEFINED)), EXPLICIT),
    "a text has no length": (data_set(rest=explicit(0x0040, 0xA160, "UT", "text", UNDEFINED)), EXPLICIT),
    "a cut behind an element without a VR": (data_set(rest=CREATOR + explicit(0x0029, 0x1001, "??", "text"))[:-100], EXPLICIT),
    "a cut behind an item without a delimiter": (
        data_set(rest=explicit(0x0040, 0xA730, "SQ", item(REFERENCE, UNDEFINED) + SEQUENCE_END, UNDEFINED))[:-100],
        EXPLICIT,
    ),
    "the deflated stream is damaged": (deflated(zlib.Z_FULL_FLUSH) + NO_BLOCK, DEFLATED),
}


@pytest.mark.parametrize(("content", "syntax"), UNREAD.values(), ids=UNREAD.keys())
def test_a_data_set_that_cannot_be_parsed_to_its_end_is_stored_and_logged(folder_receiver, tmp_path, content, syntax):
    receiver = folder_receiver()
    assert str(send(receiver, content, syntax)) == "0000H"
    assert stored(tmp_path) == [content]
    [line] = wait_for("its line", lambda: structures(receiver))
    assert line["structure"] == "unread"
    assert receiver.stop() == 0
    assert [item.get("incomplete") for item in instances(tmp_path)] == [None]


def structures(receiver) -> list[dict]:
    return [line for line in receiver.log_lines() if "structure" in line]


def instances(folder) -> list[dict]:
    """The instances in the manifest of the only delivery."""
    [path] = (folder / "storage").glob("deliveries/*.json")
    return instances_of(json.loads(path.read_text()))


OTHER_INSTANCE = "2.25.22.1.1.2"


def test_uids_of_command_and_data_set_that_differ_are_refused(folder_receiver, tmp_path):
    receiver = folder_receiver()
    answer = send(receiver, data_set(), instance=OTHER_INSTANCE)
    assert (answer.status, answer.sop_instance) == (MISMATCH, OTHER_INSTANCE)
    assert "(0008,0018)" in answer.comment
    assert list((tmp_path / "storage").rglob("*.dcm")) == []
    [line] = wait_for("its line", lambda: receiver.log_lines("instance refused"))
    assert (line["tag"], line["expected"], line["got"]) == ("(0008,0018)", OTHER_INSTANCE, INSTANCE)


def test_the_data_sets_uids_decide_if_the_settings_ask_for_it(folder_receiver, tmp_path):
    receiver = folder_receiver(UID_MISMATCH="data-set")
    answer = send(receiver, data_set(), instance=OTHER_INSTANCE)
    assert (answer.status, answer.sop_instance) == (SUCCESS, OTHER_INSTANCE)
    assert stored(tmp_path) == [data_set()]
    assert stored(tmp_path, OTHER_INSTANCE) == []
    assert receiver.stop() == 0
    assert [item["sopInstanceUID"] for item in instances(tmp_path)] == [INSTANCE]


@pytest.mark.parametrize("send_files", [send_with_dcmtk, send_with_pynetdicom])
def test_libraries_send_some_of_these_data_sets_too(folder_receiver, tmp_path, send_files):
    receiver = folder_receiver()
    files = [
        synthetic_instance(tmp_path / "zero.dcm", StudyInstanceUID="2.25.022.1"),
        synthetic_instance(tmp_path / "padding.dcm", DataSetTrailingPadding=bytes(100)),
        synthetic_instance(tmp_path / "uncounted.dcm", StudyID="x" * 40),
    ]
    assert [answer.status for answer in send_files(files, "127.0.0.1", receiver.port)] == [SUCCESS] * len(files)


def test_a_file_that_is_cut_is_refused_from_pynetdicom(folder_receiver, tmp_path):
    path = synthetic_instance(tmp_path / "cut.dcm")
    path.write_bytes(path.read_bytes()[:-100])
    [answer] = send_with_pynetdicom([path], "127.0.0.1", folder_receiver().port)
    assert answer.status == CANNOT_UNDERSTAND
