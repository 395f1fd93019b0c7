# SPDX-License-Identifier: Apache-2.0

"""The console (`dicomstore console`) as a process: on a free port, for a pipeline of the local AWS."""

import re
from pathlib import Path

import deploy
import processes
from waiting import wait_for

START_SECONDS = 20
URL = re.compile(r"http://127\.0\.0\.1:\d+/#token=[0-9a-f]{64}")


class Console:
    """Runs during its `with` block. `url` is the address for the browser, with the token of this start."""

    def __init__(self, binary: Path, endpoint: str, log: Path, stack: str = deploy.STACK):
        self._command = [binary, "console", "--stack", stack]
        self._environment = deploy.environment(endpoint)
        self.log = log
        self.url = ""

    def __enter__(self) -> "Console":
        self.log.parent.mkdir(parents=True, exist_ok=True)
        # The log holds the address with the token, which is not for other users.
        self.log.touch(mode=0o600)
        self._process = processes.start(self._command, self._environment, self.log)
        wait_for("the console's address", lambda: self._ended() or URL.search(self.log.read_text()), START_SECONDS)
        if self._ended():
            raise RuntimeError(f"the console ended with {self._process.returncode}: see {self.log}")
        self.url = URL.search(self.log.read_text())[0]
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def stop(self) -> int:
        """Sends SIGTERM; returns the exit status."""
        return processes.stop(self._process)

    def _ended(self) -> bool:
        return self._process.poll() is not None
