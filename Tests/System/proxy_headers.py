# SPDX-License-Identifier: Apache-2.0

"""The same connection in both versions of the PROXY header: TCP over IPv4, 203.0.113.7:40000 to 192.0.2.1:104."""

# Version 2, which ends with an empty PP2_TYPE_NOOP.
PROXY_HEADER = bytes.fromhex("0D0A0D0A000D0A515549540A 21 11 000F CB007107 C0000201 9C40 0068 040000")
# Version 1.
PROXY_LINE = b"PROXY TCP4 203.0.113.7 192.0.2.1 40000 104\r\n"
