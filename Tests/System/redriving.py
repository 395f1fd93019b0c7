# SPDX-License-Identifier: Apache-2.0

"""Runs `dicomstore redrive` as an operator does."""

from commands import dicomstore
from pipeline import Pipeline


def redrive(pipeline: Pipeline, *arguments: str) -> str:
    """Returns the command's output."""
    result = dicomstore(pipeline.aws.endpoint, "redrive", *arguments)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout
