"""The schedule of TriggerImport, which closes the deliveries of dead receivers, without waiting for its minutes."""

from conftest import PROJECT
from pipeline import Pipeline

EVENT = (PROJECT / "events/schedule.json").read_bytes()


def invoke_schedule(pipeline: Pipeline) -> dict:
    """What Lambda answers."""
    name = pipeline.outputs["TriggerImportFunctionName"]
    return pipeline.aws.client("lambda").invoke(FunctionName=name, Payload=EVENT)
