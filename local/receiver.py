"""The receiver (StoreSCP) as a process: a free port, the local AWS, deliveries that close after two quiet seconds."""

import signal
from pathlib import Path

import deploy
import ports
import processes
from waiting import wait_for

START_SECONDS = 20
QUIET_SECONDS = 2


class Receiver:
    """Runs while its `with` block does, or until `stop`."""

    def __init__(self, binary: Path, endpoint: str, bucket: str, log: Path, **settings: str):
        self._binary, self.log = binary, log
        self.port = ports.free_port()
        self._environment = {
            **deploy.environment(endpoint),
            "DICOM_BUCKET": bucket,
            "SCP_ADDRESS": "127.0.0.1",
            "SCP_PORT": str(self.port),
            "DELIVERY_QUIET_SECONDS": str(QUIET_SECONDS),
            **settings,
        }
        requires_tls = self._environment.get("REQUIRE_TLS") == "true"
        self._first_port = int(self._environment["TLS_PORT"]) if requires_tls else self.port

    def __enter__(self) -> "Receiver":
        self._process = processes.start([self._binary], self._environment, self.log)
        process = self._process
        ended = lambda: process.poll() is not None  # noqa: E731
        wait_for("the receiver to listen", lambda: ended() or ports.accepts(self._first_port), START_SECONDS)
        if self._process.poll() is not None:
            raise RuntimeError(f"the receiver ended with {self._process.returncode}: see {self.log}")
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def terminate(self) -> None:
        """SIGTERM, without waiting for the end."""
        self._process.send_signal(signal.SIGTERM)

    def wait(self) -> int:
        """The exit status of one that was told to end: a second SIGTERM would cut it short."""
        return self._process.wait(processes.STOP_SECONDS)

    def stop(self) -> int:
        """SIGTERM; the exit status."""
        return processes.stop(self._process)
