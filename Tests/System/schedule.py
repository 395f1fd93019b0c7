# SPDX-License-Identifier: Apache-2.0

"""Runs a sweep, as TriggerImport's schedule does, without waiting for the schedule."""

from conftest import PROJECT
from pipeline import Pipeline

EVENT = (PROJECT / "events/schedule.json").read_bytes()


def invoke_schedule(pipeline: Pipeline) -> dict:
    """Returns Lambda's answer."""
    name = pipeline.outputs["TriggerImportFunctionName"]
    return pipeline.aws.client("lambda").invoke(FunctionName=name, Payload=EVENT)
