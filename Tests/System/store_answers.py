# SPDX-License-Identifier: Apache-2.0

"""Makes a receiver answer a C-STORE with each status of docs/conformance.md that can be caused quickly."""

import contextlib
import json
import re
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

import raw_sender
from raw_sender import CLASS, DEFLATED, VERIFICATION, Answer, RawSender, data, data_set, instance_uid, store_command_of

INSTANCE = instance_uid(1)
CT = b"1.2.840.10008.5.1.4.1.1.2"
HANGING_PROTOCOL = b"1.2.840.10008.5.1.4.38.1"
QUERY = b"1.2.840.10008.5.1.4.1.2.2.1"
SERIES = b"2.25.1.1"
WHOLE = data_set(1)


@dataclass(frozen=True)
class Case:
    """A message that is answered with a status."""

    send: Callable[[RawSender], Answer | None]
    settings: dict[str, str] = field(default_factory=dict)
    syntax: bytes = raw_sender.EXPLICIT
    window: int | None = None
    # Whether the receiver stores into an S3 that answers slowly.
    is_slow: bool = False


def answer(sender: RawSender) -> Answer:
    pdu = sender.pdu()
    assert pdu and pdu[0] == 4, pdu
    return Answer.of(pdu)


def of(content: bytes, instance: bytes = INSTANCE, sop_class: bytes = CLASS) -> Callable[[RawSender], Answer | None]:
    return lambda sender: sender.store_data_set(content, instance, sop_class)


def command(**changed: bytes | None) -> bytes:
    """The command of a C-STORE whose data set follows, with changed elements; None leaves an element out."""
    elements = {"sop_class": CLASS, "operation": b"\x01\0", "message": b"\x01\0", "follows": b"\0\0", "instance": b"2.25.1.1.1"}
    numbers = {"sop_class": 2, "operation": 0x100, "message": 0x110, "follows": 0x800, "instance": 0x1000}
    chosen = {**elements, **changed}.items()
    return b"".join(struct.pack("<HHI", 0, numbers[name], len(value)) + value for name, value in chosen if value is not None)


def of_command(sent: bytes, *, context: int = 3, has_data_set: bool = True) -> Callable[[RawSender], Answer]:
    def send(sender: RawSender) -> Answer:
        sender.send(data(context, 3, sent) + (data(context, 2, WHOLE) if has_data_set else b""))
        return answer(sender)

    return send


def twice(sender: RawSender) -> Answer:
    """Two messages with one Message ID at the same time. Their answers come in the order in which they are ready."""
    for number in (1, 2):
        sender.send(data(3, 3, store_command_of(CLASS, instance_uid(number))) + data(3, 2, data_set(number)))
    return max((answer(sender), answer(sender)), key=lambda it: it.status)


def repeated(count: int, *, other: bool = False) -> Callable[[RawSender], Answer | None]:
    """Sends an instance several times, or other instances of its study. The last answer counts."""

    def send(sender: RawSender) -> Answer | None:
        numbers = range(1, count + 1) if other else [1] * count
        return [sender.store_data_set(data_set(number), instance_uid(number)) for number in numbers][-1]

    return send


def many_elements() -> bytes:
    """A deflated data set of elements without values."""
    deflate = zlib.compressobj(wbits=-15)
    return deflate.compress(struct.pack("<HH2sH", 8, 0x8, b"CS", 0) * 100_000) + deflate.flush()


