# SPDX-License-Identifier: Apache-2.0

"""TCP ports of this machine's loopback address."""

import contextlib
import socket
from collections.abc import Iterator


class ReservedPort:
    """A free port of 127.0.0.1 that the kernel gives to no other program until `close`.

    The port is bound here, but nothing listens on it yet. A server that sets SO_REUSEADDR, as servers do, can bind it
    too and listen, end, and listen again. A port that is closed before its number is handed on could be taken by
    another program first.
    """

    def __init__(self):
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", 0))
        self.number: int = self._socket.getsockname()[1]

    def close(self) -> None:
        self._socket.close()


@contextlib.contextmanager
def reserved_port() -> Iterator[int]:
    """The number of a port that is reserved while the `with` block runs."""
    with contextlib.closing(ReservedPort()) as port:
        yield port.number


def accepts(port: int) -> bool:
    """Whether a program accepts connections on this port."""
    try:
        socket.create_connection(("127.0.0.1", port), 0.2).close()
        return True
    except OSError:
        return False
