# SPDX-License-Identifier: Apache-2.0

"""FIFO queues of the local AWS, by themselves and as a function's event source."""

import json
import uuid

import pytest
from functions import create_function
from localaws.cloudformation import queues
from moto.sqs.models import Queue
from waiting import wait_for

# Writes every batch as a line of a file. A message that begins with `again` fails once.
RECORDING = """
import time

def handle(event):
    with open({seen!r}, "a+", 1 << 20) as seen:
        before = seen.seek(0) or seen.read()
        seen.write(json.dumps(event) + "\\n")
    time.sleep({seconds})
    failed = [it["messageId"] for it in event["Records"] if it["body"].startswith("again") and it["messageId"] not in before]
    return {{"batchItemFailures": [{{"itemIdentifier": it}} for it in failed]}}
"""


class FIFO:
    """A FIFO queue for one test."""

    def __init__(self, aws):
        self._aws, self._sqs = aws, aws.client("sqs")
        name = f"queue-{uuid.uuid4().hex[:8]}.fifo"
        attributes = {"FifoQueue": "true", "VisibilityTimeout": "2"}
        self.url = self._sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]

    def send(self, *bodies: str, group: str = "g", deduplication_id: str | None = None) -> None:
        for body in bodies:
            identity = deduplication_id or uuid.uuid4().hex
            self._sqs.send_message(
                QueueUrl=self.url, MessageBody=body, MessageGroupId=group, MessageDeduplicationId=identity
            )

    def receive(self, count: int = 10, visibility: int = 1) -> list[dict]:
        answer = self._sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=count, VisibilityTimeout=visibility)
        return answer.get("Messages", [])

    def bodies(self, count: int = 10) -> list[str]:
        return [message["Body"] for message in self.receive(count)]

    def delete(self, message: dict) -> None:
        self._sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])

    def show(self, message: dict) -> None:
        self._sqs.change_message_visibility(
            QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
        )

    def map(self, folder, seconds: float = 0, **mapping):
        """Maps a function to the queue. Returns a function that returns the records that it has seen."""
        seen = folder / "seen.ndjson"
        functions = self._aws.client("lambda")
        source = RECORDING.format(seen=str(seen), seconds=seconds)
        arn = self._sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        functions.create_event_source_mapping(
            EventSourceArn=arn,
            FunctionName=create_function(functions, source, timeout=2).name,
            FunctionResponseTypes=["ReportBatchItemFailures"],
            **mapping,
        )

        def records() -> list[dict]:
            lines = seen.read_text().splitlines() if seen.exists() else []
            return [record for line in lines for record in json.loads(line)["Records"]]

        return records


@pytest.fixture
def queue(aws) -> FIFO:
    return FIFO(aws)


def test_a_batch_is_received_again_in_order_after_its_visibility_timeout(queue):
    queue.send(*"abc")
    assert queue.bodies() == ["a", "b", "c"]
    assert wait_for("the batch to come again", queue.bodies, 5) == ["a", "b", "c"]


def test_a_message_in_flight_blocks_only_its_own_group(queue):
    queue.send("a", "b")
    queue.send("x", group="other")
    [first] = queue.receive(count=1, visibility=30)
    assert queue.bodies() == ["x"]
    queue.show(first)
    assert queue.bodies() == ["a", "b"]


def test_a_group_goes_on_when_its_message_is_deleted(queue):
    queue.send("a", "b")
    [first] = queue.receive(count=1, visibility=30)
    queue.delete(first)
    assert queue.bodies() == ["b"]


def test_a_deduplication_id_outlives_its_message(queue):
    queue.send("a", deduplication_id="same")
    queue.delete(*queue.receive())
    queue.send("again", deduplication_id="same")
    queue.send("b")
    assert queue.bodies() == ["b"]


def test_a_mapping_keeps_the_order_of_a_group(queue, tmp_path):
    """Also if a message fails: the messages after it wait, whatever the mapping's concurrency."""
    records = queue.map(tmp_path, BatchSize=1, ScalingConfig={"MaximumConcurrency": 4})
    queue.send("1", "again 2", "3", "4")
    wait_for("all messages", lambda: len(records()) >= 5)
    assert [it["body"] for it in records()] == ["1", "again 2", "again 2", "3", "4"]
    names = {"MessageGroupId", "MessageDeduplicationId", "SequenceNumber"}
    assert all(names <= it["attributes"].keys() for it in records())


def test_a_queue_that_cloudformation_names_has_the_suffix_of_a_fifo_queue(monkeypatch):
    made = []
    monkeypatch.setattr(
        Queue, "create_from_cloudformation_json", lambda name, *_, **__: made.append(name), raising=True
    )
    queues.install()
    for properties in ({"FifoQueue": True}, {"FifoQueue": "true"}, {"FifoQueue": False}, {}):
        Queue.create_from_cloudformation_json("stack-Starts-1", {"Properties": properties}, "1", "r")
    assert made == ["stack-Starts-1.fifo", "stack-Starts-1.fifo", "stack-Starts-1", "stack-Starts-1"]
