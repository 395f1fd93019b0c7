# SPDX-License-Identifier: Apache-2.0

"""The build of `dist/dicomstore` beside a run: the first run does not wait for it before it sends images."""

import os
import subprocess
from pathlib import Path

import processes
from display import Display

PROJECT = Path(__file__).parent.parent


class CommandBuild:
    """Builds during its `with` block. If nothing has changed since the last build, it has ended after seconds."""

    def __init__(self, log: Path):
        self._log = log

    def __enter__(self) -> "CommandBuild":
        # Images have priority.
        command = ["nice", "make", "--no-print-directory", "--directory", PROJECT, "dicomstore"]
        self._process = processes.start(command, dict(os.environ), self._log)
        return self

    def __exit__(self, *_) -> None:
        processes.stop(self._process)

    @property
    def is_done(self) -> bool:
        return self._process.poll() is not None

    def wait(self, display: Display) -> None:
        """Returns when the command is there."""
        if not self.is_done:
            display.progress("building dicomstore, for the console and for you")
        if status := self._process.wait():
            raise subprocess.CalledProcessError(status, f"make dicomstore: see {self._log.relative_to(PROJECT)}")
