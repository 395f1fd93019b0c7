# SPDX-License-Identifier: Apache-2.0

"""Child processes. Each has its own session, is stopped by its pid, and ends when its parent dies."""

import signal
import subprocess
from pathlib import Path

STOP_SECONDS = 20


def start(command: list, environment: dict[str, str], log: Path) -> subprocess.Popen:
    """Starts `command` with both outputs appended to `log`. Only for the main thread: the kernel ends the child when
    the thread that started it ends."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", "--", *command],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def stop(process: subprocess.Popen, seconds: float = STOP_SECONDS) -> int:
    """Sends SIGTERM, and SIGKILL after `seconds`. Returns the exit status."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()
