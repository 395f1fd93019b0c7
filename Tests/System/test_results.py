# SPDX-License-Identifier: Apache-2.0

"""The table and the report about imports that failed, partly or for a time."""

import json
import uuid

import pydicom
import pytest
from commands import dicomstore
from conftest import PROJECT
from delivery_documents import manifest, prefix
from persistent_sender import write_study
from pipeline import QUEUES, Pipeline
from redriving import redrive
from senders import send_with_dcmtk
from synthetic import synthetic_instance
from test_pipeline import Watch
from waiting import wait_for

pytestmark = pytest.mark.pipeline


@pytest.fixture
def watch(pipeline):
    yield Watch(pipeline)
    pipeline.aws.disarm()


def report(pipeline: Pipeline, item: dict[str, str]) -> dict:
    bucket, _, key = item["reportS3Uri"].removeprefix("s3://").partition("/")
    return json.load(pipeline.aws.client("s3").get_object(Bucket=bucket, Key=key)["Body"])


def send(receiver, files) -> None:
    answers = send_with_dcmtk(files, "127.0.0.1", receiver.port)
    assert {answer.status for answer in answers} == {0}


def test_a_study_with_one_refused_instance_is_partial(pipeline, receiver, watch, tmp_path):
    files = write_study(tmp_path / "study")
    pipeline.aws.arm("RefuseFile")
    send(receiver, files)
    [item] = watch.ended(len(files))
    assert (item["outcome"], item["importedCount"], item["failedCount"]) == ("PARTIAL", str(len(files) - 1), "1")
    told = report(pipeline, item)
    [failed] = told["failed"]
    assert failed["key"].endswith(tuple(f"/{pydicom.dcmread(file).SOPInstanceUID}.dcm" for file in files))
    assert failed["errorType"] == "ValidationException" and "PatientID" in failed["message"]
    assert (told["outcome"], told["proof"], told["missing"]) == ("PARTIAL", "instances", [])
    assert item["reportS3Uri"].rpartition("/")[0].endswith(f"-DicomImport-{item['jobId']}")


def test_the_item_of_a_single_instance_says_why_healthimaging_refused_it(pipeline, receiver, watch, tmp_path):
    """The item does not have the values that HealthImaging quotes; the report does."""
    pipeline.aws.arm("RefuseFile")
    send(receiver, [synthetic_instance(tmp_path / "refused.dcm")])
    [item] = watch.ended(1)
    assert item["outcome"] == "FAILED"
    expected = "ValidationException: DICOM attribute PatientID (0010,0020) has the value … which is not valid"
    assert expected in item["message"] and "Doe" not in item["message"]
    [failed] = report(pipeline, item)["failed"]
    assert "Doe^John 4711" in failed["message"]


def test_an_import_that_met_a_fault_of_the_service_is_started_again(pipeline, receiver, watch, tmp_path):
    files = write_study(tmp_path / "study")
    pipeline.aws.arm("ServerError", 1)
    send(receiver, files)
    first, second = sorted(watch.ended(2 * len(files)), key=lambda item: item["attempt"])
    assert first["deliveryId"] == second["deliveryId"] and first["jobId"] != second["jobId"]
    assert (first["outcome"], first["failedCount"], first["startedAgain"]) == ("PARTIAL", "1", "true")
    assert (second["outcome"], second["attempt"]) == ("IMPORTED", "2")


def test_a_job_that_keeps_failing_is_started_four_times_and_then_redriven(pipeline, receiver, watch, tmp_path):
    files = write_study(tmp_path / "study")
    pipeline.aws.arm("FailJob", 4)
    send(receiver, files)
    items = sorted(watch.ended(4 * len(files)), key=lambda item: item["attempt"])
    assert [item["outcome"] for item in items] == ["FAILED"] * 4
    assert ["startedAgain" in item for item in items] == [True, True, True, False]
    assert len({item["jobId"] for item in items}) == 4

    first, last, delivery = items[0]["jobId"], items[3]["jobId"], items[0]["deliveryId"]
    listed = redrive(pipeline)
    assert last in listed and first not in listed
    redrive(pipeline, "--start")
    # Imports of other tests are redriven too.
    items = [item for item in watch.ended(5 * len(files)) if item["deliveryId"] == delivery]
    assert [item["outcome"] for item in items].count("IMPORTED") == 1
    assert last not in redrive(pipeline)


