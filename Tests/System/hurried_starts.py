"""What a killed StartImportJob holds blocks the start queue until its visibility timeout ends: for tests that kill, seconds."""

import contextlib
from collections.abc import Iterator

from pipeline import Pipeline

# A function that lives is given up to TIMEOUT, and waits in place for no longer than that leaves beside a try: 4 seconds. Lambda takes
# no such mapping; this changes the two when there is one.
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
