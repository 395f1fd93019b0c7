# SPDX-License-Identifier: Apache-2.0

"""The state machine, with functions that each test defines."""

import json
import re

import pytest

from conftest import PROJECT
from state_machine import DEFINITION, REQUEST, START, STATE, Machine, check, failing


def test_it_polls_until_the_delivery_is_imported(aws):
    machine = Machine(aws, START, check("PENDING", "PENDING", "IMPORTED"))
    execution = machine.run(REQUEST)
    assert execution["status"] == "SUCCEEDED"
    state = json.loads(execution["output"])
    assert state["request"] == {**REQUEST, "datastoreId": machine.datastore}
    assert (state["jobId"], state["polls"]) == ("job1", 3)


def test_start_import_job_gets_the_request_under_the_deliverys_id(aws):
    start = f"def start(event):\n assert event['jobId'] == event['request']['importId']\n return {STATE}"
    assert Machine(aws, start, check("IMPORTED")).run(REQUEST)["status"] == "SUCCEEDED"


def test_a_data_store_that_the_request_names_has_its_own_message_group(aws):
    """The queue shows which group a message was in."""
    group = "record['attributes']['MessageGroupId']"
    start = f"def start(event): return dict({STATE}, group=[{group} for record in records][0])"
    named = "0" * 32
    machine = Machine(aws, f"records = []\n{start}", check("IMPORTED"))
    states = [json.loads(machine.run(it)["output"]) for it in (REQUEST, {**REQUEST, "datastoreId": named})]
    assert [it["request"]["datastoreId"] for it in states] == [machine.datastore, named]
    assert [it["group"] for it in states] == [machine.datastore, named]


@pytest.mark.parametrize("outcome", ["PARTIAL", "FAILED"])
def test_an_incomplete_import_fails_the_execution(aws, outcome):
    machine = Machine(aws, START, check("PENDING", outcome))
    execution = machine.run(REQUEST)
    assert (execution["status"], execution["error"]) == ("FAILED", "ImportFailed")
    assert machine.items() == []  # the functions would have written the item


def test_a_job_that_failed_for_a_transient_reason_is_started_again(aws):
    start = "def start(event): return dict(event, jobId='job' + str(event['attempt']), outcome='PENDING', waitSeconds=0, polls=0, startsAgain=False)"
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
    """The first retrier that matches the error, as in Step Functions."""
    names = {error} if error == "States.Timeout" else {error, "States.TaskFailed"}
    retries = json.loads(DEFINITION.read_text())["States"][state]["Retry"]
    return next(retry for retry in retries if names & set(retry["ErrorEquals"]))


def mean_wait(state: str, error: str) -> float:
    """The mean total time in seconds for which an error is retried."""
    retry = retrier(state, error)
    # A retry adds five events to the execution's history, which may have 25,000.
    assert retry["MaxAttempts"] * 5 < 25_000 / 4
    waits = [retry["IntervalSeconds"] * retry["BackoffRate"] ** attempt for attempt in range(retry["MaxAttempts"])]
    assert retry["JitterStrategy"] == "FULL"  # with full jitter, half of it on average
    return sum(min(retry["MaxDelaySeconds"], wait) for wait in waits) / 2


@pytest.mark.parametrize("error", ["Lambda.TooManyRequestsException", "Function.Busy"])
def test_a_busy_service_is_retried_for_hours(error):
    assert mean_wait("CheckStatus", error) > 10 * 3600


@pytest.mark.parametrize(
    ("state", "error"),
    [
        ("StartImportJob", "Function.Transient"),
        ("StartImportJob", "SQS.AmazonSQSException"),
        ("StartImportJob", "SQS.SdkClientException"),
        ("CheckStatus", "Function.Transient"),
        ("CheckStatus", "Lambda.ClientExecutionTimeoutException"),
        ("CheckStatus", "Lambda.ServiceException"),
        ("CheckStatus", "Lambda.AWSLambdaException"),
        ("CheckStatus", "Lambda.SdkClientException"),
        ("CheckStatus", "Runtime.ExitError"),
        ("CheckStatus", "States.Timeout"),
    ],
)
def test_an_outage_of_an_hour_fails_no_delivery(state, error):
    assert mean_wait(state, error) > 3600


def test_a_lost_start_is_sent_again_for_most_of_a_year():
    """An execution may run for a year."""
    state = json.loads(DEFINITION.read_text())["States"]["StartImportJob"]
    retry = retrier("StartImportJob", "States.Timeout")
    assert 300 < (retry["MaxAttempts"] + 1) * state["TimeoutSeconds"] / 86400 < 365
    assert retry["BackoffRate"] == 1


