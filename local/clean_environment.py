# SPDX-License-Identifier: Apache-2.0

"""Gives this process and its children the environment that `scripts/clean-environment` makes, whatever the user's
environment holds."""

import os
import subprocess
from pathlib import Path

SCRIPT = Path(__file__).parent.parent / "scripts" / "clean-environment"


def enter() -> None:
    """To be called at the start of a program, before boto3, urllib and others read the environment."""
    listed = subprocess.run([SCRIPT, "env", "--null"], check=True, capture_output=True).stdout
    variables = dict(item.split(b"=", 1) for item in listed.split(b"\0") if item)
    os.environb.clear()
    os.environb.update(variables)
