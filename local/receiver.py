# SPDX-License-Identifier: Apache-2.0

"""The receiver (StoreSCP) as a process: on a free port, with the local AWS; its deliveries close after two quiet seconds."""

import json
from pathlib import Path

import deploy
import ports
import processes
from waiting import wait_for

START_SECONDS = 20
QUIET_SECONDS = 2


class Receiver:
    """Runs during its `with` block, or until `stop`."""

    def __init__(self, binary: Path, endpoint: str, bucket: str, log: Path, **settings: str):
        self._binary, self.log = binary, log
        # Reserved also while the receiver is down, because it starts again on the same port.
        self._reserved = ports.ReservedPort()
        self.port = self._reserved.number
        self._environment = {
            **deploy.environment(endpoint),
            "DICOM_BUCKET": bucket,
            "SCP_ADDRESS": "127.0.0.1",
            "SCP_PORT": str(self.port),
            "DELIVERY_QUIET_SECONDS": str(QUIET_SECONDS),
            **settings,
        }
        # With these levels it logs a line when every port is open and its store has answered, or has not for seconds.
        self._tells = self._environment.get("LOG_LEVEL", "INFO") in ("TRACE", "DEBUG", "INFO")

    def __enter__(self) -> "Receiver":
        try:
            self.start()
        except BaseException:
            self._reserved.close()
            raise
        return self

    def start(self) -> None:
        """Starts it, or starts it again on the same port after `kill` or `stop`."""
        before = self.log.stat().st_size if self.log.exists() else 0
        self._process = processes.start([self._binary], self._environment, self.log)
        process = self._process
        ended = lambda: process.poll() is not None  # noqa: E731
        is_ready = lambda: self._has_told(before) if self._tells else ports.accepts(self.port)  # noqa: E731
        wait_for("the receiver to listen", lambda: ended() or is_ready(), START_SECONDS)
        if self._process.poll() is not None:
            raise RuntimeError(f"the receiver ended with {self._process.returncode}: see {self.log}")

    def _has_told(self, before: int) -> bool:
        log = self.log.read_bytes()[before:]
        return b"receiver ready" in log or b"receiver not ready" in log

    def __exit__(self, *_) -> None:
        self.stop()
        self._reserved.close()

    @property
    def tls_port(self) -> int:
        """The port that the receiver says it opened: TLS_PORT=0 lets the kernel choose."""
        return self._opened_port("tlsPort")

    @property
    def health_port(self) -> int:
        """The port that the receiver says it opened: HEALTH_PORT=0 lets the kernel choose."""
        return self._opened_port("healthPort")

    def _opened_port(self, name: str) -> int:
        return int([line for line in self.log_lines() if line["message"].startswith(("receiver ready", "receiver not ready"))][-1][name])

    @property
    def pid(self) -> int:
        return self._process.pid

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def wait(self, seconds: float) -> int:
        """Waits until the process ends by itself; returns its exit status."""
        return self._process.wait(seconds)

    def kill(self) -> None:
        """Sends SIGKILL."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """Sends SIGTERM; returns the exit status."""
        return processes.stop(self._process)

    def log_lines(self, message: str = "") -> list[dict[str, str]]:
        """The lines that it has logged, or only those with this message. Lines of metrics have no message and are left
        out."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines()]
        return [line for line in lines if "message" in line and message in ("", line["message"])]
