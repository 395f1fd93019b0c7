"""DCMTK's programs, taken by what they are: others have their names too, pynetdicom's `storescu` and `echoscu` among them.

    python local/dcmtk.py storescp

prints the path of one.
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
    """No program of this name is DCMTK's."""


@dataclass(frozen=True)
class Program:
    path: Path
    version: str


@functools.cache
def find(name: str) -> Program:
    """The first in the PATH, or else in Debian's folder, that says it is DCMTK's."""
    others = []
    for folder in [*os.environ.get("PATH", "").split(os.pathsep), PACKAGE_FOLDER]:
        path = Path(folder) / name
        if not path.is_absolute() or not os.access(path, os.X_OK) or path.is_dir():
            continue
        if version := _version(path):
            return Program(path, version)
        others.append(str(path))
    found = f"found only others of this name: {', '.join(others)}" if others else "found none"
    raise NoDCMTK(f"expected DCMTK's {name} in the PATH or in {PACKAGE_FOLDER}, {found}. Debian's package is `dcmtk`.")


def path(name: str) -> str:
    return str(find(name).path)


def _version(program: Path) -> str:
    """What it says when asked; nothing if it is not DCMTK's."""
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
