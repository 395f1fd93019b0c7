# SPDX-License-Identifier: Apache-2.0

"""Makes a virtual environment of pinned packages: `python3 local/virtual_environment.py .venv local/requirements.txt`.

From the user's pip settings, in files and variables, only those about the way to the package index are used. Those
about where pip installs, or what, are ignored.
"""

import argparse
import ast
import os
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
NETWORK = (
    "index-url",
    "extra-index-url",
    "find-links",
    "no-index",
    "trusted-host",
    "proxy",
    "cert",
    "client-cert",
    "timeout",
    "default-timeout",
    "retries",
)
# Each section overrides those before it.
SECTIONS = ("global", "install", ":env:")


def pip_environment(python: Path) -> dict[str, str]:
    """The environment for pip: that of this process, with no pip settings but those of the network. `python` is the one
    that has pip."""
    command = [python, "-m", "pip", "config", "list"]
    listed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    settings = dict(line.split("=", 1) for line in listed.splitlines() if "=" in line)
    kept = {
        f"PIP_{name.upper().replace('-', '_')}": ast.literal_eval(settings[f"{section}.{name}"])
        for section in SECTIONS
        for name in NETWORK
        if f"{section}.{name}" in settings
    }
    others = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    return {**others, **kept, "PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def make(folder: Path, requirements: Path) -> None:
    # --clear: packages that another Python installed there would be mixed with those of this one.
    subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
    python = folder / "bin" / "python"
    command = [python, "-m", "pip", "install", "--quiet", "--requirement", requirements]
    subprocess.run(command, check=True, env=pip_environment(python))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("requirements", type=Path)
    options = parser.parse_args()
    if sys.version_info < OLDEST:
        expected = ".".join(map(str, OLDEST))
        sys.exit(f"expected Python {expected} or newer, got {sys.version.split()[0]} of {sys.executable}")
    try:
        make(options.folder, options.requirements)
    except subprocess.CalledProcessError as error:
        sys.exit(f"could not create {options.folder}: {error}")


if __name__ == "__main__":
    main()
