# SPDX-License-Identifier: Apache-2.0

"""Runs `dicomstore send` as a person does, and reads what it printed."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from conftest import DICOMSTORE

SECONDS = 120


@dataclass(frozen=True)
class Sent:
    """The exit status, the lines of standard output and error, and the objects that `--json` prints."""

    status: int
    lines: list[str]
    notes: str
    files: dict[str, dict]
    summary: dict


def command(port: int, *arguments: object) -> list[str]:
    return [str(DICOMSTORE), "send", f"127.0.0.1:{port}", *map(str, arguments)]


def run(port: int, *arguments: object, cwd: Path | None = None) -> Sent:
    """Sends, and returns the results as a person reads them."""
    return _run(command(port, *arguments), cwd)


def run_json(port: int, *arguments: object, cwd: Path | None = None) -> Sent:
    """Sends, and returns the results by the name of each file."""
    return _run(command(port, "--json", *arguments), cwd)


def _run(arguments: list[str], cwd: Path | None) -> Sent:
    result = subprocess.run(arguments, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, cwd=cwd, env={})
    lines = result.stdout.splitlines()
    objects = [json.loads(line) for line in lines if line.startswith("{")]
    files = {Path(it["path"]).name: it for it in objects if "path" in it}
    summary = next((it["summary"] for it in objects if "summary" in it), {})
    return Sent(result.returncode, lines, result.stderr, files, summary)
