# SPDX-License-Identifier: Apache-2.0

"""Shortens the visibility timeout of the start queue, for tests that kill StartImportJob: the messages that a killed
one holds block the queue until this timeout ends."""

import contextlib
from collections.abc import Iterator

from pipeline import Pipeline

# TIMEOUT leaves the function 4 seconds to wait beside one attempt. Lambda accepts no mapping whose queue has a shorter
# visibility timeout than the function's timeout, so both are changed after the mapping exists.
TIMEOUT, VISIBILITY_TIMEOUT = 18, 6


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
