# SPDX-License-Identifier: Apache-2.0

"""What EventBridge is told of deliveries by the functions: it follows the schema, says what is true, and contains
nothing about a patient."""

import json
import os
import subprocess
import uuid

import pydicom
import pytest
import sample_events
from conftest import PROJECT, unpack_function
from event_schema import SOURCE, problems
from persistent_sender import write_study
from pipeline import Pipeline
from request_shapes import RequestShapes
from senders import send_with_dcmtk
from synthetic import synthetic_instance
from test_pipeline import Watch
from test_privacy import MARK, MARKED
from waiting import wait_for

pytestmark = pytest.mark.pipeline
SECONDS = 60


class Told:
    """The events of deliveries that EventBridge accepted since this object was created."""

    def __init__(self, pipeline: Pipeline):
        self._aws = pipeline.aws
        self._before = len(pipeline.aws.accepted_events())

    def events(self) -> list[dict]:
        return [it for it in self._aws.accepted_events()[self._before :] if it["source"] == SOURCE]

    def details(self, count: int) -> list[dict]:
        """Waits for so many events, and returns their details, each of which is as the schema says."""
        wait_for(f"{count} events", lambda: len(self.events()) >= count, SECONDS)
        assert [problem for event in self.events() for problem in problems(event)] == []
        assert MARK not in json.dumps(self.events()) and MARKED["PatientBirthDate"] not in json.dumps(self.events())
        details = [event["detail"] for event in self.events()]
        assert len(details) == count, [it["id"] for it in details]
        return details


@pytest.fixture
def watch(pipeline) -> Watch:
    return Watch(pipeline)


@pytest.fixture
def told(pipeline):
    # An import of another test could still be told.
    wait_for("an idle pipeline", lambda: not pipeline.running() and not pipeline.waiting_messages(), SECONDS)
    yield Told(pipeline)
    pipeline.aws.disarm()
    pipeline.aws.disarm_events()


def send(receiver, files) -> None:
    answers = send_with_dcmtk(files, "127.0.0.1", receiver.port)
    assert {answer.status for answer in answers} == {0}


def put(pipeline: Pipeline, name: str, body: bytes) -> None:
    pipeline.aws.client("s3").put_object(Bucket=pipeline.bucket, Key=f"inbox/{name}", Body=body)


def test_an_import_is_told_with_its_image_sets_and_earlier_deliveries(pipeline, receiver, watch, told, tmp_path):
    files = write_study(tmp_path / "study")
    datasets = [pydicom.dcmread(file, stop_before_pixels=True) for file in files]
    send(receiver, files)
    [item] = watch.ended(len(files))
    [first] = told.details(1)
    assert first["outcome"] == item["outcome"] == "IMPORTED"
    assert first["id"] == f"{item['deliveryId']}/0/IMPORTED"
    assert {name: first[name] for name in ("deliveryId", "jobId", "datastoreId", "reportS3Uri", "endedAt")} == {
        name: item[name] for name in ("deliveryId", "jobId", "datastoreId", "reportS3Uri", "endedAt")
    }
    [study] = first["studies"]
    assert study["studyInstanceUID"] == datasets[0].StudyInstanceUID
    assert study["seriesInstanceUIDs"] == sorted({it.SeriesInstanceUID for it in datasets})
    assert (study["instanceCount"], study["importedCount"]) == (len(files), len(files))
    assert (study["firstDeliveryId"], study["hasEarlierDeliveries"]) == (item["deliveryId"], False)
    kept = [it for it in pipeline.aws.instances() if it["jobId"] == item["jobId"]]
    assert {it["imageSetId"] for it in first["imageSets"]} == {it["imageSetId"] for it in kept}
    assert sum(it["instanceCount"] for it in first["imageSets"]) == len(files)
    assert first["listsAreComplete"] and first["failed"] == [] and "message" not in first
    manifest = pipeline.manifest(item["deliveryId"])
    assert first["callingAETitle"] == manifest["callingAETitle"]
    assert first["firstInstanceAt"] == manifest["openedAt"] <= first["lastInstanceAt"] <= manifest["closedAt"]

    send(receiver, files)
    watch.ended(2 * len(files))
    again = told.details(2)[1]
    [study] = again["studies"]
    assert (study["firstDeliveryId"], study["hasEarlierDeliveries"]) == (item["deliveryId"], True)


