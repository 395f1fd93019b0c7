# SPDX-License-Identifier: Apache-2.0

"""The output of the demonstration: on a terminal one line that changes, elsewhere plain lines; a table at the end."""

import shutil
import sys
from collections.abc import Sequence

ERASE_LINE = "\r\x1b[2K"
ELLIPSIS = "…"


class Display:
    def __init__(self, stream=sys.stdout):
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._last = ""

    def progress(self, line: str) -> None:
        """On a terminal, replaces the previous progress line; elsewhere, writes the line if it differs from the
        previous one."""
        if line == self._last:
            return
        self._last = line
        if self._is_terminal:
            self._write(ERASE_LINE + line[: shutil.get_terminal_size().columns - 1])
        else:
            self._write(line + "\n")

    def note(self, line: str) -> None:
        """Writes a line that stays."""
        if self._is_terminal and self._last:
            self._write("\n")
        self._last = ""
        self._write(line + "\n")

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
        for row in [header, ["-" * width for width in widths], *rows]:
            self.note("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def shortened(text: str, width: int) -> str:
    """`text` in at most `width` characters; if it is longer, its middle is replaced by an ellipsis."""
    if len(text) <= width:
        return text
    head = (width - 1) // 2
    return text[:head] + ELLIPSIS + text[head + 1 - width :]
