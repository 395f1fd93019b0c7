# SPDX-License-Identifier: Apache-2.0

"""`python local/down.py` stops every `make run` of this project that is still running, and everything it started."""

import os
import signal
import sys
from pathlib import Path

from waiting import wait_for

STATE = Path(__file__).parent.parent / ".local"
PID_FILE = "pid"
STOP_SECONDS = 60


def runs() -> list[int]:
    """Their process ids. A pid file may outlive its process, and its number may belong to another process by now."""
    pids = [int(path.read_text()) for path in STATE.glob(f"run-*/{PID_FILE}")]
    return [pid for pid in pids if _is_run(pid)]


def _is_run(pid: int) -> bool:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return b"local/run.py" in command and Path(f"/proc/{pid}/cwd").resolve() == STATE.parent
    except OSError:
        return False


def main() -> None:
    for pid in runs():
        print(f"stopping run {pid}")
        os.kill(pid, signal.SIGTERM)
        wait_for(f"run {pid} to end", lambda pid=pid: not _is_run(pid), STOP_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
