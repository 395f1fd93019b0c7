# SPDX-License-Identifier: Apache-2.0

"""A receiver that is only a socket, for what no library does: answer out of order, never, or with anything."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator

from raw_sender import IMPLICIT, item, pdu

Connection = socket.socket
TIMEOUT_SECONDS = 30


@contextlib.contextmanager
def raw_receiver(serve: Callable[[Connection], None]) -> Iterator[int]:
    """Calls `serve` with each connection, one after another, and closes it afterwards. Yields the port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError, EOFError):
                connection.settimeout(TIMEOUT_SECONDS)
                serve(connection)

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(TIMEOUT_SECONDS)


def read_exactly(connection: Connection, count: int) -> bytes:
    received = bytearray()
    while len(received) < count:
        piece = connection.recv(count - len(received))
        if not piece:
            raise EOFError
        received += piece
    return bytes(received)


def read_pdu(connection: Connection) -> tuple[int, bytes]:
    kind, _, length = struct.unpack(">BBI", read_exactly(connection, 6))
    return kind, read_exactly(connection, length)


def proposed(request: bytes) -> list[tuple[int, bytes]]:
    """The id and the first transfer syntax of each presentation context of an A-ASSOCIATE-RQ's body."""
    found, offset = [], 68
    while offset < len(request):
        kind, _, length = struct.unpack_from(">BBH", request, offset)
        value = request[offset + 4 : offset + 4 + length]
        if kind == 0x20:
            syntax = value.index(b"\x40\0", 4 + 4)
            size = struct.unpack_from(">H", value, syntax + 2)[0]
            found.append((value[0], value[syntax + 4 : syntax + 4 + size]))
        offset += 4 + length
    return found


def accept(connection: Connection, maximum_length: int = 16384) -> None:
    """Reads the request, and accepts every context."""
    kind, request = read_pdu(connection)
    assert kind == 1
    contexts = b"".join(item(0x21, bytes([number, 0, 0, 0]) + item(0x40, syntax)) for number, syntax in proposed(request))
    information = item(0x50, item(0x51, struct.pack(">I", maximum_length)) + item(0x52, b"1.2.3"))
    name = item(0x10, b"1.2.840.10008.3.1.1.1")
    connection.sendall(pdu(2, request[:68] + name + contexts + information))


def read_message(connection: Connection) -> tuple[int, bytes, list[int]]:
    """Reads a C-STORE-RQ with its data set: the context, the data set, and the lengths of the PDUs."""
    data, lengths = bytearray(), []
    while True:
        kind, body = read_pdu(connection)
        if kind != 4:
            raise EOFError
        lengths.append(len(body))
        offset = 0
        while offset < len(body):
            length, context, control = struct.unpack_from(">IBB", body, offset)
            if not control & 1:
                data += body[offset + 6 : offset + 4 + length]
                if control & 2:
                    return context, bytes(data), lengths
            offset += 4 + length


def response(context: int, message_id: int, status: int = 0, field: int = 0x8001) -> bytes:
    elements = b"".join(
        struct.pack("<HHIH", 0, number, 2, value)
        for number, value in [(0x100, field), (0x120, message_id), (0x800, 0x101), (0x900, status)]
    )
    command = struct.pack("<HHII", 0, 0, 4, len(elements)) + elements
    return pdu(4, struct.pack(">IBB", len(command) + 2, context, 3) + command)


def serve_storage(connection: Connection, answer: Callable[[int, int], bytes], maximum_length: int = 16384) -> None:
    """Accepts, and answers each instance with what `answer` returns for its context and message ID, until release."""
    accept(connection, maximum_length)
    number = 0
    with contextlib.suppress(EOFError):
        while True:
            context, _, _ = read_message(connection)
            number += 1
            connection.sendall(answer(context, number))
    connection.sendall(pdu(6, b"\0" * 4))


__all__ = ["IMPLICIT", "accept", "pdu", "raw_receiver", "read_message", "read_pdu", "response", "serve_storage"]
