# SPDX-License-Identifier: Apache-2.0

"""What `make run` shows while it builds."""

import os
import pty
import re
import subprocess
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "scripts/show-progress"
BUILD = """
echo building one two
echo '[3/12] Compiling NIOCore EventLoop.swift'
echo '[4/12] Write sources'
sleep 0.6
echo some other line
"""


def run(log: Path, script: str) -> subprocess.CompletedProcess:
    return subprocess.run([SCRIPT, log, "bash", "-c", script], capture_output=True, text=True)


def test_messages_stay_and_the_log_has_every_line(tmp_path):
    result = run(tmp_path / "new folder/log", BUILD)
    assert result.returncode == 0
    assert re.fullmatch(r" 0:0\d  building one two\n", result.stdout)
    assert (tmp_path / "new folder/log").read_text().splitlines()[-1] == "some other line"


def test_a_failure_shows_the_end_of_the_log_and_keeps_its_status(tmp_path):
    result = run(tmp_path / "log", "seq 1 100; echo error: no such file >&2; exit 3")
    assert result.returncode == 3
    lines = result.stdout.splitlines()
    assert "1" not in lines and "100" in lines and "error: no such file" in lines
    assert lines[-1].endswith(f"all that it printed is in {tmp_path / 'log'}")


def test_inside_another_one_it_only_runs_the_command(tmp_path):
    inner = f"{SCRIPT} {tmp_path / 'inner'} echo building three"
    result = run(tmp_path / "outer", inner)
    assert result.stdout.endswith("building three\n")
    assert not (tmp_path / "inner").exists()


def test_on_a_terminal_one_line_is_rewritten_and_names_the_step(tmp_path):
    """SwiftPM's lists of files are not named, but counted."""
    parent, child = pty.openpty()
    process = subprocess.Popen([SCRIPT, tmp_path / "log", "bash", "-c", BUILD], stdout=child, close_fds=True)
    os.close(child)
    shown = b""
    try:
        while data := os.read(parent, 4096):
            shown += data
    except OSError:
        pass  # The other end was closed: the process has ended.
    assert process.wait() == 0
    lines = shown.decode().split("\r\x1b[2K")
    assert " 0:00  building one two\r\n" in lines
    assert " 0:00  step 4 of 12: Compiling NIOCore EventLoop.swift" in lines
    assert lines[-1] == ""
