# SPDX-License-Identifier: Apache-2.0

"""Gives the sample events of events/ to the real functions, as a person does at a shell."""

import json
import os
import subprocess
from pathlib import Path

import pytest
import sample_events
from conftest import PROJECT, unpack_function
from waiting import wait_for

pytestmark = pytest.mark.pipeline
EVENTS = PROJECT / "events"
DELIVERY_ID = sample_events.DELIVERY_ID


@pytest.fixture(scope="module")
def run(sample_delivery, pipeline, tmp_path_factory):
    """Runs a function's executable with `--event`; returns its exit status, answer and log."""
    environment = {**os.environ, **sample_events.function_environment(pipeline)}
    folder = tmp_path_factory.mktemp("functions")

    def run(function: str, event: Path | None, text: str = "") -> tuple[int, dict, str]:
        executable = unpack_function(function, folder / function)
        command = [executable, *(["--event", event] if event else [])]
        result = subprocess.run(command, env=environment, input=text, capture_output=True, text=True, timeout=60)
        return result.returncode, json.loads(result.stdout or "null"), result.stderr

    return run


def test_every_sample_event_is_used_here():
    # test_event_schema.py uses those that the pipeline sends.
    assert {path.stem for path in EVENTS.iterdir() if not path.stem.startswith("study-event-")} == {
        "s3-put", "s3-put-inbox", "s3-multipart-inbox", "s3-test-event", "sqs-s3-put", "sns-s3-put", "sqs-sns-s3-put",
        "eventbridge-object-created", "start-import-job", "check-status", "schedule",
    }


@pytest.mark.parametrize("name", ["s3-put", "sns-s3-put"])
def test_a_manifest_starts_only_one_import(run, name):
    answer = {"imports": [{"deliveryId": DELIVERY_ID, "result": "ALREADY_STARTED"}]}
    assert run("TriggerImport", EVENTS / f"{name}.json")[:2] == (0, answer)


def test_an_event_is_read_from_standard_input(run):
    answer = {"imports": [{"deliveryId": DELIVERY_ID, "result": "ALREADY_STARTED"}]}
    assert run("TriggerImport", None, (EVENTS / "s3-put.json").read_text())[:2] == (0, answer)


@pytest.mark.parametrize("name", ["s3-put-inbox", "s3-multipart-inbox", "eventbridge-object-created"])
def test_an_object_of_the_inbox_that_was_taken_is_not_imported_again(pipeline, run, name):
    wait_for("an inbox that is empty", lambda: sample_events.INBOX_KEY not in pipeline.keys("inbox/"))
    before = len(pipeline.executions())
    answer = {"imports": [{"result": "IGNORED"}]}
    assert run("TriggerImport", EVENTS / f"{name}.json")[:2] == (0, answer)
    assert len(pipeline.executions()) == before


def test_a_scheduled_event_starts_a_sweep(run):
    status, answer, _ = run("TriggerImport", EVENTS / "schedule.json")
    assert (status, answer["deliveries"]["failed"], answer["deliveries"]["recovered"]) == (0, 0, [])


def test_s3s_test_event_starts_nothing(run):
    assert run("TriggerImport", EVENTS / "s3-test-event.json")[:2] == (0, {"imports": []})


def test_the_answer_to_a_queue_names_the_failed_messages(run):
    assert run("TriggerImport", EVENTS / "sqs-s3-put.json")[:2] == (0, {"batchItemFailures": []})
    event = json.loads((EVENTS / "sqs-s3-put.json").read_text())
    event["Records"][1]["body"] = "no event"
    failed = {"batchItemFailures": [{"itemIdentifier": event["Records"][1]["messageId"]}]}
    assert run("TriggerImport", None, json.dumps(event))[:2] == (0, failed)


def test_a_queue_that_is_subscribed_to_a_topic_brings_the_same_delivery(run):
    status, answer, log = run("TriggerImport", EVENTS / "sqs-sns-s3-put.json")
    assert (status, answer) == (0, {"batchItemFailures": []})
    assert DELIVERY_ID in log and "ALREADY_STARTED" in log


def test_the_same_delivery_starts_the_same_job(run):
    checked = json.loads((EVENTS / "check-status.json").read_text())
    status, answer, log = run("StartImportJob", EVENTS / "start-import-job.json")
    assert (status, answer) == (0, {"batchItemFailures": []})
    lines = [json.loads(line) for line in log.splitlines()]
    assert [line["jobId"] for line in lines if line.get("message") == "import job started"] == [checked["jobId"]]
    # No execution has the sample's token.
    assert any("no execution waits for this start" in line.get("message", "") for line in lines)


def test_a_job_that_has_ended_can_be_checked_again(run):
    status, answer, _ = run("CheckStatus", EVENTS / "check-status.json")
    assert (status, answer["jobStatus"], answer["outcome"]) == (0, "COMPLETED", "IMPORTED")
    assert answer["polls"] == 1


def test_an_event_of_another_shape_is_an_error_as_json(run):
    status, answer, log = run("StartImportJob", None, '{"detail": "\u00e4"}')
    assert (status, answer["errorType"]) == (1, "Runtime.UnmarshalError")
    assert "Records" in answer["errorMessage"]
    assert json.loads(log.splitlines()[-1])["level"] == "ERROR"


def test_a_missing_file_is_named(run):
    status, answer, log = run("TriggerImport", Path("no-such-file.json"))
    assert (status, answer) == (2, None)
    assert "no-such-file.json" in log