@pytest.mark.parametrize("has_item", [True, False])
def test_a_delivery_whose_execution_was_stopped_is_redriven(pipeline, receiver, watch, tmp_path, has_item):
    files = write_study(tmp_path / "study")
    send(receiver, files)
    [pending] = wait_for("an import job", watch.pending)
    delivery = pending["deliveryId"]
    execution = pipeline.outputs["StateMachineArn"].replace(":stateMachine:", ":execution:") + f":{delivery}"
    pipeline.aws.client("stepfunctions").stop_execution(executionArn=execution)
    if not has_item:
        key = {"jobId": {"S": pending["jobId"]}}
        pipeline.aws.client("dynamodb").delete_item(TableName=pipeline.outputs["TableName"], Key=key)
    assert delivery in redrive(pipeline)

    redrive(pipeline, "--start")
    items = watch.ended(len(files) * (2 if has_item else 1))
    outcomes = {item["outcome"]: item for item in items if item["deliveryId"] == delivery}
    assert "IMPORTED" in outcomes and watch.pending() == []
    if has_item:
        stopped = outcomes["FAILED"]
        assert stopped["jobId"] == pending["jobId"] and stopped["redrivenAs"].startswith(f"{delivery}-")
    assert delivery not in redrive(pipeline)


def test_a_job_that_may_not_read_is_not_tried_again(pipeline, receiver, watch, tmp_path):
    files = write_study(tmp_path / "study")
    pipeline.aws.arm("DenyJob")
    send(receiver, files)
    [item] = watch.ended(len(files))
    assert (item["outcome"], item["jobStatus"]) == ("FAILED", "FAILED")
    assert "Access denied" in item["message"]


def send_studies(pipeline: Pipeline, receiver, folder, faults) -> list:
    """Sends a study for each fault; any job may get any fault. Returns all files."""
    for fault in faults:
        pipeline.aws.arm(fault)
    studies = [write_study(folder / fault) for fault in faults]
    for files in studies:
        send(receiver, files)
    return sum(studies, [])


def check_status_log(pipeline: Pipeline) -> str:
    path = pipeline.aws.state_dir / "logs" / f"{pipeline.outputs['CheckStatusFunctionName']}.log"
    return path.read_text() if path.exists() else ""


def test_an_instance_with_a_warning_is_imported_counted_and_named(pipeline, receiver, watch, tmp_path):
    """The instance is listed in WARNING only or also in SUCCESS, and HealthImaging counts it or not. The warning may
    quote values of the file."""
    before = len(check_status_log(pipeline))
    files = send_studies(pipeline, receiver, tmp_path, ["Warn", "WarnInSuccess", "WarnUncounted"])
    items = watch.ended(len(files))
    assert len(items) == 3
    keys = tuple(f"/{pydicom.dcmread(file).SOPInstanceUID}.dcm" for file in files)
    for item in items:
        assert (item["outcome"], item["importedCount"], item["warningCount"]) == ("IMPORTED", item["instanceCount"], "1")
        told = report(pipeline, item)
        [warned] = told["warnings"]
        assert warned["key"].endswith(keys) and warned["framesUnavailable"] is True and told["warningCount"] == 1
        [warning] = warned["warnings"]
        assert (warning["code"], warning["type"]) == (45330, "INVALID_OFFSET_TABLE") and "Doe^John" in warning["message"]
        assert (told["proof"], told["missing"], told["unreadableCount"]) == ("instances", [], 0)
    log = check_status_log(pipeline)[before:]
    assert log.count('"InstancesWithWarnings":1') == log.count('"warnings":"1"') == 3
    assert "Doe" not in log + json.dumps(items)


