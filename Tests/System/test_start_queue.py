# SPDX-License-Identifier: Apache-2.0

"""The start queue with the real binaries, while HealthImaging is busy and functions are killed: jobs are started in the
order in which their executions entered the queue, each delivery is imported and proven, and invalid starts delay no
others."""

import contextlib
import json
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from conftest import LONG_FORM, STORE_SCP
from deploy import deploy
from hurried_starts import hurried_starts
from local_aws import LocalAWS
from pipeline import Pipeline
from receiver import Receiver
from senders import send_with_dcmtk
from synthetic import synthetic_instance
from waiting import wait_for

pytestmark = pytest.mark.pipeline
STUDIES, IMAGES, ASSOCIATIONS = (500, 2, 20) if LONG_FORM else (60, 1, 6)
STARTS_PER_SECOND, JOBS_AT_ONCE = (2, 5) if LONG_FORM else (5, None)
KILLS, PAUSE_SECONDS = (10, 20) if LONG_FORM else (1, 2)
IMPORT_SECONDS = 1500 if LONG_FORM else 120
STUDY, INSTANCE = "2.25.1000000", "2.25.3000000"


@pytest.fixture(scope="module")
def busy(request, tmp_path_factory) -> Iterator[Pipeline]:
    """A pipeline whose HealthImaging has quotas."""
    with contextlib.ExitStack() as running:
        if LONG_FORM:
            local = running.enter_context(LocalAWS(tmp_path_factory.mktemp("busy"), "--job-seconds", "3"))
            pipeline = Pipeline(local, deploy(local.endpoint, {"PollSeconds": "2"}))
        else:
            pipeline = request.getfixturevalue("pipeline")
        running.enter_context(hurried_starts(pipeline))
        running.callback(pipeline.aws.limit)
        pipeline.aws.limit(STARTS_PER_SECOND, JOBS_AT_ONCE)
        yield pipeline


def write_studies(folder: Path) -> list[Path]:
    """Copies of one instance with UIDs of the same length."""
    folder.mkdir()
    first = synthetic_instance(folder / "first.dcm", StudyInstanceUID=STUDY, SOPInstanceUID=INSTANCE)
    content = first.read_bytes()
    first.unlink()
    paths = []
    for number in range(STUDIES * IMAGES):
        study, instance = f"2.25.{1_000_001 + number // IMAGES}", f"2.25.{3_000_001 + number}"
        paths.append(folder / f"{number}.dcm")
        paths[-1].write_bytes(content.replace(STUDY.encode(), study.encode()).replace(INSTANCE.encode(), instance.encode()))
    return paths


def send(files: list[Path], port: int) -> None:
    """Sends the images of a study over one association, and many studies side by side."""
    pieces = [files[start : start + IMAGES] for start in range(0, len(files), IMAGES)]
    shares = [[path for piece in pieces[index::ASSOCIATIONS] for path in piece] for index in range(ASSOCIATIONS)]
    with ThreadPoolExecutor(ASSOCIATIONS) as associations:
        answers = list(associations.map(lambda share: send_with_dcmtk(share, "127.0.0.1", port), shares))
    assert {answer.status for group in answers for answer in group} == {0}


def start_without_objects(pipeline: Pipeline) -> str:
    """Starts an execution for a delivery without objects. Returns the delivery's id."""
    delivery = f"20261123T000000-{uuid.uuid4().hex[:24]}"
    request = {
        "deliveryId": delivery,
        "importId": delivery,
        "inputS3Uri": f"s3://{pipeline.bucket}/2026/11/23/{delivery}/",
        "outputS3Uri": f"s3://{pipeline.outputs['OutputBucketName']}/{delivery}/",
        "studyInstanceUID": "1.2.3",
        "studyCount": 1,
        "sopInstanceUID": "1.2.4",
        "instanceCount": 1,
    }
    pipeline.aws.client("stepfunctions").start_execution(
        stateMachineArn=pipeline.outputs["StateMachineArn"], name=delivery, input=json.dumps(request)
    )
    return delivery


