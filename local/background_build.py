# SPDX-License-Identifier: Apache-2.0

"""A build beside a run, which uses the cores while the run waits for something else."""

import os
import sys
import time
from pathlib import Path

import processes
from display import Display

PROJECT = Path(__file__).parent.parent
POLL_SECONDS = 0.25


class BackgroundBuild:
    """Runs a command during its `with` block. `what` says what it does, for example `building StoreSCP`."""

    def __init__(self, what: str, command: list, log: Path):
        self._what, self._command, self._log = what, command, log

    @classmethod
    def of(cls, commands: list[Path], log: Path) -> "BackgroundBuild":
        """Builds commands of `dist/`. If nothing has changed since the last build, this takes seconds."""
        names = " ".join(command.name for command in commands)
        make = ["make", "--no-print-directory", "--directory", PROJECT, "commands", f"COMMANDS={names}"]
        return cls(f"building {names}", make, log)

    def __enter__(self) -> "BackgroundBuild":
        # What the run does meanwhile has priority.
        self._process = processes.start(["nice", *self._command], dict(os.environ), self._log)
        return self

    def __exit__(self, *_) -> None:
        processes.stop_session(self._process)

    def wait(self, display: Display) -> None:
        """Shows how far the build is, until it has ended. If it fails, shows what it printed and exits."""
        while (status := self._process.poll()) is None:
            display.progress(self._lines()[-1])
            time.sleep(POLL_SECONDS)
        if status:
            for line in self._lines():
                display.note(line)
            sys.exit(f"{self._what} failed: see {self._log}")

    def _lines(self) -> list[str]:
        return self._log.read_text(errors="replace").splitlines() or [self._what]