WITHOUT_STUDY_UID = WHOLE.replace(b"\x20\0\x0d\0UI", b"\x20\0\x0c\0UI")
WRONG_SERIES_UID = WHOLE.replace(b"\x08\0" + SERIES, b"\x08\0" + b"2.25..11")
UIDS_BEHIND_TEXT = struct.pack("<HH2sH", 8, 8, b"CS", 2000) + bytes(2000) + WHOLE
WITHOUT_RIGHTS = {"ACCESS_RULES": json.dumps([{"callingAETitle": "RAW", "sopClassUIDs": [CLASS.decode()]}])}
BY_DATA_SET = {"UID_MISMATCH": "data-set"}
REFUSING_ROUTE = {"ROUTES": json.dumps([{"name": "r", "calledAETitles": ["STORESCP"], "refuse": "0124H"}])}
# By the Error Comment in the table.
CASES = {
    "": Case(of(WHOLE)),
    "(0000,1000) is not a UID: no digit or dot at character 1": Case(of_command(command(instance=b"DOE^JANE"))),
    "The SOP class is not supported": Case(of_command(command(sop_class=QUERY + b"\0"))),
    "Instances of the SOP class have no study": Case(of_command(command(sop_class=HANGING_PROTOCOL))),
    "The presentation context is for Verification": Case(of_command(command(sop_class=VERIFICATION + b"\0"), context=1)),
    "The SOP class is not permitted to this calling AE title": Case(of_command(command(sop_class=CT + b"\0")), WITHOUT_RIGHTS),
    "The Message ID is that of an operation not yet answered": Case(twice, window=2, is_slow=True),
    "Only C-STORE, C-ECHO and N-ACTION are provided": Case(of_command(command(operation=b"\x20\0"))),
    "(0000,0002) Affected SOP Class UID is missing": Case(of_command(command(sop_class=None))),
    "C-STORE-RQ without a data set": Case(of_command(command(follows=b"\x01\x01"), has_data_set=False)),
    "Stored: Cut in (7FE0,0010) at byte 1200, 500 bytes missing": Case(of(WHOLE[:-500]), {"INCOMPLETE_DATA_SETS": "store"}),
    "Cut in (7FE0,0010) at byte 1200, 500 bytes missing": Case(of(WHOLE[:-500])),
    "The data set has no Study Instance UID (0020,000D)": Case(of(WITHOUT_STUDY_UID)),
    "(0020,000E) is not a UID: nothing between dots at character 5": Case(of(WRONG_SERIES_UID)),
    "The data set has more elements than its size allows": Case(of(many_elements()), syntax=DEFLATED),
    "This is a file: expected a data set without preamble": Case(of(bytes(128) + b"DICM" + WHOLE)),
    "The UIDs are not among the first 2097152 bytes": Case(of(UIDS_BEHIND_TEXT), {"MAXIMUM_HEADER_BYTES": "1024"}),
    "Larger than the maximum of 10000000000 bytes": Case(of(WHOLE), {"MAXIMUM_INSTANCE_BYTES": "500"}),
    "The receiver is full now, send it again later": Case(repeated(2, other=True), {"MAXIMUM_OPEN_INSTANCES": "1"}),
    "Sent too often in a short time, send it again later": Case(repeated(3), {"MAXIMUM_REPEATS": "1"}),
    "SOP Instance UID (0008,0018) differs from the command's": Case(of(WHOLE, instance=b"2.25.1.9")),
    "The SOP class of the data set is not supported": Case(of(WHOLE.replace(CLASS + b"\0", HANGING_PROTOCOL + b"\0\0")), BY_DATA_SET),
    "The SOP class of the data set is not permitted to you": Case(of(WHOLE.replace(CLASS, CT)), WITHOUT_RIGHTS | BY_DATA_SET),
    "The routes of this receiver do not accept it": Case(of(WHOLE), REFUSING_ROUTE),
    "The store cannot take it now, send it again later": Case(
        of(WHOLE), {"DICOM_BUCKET": "bucket", "AWS_MAX_ATTEMPTS": "1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    ),
}
# Why these are not caused here, and what causes them.
NOT_CAUSED = {
    "Too large for this delivery, send it again": "needs a delivery of ten gigabytes; InstanceUploadTests",
    "The receiver cannot take a data set now": "only a fault of the receiver causes it",
    "Sent too slowly while others needed memory, send it again": "needs seconds; test_neighbours.py",
}


def cause(case: Case, start: Callable, slow_endpoint: str) -> Answer | None:
    """The answer of a receiver that `start` starts with the settings of the case."""
    settings = dict(case.settings)
    if case.is_slow:
        settings |= {"DICOM_BUCKET": "bucket", "AWS_ENDPOINT_URL": slow_endpoint}
    receiver = start(DELIVERY_QUIET_SECONDS="60", **settings)
    with contextlib.ExitStack() as running:
        sender = running.enter_context(RawSender(receiver.port))
        sender.associate(window=case.window, syntax=case.syntax)
        return case.send(sender)


def form(comment: str) -> str:
    """An Error Comment without what depends on the instance."""
    return re.sub(r"\d+", "0", re.sub(r"\(\w{4},\w{4}\)", "(tag)", comment))
