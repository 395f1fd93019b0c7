"""The state machine, with functions that a test scripts."""

import json
import re
import uuid
from pathlib import Path

import pytest

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
START = f"def handle(event): return {STATE}"


def check(*outcomes: str) -> str:
    """A CheckStatus that gives these outcomes, poll after poll."""
    return f"""
def handle(event):
    outcome = {outcomes!r}[event["polls"]]
    return dict(event, outcome=outcome, polls=event["polls"] + 1)
"""


def failing(name: str, counter: Path, times: int, then: str) -> str:
    """Fails with `name` for the first calls, then answers `then`."""
    return f"""
def handle(event):
    with open({str(counter)!r}, "a+") as calls:
        calls.write(".")
        calls.seek(0)
        count = len(calls.read())
    if count <= {times}:
        raise Failure({name!r})
    return {then}
"""


class Machine:
    """The deployed definition around two functions, with a table of its own. `changes` are those to its states."""

    def __init__(self, aws, start: str, check_status: str, changes: dict[str, dict] | None = None):
        self._states, self._dynamodb = aws.client("stepfunctions"), aws.client("dynamodb")
        self._table = f"table-{uuid.uuid4().hex[:8]}"
        self._dynamodb.create_table(
            TableName=self._table,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "jobId", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "jobId", "KeyType": "HASH"}],
        )
        values = {
            "StartImportJobFunctionArn": create_function(aws.client("lambda"), start).arn,
            "CheckStatusFunctionArn": create_function(
                aws.client("lambda"), check_status, variables={"TABLE_NAME": self._table}
            ).arn,
            "TableName": self._table,
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

    def run(self, request: dict) -> dict:
        """The execution's description once it has ended."""
        execution = self._states.start_execution(stateMachineArn=self._arn, input=json.dumps(request))

        def ended() -> dict | None:
            description = self._states.describe_execution(executionArn=execution["executionArn"])
            return None if description["status"] == "RUNNING" else description

        return wait_for("the execution to end", ended, 60)

    def items(self) -> list[dict]:
        items = self._dynamodb.scan(TableName=self._table)["Items"]
        return [{name: value["S"] for name, value in item.items()} for item in items]


def test_it_polls_until_the_delivery_is_imported(aws):
    execution = Machine(aws, START, check("PENDING", "PENDING", "IMPORTED")).run(REQUEST)
    assert execution["status"] == "SUCCEEDED"
    state = json.loads(execution["output"])
    assert state["request"] == REQUEST
    assert (state["jobId"], state["polls"]) == ("job1", 3)


def test_start_import_job_gets_the_request_under_the_deliverys_id(aws):
    start = f"def handle(event):\n assert event['jobId'] == event['request']['importId']\n return {STATE}"
    assert Machine(aws, start, check("IMPORTED")).run(REQUEST)["status"] == "SUCCEEDED"


@pytest.mark.parametrize("outcome", ["PARTIAL", "FAILED"])
def test_what_is_not_imported_whole_fails_the_execution(aws, outcome):
    machine = Machine(aws, START, check("PENDING", outcome))
    execution = machine.run(REQUEST)
    assert (execution["status"], execution["error"]) == ("FAILED", "ImportFailed")
    assert machine.items() == []  # the functions have written the item


def test_a_job_that_failed_for_a_reason_that_passes_is_started_again(aws):
    start = "def handle(event): return dict(event, jobId='job' + str(event['attempt']), outcome='PENDING', waitSeconds=0, polls=0, startsAgain=False)"
    look = """
def handle(event):
    if event["attempt"] < 3:
        return dict(event, startsAgain=True, attempt=event["attempt"] + 1)
    return dict(event, outcome="IMPORTED")
"""
    execution = Machine(aws, start, look).run(REQUEST)
    assert execution["status"] == "SUCCEEDED"
    assert json.loads(execution["output"])["jobId"] == "job3"


def retrier(state: str, error: str) -> dict:
    """The first that fits decides, as Step Functions has it."""
    names = {error} if error == "States.Timeout" else {error, "States.TaskFailed"}
    retries = json.loads(DEFINITION.read_text())["States"][state]["Retry"]
    return next(retry for retry in retries if names & set(retry["ErrorEquals"]))


def mean_wait(state: str, error: str) -> float:
    """For how many seconds in all an error is waited for, on the average."""
    retry = retrier(state, error)
    # A retry is five events of the 25,000 that an execution may have.
    assert retry["MaxAttempts"] * 5 < 25_000 / 4
    waits = [retry["IntervalSeconds"] * retry["BackoffRate"] ** attempt for attempt in range(retry["MaxAttempts"])]
    assert retry["JitterStrategy"] == "FULL"  # half of it on the average
    return sum(min(retry["MaxDelaySeconds"], wait) for wait in waits) / 2


@pytest.mark.parametrize("state", ["StartImportJob", "CheckStatus"])
@pytest.mark.parametrize("error", ["Lambda.TooManyRequestsException", "Function.Busy"])
def test_a_busy_service_is_given_hours(state, error):
    assert mean_wait(state, error) > 10 * 3600


@pytest.mark.parametrize("state", ["StartImportJob", "CheckStatus"])
@pytest.mark.parametrize(
    "error",
    [
        "Function.Transient",
        "Lambda.ClientExecutionTimeoutException",
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
        "Runtime.ExitError",
        "States.Timeout",
    ],
)
def test_an_outage_of_an_hour_fails_no_delivery(state, error):
    assert mean_wait(state, error) > 3600


@pytest.mark.parametrize("state", ["StartImportJob", "CheckStatus"])
def test_an_error_that_nobody_has_classed_is_tried_for_a_while(state):
    assert 900 < mean_wait(state, "Function.DecodingError") < 3600


@pytest.mark.parametrize("state", ["StartImportJob", "CheckStatus"])
@pytest.mark.parametrize("error", ["Function.Permanent", "Runtime.UnmarshalError", "Runtime.MarshalError"])
def test_what_lasts_is_not_tried_again(state, error):
    assert retrier(state, error)["MaxAttempts"] == 0


def test_the_functions_name_their_errors_as_the_state_machine_does():
    classes = (PROJECT / "Sources/StructuredLog/ErrorClass.swift").read_text()
    for state in "StartImportJob", "CheckStatus":
        retries = json.loads(DEFINITION.read_text())["States"][state]["Retry"]
        names = {name for retry in retries for name in retry["ErrorEquals"] if name.startswith("Function.")}
        assert names == {f"Function.{name}" for name in re.findall(r'case \w+ = "(\w+)"', classes)}


def test_a_busy_service_is_waited_for(aws, tmp_path):
    start = failing("Function.Busy", tmp_path / "calls", 1, STATE)
    assert Machine(aws, start, check("IMPORTED")).run(REQUEST)["status"] == "SUCCEEDED"


@pytest.mark.parametrize("error", ["Function.Transient", "Function.Unheard"])
def test_what_may_pass_is_tried_again(aws, tmp_path, error):
    look = failing(error, tmp_path / "calls", 1, "dict(event, outcome='IMPORTED')")
    assert Machine(aws, START, look).run(REQUEST)["status"] == "SUCCEEDED"


def test_a_failure_without_a_cause_is_recorded(aws):
    state = {"request.$": "$", "jobId.$": "$.importId", "error": {"Error": "States.Timeout"}}
    machine = Machine(aws, START, check(), {"TriggerImport": {"Parameters": state, "Next": "DescribeFailure"}})
    assert machine.run(REQUEST)["error"] == "ImportFailed"
    [item] = machine.items()
    assert item["message"] == "States.Timeout: no cause is given"


@pytest.mark.parametrize(
    "study", [{}, {"studyInstanceUID": "1.2.3"}, {"studyInstanceUID": "1.2.3", "studyDate": "20261123"}], ids=len
)
def test_a_final_error_of_the_start_is_recorded_under_the_imports_id(aws, study):
    machine = Machine(aws, "def handle(event): raise Failure('Function.Permanent')", check())
    assert machine.run({**REQUEST, **study})["error"] == "ImportFailed"
    [item] = machine.items()
    message, ended_at = item.pop("message"), item.pop("endedAt")
    assert item == {
        "jobId": REQUEST["importId"],
        "deliveryId": REQUEST["deliveryId"],
        "jobStatus": "FAILED",
        "outcome": "FAILED",
        "studyCount": "2",
        **study,
        "inputS3Uri": REQUEST["inputS3Uri"],
    }
    assert message.startswith("Function.Permanent: ") and "the test says so" in message
    assert ended_at.startswith("20") and ended_at.endswith("Z")


def test_a_further_attempt_that_cannot_start_is_listed_for_a_redrive(aws):
    start = f"""
def handle(event):
    if event["attempt"] > 1:
        raise Failure("Function.Permanent")
    return dict({STATE}, startsAgain=False)
"""
    look = """
import boto3

def handle(event):
    key = {"jobId": {"S": event["jobId"]}}
    boto3.client("dynamodb").update_item(
        TableName=os.environ["TABLE_NAME"], Key=key, UpdateExpression="SET startedAgain = :true",
        ExpressionAttributeValues={":true": {"S": "true"}},
    )
    return dict(event, startsAgain=True, attempt=event["attempt"] + 1)
"""
    machine = Machine(aws, start, look)
    assert machine.run(REQUEST)["error"] == "ImportFailed"
    [item] = machine.items()
    assert (item["jobId"], item["outcome"]) == ("job1", "FAILED")
    assert "startedAgain" not in item


def test_a_final_error_of_a_look_is_recorded_under_the_jobs_id(aws):
    machine = Machine(aws, START, "def handle(event): raise Failure('Function.Permanent')")
    assert machine.run(REQUEST)["error"] == "ImportFailed"
    [item] = machine.items()
    assert item["jobId"] == "job1"
