# SPDX-License-Identifier: Apache-2.0

"""Runs the command `dicomstore` as a person does."""

import subprocess

from conftest import DICOMSTORE
from deploy import environment

SECONDS = 120


def dicomstore(endpoint: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """The command's exit status and its output. `variables` are set in its environment."""
    command = [DICOMSTORE, *arguments]
    return subprocess.run(
        command, env={**environment(endpoint), **variables}, capture_output=True, text=True, timeout=SECONDS
    )
