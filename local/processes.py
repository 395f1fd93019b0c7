"""Child processes: each is started in a session of its own, ended by its pid, and ends when its parent dies."""

import signal
import subprocess
from pathlib import Path

STOP_SECONDS = 20


def start(command: list, environment: dict[str, str], log: Path) -> subprocess.Popen:
    """Starts `command`, both outputs to `log`. From the main thread only: the parent's death is its thread's."""
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
    """SIGTERM, and SIGKILL after `seconds`. The exit status."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()
