# SPDX-License-Identifier: Apache-2.0

"""The receiver's log says why a sender's images are not stored: aborts, rejections, refusals."""

import contextlib
import json
import re
import struct

import pytest
import raw_sender
from pydicom.uid import ExplicitVRLittleEndian
from pynetdicom import AE
from pynetdicom.pdu_primitives import UserIdentityNegotiation
from pynetdicom.presentation import build_context
from pynetdicom.sop_class import Verification
from raw_sender import RawSender
from receiver_log import only_line
from rejections import rejection
from waiting import wait_for

pytestmark = pytest.mark.pipeline


def command(*elements: tuple[int, bytes]) -> bytes:
    return b"".join(struct.pack("<HHI", 0, element, len(value)) + value for element, value in elements)


CLASS = (0x0002, raw_sender.CLASS)
STORE = (0x0100, b"\x01\0")
MESSAGE_ID = (0x0110, b"\x01\0")
DATA_SET = (0x0800, b"\0\0")
NO_DATA_SET = (0x0800, b"\x01\x01")
INSTANCE = (0x1000, b"2.25.1.1")


# Aborts


@pytest.mark.parametrize(
    "sent, end",
    [
        (command(CLASS, STORE, DATA_SET, INSTANCE), "(0000,0110) Message ID is missing"),
        (command(CLASS, STORE, (0x0110, b"\1\0\0\0"), DATA_SET, INSTANCE), "(0000,0110) Message ID has 4 bytes, expected 2"),
        (command(CLASS, STORE, MESSAGE_ID, INSTANCE), "(0000,0800) Command Data Set Type is missing"),
        (command(CLASS, STORE, MESSAGE_ID, MESSAGE_ID, DATA_SET), "(0000,0110) Message ID is repeated"),
        (
            command(CLASS, STORE, MESSAGE_ID, DATA_SET) + struct.pack("<HHI", 0, 0x1000, 99) + b"1.2",
            "(0000,1000) Affected SOP Instance UID runs past the command set: length 99, 3 bytes are left",
        ),
        (
            command(CLASS, STORE, MESSAGE_ID, DATA_SET) + struct.pack("<HHI", 8, 0x18, 2) + b"1\0",
            "(0008,0018) is at offset 63 of the command set, expected group 0000",
        ),
        (b"DOE^JANE", "An element is at offset 0 of the command set, expected group 0000"),
    ],
    ids=["missing", "length", "data set type", "repeated", "value", "group", "text"],
)
def test_an_abort_names_the_command_element(folder_receiver, sent, end):
    receiver = folder_receiver()
    with RawSender(receiver.port) as sender:
        sender.associate()
        sender.send(raw_sender.data(3, 3, sent))
        answer = sender.pdu()
        assert answer == raw_sender.pdu(7, bytes(4))
    assert only_line(receiver, "association ended")["end"] == f"aborted by us: invalid message: {end}"
    assert "JANE" not in receiver.log.read_text()


def test_a_limit_that_ends_an_association_is_named(folder_receiver):
    receiver = folder_receiver(MAXIMUM_RECEIVED_PDU_SIZE="4096")
    with RawSender(receiver.port) as sender:
        sender.associate()
        # PDUs up to the announced maximum are accepted.
        sender.send(struct.pack(">BBI", 4, 0, 300_000))
        assert sender.pdu()[0] == 7
    found = only_line(receiver, "association ended")
    assert found["end"] == "aborted by us: invalid PDU: P-DATA-TF of 300000 bytes, maximum 262144"
    assert found["hint"] == "MAXIMUM_RECEIVED_PDU_SIZE=4096"


# Rejections


def test_the_log_distinguishes_a_wrong_address_from_an_unknown_title(folder_receiver):
    receiver = folder_receiver(ACCESS_RULES='[{"callingAETitle": "CT1", "peers": ["10.1.0.0/16"]}]')
    ends = {
        "CT1": ("the title is known, but its rule does not have the peer's address", "ACCESS_RULES: peers"),
        "NOPE": ("the title has no rule", "ACCESS_RULES"),
    }
    for title in ends:
        assert rejection_of(receiver, title) == (1, 1, 3), "the peer is told the same"
    lines = wait_for("both lines", lambda: len(found := receiver.log_lines("association ended")) == 2 and found)
    assert {line["callingAE"]: (line["end"], line["hint"]) for line in lines} == {
        title: (f"rejected: 1/1/3 calling AE title not recognized: {reason}", hint) for title, (reason, hint) in ends.items()
    }


