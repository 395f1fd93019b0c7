# SPDX-License-Identifier: Apache-2.0

"""A sender that is only a socket, for what no library does: stop in the middle of a message, or be one of thousands."""

import select
import socket
import struct
from dataclasses import dataclass

VERIFICATION = b"1.2.840.10008.1.1"
CLASS = b"1.2.840.10008.5.1.4.1.1.7"
EXPLICIT = b"1.2.840.10008.1.2.1"
IMPLICIT = b"1.2.840.10008.1.2"
DEFLATED = b"1.2.840.10008.1.2.1.99"
TIMEOUT_SECONDS = 30
LARGE = 2_000_000
# Every receiver accepts a PDU of this size; DCMTK's default maximum is 16 KiB.
FRAGMENT = 16372


def item(kind: int, value: bytes) -> bytes:
    return struct.pack(">BBH", kind, 0, len(value)) + value


def pdu(kind: int, body: bytes) -> bytes:
    return struct.pack(">BBI", kind, 0, len(body)) + body


def associate_request(
    window: int | None = None, syntax: bytes = EXPLICIT, calling: bytes = b"RAW", sop_class: bytes = CLASS
) -> bytes:
    """Proposes Verification in context 1, and Secondary Capture in context 3, in Explicit VR unless `syntaxes` says
    otherwise."""
    contexts = b"".join(
        item(0x20, bytes([number, 0, 0, 0]) + item(0x30, abstract) + item(0x40, proposed))
        for number, abstract, proposed in [(1, VERIFICATION, IMPLICIT), (3, sop_class, syntax)]
    )
    information = item(0x51, struct.pack(">I", 16384))
    if window is not None:
        information += item(0x53, struct.pack(">HH", window, 1))
    fields = struct.pack(">HH", 1, 0) + b"STORESCP".ljust(16) + calling.ljust(16) + bytes(32)
    return pdu(1, fields + item(0x10, b"1.2.840.10008.3.1.1.1") + contexts + item(0x50, information))


def data(context: int, control: int, fragment: bytes) -> bytes:
    return pdu(4, struct.pack(">IBB", len(fragment) + 2, context, control) + fragment)


def _uid(text: bytes) -> bytes:
    return text + b"\0" * (len(text) % 2)


def _command(*elements: tuple[int, bytes]) -> bytes:
    body = b"".join(struct.pack("<HHI", 0, element, len(value)) + value for element, value in elements)
    return struct.pack("<HHII", 0, 0, 4, len(body)) + body


def instance_uid(number: int, study: int = 1) -> bytes:
    return b"2.25.%d.1.%d" % (study, number)


def store_command(number: int, study: int = 1) -> bytes:
    return store_command_of(CLASS, instance_uid(number, study), number)


def store_command_of(sop_class: bytes, instance: bytes, message: int = 1) -> bytes:
    return _command(
        (0x0002, _uid(sop_class)),
        (0x0100, struct.pack("<H", 1)),
        (0x0110, struct.pack("<H", message % 65536)),
        (0x0700, b"\0\0"),
        (0x0800, b"\0\0"),
        (0x1000, _uid(instance)),
    )


def echo_command() -> bytes:
    return _command((0x0002, _uid(VERIFICATION)), (0x0100, b"\x30\0"), (0x0110, b"\x01\0"), (0x0800, b"\x01\x01"))


def data_set(number: int, study: int = 1, pixels: int = 1000, pixel: int = 0) -> bytes:
    def element(group: int, number: int, vr: bytes, value: bytes) -> bytes:
        return struct.pack("<HH2sH", group, number, vr, len(value)) + value

    return (
        element(8, 0x16, b"UI", _uid(CLASS))
        + element(8, 0x18, b"UI", _uid(instance_uid(number, study)))
        + element(0x20, 0x0D, b"UI", _uid(b"2.25.%d" % study))
        + element(0x20, 0x0E, b"UI", _uid(b"2.25.%d.1" % study))
        + struct.pack("<HH2sHI", 0x7FE0, 0x10, b"OB", 0, pixels)
        + bytes([pixel]) * pixels
    )


def status_of(response: bytes) -> int:
    """The status in a P-DATA-TF that holds one whole response."""
    return struct.unpack_from("<H", response, response.rindex(struct.pack("<HHI", 0, 0x0900, 2)) + 8)[0]