def send_foreign_message(pipeline: Pipeline) -> None:
    pipeline.aws.client("sqs").send_message(
        QueueUrl=pipeline.outputs["StartQueueUrl"],
        MessageBody="not a start",
        MessageGroupId=pipeline.outputs["DatastoreId"],
        MessageDeduplicationId=uuid.uuid4().hex,
    )


def entries(pipeline: Pipeline, names: set[str]) -> dict[str, tuple[datetime, datetime]]:
    """For each execution, the times between which it entered the queue."""
    states = pipeline.aws.client("stepfunctions")
    found = {}
    for execution in pipeline.executions():
        if execution["name"] not in names:
            continue
        history = states.get_execution_history(executionArn=execution["executionArn"], maxResults=20)["events"]
        times = {event["type"]: event["timestamp"] for event in reversed(history)}
        found[execution["name"]] = (times["TaskStarted"], times["TaskSubmitted"])
    return found


def started(pipeline: Pipeline, names: set[str]) -> list[str]:
    """The deliveries in the order in which their jobs were started."""
    pages = pipeline.aws.client("medical-imaging").get_paginator("list_dicom_import_jobs")
    summaries = pages.paginate(datastoreId=pipeline.outputs["DatastoreId"])
    return [job["jobName"] for page in summaries for job in page["jobSummaries"] if job["jobName"] in names]


def test_many_deliveries_are_started_in_order_and_all_are_imported(busy, tmp_path):
    before, manifests = {item["deliveryId"] for item in busy.items()}, len(busy.manifests())
    files = write_studies(tmp_path / "studies")
    log = busy.aws.state_dir / "logs" / "start-queue-receiver.log"
    began = time.monotonic()
    # Each study has its own delivery.
    settings = {"DELIVERY_QUIET_SECONDS": "1", "DELIVERY_OPENING_SECONDS": "0"}
    with Receiver(STORE_SCP, busy.aws.endpoint, busy.bucket, log, **settings) as receiver:
        send(files, receiver.port)
        # The events of a killed TriggerImport would be invisible for twelve minutes.
        wait_for("the manifests", lambda: len(busy.manifests()) == manifests + STUDIES, IMPORT_SECONDS)
        wait_for("all executions", lambda: not busy.waiting_messages(), IMPORT_SECONDS)
        assert busy.waiting_starts() > 3
        send_foreign_message(busy)
        poison = start_without_objects(busy)
        killed = 0
        for number in range(KILLS):
            busy.aws.arm("ServiceQuotaExceededException")
            busy.aws.arm("ThrottlingException", 2)
            time.sleep(PAUSE_SECONDS if number else 0)
            kill = wait_for("functions that run", busy.aws.kill_functions)
            killed += kill

        def items() -> list[dict[str, str]]:
            return [item for item in busy.ended_items() if item["deliveryId"] not in before]

        wait_for("all imports", lambda: len(items()) == STUDIES + 1 and not busy.running(), IMPORT_SECONDS)
    outcomes = {item["deliveryId"]: item["outcome"] for item in items()}
    assert outcomes.pop(poison) == "FAILED"
    assert set(outcomes.values()) == {"IMPORTED"} and len(outcomes) == STUDIES
    proofs = [proof(busy, item) for item in items() if item["deliveryId"] != poison]
    assert proofs == ["instances"] * STUDIES

    order, between = started(busy, outcomes.keys()), entries(busy, outcomes.keys())
    assert sorted(order) == sorted(outcomes)
    overtaken = [
        second for place, second in enumerate(order) if any(between[second][1] < between[it][0] for it in order[:place])
    ]
    print(f"{STUDIES} deliveries in {time.monotonic() - began:.0f} s, {killed} functions killed")
    assert overtaken == []
    assert busy.waiting_starts() == 0


def proof(pipeline: Pipeline, item: dict[str, str]) -> str:
    bucket, _, key = item["reportS3Uri"].removeprefix("s3://").partition("/")
    return json.loads(pipeline.aws.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())["proof"]
