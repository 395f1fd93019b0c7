# SPDX-License-Identifier: Apache-2.0

"""CloudWatch Logs: the lines that the functions and a receiver append to their log files appear in their log groups.

The files are read when somebody asks for the events of a log group, so that a run in which nobody asks pays nothing.
Each file is one log stream. Of a file, at most `MAXIMUM_EVENTS` lines are kept in memory, the newest ones.
"""

import json
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from moto.logs.models import LogGroup, LogStream, logs_backends

MAXIMUM_EVENTS = 20_000
# Of the lines that were added since the last request; earlier ones are skipped.
MAXIMUM_BYTES = 16 << 20
READERS = ("filter_log_events", "get_log_events", "describe_log_streams")


@dataclass
class LogFile:
    """A file whose lines are the events of a log stream."""

    path: Path
    stream: str
    offset: int = 0

    def new_lines(self) -> list[str]:
        """The whole lines that were added since the last call."""
        size = self.path.stat().st_size if self.path.exists() else 0
        if size < self.offset:
            self.offset = 0
        if size == self.offset:
            return []
        skipped = max(self.offset, size - MAXIMUM_BYTES)
        with self.path.open("rb") as file:
            file.seek(skipped)
            added = file.read(size - skipped)
        whole = added[: added.rfind(b"\n") + 1]
        self.offset = skipped + len(whole)
        # What follows a skip begins in the middle of a line: it is not JSON, and is left as text.
        return whole.decode(errors="replace").splitlines()


class LogFiles:
    """The log files by account, region and log group."""

    def __init__(self):
        self._files: dict[tuple[str, str, str], list[LogFile]] = {}
        self._lock = threading.Lock()

    def follow(self, account: str, region: str, group: str, path: Path) -> None:
        """From now on, the lines of this file are events of the log group, which is created if it does not exist."""
        backend = logs_backends[account][region]
        with self._lock:
            if group not in backend.groups:
                backend.create_log_group(group, {})
            files = self._files.setdefault((account, region, group), [])
            if all(file.path != path for file in files):
                files.append(LogFile(path, path.stem))

    def read_into(self, group: LogGroup) -> None:
        """Adds the lines that were written since the last call."""
        with self._lock:
            for file in self._files.get((group.account_id, group.region, group.name), []):
                if file.stream not in group.streams:
                    group.create_log_stream(file.stream)
                stream = group.streams[file.stream]
                _add(stream, file.new_lines()[-MAXIMUM_EVENTS:])


files = LogFiles()


def install() -> None:
    for name in READERS:
        _read_before(name)


def _read_before(name: str) -> None:
    original = getattr(LogGroup, name)

    def read(self: LogGroup, *arguments, **named):
        files.read_into(self)
        return original(self, *arguments, **named)

    setattr(LogGroup, name, read)


def _add(stream: LogStream, lines: list[str]) -> None:
    now = int(time.time() * 1000)
    events = [{"timestamp": timestamp(line) or now, "message": line} for line in lines if line]
    if events:
        stream.put_log_events(events)
        stream.events = stream.events[-MAXIMUM_EVENTS:]


def timestamp(line: str) -> int | None:
    """The time that a line in JSON names, in milliseconds since 1970. CloudWatch Logs takes it as the event's time."""
    try:
        return int(datetime.fromisoformat(json.loads(line)["timestamp"]).timestamp() * 1000)
    except (ValueError, KeyError, TypeError):
        return None