@dataclass(frozen=True)
class Answer:
    """The answer to a C-STORE request."""

    status: int
    comment: str
    sop_instance: str

    def __str__(self) -> str:
        return f"{self.status:04X}H {self.comment}".rstrip()

    @classmethod
    def of(cls, response: bytes) -> "Answer":
        """Reads the answer in a P-DATA-TF that holds one whole response."""
        elements, at = {}, 12
        while at < len(response):
            element, length = struct.unpack_from("<HI", response, at + 2)
            elements[element] = response[at + 8 : at + 8 + length]
            at += 8 + length
        comment, instance = (elements.get(element, b"").decode("latin-1").rstrip(" \0") for element in (0x0902, 0x1000))
        return cls(int.from_bytes(elements[0x0900], "little"), comment, instance)


class RawSender:
    """One association over a blocking socket."""

    def __init__(self, port: int, source: str = "127.0.0.1"):
        """`source` is the address of the peer, any address of the loopback network."""
        self._socket = socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS, (source, 0))
        self._socket.settimeout(TIMEOUT_SECONDS)
        self._received = self._socket.makefile("rb")

    def __enter__(self) -> "RawSender":
        return self

    def __exit__(self, *_) -> None:
        self._received.close()
        self._socket.close()

    def send(self, content: bytes) -> None:
        self._socket.sendall(content)

    def send_without_waiting(self, content: bytes) -> int:
        """Returns the number of bytes that the kernel took."""
        self._socket.setblocking(False)
        try:
            return self._socket.send(content)
        finally:
            self._socket.settimeout(TIMEOUT_SECONDS)

    def hears_within(self, seconds: float) -> bool:
        """Whether bytes or the end of the connection arrived within this time."""
        return bool(select.select([self._socket], [], [], seconds)[0])

    def pdu(self) -> bytes | None:
        """The next PDU; None at the end of the connection."""
        try:
            header = self._received.read(6)
            return header + self._received.read(int.from_bytes(header[2:6])) if len(header) == 6 else None
        except ConnectionResetError:
            return None

    def associate(
        self, window: int | None = None, syntax: bytes = EXPLICIT, calling: bytes = b"RAW", sop_class: bytes = CLASS
    ) -> bool:
        """Requests an association. Returns whether the context of the instances is accepted."""
        self.send(associate_request(window, syntax, calling, sop_class))
        answer = self.pdu()
        assert answer and answer[0] == 2, answer
        # Context 3 with the result "acceptance". PS3.8 §9.3.3.2.
        return b"\x03\0\0\0" in [answer[at + 4 : at + 8] for at in range(74, len(answer)) if answer[at : at + 2] == b"\x21\0"]

    def store(self, number: int, pixels: int = 1000, pixel: int = 0) -> int:
        """Sends an instance in one piece. Returns the status."""
        self.send(data(3, 3, store_command(number)))
        content = data_set(number, pixels=pixels, pixel=pixel)
        for start in range(0, len(content), 65536):
            self.send(data(3, 2 if start + 65536 >= len(content) else 0, content[start : start + 65536]))
        return self.status()

    def store_data_set(self, content: bytes, instance: bytes, sop_class: bytes = CLASS) -> Answer | None:
        """Sends a data set. Returns the answer, or None if the association was aborted."""
        message = [data(3, 3, store_command_of(sop_class, instance))]
        for start in range(0, max(1, len(content)), FRAGMENT):
            message.append(data(3, 2 if start + FRAGMENT >= len(content) else 0, content[start : start + FRAGMENT]))
        try:
            # One call for both: a second call would wait for the peer's delayed TCP acknowledgement of the first.
            self.send(b"".join(message))
        except ConnectionError:
            # The answer arrived before.
            pass
        answer = self.pdu()
        return Answer.of(answer) if answer and answer[0] == 4 else None

    def begin_instance(self, number: int) -> None:
        """Sends all of a two-megabyte instance except its last kilobyte, so that the receiver has written some of
        it."""
        self.send(data(3, 3, store_command(number)))
        content = data_set(number, pixels=LARGE)[:-1000]
        for start in range(0, len(content), 65536):
            self.send(data(3, 0, content[start : start + 65536]))

    def end_instance(self, number: int) -> None:
        self.send(data(3, 2, data_set(number, pixels=LARGE)[-1000:]))

    def status(self) -> int:
        answer = self.pdu()
        assert answer and answer[0] == 4, answer
        return status_of(answer)
