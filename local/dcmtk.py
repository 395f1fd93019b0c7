# SPDX-License-Identifier: Apache-2.0

"""Finds DCMTK's programs. Other programs have the same names, for example pynetdicom's `storescu` and `echoscu`.

    python local/dcmtk.py storescp

prints the path of DCMTK's program of that name.
"""

import functools
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PACKAGE_FOLDER = "/usr/bin"
VERSION = re.compile(r"^\$dcmtk: (?P<name>\S+) v(?P<version>\S+)", re.MULTILINE)
ASK_SECONDS = 10


class NoDCMTK(Exception):
    """No program of this name belongs to DCMTK."""


@dataclass(frozen=True)
class Program:
    path: Path
    version: str


@functools.cache
def find(name: str) -> Program:
    """The first program in the PATH, or else in Debian's folder, whose version text names DCMTK."""
    others = []
    for folder in [*os.environ.get("PATH", "").split(os.pathsep), PACKAGE_FOLDER]:
        path = Path(folder) / name
        if not path.is_absolute() or not os.access(path, os.X_OK) or path.is_dir():
            continue
        if version := _version(path):
            return Program(path, version)
        others.append(str(path))
    found = f"found only other programs of this name: {', '.join(others)}" if others else "found none"
    raise NoDCMTK(f"expected DCMTK's {name} in the PATH or in {PACKAGE_FOLDER}, {found}. Debian's package is `dcmtk`.")


def path(name: str) -> str:
    return str(find(name).path)


def _version(program: Path) -> str:
    """DCMTK's version that the program prints; empty if it is not DCMTK's."""
    try:
        answer = subprocess.run(
            [program, "--version"], stdin=subprocess.DEVNULL, capture_output=True, timeout=ASK_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    said = VERSION.search((answer.stdout + answer.stderr).decode(errors="replace"))
    return said["version"] if said and said["name"] == program.name else ""


def main() -> None:
    try:
        print(path(sys.argv[1]))
    except NoDCMTK as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
