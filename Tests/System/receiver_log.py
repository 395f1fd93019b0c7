# SPDX-License-Identifier: Apache-2.0

"""Reads the log of a receiver."""

import json
from pathlib import Path

from receiver import Receiver
from waiting import wait_for

LINE_SECONDS = 20


def only_line(receiver: Receiver, message: str) -> dict[str, str]:
    """Waits for the line with this message, which must be the only one."""
    lines = wait_for(f"the line {message!r}", lambda: receiver.log_lines(message), LINE_SECONDS)
    assert len(lines) == 1, lines
    return lines[0]


class Log:
    """The lines that a receiver logs from now on."""

    def __init__(self, path: Path):
        self._path, self._start = path, path.stat().st_size if path.exists() else 0

    def lines(self) -> list[dict]:
        return [json.loads(line) for line in self._path.read_bytes()[self._start :].splitlines()]

    def messages(self) -> list[str]:
        return [line["message"] for line in self.lines()]

    def wait_for(self, message: str, **fields: str) -> dict:
        """Waits for a line whose message begins with `message` and which has these fields; returns the first one."""
        matches = lambda: [  # noqa: E731
            line for line in self.lines() if line["message"].startswith(message) and fields.items() <= line.items()
        ]
        return wait_for(f"the log's line {message!r}", matches, LINE_SECONDS)[0]
