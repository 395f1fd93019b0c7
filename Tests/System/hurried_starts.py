# SPDX-License-Identifier: Apache-2.0

"""Shortens the visibility timeouts of queues, for tests that kill functions: the messages that a killed StartImportJob
holds block the start queue until this timeout ends, and those of a killed TriggerImport wait for twelve minutes."""

import contextlib
import json
from collections.abc import Iterator

from pipeline import QUEUES, Pipeline

# TIMEOUT leaves the function 4 seconds to wait beside one attempt. Lambda accepts no mapping whose queue has a shorter
# visibility timeout than the function's timeout, so both are changed after the mapping exists.
TIMEOUT, VISIBILITY_TIMEOUT = 18, 6
# One invocation of TriggerImport takes ten events and is killed more often than a queue tries; `redrive` would move
# these events back one by one.
INTAKE_VISIBILITY_TIMEOUT, RECEIVES = 10, 1000


@contextlib.contextmanager
def hurried_starts(pipeline: Pipeline) -> Iterator[None]:
    functions, sqs = pipeline.aws.client("lambda"), pipeline.aws.client("sqs")
    name, url = pipeline.outputs["StartImportJobFunctionName"], pipeline.outputs["StartQueueUrl"]

    def change(timeout: int, visibility: int) -> None:
        functions.update_function_configuration(FunctionName=name, Timeout=timeout)
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": str(visibility)})

    timeout = functions.get_function_configuration(FunctionName=name)["Timeout"]
    visibility = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["VisibilityTimeout"]
    change(TIMEOUT, VISIBILITY_TIMEOUT)
    yield
    change(timeout, int(visibility))


def hurry_intake(pipeline: Pipeline) -> None:
    """Hurries the queues of TriggerImport."""
    sqs = pipeline.aws.client("sqs")
    for name in QUEUES:
        queue = {"QueueUrl": pipeline.outputs[f"{name}QueueUrl"]}
        attributes = sqs.get_queue_attributes(**queue, AttributeNames=["RedrivePolicy"])["Attributes"]
        patient = {**json.loads(attributes["RedrivePolicy"]), "maxReceiveCount": RECEIVES}
        changed = {"VisibilityTimeout": str(INTAKE_VISIBILITY_TIMEOUT), "RedrivePolicy": json.dumps(patient)}
        sqs.set_queue_attributes(**queue, Attributes=changed)
