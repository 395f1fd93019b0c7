# SPDX-License-Identifier: Apache-2.0

"""SQS as a function's event source: batches, partial failures, the dead-letter queue."""

import json
import uuid
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from functions import create_function
from localaws import sqs_poller
from waiting import wait_for

# The answer depends on the bodies; every batch is written as a line of a file.
RECORDING = """
def handle(event):
    with open({seen!r}, "a", 1 << 20) as seen:  # one write for a line
        seen.write(json.dumps(event) + "\\n")
    if any(record["body"] == "break" for record in event["Records"]):
        raise Failure("Function.Broken")
    failed = [record["messageId"] for record in event["Records"] if record["body"] == "bad"]
    return {{"batchItemFailures": [{{"itemIdentifier": item}} for item in failed]}}
"""


class MappedQueue:
    """A queue with a dead-letter queue and a function that records its messages."""

    def __init__(self, aws, folder, handler: str = "", timeout: int = 2, role: str = "test", **mapping):
        self._sqs, self._seen = aws.client("sqs"), folder / "seen.ndjson"
        name = f"queue-{uuid.uuid4().hex[:8]}"
        self.dead_letters = self._sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
        dead_arn = self._attributes(self.dead_letters)["QueueArn"]
        redrive = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 2})
        attributes = {"VisibilityTimeout": "2", "RedrivePolicy": redrive}
        self.url = self._sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        # Lambda refuses a queue whose messages would become visible again while the function works on them.
        source = (handler or RECORDING).format(seen=str(self._seen))
        function = create_function(aws.client("lambda"), source, timeout, role=role)
        self.function_arn = function.arn
        aws.client("lambda").create_event_source_mapping(
            EventSourceArn=self._attributes(self.url)["QueueArn"], FunctionName=function.name, **mapping
        )

    def send(self, *bodies: str) -> None:
        for body in bodies:
            self._sqs.send_message(QueueUrl=self.url, MessageBody=body)

    def batches(self) -> list[list[dict]]:
        lines = self._seen.read_text().splitlines() if self._seen.exists() else []
        return [json.loads(line)["Records"] for line in lines]

    def bodies(self) -> list[str]:
        return [record["body"] for batch in self.batches() for record in batch]

    def is_empty(self, url: str | None = None) -> bool:
        return self.count(url or self.url) == 0

    def count(self, url: str) -> int:
        attributes = self._attributes(url)
        return sum(int(attributes[f"ApproximateNumberOfMessages{kind}"]) for kind in ("", "NotVisible"))

    def _attributes(self, url: str) -> dict:
        return self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]


@pytest.fixture
def queue(aws, tmp_path) -> MappedQueue:
    return MappedQueue(aws, tmp_path, FunctionResponseTypes=["ReportBatchItemFailures"])


def test_a_good_message_is_received_once_in_lambdas_form(queue):
    queue.send("good")
    wait_for("an empty queue", lambda: queue.bodies() and queue.is_empty())
    [[record]] = queue.batches()
    assert record["body"] == "good"
    assert record["eventSource"] == "aws:sqs"
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    expected = {"messageId", "receiptHandle", "md5OfBody", "eventSourceARN", "awsRegion", "messageAttributes"}
    assert expected <= record.keys()


def test_only_failed_messages_are_received_again_and_become_dead_letters(queue):
    queue.send("bad", "good")
    wait_for("the dead letter", lambda: queue.count(queue.dead_letters) == 1)
    assert queue.is_empty()
    assert queue.bodies().count("good") == 1
    assert queue.bodies().count("bad") == 2


def test_a_function_error_fails_the_whole_batch(aws, tmp_path):
    queue = MappedQueue(
        aws, tmp_path, FunctionResponseTypes=["ReportBatchItemFailures"], MaximumBatchingWindowInSeconds=1
    )
    queue.send("break", "good")
    wait_for("both dead letters", lambda: queue.count(queue.dead_letters) == 2)


def test_the_batching_window_fills_a_batch(aws, tmp_path):
    queue = MappedQueue(aws, tmp_path, BatchSize=5, MaximumBatchingWindowInSeconds=10)
    queue.send(*"12345")
    wait_for("the batch", queue.batches)
    assert [len(batch) for batch in queue.batches()] == [5]