def test_what_failed_is_told_without_the_values_that_healthimaging_quotes(pipeline, receiver, watch, told, tmp_path):
    files = write_study(tmp_path / "study")
    pipeline.aws.arm("RefuseFile")
    send(receiver, files)
    watch.ended(len(files))
    [detail] = told.details(1)
    assert (detail["outcome"], detail["importedCount"], detail["failedCount"]) == ("PARTIAL", len(files) - 1, 1)
    [failed] = detail["failed"]
    assert failed["errorType"] == "ValidationException"
    assert failed["sopInstanceUID"] in {pydicom.dcmread(file, stop_before_pixels=True).SOPInstanceUID for file in files}


def test_only_the_end_of_an_import_is_told_and_not_a_job_that_is_started_again(
    pipeline, receiver, watch, told, tmp_path
):
    files = write_study(tmp_path / "study")
    pipeline.aws.arm("ServerError", 1)
    send(receiver, files)
    items = watch.ended(2 * len(files))
    [detail] = told.details(1)
    assert detail["outcome"] == "IMPORTED"
    assert detail["jobId"] == max(items, key=lambda item: item["attempt"])["jobId"]


def test_a_job_that_failed_is_told_with_its_studies_but_not_with_values(pipeline, receiver, watch, told, tmp_path):
    files = write_study(tmp_path / "study")
    pipeline.aws.arm("FailJob", 4)
    send(receiver, files)
    watch.ended(4 * len(files))
    [detail] = told.details(1)
    assert detail["outcome"] == "FAILED" and detail["message"]
    assert [it["instanceCount"] for it in detail["studies"]] == [len(files)]


def test_objects_of_the_inbox_are_told_without_their_names_and_their_texts(pipeline, watch, told, tmp_path):
    malformed = synthetic_instance(tmp_path / "uid.dcm", **MARKED, StudyInstanceUID=MARK, SOPInstanceUID=f"{MARK} 1")
    put(pipeline, f"{MARK}-{uuid.uuid4().hex}.dcm", malformed.read_bytes())
    [imported] = told.details(1)
    assert imported["outcome"] == "IMPORTED"
    assert len(imported["studyInstanceUID"]) == 64 and "callingAETitle" not in imported
    text = f"{MARK}-{uuid.uuid4().hex}.txt"
    put(pipeline, text, MARKED["PatientName"].encode())
    rejected = told.details(2)[1]
    assert rejected["outcome"] == "REJECTED" and "the object is a text" in rejected["message"]
    wait_for("the item", lambda: "REJECTED" in {item["outcome"] for item in watch.items()}, SECONDS)
    pipeline.aws.client("s3").delete_object(Bucket=pipeline.bucket, Key=f"inbox/{text}")


@pytest.mark.parametrize("fault", ["InternalFailure", "ThrottlingException", "Unanswered"])
def test_an_event_that_eventbridge_could_not_take_is_sent_again(pipeline, receiver, watch, told, tmp_path, fault):
    """A function makes three attempts. Then it fails and is repeated."""
    pipeline.aws.arm_events(fault, 4)
    send(receiver, [synthetic_instance(tmp_path / "sent.dcm")])
    [item] = watch.ended(1)
    events = told.events()
    assert {it["detail"]["id"] for it in events} == {f"{item['deliveryId']}/0/IMPORTED"}
    # What was accepted without an answer is sent again.
    assert len(events) == (5 if fault == "Unanswered" else 1)


def test_an_event_that_is_refused_does_not_keep_an_import_from_ending(pipeline, receiver, watch, told, tmp_path):
    pipeline.aws.arm_events("AccessDeniedException", 1)
    send(receiver, [synthetic_instance(tmp_path / "sent.dcm")])
    [item] = watch.ended(1)
    assert item["outcome"] == "IMPORTED"
    assert told.events() == []


def test_requests_are_those_of_awss_own_model(pipeline, sample_delivery, told, tmp_path):
    executable = unpack_function("CheckStatus", tmp_path)
    command = [executable, "--event", PROJECT / "events/check-status.json"]
    with RequestShapes(pipeline.aws.endpoint) as proxy:
        variables = {**os.environ, **sample_events.function_environment(pipeline), "AWS_ENDPOINT_URL": proxy.endpoint}
        result = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    assert proxy.problems == []
    assert "events:PutEvents" in proxy.operations
    [detail] = told.details(1)
    assert detail["id"] == f"{sample_events.DELIVERY_ID}/0/IMPORTED"
