# SPDX-License-Identifier: Apache-2.0

"""Runs `dicomstore redrive` as an operator does."""

import json

from commands import dicomstore
from pipeline import Pipeline


def redrive(pipeline: Pipeline, *arguments: str) -> str:
    """Returns the command's output."""
    result = dicomstore(pipeline.aws.endpoint, "redrive", *arguments)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def listed(pipeline: Pipeline) -> dict[str, dict]:
    """What is to be started again, by the names of imports."""
    return {entry["name"]: entry for entry in json.loads(redrive(pipeline, "--json"))["imports"]}