def rejection_of(receiver, calling: str) -> tuple[int, int, int]:
    with RawSender(receiver.port) as sender:
        sender.send(raw_sender.associate_request(calling=calling.encode()))
        answer = sender.pdu()
        assert answer[0] == 3, answer
        return tuple(answer[7:10])


def test_unlisted_calling_titles_and_wrong_called_titles_are_logged(folder_receiver):
    receiver = folder_receiver(REQUIRE_CALLING_AE_TITLE="CT1,MR1")
    assert rejection_of(receiver, "RAW") == (1, 1, 3)
    found = only_line(receiver, "association ended")
    assert found["end"].endswith(": the title is not listed")
    assert found["hint"] == "REQUIRE_CALLING_AE_TITLE"

    receiver = folder_receiver(AE_TITLE="ARCHIVE", REQUIRE_CALLED_AE_TITLE="true")
    assert rejection(receiver.port, build_context(Verification), ae_title="STORESCP") == (1, 1, 7)
    found = only_line(receiver, "association ended")
    assert found["end"] == "rejected: 1/1/7 called AE title not recognized: expected ARCHIVE, got STORESCP"
    assert found["hint"] == "REQUIRE_CALLED_AE_TITLE=true"


@pytest.mark.parametrize(
    "settings, reason, hint",
    [
        ({"MAXIMUM_ASSOCIATIONS": "1"}, "too many associations are open in total", "MAXIMUM_ASSOCIATIONS=1"),
        (
            {"MAXIMUM_ASSOCIATIONS_PER_PEER": "1"},
            "too many associations are open from this address",
            "MAXIMUM_ASSOCIATIONS_PER_PEER=1",
        ),
        (
            {"ACCESS_RULES": '[{"callingAETitle": "RAW", "maximumAssociations": 1}]'},
            "too many associations of this calling AE title are open",
            "ACCESS_RULES: maximumAssociations is 1",
        ),
    ],
    ids=["total", "address", "title"],
)
def test_a_rejection_names_the_limit(folder_receiver, settings, reason, hint):
    receiver = folder_receiver(**settings)
    with RawSender(receiver.port) as first:
        first.associate()
        assert rejection_of(receiver, "RAW") == (2, 3, 2)
        found = only_line(receiver, "association ended")
    assert found["end"] == f"rejected: 2/3/2 local limit exceeded: {reason}"
    assert found["hint"] == hint


def test_an_association_that_makes_room_is_logged_with_the_limit(folder_receiver):
    receiver = folder_receiver(MAXIMUM_SILENT_ASSOCIATIONS_PER_PEER="1", SILENCE_SECONDS="1")
    with RawSender(receiver.port) as first, RawSender(receiver.port) as second:
        first.associate()
        assert not first.hears_within(1.2)
        second.associate()
        assert first.pdu()[0] == 7
        found = only_line(receiver, "association ended")
    assert found["end"].endswith("others needed its place: too many silent associations of its calling AE title and address")
    assert found["hint"] == "MAXIMUM_SILENT_ASSOCIATIONS_PER_PEER=1"


def test_a_refused_user_identity_is_logged_with_the_reason(folder_receiver):
    receiver = folder_receiver(USER_IDENTITY_TYPES="1", USER_IDENTITIES='{"ct": {}}')
    identity = UserIdentityNegotiation()
    identity.user_identity_type, identity.primary_field = 1, b"zaphod"
    assert rejection(receiver.port, build_context(Verification), ext_neg=[identity]) == (1, 2, 1)
    assert only_line(receiver, "association ended")["end"].endswith("user identity not accepted: the user is not listed")
    assert "zaphod" not in receiver.log.read_text()


# Refusals


@pytest.mark.parametrize(
    "sent, status, reason",
    [
        (
            command(CLASS, STORE, MESSAGE_ID, DATA_SET, (0x1000, b"DOE^JANE")),
            "0117H",
            "(0000,1000) Affected SOP Instance UID is not a UID: no digit or dot at character 1",
        ),
        (
            command((0x0002, b"1.2.3 CT"), STORE, MESSAGE_ID, DATA_SET, INSTANCE),
            "0212H",
            "(0000,0002) Affected SOP Class UID is not a UID: no digit or dot at character 6",
        ),
        (command(STORE, MESSAGE_ID, DATA_SET, INSTANCE), "0212H", "(0000,0002) Affected SOP Class UID is missing"),
        (
            command((0x0002, b"1.2.840.10008.5.1.4.1.2.2.1\0"), STORE, MESSAGE_ID, DATA_SET, INSTANCE),
            "0122H",
            "The SOP class is not supported",
        ),
        (command(CLASS, STORE, MESSAGE_ID, NO_DATA_SET, INSTANCE), "C000H", "C-STORE-RQ without a data set"),
    ],
    ids=["instance", "class", "no class", "query class", "no data set"],
)
def test_a_refused_command_is_answered_with_the_reason_and_logged_as_a_warning(folder_receiver, sent, status, reason):
    receiver = folder_receiver()
    with RawSender(receiver.port) as sender:
        sender.associate()
        sender.send(raw_sender.data(3, 3, sent) + (b"" if NO_DATA_SET[1] in sent else raw_sender.data(3, 2, b"\1\2")))
        answer = sender.pdu()
        assert f"{raw_sender.status_of(answer):04X}H" == status
        assert comment(reason).encode() in answer
    found = only_line(receiver, "instance refused")
    assert (found["level"], found["status"], found["reason"]) == ("WARN", status, reason)
    assert found["association"] == only_line(receiver, "association ended")["association"]
    assert found.get("sopInstanceUID") == (None if status == "0117H" else "2.25.1.1")
    assert "JANE" not in receiver.log.read_text()


def comment(reason: str) -> str:
    """The reason in the form of an Error Comment, which has at most 64 characters: for an invalid UID, the element's
    name is left out."""
    return re.sub(r"^(\(\w+,\w+\)) .* (is not a UID)", r"\1 \2", reason)


def test_a_class_that_may_not_be_stored_is_logged_as_a_warning(folder_receiver):
    mr = "1.2.840.10008.5.1.4.1.1.4"
    receiver = folder_receiver(ACCESS_RULES=json.dumps([{"callingAETitle": "RAW", "sopClassUIDs": [mr]}]))
    ae = AE(ae_title="RAW")
    ae.add_requested_context(mr, ExplicitVRLittleEndian)
    association = ae.associate("127.0.0.1", receiver.port)
    with contextlib.closing(association.dul.socket.socket.dup()) as connection:
        sent = raw_sender.data(1, 3, raw_sender.store_command(1)) + raw_sender.data(1, 2, b"\1\2")
        connection.sendall(sent)
        found = only_line(receiver, "instance refused")
    association.abort()
    assert (found["level"], found["status"], found["sopClassUID"]) == ("WARN", "0124H", raw_sender.CLASS.decode())


def test_a_query_is_logged_as_a_refused_request(folder_receiver):
    receiver = folder_receiver()
    with RawSender(receiver.port) as sender:
        sender.associate()
        sender.send(raw_sender.data(3, 3, command(CLASS, (0x0100, b"\x20\0"), MESSAGE_ID, NO_DATA_SET)))
        assert raw_sender.status_of(sender.pdu()) == 0x0211
    found = only_line(receiver, "request refused")
    assert (found["level"], found["commandField"], found["status"]) == ("WARN", "0020H", "0211H")


def test_a_flood_of_refused_commands_does_not_flood_the_log(folder_receiver):
    receiver = folder_receiver()
    refused = raw_sender.data(3, 3, command(CLASS, STORE, MESSAGE_ID, NO_DATA_SET, INSTANCE))
    with RawSender(receiver.port) as sender:
        sender.associate()
        for _ in range(250):
            sender.send(refused)
            assert raw_sender.status_of(sender.pdu()) == 0xC000
    found = only_line(receiver, "association ended")
    assert len(receiver.log_lines("instance refused")) == 100
    assert (found["linesNotWritten"], found["instancesFailed"]) == ("150", "250")
