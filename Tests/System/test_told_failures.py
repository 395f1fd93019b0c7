# SPDX-License-Identifier: Apache-2.0

"""What the state machine tells on EventBridge when a function gave up (docs/events.md)."""

import json

import pytest

from event_schema import problems
from state_machine import DEFINITION, REQUEST, START, Machine, check
from test_state_machine import mean_wait
from waiting import wait_for

GIVES_UP = "def start(event): raise Failure('Function.Permanent')"
DELIVERY = {"manifestKey": f"deliveries/{REQUEST['deliveryId']}.json"}
SENDER = {
    "route": "mammography",
    "callingAETitle": "MG1",
    "calledAETitle": "STORESCP",
    "firstInstanceAt": "2026-11-23T23:51:52Z",
    "lastInstanceAt": "2026-11-23T23:52:09Z",
}
STUDY = {"studyCount": 1, "studyInstanceUID": "1.2.3", "studyDate": "20261123"}
NOTHING_KNOWN = dict.fromkeys(["redrive", "studyInstanceUID", *SENDER])


@pytest.mark.parametrize(
    ("request_of_it", "told"),
    [
        ({**DELIVERY, **SENDER, **STUDY}, {**SENDER, "studyInstanceUID": "1.2.3", "studyCount": 1}),
        ({**DELIVERY, **SENDER}, {**SENDER, "studyCount": 2}),
        # Its UID may be any text.
        ({**STUDY, "studyInstanceUID": "Jane Doe"}, {"studyCount": 1}),
        ({**DELIVERY, "redrive": "20261124T010203Z", "datastoreId": "0" * 32}, {"redrive": "20261124T010203Z"}),
        # As releases before this one have started it.
        (DELIVERY, {}),
    ],
    ids=["one study", "bundle", "inbox", "redrive", "earlier release"],
)
def test_a_delivery_whose_function_gave_up_is_told(aws, request_of_it, told):
    machine = Machine(aws, GIVES_UP, check())
    request = {**REQUEST, **request_of_it}
    execution = machine.run(request)
    assert (execution["status"], execution["error"]) == ("FAILED", "ImportFailed")
    event = machine.told()
    assert (event["source"], event["detail-type"]) == ("dicom-store-scp", "Delivery Failed")
    assert execution["executionArn"] in event["resources"]
    # The data store of this machine has the name of its table.
    assert problems({**event, "detail": {**event["detail"], "datastoreId": "0" * 32}}) == []
    [item] = machine.items()
    ended_at = event["detail"].pop("endedAt")
    assert ended_at.startswith("20") and ended_at.endswith("Z")
    assert event["detail"] == {
        "version": 1,
        "id": f"{REQUEST['importId']}/{request.get('redrive', 0)}/FAILED",
        "outcome": "FAILED",
        "deliveryId": REQUEST["deliveryId"],
        "importId": REQUEST["importId"],
        "jobId": item["jobId"],
        "datastoreId": request.get("datastoreId", machine.datastore),
        "studyCount": REQUEST["studyCount"],
        "instanceCount": REQUEST["instanceCount"],
        "listsAreComplete": False,
        "message": item["message"],
        **NOTHING_KNOWN,
        **told,
    }


def test_the_job_of_an_import_whose_check_gave_up_is_told(aws):
    machine = Machine(aws, START, "def handle(event): raise Failure('Function.Permanent')")
    machine.run({**REQUEST, **DELIVERY, **SENDER})
    assert machine.told()["detail"]["jobId"] == "job1"


@pytest.mark.parametrize("outcome", ["IMPORTED", "PARTIAL", "FAILED"])
def test_an_import_that_check_status_has_judged_is_not_told_again(aws, outcome):
    machine = Machine(aws, START, check(outcome))
    execution = machine.run({**REQUEST, **DELIVERY})
    assert machine.entered(execution)[-1] == ("ImportSucceeded" if outcome == "IMPORTED" else "ImportFailed")
    assert "TellFailure" not in machine.entered(execution)


def test_an_event_that_eventbridge_refuses_is_counted_and_the_execution_ends_as_otherwise(aws):
    refused = json.loads(DEFINITION.read_text())["States"]["TellFailure"]["Parameters"]
    refused["Entries"][0]["Source"] = ""
    machine = Machine(aws, GIVES_UP, check(), {"TellFailure": {"Parameters": refused, "Retry": []}})
    execution = machine.run({**REQUEST, **DELIVERY})
    assert (execution["status"], execution["error"]) == ("FAILED", "ImportFailed")
    assert [item["outcome"] for item in machine.items()] == ["FAILED"]

    def counted() -> list[dict]:
        metrics = aws.client("cloudwatch").list_metrics(Namespace="DICOMStoreSCP", MetricName="StudyEventsLost")["Metrics"]
        return [it for it in metrics if it["Dimensions"] == [{"Name": "Service", "Value": machine.datastore}]]

    assert len(wait_for("the metric", counted)) == 1


def test_an_outage_of_eventbridge_of_an_hour_loses_no_event():
    assert 3600 < mean_wait("TellFailure", "States.ALL") < 3 * 3600
