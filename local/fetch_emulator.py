# SPDX-License-Identifier: Apache-2.0

"""Puts AWS's Lambda runtime interface emulator at a path: `python local/fetch_emulator.py .venv/bin/aws-lambda-rie`.

The binary is part of the wheel of aws-sam-cli. The wheel is downloaded but not installed; this one file is taken out of
it. If the emulator exists already, nothing is done.
"""

import argparse
import platform
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import virtual_environment

REQUIREMENTS = Path(__file__).with_name("requirements-sam.txt")
ARCHITECTURES = {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}


def member() -> str:
    """The emulator's path inside the wheel, for this machine's architecture."""
    return f"samcli/local/rapid/aws-lambda-rie-{ARCHITECTURES[platform.machine()]}"


def sam_cli() -> str:
    """The requirement that pins the SAM CLI."""
    return next(line for line in REQUIREMENTS.read_text().splitlines() if line.startswith("aws-sam-cli=="))


def fetch(target: Path) -> None:
    """Downloads the wheel to a temporary folder and moves the emulator from it to `target`."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, sam_cli()]
        subprocess.run(command, check=True, env=virtual_environment.pip_environment(Path(sys.executable)))
        [wheel] = Path(folder).glob("*.whl")
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(".partial")
        with zipfile.ZipFile(wheel) as archive:
            partial.write_bytes(archive.read(member()))
        partial.chmod(0o755)
        partial.replace(target)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", type=Path)
    target = parser.parse_args().target
    if not target.exists():
        fetch(target)
    print(target)


if __name__ == "__main__":
    main()