@pytest.mark.parametrize("state", ["StartImportJob", "CheckStatus"])
def test_an_unclassified_error_is_retried_for_a_while(state):
    assert 900 < mean_wait(state, "Function.DecodingError") < 3600


@pytest.mark.parametrize(
    ("state", "error"),
    [
        ("StartImportJob", "Function.Permanent"),
        *(("CheckStatus", f"{it}") for it in ("Function.Permanent", "Runtime.UnmarshalError", "Runtime.MarshalError")),
    ],
)
def test_permanent_errors_are_not_retried(state, error):
    assert retrier(state, error)["MaxAttempts"] == 0


# While HealthImaging is busy, a start waits in its queue; it fails only for other reasons.
@pytest.mark.parametrize(("state", "waits_elsewhere"), [("StartImportJob", {"Busy"}), ("CheckStatus", set())])
def test_the_functions_name_their_errors_as_the_state_machine_does(state, waits_elsewhere):
    classes = (PROJECT / "Sources/StructuredLog/ErrorClass.swift").read_text()
    retries = json.loads(DEFINITION.read_text())["States"][state]["Retry"]
    names = {name for retry in retries for name in retry["ErrorEquals"] if name.startswith("Function.")}
    expected = set(re.findall(r'case \w+ = "(\w+)"', classes)) - waits_elsewhere
    assert names == {f"Function.{name}" for name in expected}


@pytest.mark.parametrize("error", ["Function.Busy", "Function.Transient", "Function.Unheard"])
def test_a_check_that_fails_for_a_transient_reason_is_retried(aws, tmp_path, error):
    look = failing(error, tmp_path / "calls", 1, "dict(event, outcome='IMPORTED')")
    assert Machine(aws, START, look).run(REQUEST)["status"] == "SUCCEEDED"


@pytest.mark.parametrize("error", ["Function.Transient", "Function.Unheard"])
def test_a_start_that_fails_for_a_transient_reason_enters_the_queue_again(aws, tmp_path, error):
    """Even within five minutes, in which SQS would drop a message with the same deduplication id."""
    start = failing(error, tmp_path / "calls", 1, STATE, function="start")
    assert Machine(aws, start, check("IMPORTED")).run(REQUEST)["status"] == "SUCCEEDED"


def test_a_start_that_is_lost_enters_the_queue_again(aws, tmp_path):
    """As after the end of the queue's retention period."""
    start = f"""
import time

def start(event):
    if os.path.exists({str(tmp_path / "lost")!r}):
        return {STATE}
    open({str(tmp_path / "lost")!r}, "w").close()
    time.sleep(3)
    raise Failure("Function.TooLate")
"""
    machine = Machine(aws, start, check("IMPORTED"), {"StartImportJob": {"TimeoutSeconds": 2}})
    assert machine.run(REQUEST)["status"] == "SUCCEEDED"


def test_a_failure_without_a_cause_is_recorded(aws):
    request = "States.JsonMerge(States.StringToJson('{\"datastoreId\":\"store\"}'), $, false)"
    state = {"request.$": request, "jobId.$": "$.importId", "error": {"Error": "States.Timeout"}}
    machine = Machine(aws, START, check(), {"TriggerImport": {"Parameters": state, "Next": "DescribeFailure"}})
    assert machine.run(REQUEST)["error"] == "ImportFailed"
    [item] = machine.items()
    assert item["message"] == "States.Timeout: no cause is given"


@pytest.mark.parametrize(
    "study", [{}, {"studyInstanceUID": "1.2.3"}, {"studyInstanceUID": "1.2.3", "studyDate": "20261123"}], ids=len
)
def test_a_final_error_of_the_start_is_recorded_under_the_imports_id(aws, study):
    machine = Machine(aws, "def start(event): raise Failure('Function.Permanent')", check())
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
        "datastoreId": machine.datastore,
    }
    assert message.startswith("Function.Permanent: ") and "the test says so" in message
    assert ended_at.startswith("20") and ended_at.endswith("Z")


def test_a_further_attempt_that_cannot_start_is_listed_by_redrive(aws):
    start = f"""
def start(event):
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


def test_a_final_error_of_a_check_is_recorded_under_the_jobs_id(aws):
    machine = Machine(aws, START, "def handle(event): raise Failure('Function.Permanent')")
    assert machine.run(REQUEST)["error"] == "ImportFailed"
    [item] = machine.items()
    assert item["jobId"] == "job1"
