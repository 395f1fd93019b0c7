# SPDX-License-Identifier: Apache-2.0

"""Child processes. Each has its own session, is stopped by its pid or with its session, and ends when its parent dies."""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

STOP_SECONDS = 20
POLL_SECONDS = 0.1


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


def stop_session(process: subprocess.Popen) -> None:
    """Ends every process of its session, if it has not ended: a build that gets SIGTERM leaves its compilers behind."""
    if process.returncode is not None:
        # Its number may belong to another process by now.
        return
    began = time.monotonic()
    while (members := _members(process.pid)) and time.monotonic() < began + 2 * STOP_SECONDS:
        number = signal.SIGTERM if time.monotonic() < began + STOP_SECONDS else signal.SIGKILL
        for pid in members:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)
        time.sleep(POLL_SECONDS)
    process.wait()


def _members(session: int) -> list[int]:
    """The processes of a session that have not ended."""
    members = []
    for folder in Path("/proc").glob("[0-9]*"):
        # After the name, which may hold any character: state, parent, process group, session.
        with contextlib.suppress(OSError):
            fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
            if int(fields[3]) == session and fields[0] != "Z":
                members.append(int(folder.name))
    return members
