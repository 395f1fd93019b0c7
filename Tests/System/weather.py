# SPDX-License-Identifier: Apache-2.0

"""Runs mitmproxy in front of the local AWS: see `s3_faults.py`."""

import os
from pathlib import Path

import ports
import processes
from conftest import PROJECT
from waiting import wait_for

MITMDUMP = PROJECT / ".venv-mitmproxy/bin/mitmdump"
SCRIPT = Path(__file__).with_name("s3_faults.py")


class Weather:
    """Runs during its `with` block; calm at first."""

    def __init__(self, endpoint: str, folder: Path, seed: int):
        self._endpoint, self._folder, self._seed = endpoint, folder, seed
        self._file = folder / "weather"
        self._reserved = ports.ReservedPort()
        self._port = self._reserved.number
        self.endpoint = f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> "Weather":
        self.change("calm")
        command = [MITMDUMP, "--quiet", "--mode", f"reverse:{self._endpoint}", "--scripts", SCRIPT]
        command += ["--listen-host", "127.0.0.1", "--listen-port", str(self._port)]
        command += ["--set", f"confdir={self._folder / 'mitmproxy'}", "--set", "keep_host_header=true"]
        environment = {**os.environ, "S3_WEATHER": str(self._file), "S3_SEED": str(self._seed)}
        self._process = processes.start(command, environment, self._folder / "logs" / "mitmproxy.log")
        wait_for("mitmproxy to listen", lambda: ports.accepts(self._port), 60)
        return self

    def __exit__(self, *_) -> None:
        processes.stop(self._process)
        self._reserved.close()

    def change(self, weather: str) -> None:
        """Changes the state to calm, storm or dark."""
        partial = self._file.with_suffix(".partial")
        partial.write_text(weather)
        partial.replace(self._file)
