# SPDX-License-Identifier: Apache-2.0

"""Runs `scripts/redrive` as an operator does."""

import subprocess

from conftest import PROJECT
from deploy import STACK, environment
from pipeline import Pipeline


def redrive(pipeline: Pipeline, *arguments: str) -> str:
    """Returns the script's output."""
    variables = environment(pipeline.aws.endpoint)
    variables["PATH"] = f"{PROJECT}/.venv/bin:{variables['PATH']}"
    command = [PROJECT / "scripts/redrive", STACK, *arguments]
    result = subprocess.run(command, env=variables, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout
