# SPDX-License-Identifier: Apache-2.0

"""One execution environment: AWS's runtime interface emulator around one `bootstrap`.

A second invocation while one runs makes the emulator panic, so each caller must use an emulator alone. The emulator
starts its runtime in another process group, so both are killed by their own pids.
"""

import contextlib
import http.client
import os
import signal
import subprocess
import time
from pathlib import Path

import ports

START_SECONDS = 10


class EmulatorError(Exception):
    """The emulator did not start or did not answer."""


class Emulator:
    def __init__(self, binary: Path, folder: Path, environment: dict[str, str], log: Path):
        self._reserved = [ports.ReservedPort(), ports.ReservedPort()]
        self._port, runtime_api_port = (port.number for port in self._reserved)
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [
                    binary,
                    "--log-level=error",
                    f"--runtime-interface-emulator-address=127.0.0.1:{self._port}",
                    f"--runtime-api-address=127.0.0.1:{runtime_api_port}",
                    folder / "bootstrap",
                ],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self._wait_until_listening()

    def invoke(self, payload: bytes, timeout: float) -> bytes:
        """Returns the body of the emulator's answer; the status is always 200."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=timeout)
        try:
            connection.request("POST", "/2015-03-31/functions/function/invocations", body=payload)
            return connection.getresponse().read()
        except (OSError, http.client.HTTPException) as error:
            raise EmulatorError(f"no answer from the emulator: {error!r}") from error
        finally:
            connection.close()

    def kill(self) -> None:
        """Kills the emulator and the runtime that it started. `stop` must be called afterwards."""
        for pid in [*_children(self._process.pid), self._process.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def stop(self) -> None:
        """Kills both and waits for the emulator's end."""
        self.kill()
        self._process.wait()
        for port in self._reserved:
            port.close()

    def _wait_until_listening(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            if ports.accepts(self._port):
                return
            time.sleep(0.01)
        self.stop()
        raise EmulatorError("the emulator did not start")


def _children(pid: int) -> list[int]:
    """The child processes of `pid` that are still running."""
    tasks = Path(f"/proc/{pid}/task")
    with contextlib.suppress(FileNotFoundError):
        return [int(child) for path in tasks.glob("*/children") for child in path.read_text().split()]
    return []
