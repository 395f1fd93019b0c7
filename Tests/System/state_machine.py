# SPDX-License-Identifier: Apache-2.0

"""The state machine on the local AWS, with functions, a table, a start queue and an event bus of its own."""

import json
import uuid
from pathlib import Path

from conftest import PROJECT, ROLE
from functions import create_function
from waiting import wait_for

DEFINITION = PROJECT / "statemachine" / "import.asl.json"
REQUEST = {
    "deliveryId": "20261123T235152-0123456789abcdef01234567",
    "importId": "20261123T235152-0123456789abcdef01234567-1",
    "inputS3Uri": "s3://dicom/2026/11/23/20261123T235152-0123456789abcdef01234567/",
    "outputS3Uri": "s3://output/20261123T235152-0123456789abcdef01234567/",
    "studyCount": 2,
    "instanceCount": 2,
}
STATE = "dict(event, jobId='job1', jobStatus='SUBMITTED', outcome='PENDING', waitSeconds=0, polls=0)"
START = f"def start(event): return {STATE}"
# Answers the token of each message of the start queue with the result of `start`, or with its failure.
ANSWERING = """
import boto3

def handle(event):
    states = boto3.client("stepfunctions")
    globals()["records"] = event["Records"]
    for record in event["Records"]:
        message = json.loads(record["body"])
        try:
            output = json.dumps(start(message["state"]))
            answer, values = states.send_task_success, {"output": output}
        except Failure as error:
            answer, values = states.send_task_failure, {"error": str(error), "cause": "the test says so"}
        try:
            answer(taskToken=message["taskToken"], **values)
        except states.exceptions.TaskTimedOut:
            pass
    return {"batchItemFailures": []}
"""


def check(*outcomes: str) -> str:
    """A CheckStatus that returns these outcomes, one per poll."""
    return f"""
def handle(event):
    outcome = {outcomes!r}[event["polls"]]
    return dict(event, outcome=outcome, polls=event["polls"] + 1)
"""


def failing(name: str, counter: Path, times: int, then: str, function: str = "handle") -> str:
    """Fails with `name` for the first calls, then answers `then`."""
    return f"""
def {function}(event):
    with open({str(counter)!r}, "a+") as calls:
        calls.write(".")
        calls.seek(0)
        count = len(calls.read())
    if count <= {times}:
        raise Failure({name!r})
    return {then}
"""


class Machine:
    """The deployed definition with two functions, its own table and its own start queue. `changes` are applied to its
    states."""

    def __init__(self, aws, start: str, check_status: str, changes: dict[str, dict] | None = None):
        self._states, self._dynamodb = aws.client("stepfunctions"), aws.client("dynamodb")
        self._table = f"table-{uuid.uuid4().hex[:8]}"
        self._dynamodb.create_table(
            TableName=self._table,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "jobId", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "jobId", "KeyType": "HASH"}],
        )
        # The default one; its message group is that of no other machine.
        self.datastore = self._table
        values = {
            "StartQueueUrl": self._start_queue(aws, start),
            "DatastoreId": self.datastore,
            "CheckStatusFunctionArn": create_function(
                aws.client("lambda"), check_status, variables={"TABLE_NAME": self._table}
            ).arn,
            "TableName": self._table,
            "EventBusName": self._event_bus(aws),
            "MetricsService": self._table,
        }
        machine = json.loads(DEFINITION.read_text())
        for state, change in (changes or {}).items():
            machine["States"][state].update(change)
        definition = json.dumps(machine)
        for name, value in values.items():
            definition = definition.replace(f"${{{name}}}", value)
        self._arn = self._states.create_state_machine(name=self._table, definition=definition, roleArn=ROLE)[
            "stateMachineArn"
        ]

    def _start_queue(self, aws, start: str) -> str:
        """Creates a queue whose messages are answered by `start`."""
        attributes = {"FifoQueue": "true", "VisibilityTimeout": "30"}
        sqs = aws.client("sqs")
        url = sqs.create_queue(QueueName=f"{self._table}.fifo", Attributes=attributes)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        functions = aws.client("lambda")
        name = create_function(functions, start + ANSWERING).name
        functions.create_event_source_mapping(EventSourceArn=arn, FunctionName=name, BatchSize=1)
        return url

    def _event_bus(self, aws) -> str:
        """Creates a bus whose events go to a queue."""
        events, sqs = aws.client("events"), aws.client("sqs")
        events.create_event_bus(Name=self._table)
        self._told = sqs.create_queue(QueueName=f"{self._table}-told")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=self._told, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        rule = events.put_rule(
            Name=self._table, EventBusName=self._table, EventPattern=json.dumps({"source": ["dicom-store-scp"]})
        )
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": rule["RuleArn"]}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        sqs.set_queue_attributes(QueueUrl=self._told, Attributes={"Policy": policy})
        events.put_targets(Rule=self._table, EventBusName=self._table, Targets=[{"Id": "told", "Arn": arn}])
        self._sqs = sqs
        return self._table

    def told(self) -> dict:
        """The only event that the bus was sent."""
        [event] = wait_for("the event", self._received)
        assert self._received() == []
        return event

    def _received(self) -> list[dict]:
        messages = self._sqs.receive_message(QueueUrl=self._told, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"]) for message in messages]

    def run(self, request: dict) -> dict:
        """Runs an execution. Returns its description after its end."""
        execution = self._states.start_execution(stateMachineArn=self._arn, input=json.dumps(request))

        def ended() -> dict | None:
            description = self._states.describe_execution(executionArn=execution["executionArn"])
            return None if description["status"] == "RUNNING" else description

        return wait_for("the execution to end", ended, 60)

    def entered(self, execution: dict) -> list[str]:
        """The names of the states that the execution entered, in their order."""
        history = self._states.get_execution_history(executionArn=execution["executionArn"], maxResults=1000)["events"]
        return [event["stateEnteredEventDetails"]["name"] for event in history if event["type"].endswith("StateEntered")]

    def items(self) -> list[dict]:
        items = self._dynamodb.scan(TableName=self._table)["Items"]
        return [{name: value["S"] for name, value in item.items()} for item in items]
