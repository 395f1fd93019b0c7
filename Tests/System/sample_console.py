# SPDX-License-Identifier: Apache-2.0

"""The console over synthetic deliveries (Tests/SampleConsole), which a test changes while a page shows them."""

import subprocess
from pathlib import Path


class SampleConsole:
    """Runs during its `with` block."""

    def __init__(self, binary: Path, deliveries: int, files: list[Path] = (), *options: str):
        named = [argument for file in files for argument in ("--file", str(file))]
        self._command = [str(binary), "--deliveries", str(deliveries), *named, *options]
        self.url = ""

    def __enter__(self) -> "SampleConsole":
        self._process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", "--", *self._command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        self.url = self._process.stdout.readline().strip()
        if not self.url:
            raise RuntimeError(f"the sample console ended with {self._process.wait()}")
        return self

    def __exit__(self, *_) -> None:
        self._process.terminate()
        self._process.wait(20)
        self._process.stdin.close()
        self._process.stdout.close()

    @property
    def token(self) -> str:
        return self.url.partition("token=")[2]

    @property
    def origin(self) -> str:
        return self.url.partition("/#")[0]

    def tell(self, command: str) -> None:
        """Carries out a command: see `SamplePipeline.Command`."""
        self._process.stdin.write(command + "\n")
        answer = self._process.stdout.readline().strip()
        if answer != "done":
            raise RuntimeError(f"the sample console answered {answer!r} to {command!r}")
