# SPDX-License-Identifier: Apache-2.0

"""Downloads the wheels of pinned packages, checks their hashes and installs nothing:

    python local/wheels.py .corpus local/requirements-corpus.txt
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from virtual_environment import pip_environment


def fetch(folder: Path, requirements: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:"]
    command += ["--dest", folder, "--requirement", requirements]
    subprocess.run(command, check=True, env=pip_environment(Path(sys.executable)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("requirements", type=Path)
    options = parser.parse_args()
    try:
        fetch(options.folder, options.requirements)
    except subprocess.CalledProcessError as error:
        sys.exit(f"could not fetch the wheels into {options.folder}: {error}")


if __name__ == "__main__":
    main()
