# SPDX-License-Identifier: Apache-2.0

"""The local AWS as a child process: starts it, asks it for its state, stops it."""

import json
import os
import sys
import urllib.request
from pathlib import Path

import deploy
import processes
from waiting import wait_for

FOLDER = Path(__file__).parent
EMULATOR = Path(sys.executable).parent / "aws-lambda-rie"
START_SECONDS = 60


class LocalAWS:
    """Runs during its `with` block. Its state and its logs are in `state_dir`."""

    def __init__(self, state_dir: Path, *options: str):
        self.state_dir = state_dir
        self._options = options
        self.endpoint = ""
        self._clients: dict = {}

    def __enter__(self) -> "LocalAWS":
        command = [sys.executable, "-m", "localaws", "--state-dir", self.state_dir, "--emulator", EMULATOR]
        environment = {**os.environ, "PYTHONPATH": str(FOLDER)}
        self._process = processes.start([*command, *self._options], environment, self.log)
        endpoint = self.state_dir / "endpoint"
        wait_for("the local AWS to start", lambda: self._ended() or endpoint.exists(), START_SECONDS)
        if self._ended():
            raise RuntimeError(f"the local AWS ended: see {self.log}")
        self.endpoint = endpoint.read_text()
        return self

    def __exit__(self, *_) -> None:
        processes.stop(self._process)

    @property
    def log(self) -> Path:
        return self.state_dir / "logs" / "localaws.log"

    def client(self, service: str):
        """A boto3 client, created once per service."""
        if service not in self._clients:
            self._clients[service] = deploy.client(service, self.endpoint)
        return self._clients[service]

    def instances(self) -> list[dict]:
        """The instances that HealthImaging's stand-in imported."""
        return json.loads(self._control("GET", "healthimaging/instances"))

    def imported_object(self, sha256: str) -> bytes:
        """The bytes of one imported object."""
        return self._control("GET", f"healthimaging/objects/{sha256}")

    def arm(self, fault: str, count: int = 1) -> None:
        """Makes the next import jobs, starts of jobs, or requests for their status fail: see
        localaws/plugin/medicalimaging/faults.py."""
        self._control("POST", "healthimaging/faults", {"fault": fault, "count": count})

    def disarm(self) -> None:
        self._control("DELETE", "healthimaging/faults")

    def limit(self, starts_per_second: float | None = None, jobs_at_once: int | None = None) -> None:
        """Sets the quotas of HealthImaging's stand-in for each data store."""
        self._control("PUT", "healthimaging/quotas", {"startsPerSecond": starts_per_second, "jobsAtOnce": jobs_at_once})

    def kill_functions(self) -> int:
        """Kills the functions that are running an invocation. Returns their number."""
        return json.loads(self._control("POST", "lambda/kill"))

    def invocations(self) -> dict[str, int]:
        """The number of invocations of each function."""
        return json.loads(self._control("GET", "lambda/invocations"))

    def show_log(self, group: str, file: Path) -> None:
        """From now on, the lines of this file are events of the log group in CloudWatch Logs."""
        self._control("PUT", "logs", {"group": group, "file": str(file.resolve())})

    def requests(self) -> dict[str, int]:
        """How often the product requested each operation: `{"s3 PUT": 3}`."""
        return json.loads(self._control("GET", "requests"))

    def disorder_events(self, copies: int, seconds: float, lost: float = 0, seed: int = 0) -> None:
        """From now on, each S3 event is delivered `copies` times, up to `seconds` late; the share `lost` of all events
        is never delivered."""
        self._control("POST", "s3/disorder", {"copies": copies, "seconds": seconds, "lost": lost, "seed": seed})

    def lost_events(self) -> int:
        """The number of S3 events that were never delivered."""
        return json.loads(self._control("GET", "s3/lost-events"))

    def accepted_events(self) -> list[dict]:
        """The events that EventBridge accepted, in their order."""
        return [it["event"] for it in json.loads(self._control("GET", "events"))]

    def arm_events(self, fault: str, count: int = 1) -> None:
        """Makes the next calls of PutEvents fail: see localaws/eventbridge/faults.py."""
        self._control("POST", "events/faults", {"fault": fault, "count": count})

    def disarm_events(self) -> None:
        self._control("DELETE", "events/faults")

    def change_event_delivery(self, hurry: float = 1, copies: int = 1) -> None:
        """From now on, EventBridge delivers each event `copies` times, and `hurry` of its seconds between two tries are
        one of ours."""
        self._control("PUT", "events/delivery", {"hurry": hurry, "copies": copies})

    def _control(self, method: str, path: str, body: dict | None = None) -> bytes:
        data = json.dumps(body).encode() if body else None
        request = urllib.request.Request(f"{self.endpoint}/local/{path}", data, method=method)
        with urllib.request.urlopen(request) as response:
            return response.read()

    def _ended(self) -> bool:
        return self._process.poll() is not None
