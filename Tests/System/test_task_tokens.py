# SPDX-License-Identifier: Apache-2.0

"""Answers to the task tokens of the local AWS's Step Functions."""

import json
import uuid

import pytest
from botocore.exceptions import ClientError
from conftest import ROLE
from waiting import wait_for


class Waiting:
    """An execution whose only task sends its token to a queue and waits for the answer."""

    def __init__(self, aws, **state):
        self._states, self._sqs = aws.client("stepfunctions"), aws.client("sqs")
        name = f"waiting-{uuid.uuid4().hex[:8]}"
        self._queue = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        task = {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": {"QueueUrl": self._queue, "MessageBody": {"token.$": "$$.Task.Token"}},
            "End": True,
            **state,
        }
        definition = json.dumps({"StartAt": "Wait", "States": {"Wait": task}})
        machine = self._states.create_state_machine(name=name, definition=definition, roleArn=ROLE)["stateMachineArn"]
        self._execution = self._states.start_execution(stateMachineArn=machine)["executionArn"]

    def token(self) -> str:
        """The next token in the queue."""

        def received() -> list[dict]:
            return self._sqs.receive_message(QueueUrl=self._queue, VisibilityTimeout=60).get("Messages", [])

        [message] = wait_for("the token", received)
        return json.loads(message["Body"])["token"]

    def succeed(self, token: str) -> None:
        self._states.send_task_success(taskToken=token, output="{}")

    def fail(self, token: str) -> None:
        self._states.send_task_failure(taskToken=token, error="Function.Broken", cause="because")

    def ended(self) -> dict:
        def description() -> dict | None:
            it = self._states.describe_execution(executionArn=self._execution)
            return None if it["status"] == "RUNNING" else it

        return wait_for("the execution to end", description)

    def stop(self) -> None:
        self._states.stop_execution(executionArn=self._execution)


def code(answer, *arguments) -> str:
    with pytest.raises(ClientError) as error:
        answer(*arguments)
    return error.value.response["Error"]["Code"]


def test_a_failure_has_its_cause(aws):
    waiting = Waiting(aws)
    waiting.fail(waiting.token())
    ended = waiting.ended()
    assert (ended["status"], ended["error"], ended["cause"]) == ("FAILED", "Function.Broken", "because")


def test_a_retry_waits_for_the_answer_to_its_own_token(aws):
    retry = [{"ErrorEquals": ["Function.Broken"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    waiting = Waiting(aws, Retry=retry)
    first = waiting.token()
    waiting.fail(first)
    second = waiting.token()
    assert second != first
    assert code(waiting.succeed, first) == "TaskTimedOut"
    waiting.succeed(second)
    assert waiting.ended()["status"] == "SUCCEEDED"


def test_an_unknown_token_is_refused(aws):
    waiting = Waiting(aws)
    assert code(waiting.succeed, "no token") == code(waiting.fail, "no token") == "InvalidToken"
    token = waiting.token()
    waiting.succeed(token)
    waiting.ended()
    assert code(waiting.fail, token) in ("InvalidToken", "TaskTimedOut")


def test_an_execution_that_waits_can_be_stopped(aws):
    waiting = Waiting(aws)
    token = waiting.token()
    waiting.stop()
    assert waiting.ended()["status"] == "ABORTED"
    assert code(waiting.succeed, token) in ("InvalidToken", "TaskTimedOut")