def test_unreadable_output_does_not_fail_a_good_import(pipeline, receiver, watch, tmp_path):
    files = send_studies(pipeline, receiver, tmp_path, ["OddLines", "NoNumbers", "OddManifest", "Nothing"])
    reports = [(item, report(pipeline, item)) for item in watch.ended(len(files))]
    assert sorted((item["outcome"], told["proof"], told["unreadableCount"]) for item, told in reports) == [
        ("IMPORTED", "counts", len(files) // 4),
        ("IMPORTED", "instances", 0),
        ("IMPORTED", "instances", 0),
        ("PARTIAL", "nothing", 0),
    ]
    listed = redrive(pipeline)
    for item, told in reports:
        places = [(it["file"], it["line"]) for it in told["unreadable"]]
        assert places == [("SUCCESS/success.ndjson", line + 1) for line in range(told["unreadableCount"])]
        is_partial = item["outcome"] == "PARTIAL"
        assert ("message" in item) == (item["deliveryId"] in listed) == is_partial


def test_a_job_with_an_unknown_status_is_regarded_as_running(pipeline, receiver, watch, tmp_path):
    for fault in ("Look:OddStatus", "Look:OddAnswer"):
        pipeline.aws.arm(fault)
    send(receiver, [synthetic_instance(tmp_path / "one.dcm")])
    [item] = watch.ended(1)
    assert (item["outcome"], item["jobStatus"]) == ("IMPORTED", "COMPLETED")
    lines = [line for line in check_status_log(pipeline).splitlines() if "unknown job status" in line]
    told = [it for it in map(json.loads, lines) if it["jobId"] == item["jobId"]]
    assert [(it["level"], it["jobStatus"]) for it in told] == [("WARN", "INDEXING"), ("WARN", "UNKNOWN")]


def test_a_conflict_or_a_busy_service_is_tried_again(pipeline, receiver, watch, tmp_path):
    """After a conflict of one file the job is started again two poll intervals later, after `Rate exceeded` ten."""
    files = send_studies(pipeline, receiver, tmp_path, ["ConflictFile", "BusyJob"])
    items = watch.ended(2 * len(files))
    ended = sorted((item["attempt"], item["outcome"], item.get("startedAgain", "false")) for item in items)
    again = [("1", outcome, "true") for outcome in ("FAILED", "PARTIAL")]
    assert ended == [*again, *[("2", "IMPORTED", "false")] * 2]


def test_instances_in_image_sets_that_are_not_primary_are_counted_and_named(pipeline, receiver, watch, tmp_path):
    files = write_study(tmp_path / "study")
    pipeline.aws.arm("NotPrimary")
    send(receiver, files)
    [item] = watch.ended(len(files))
    assert (item["outcome"], item["nonPrimaryCount"]) == ("IMPORTED", str(len(files)))
    assert len(report(pipeline, item)["nonPrimary"]) == len(files)


def test_only_objects_that_were_never_acknowledged_are_named_and_tagged(pipeline, watch, tmp_path):
    """Such an object remains when a PUT succeeds after the sender was told to send again."""
    delivery_id = f"20261123T235152-{uuid.uuid4().hex[:24]}"
    keys = {}
    for file in write_study(tmp_path / "study"):
        dataset = pydicom.dcmread(file)
        name = f"{dataset.StudyInstanceUID}/{dataset.SeriesInstanceUID}/{dataset.SOPInstanceUID}.dcm"
        keys[f"{prefix(delivery_id)}{name}"] = file.read_bytes()
    *acknowledged, stray = keys
    instances = [
        {
            "key": key,
            "size": len(keys[key]),
            "sopInstanceUID": key.split("/")[-1].removesuffix(".dcm"),
            "seriesInstanceUID": key.split("/")[-2],
        }
        for key in acknowledged
    ]
    study = {"studyInstanceUID": stray.split("/")[-3], "instances": instances}
    document = manifest(delivery_id, studies=[study])
    s3 = pipeline.aws.client("s3")
    for key, body in [*keys.items(), (f"deliveries/{delivery_id}.json", json.dumps(document).encode())]:
        s3.put_object(Bucket=pipeline.bucket, Key=key, Body=body)
    [item] = watch.ended(len(acknowledged))
    assert item["outcome"] == "IMPORTED"
    assert report(pipeline, item)["unacknowledged"] == [stray]
    tags = {key: s3.get_object_tagging(Bucket=pipeline.bucket, Key=key)["TagSet"] for key in keys}
    assert tags == {key: [] for key in acknowledged} | {stray: [{"Key": "unacknowledged", "Value": "true"}]}


@pytest.mark.parametrize("name", QUEUES)
def test_dead_letters_go_back_to_their_queue(pipeline, name):
    sqs = pipeline.aws.client("sqs")
    event = (PROJECT / "events/s3-test-event.json").read_text()
    for _ in range(2):
        sqs.send_message(QueueUrl=pipeline.outputs[f"{name}DeadLetterQueueUrl"], MessageBody=event)
    listed = redrive(pipeline)
    assert all(f"{2 if it == name else 0} events in {it}DeadLetterQueue" in listed for it in QUEUES)
    started = redrive(pipeline, "--start")
    assert all(f"{2 if it == name else 0} events moved back to {it}Queue" in started for it in QUEUES)
    wait_for("the events to be taken", lambda: not pipeline.waiting_messages())
    assert pipeline.dead_letters() == 0


def test_redrive_prints_its_usage(pipeline):
    result = dicomstore(pipeline.aws.endpoint, "redrive", "--strat")
    assert result.returncode == 64 and "Usage: dicomstore redrive" in result.stderr
