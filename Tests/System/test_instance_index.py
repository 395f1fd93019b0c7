# SPDX-License-Identifier: Apache-2.0

"""The instance index shows what HealthImaging holds, and the outcome of all other instances."""

import hashlib
import json

import pydicom
import pytest
from instance_index import index_errors, uid_in_keys
from persistent_sender import write_study
from senders import send_with_dcmtk
from synthetic import synthetic_instance
from templates import PIPELINE
from test_pipeline import Watch
from waiting import wait_for

pytestmark = pytest.mark.pipeline


@pytest.fixture
def watch(pipeline):
    yield Watch(pipeline)
    pipeline.aws.disarm()


def send(receiver, files) -> None:
    assert {answer.status for answer in send_with_dcmtk(files, "127.0.0.1", receiver.port)} == {0}


def rows_of(pipeline, files) -> list[dict]:
    rows = pipeline.instance_rows()
    return [rows[pydicom.dcmread(file, stop_before_pixels=True).SOPInstanceUID] for file in files]


def test_every_instance_has_a_row_and_a_repeat_with_other_pixels_is_newer(pipeline, receiver, watch, tmp_path):
    files = write_study(tmp_path / "study")
    send(receiver, files)
    [first] = watch.ended(len(files))
    for file, row in zip(files, rows_of(pipeline, files), strict=True):
        dataset = pydicom.dcmread(file, stop_before_pixels=True)
        assert row["outcome"] == "IMPORTED" and row["isPrimary"] == "true" and row["imageSetVersion"] == "1"
        assert (row["jobId"], row["importId"], row["submittedAt"]) == (first["jobId"], first["deliveryId"], first["submittedAt"])
        assert (row["studyInstanceUID"], row["seriesInstanceUID"]) == (dataset.StudyInstanceUID, dataset.SeriesInstanceUID)
        assert (row["sopClassUID"], row["datastoreId"]) == (dataset.SOPClassUID, pipeline.outputs["DatastoreId"])
        assert "beside" not in row and "receivedAt" not in row
    # A query by study; the index over studies holds only the keys.
    answer = pipeline.aws.client("dynamodb").query(
        TableName=pipeline.outputs["InstanceTableName"],
        IndexName="studies",
        KeyConditionExpression="studyInstanceUID = :study",
        ExpressionAttributeValues={":study": {"S": first["studyInstanceUID"]}},
    )
    assert answer["Count"] == len(files)

    for file in files:
        dataset = pydicom.dcmread(file)
        dataset.PixelData = bytes(reversed(dataset.PixelData))
        dataset.save_as(file, enforce_file_format=True)
    second_watch = Watch(pipeline)
    send(receiver, files)
    [second] = second_watch.ended(len(files))
    for row in rows_of(pipeline, files):
        assert (row["outcome"], row["jobId"], row["imageSetVersion"]) == ("IMPORTED", second["jobId"], "2")
        assert row["importId"] == second["deliveryId"] != first["deliveryId"]
        # HealthImaging has overwritten the first instance.
        assert "beside" not in row
    assert index_errors(pipeline, {first["jobId"], second["jobId"]}) == []


def test_the_row_of_a_refused_instance_keeps_an_earlier_import(pipeline, receiver, watch, tmp_path):
    image = synthetic_instance(tmp_path / "image.dcm")
    pipeline.aws.arm("Warn")
    send(receiver, [image])
    [first] = watch.ended(1)
    [row] = rows_of(pipeline, [image])
    assert (row["outcome"], row["warnings"]) == ("IMPORTED", "45330")
    pipeline.aws.arm("RefuseFile")
    second_watch = Watch(pipeline)
    send(receiver, [image])
    [second] = second_watch.ended(1)
    [row] = rows_of(pipeline, [image])
    assert (row["outcome"], row["jobId"], row["errorType"]) == ("FAILED", second["jobId"], "ValidationException")
    assert row["message"] == "DICOM attribute PatientID (0010,0020) has the value … which is not valid"
    [before] = row["beside"]
    assert (before["outcome"], before["jobId"], before["importId"]) == ("IMPORTED", first["jobId"], first["deliveryId"])
    assert before["warnings"] == "45330" and "warnings" not in row
    assert index_errors(pipeline, {first["jobId"], second["jobId"]}) == []


def test_a_job_that_failed_leaves_failed_rows(pipeline, receiver, watch, tmp_path):
    files = write_study(tmp_path / "study")
    pipeline.aws.arm("DenyJob")
    send(receiver, files)
    [item] = watch.ended(len(files))
    for row in rows_of(pipeline, files):
        assert (row["outcome"], row["errorType"], row["jobId"]) == ("FAILED", "ImportJobFailed", item["jobId"])
        assert "beside" not in row


def test_an_object_of_the_inbox_with_a_malformed_uid_has_the_uids_hash(pipeline, watch, tmp_path):
    uid = "Doe^John.4711"
    image = synthetic_instance(tmp_path / "image.dcm", SOPInstanceUID=uid)
    pipeline.aws.client("s3").put_object(Bucket=pipeline.bucket, Key="inbox/malformed", Body=image.read_bytes())
    [item] = watch.ended(1)
    row = pipeline.instance_rows()[hashlib.sha256(uid.encode()).hexdigest()]
    assert (row["outcome"], row["jobId"], row["sopInstanceUID"]) == ("IMPORTED", item["jobId"], uid_in_keys(uid))
    assert row["sopClassUID"] == pydicom.uid.SecondaryCaptureImageStorage
    assert "Doe" not in json.dumps([row, item])


def test_rows_are_pending_while_the_outcome_is_not_known(pipeline, receiver, watch, tmp_path):
    files = write_study(tmp_path / "study")
    # The next job would be started five minutes later; stopping the execution prevents it.
    pipeline.aws.arm("BusyJob")
    send(receiver, files)
    wait_for("the job to fail", watch.items)
    rows = rows_of(pipeline, files)
    execution = pipeline.outputs["StateMachineArn"].replace(":stateMachine:", ":execution:") + f":{rows[0]['importId']}"
    pipeline.aws.client("stepfunctions").stop_execution(executionArn=execution)
    assert {row["outcome"] for row in rows} == {"PENDING"}
    assert all("receivedAt" in row and "jobId" not in row for row in rows)


def test_the_index_table_has_the_settings_of_the_job_table():
    jobs, instances = (PIPELINE["Resources"][name] for name in ("DicomImportJobTable", "DicomInstanceTable"))
    for name in ("DeletionPolicy", "UpdateReplacePolicy", "Type"):
        assert jobs[name] == instances[name]
    for name in ("BillingMode", "PointInTimeRecoverySpecification", "SSESpecification"):
        assert jobs["Properties"][name] == instances["Properties"][name]
    [index] = instances["Properties"]["GlobalSecondaryIndexes"]
    # Replacing PENDING by an outcome costs no write to the index over studies.
    assert index["Projection"] == {"ProjectionType": "KEYS_ONLY"}
