# SPDX-License-Identifier: Apache-2.0

"""A port that is reserved for a server stays free until that server listens on it."""

import errno
import socket
import struct

import pytest
from ports import accepts, reserved_port

# Linux 6.3; Python has no name for it yet.
IP_LOCAL_PORT_RANGE = 51


def test_a_server_listens_on_its_reserved_port_again_and_again():
    with reserved_port() as port:
        for _ in range(2):
            assert not accepts(port)
            with socket.create_server(("127.0.0.1", port)):
                assert accepts(port)


def test_the_kernel_gives_a_reserved_port_to_no_other_program():
    with reserved_port() as port, socket.socket() as other:
        try:
            other.setsockopt(socket.IPPROTO_IP, IP_LOCAL_PORT_RANGE, struct.pack("@I", port << 16 | port))
        except OSError:
            pytest.skip("this kernel cannot be told to choose among a few ports")
        with pytest.raises(OSError) as failure:
            other.bind(("127.0.0.1", 0))
        assert failure.value.errno == errno.EADDRINUSE