def test_no_message_of_many_is_lost(queue):
    bodies = [str(number) for number in range(200)]
    queue.send(*bodies)
    wait_for("an empty queue", lambda: len(queue.bodies()) >= len(bodies) and queue.is_empty())
    assert sorted(queue.bodies()) == sorted(bodies)


def test_a_queue_with_a_too_short_visibility_timeout_is_refused(aws, tmp_path):
    with pytest.raises(ClientError, match="visibility timeout: 2 seconds is less than Function timeout: 3 seconds"):
        MappedQueue(aws, tmp_path, timeout=3)


class Role:
    """A role with one policy, which allows these actions on any queue."""

    def __init__(self, aws):
        self._iam, self.name = aws.client("iam"), f"role-{uuid.uuid4().hex[:8]}"
        self._iam.create_role(RoleName=self.name, AssumeRolePolicyDocument="{}")

    def may(self, *actions: str) -> None:
        rights = {"Effect": "Allow", "Action": [f"sqs:{it}" for it in actions], "Resource": "arn:aws:sqs:*:*:queue-*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [rights]})
        self._iam.put_role_policy(RoleName=self.name, PolicyName="queue", PolicyDocument=document)


@pytest.fixture
def role(aws) -> Role:
    return Role(aws)


@pytest.mark.parametrize("missing", sqs_poller.ACTIONS)
def test_a_queue_that_the_functions_role_may_not_poll_is_refused(aws, tmp_path, role, missing):
    role.may(*(it for it in sqs_poller.ACTIONS if it != missing))
    with pytest.raises(ClientError, match=f"role does not have permissions to call {missing} on SQS") as error:
        MappedQueue(aws, tmp_path, role=role.name)
    assert error.value.response["Error"]["Code"] == "InvalidParameterValueException"


def test_a_queue_is_not_polled_after_the_role_lost_its_rights(aws, tmp_path, role):
    role.may(*sqs_poller.ACTIONS)
    queue = MappedQueue(aws, tmp_path, role=role.name)
    role.may("GetQueueAttributes")

    def refusals() -> int:
        return aws.log.read_text().count(f"role of {queue.function_arn} may not do ReceiveMessage, DeleteMessage")

    wait_for("the poller to notice", refusals)
    queue.send("good")
    before = refusals()
    wait_for("two more attempts", lambda: refusals() >= before + 2)
    assert queue.bodies() == []
    role.may(*sqs_poller.ACTIONS)
    wait_for("the message", lambda: queue.bodies() == ["good"])


# Records how many invocations run at once, by a file that each creates while it runs.
CROWDED = """
import time, uuid

def handle(event):
    mine = {seen!r} + "." + uuid.uuid4().hex
    open(mine, "w").close()
    time.sleep(0.3)
    folder, name = os.path.split({seen!r})
    running = sum(it.startswith(name + ".") for it in os.listdir(folder))
    with open({seen!r}, "a", 1 << 20) as seen:  # one write for a line
        seen.write(json.dumps(dict(event, running=running)) + "\\n")
    os.remove(mine)
    return {{"batchItemFailures": []}}
"""


def test_concurrent_batches_do_not_exceed_the_mappings_maximum(aws, tmp_path):
    queue = MappedQueue(aws, tmp_path, CROWDED, BatchSize=1, ScalingConfig={"MaximumConcurrency": 2})
    queue.send(*"12345678")
    wait_for("all messages", lambda: len(queue.bodies()) >= 8)
    seen = [json.loads(line) for line in (tmp_path / "seen.ndjson").read_text().splitlines()]
    assert max(it["running"] for it in seen) == 2


def test_a_poller_rests_while_its_mapping_is_disabled(monkeypatch):
    """A busy poller would take the CPU from everything that the test of a disabled mapping observes."""
    rests = []
    monkeypatch.setattr(sqs_poller.time, "sleep", rests.append)
    mapping = SimpleNamespace(uuid="m", enabled=False, scaling_config=None)
    looks = iter([mapping] * 3 + [None])
    functions = SimpleNamespace(get_event_source_mapping=lambda _: next(looks))
    sqs_poller.Poller(functions, SimpleNamespace(queues={"q": 1}), SimpleNamespace(name="q"), mapping).run()
    assert rests == [sqs_poller.WAIT_SECONDS] * 3
