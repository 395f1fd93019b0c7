# SPDX-License-Identifier: Apache-2.0

"""Counts what a study costs: state transitions, invocations of functions and requests to services. `docs/costs.md` has
the sums. One study is one delivery, one execution and one job, however many images it has."""

import collections
import contextlib
import itertools
import json
import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pydicom
import pytest
from conftest import LONG_FORM, STORE_SCP
from delivery_documents import marker, marker_key
from deploy import deploy
from local_aws import LocalAWS
from persistent_sender import write_study
from pipeline import Pipeline
from pydicom.uid import generate_uid
from receiver import Receiver
from schedule import invoke_schedule
from senders import send_with_dcmtk, send_with_pynetdicom
from synthetic import synthetic_instance
from test_pipeline import Watch
from waiting import wait_for

pytestmark = pytest.mark.pipeline
ASSOCIATIONS, POLL_SECONDS = 4, 4
# New numbers for UIDs, because an instance that was sent before costs more.
NUMBERS = itertools.count(2_000_000)
# State transitions of an execution that checks its job once: TriggerImport, StartImportJob, WaitForCompletion,
# CheckStatus, IsComplete, ImportSucceeded. Each further check adds three.
TRANSITIONS, TRANSITIONS_OF_A_LOOK = 6, 3
# Requests of the receiver besides one for each image: marker, manifest. Requests of TriggerImport: manifest, execution,
# the study's item, the marker's removal; and of StartImportJob: job, item, durations of other jobs, the execution's
# answer.
RECEIVER_REQUESTS, START_REQUESTS = 2, 8
# Requests of CheckStatus. At each check: the job, and perhaps its output manifest. At the last one: the delivery's
# manifest and a possible further one, a listing, the objects that it lists, the report and the item, the durations of
# other jobs and of this one, the study's item, the event.
LOOK_REQUESTS, VERDICT_REQUESTS = 3, 12
# Requests for each image in the instance index: PENDING by TriggerImport, the outcome by CheckStatus.
ROW_REQUESTS = 2
# Requests of TriggerImport for an inbox object: its size and date, its beginning, the copy, the execution, the study's
# item, the object's removal.
INBOX_REQUESTS = 6
# Requests of a sweep that finds nothing: the position of the last sweep, and the listings of markers, audits and inbox.
SWEEP_REQUESTS = 4
# Requests of a sweep for a delivery whose task has ended: leases, marker, manifest, the listing of stored objects,
# audit and manifest, both read once more, execution, the marker's removal. A day later: audit, the listing of stored
# objects, manifests, executions, a row and a study's item that exist already, the audit's removal.
RECOVERY_REQUESTS, SECOND_LOOK_REQUESTS = 10, 10


@pytest.fixture(scope="module")
def quiet(tmp_path_factory):
    """A pipeline that is used by these tests only."""
    with LocalAWS(tmp_path_factory.mktemp("costs"), "--job-seconds", "2") as local:
        yield Pipeline(local, deploy(local.endpoint, {"PollSeconds": str(POLL_SECONDS)}))


@pytest.fixture
def start(quiet):
    numbers = itertools.count()
    with contextlib.ExitStack() as running:

        def start(**settings: str) -> Receiver:
            log = quiet.aws.state_dir / "logs" / f"receiver-{next(numbers)}.log"
            # One request renews the lease in each quarter of this time.
            settings = {"TASK_LEASE_SECONDS": "3600", **settings}
            return running.enter_context(Receiver(STORE_SCP, quiet.aws.endpoint, quiet.bucket, log, **settings))

        yield start


def study(folder: Path, count: int) -> list[Path]:
    """Copies of one instance with different UIDs of the same length."""
    folder.mkdir()
    uid = "2.25.1000000"
    content = synthetic_instance(folder / "first.dcm", SOPInstanceUID=uid, StudyInstanceUID=generate_uid()).read_bytes()
    (folder / "first.dcm").unlink()
    paths = [folder / f"{number}.dcm" for number in range(count)]
    for path in paths:
        path.write_bytes(content.replace(uid.encode(), f"2.25.{next(NUMBERS)}".encode()))
    return paths


def send(files: list[Path], port: int) -> None:
    """Sends the files over a few associations of DCMTK."""
    pieces = [piece for start in range(ASSOCIATIONS) if (piece := files[start::ASSOCIATIONS])]
    with ThreadPoolExecutor(len(pieces)) as associations:
        answers = associations.map(lambda piece: send_with_dcmtk(piece, "127.0.0.1", port), pieces)
    assert {answer.status for group in answers for answer in group} == {0}


class Costs:
    """The costs since this object was created. `told` prints the counts of docs/costs.md: run `pytest -s`."""

    def __init__(self, pipeline: Pipeline):
        self._pipeline = pipeline
        self._executions = {item["executionArn"] for item in pipeline.executions()}
        self._invocations = sum(pipeline.aws.invocations().values())
        self._requests = collections.Counter(pipeline.aws.requests())

    def executions(self) -> list[str]:
        return [item["executionArn"] for item in self._pipeline.executions() if item["executionArn"] not in self._executions]

    def transitions(self) -> int:
        return sum(self._count(arn, "StateEntered") for arn in self.executions())

    def looks(self) -> int:
        return sum(self._count(arn, "WaitStateEntered") for arn in self.executions())

    def first_wait(self) -> int:
        """The first wait of the only execution, in seconds."""
        [arn] = self.executions()
        history = self._pipeline.aws.client("stepfunctions").get_execution_history(executionArn=arn)["events"]
        [wait, *_] = [event["stateEnteredEventDetails"] for event in history if event["type"] == "WaitStateEntered"]
        return json.loads(wait["input"])["waitSeconds"]

    def invocations(self) -> int:
        return sum(self._pipeline.aws.invocations().values()) - self._invocations

    def requests(self) -> int:
        return self._new_requests().total()

    def told(self, what: str) -> str:
        operations = ", ".join(f"{count} {operation}" for operation, count in sorted(self._new_requests().items()))
        return (
            f"{what}: {self.transitions()} transitions ({self.looks()} looks), {self.invocations()} invocations,"
            f" {self.requests()} requests: {operations}"
        )

    def _new_requests(self) -> collections.Counter[str]:
        return collections.Counter(self._pipeline.aws.requests()) - self._requests

    def _count(self, arn: str, kind: str) -> int:
        pages = self._pipeline.aws.client("stepfunctions").get_paginator("get_execution_history")
        events = [event for page in pages.paginate(executionArn=arn) for event in page["events"]]
        return sum(event["type"].endswith(kind) for event in events)


@pytest.mark.parametrize("images", [1, 100, 5000] if LONG_FORM else [1, 100])
def test_a_study_costs_one_execution_however_many_images_it_has(quiet, start, tmp_path, images):
    receiver, watch, costs = start(), Watch(quiet), Costs(quiet)
    send(study(tmp_path / "study", images), receiver.port)
    [item] = watch.ended(images)
    assert (item["outcome"], item["importedCount"]) == ("IMPORTED", str(images))
    print(costs.told(f"{images} images"))
    looks = costs.looks()
    assert costs.transitions() == TRANSITIONS + TRANSITIONS_OF_A_LOOK * (looks - 1)
    assert costs.invocations() == 2 + looks
    lease = 1
    a_study = RECEIVER_REQUESTS + START_REQUESTS + LOOK_REQUESTS * looks + VERDICT_REQUESTS
    assert 3 * images < costs.requests() <= images + lease + a_study + ROW_REQUESTS * images


def test_the_first_check_of_a_job_comes_when_other_jobs_had_ended(quiet, start, tmp_path):
    """The first execution waits for POLL_SECONDS, the next one for the duration of the first one's job."""
    receiver, waits = start(), []
    for number in range(2):
        watch, costs = Watch(quiet), Costs(quiet)
        send(study(tmp_path / str(number), 1), receiver.port)
        watch.ended(1)
        waits.append(costs.first_wait())
    assert waits[1] < POLL_SECONDS
    bucket, key = quiet.outputs["OutputBucketName"], f"recent-job-times/{quiet.outputs['DatastoreId']}.json"
    times = json.loads(quiet.aws.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
    assert 0 <= times["meanLogarithm"] <= math.log(POLL_SECONDS)


def test_images_that_are_imported_one_by_one_cost_as_many_executions(quiet, start, tmp_path):
    receiver, watch, costs = start(IMPORT_UNIT="instance"), Watch(quiet), Costs(quiet)
    send(study(tmp_path / "study", 20), receiver.port)
    watch.ended(20)
    print(costs.told("20 images one by one"))
    assert len(costs.executions()) == 20
    assert costs.transitions() >= 20 * TRANSITIONS
    # One invocation of TriggerImport takes up to ten events.
    assert costs.invocations() >= 20 * 2 + 20 / 10
    lease = 1
    each = 1 + RECEIVER_REQUESTS + START_REQUESTS + VERDICT_REQUESTS + ROW_REQUESTS
    assert costs.requests() <= lease + 20 * each + LOOK_REQUESTS * costs.looks()


def test_objects_of_the_inbox_cost_as_many_executions(quiet, tmp_path):
    watch, costs = Watch(quiet), Costs(quiet)
    for path in study(tmp_path / "study", 20):
        quiet.aws.client("s3").put_object(Bucket=quiet.bucket, Key=f"inbox/{path.name}", Body=path.read_bytes())
    watch.ended(20)
    print(costs.told("20 objects of the inbox"))
    assert len(costs.executions()) == 20
    # One invocation of TriggerImport takes one inbox object.
    assert costs.invocations() >= 20 * 3
    start_job = 4
    assert costs.requests() <= 20 * (INBOX_REQUESTS + start_job + VERDICT_REQUESTS + ROW_REQUESTS) + LOOK_REQUESTS * costs.looks()
    assert quiet.keys("inbox/") == []


def test_a_sweep_that_finds_nothing_costs_a_few_requests(quiet):
    costs = Costs(quiet)
    invoke_schedule(quiet)
    print(costs.told("a sweep"))
    assert costs.requests() <= SWEEP_REQUESTS


def test_a_delivery_of_an_ended_task_costs_a_sweep_and_an_audit(quiet, tmp_path):
    image = synthetic_instance(tmp_path / "image.dcm")
    uids = pydicom.dcmread(image, stop_before_pixels=True)
    delivery = "20261123T235959-0123456789abcdef01234567"
    study, series, instance = uids.StudyInstanceUID, uids.SeriesInstanceUID, uids.SOPInstanceUID
    s3 = quiet.aws.client("s3")
    s3.put_object(
        Bucket=quiet.bucket, Key=f"2026/11/23/{delivery}/{study}/{series}/{instance}.dcm", Body=image.read_bytes()
    )
    s3.put_object(Bucket=quiet.bucket, Key=marker_key(delivery), Body=json.dumps(marker(delivery)).encode())
    watch, costs = Watch(quiet), Costs(quiet)
    invoke_schedule(quiet)
    watch.ended(1)
    print(costs.told("a delivery whose task is gone"))
    a_study = START_REQUESTS + LOOK_REQUESTS * costs.looks() + VERDICT_REQUESTS + ROW_REQUESTS
    assert costs.requests() <= SWEEP_REQUESTS + RECOVERY_REQUESTS + a_study

    functions, name = quiet.aws.client("lambda"), quiet.outputs["TriggerImportFunctionName"]
    variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    functions.update_function_configuration(
        FunctionName=name, Environment={"Variables": {**variables, "AUDIT_AFTER_SECONDS": "0"}}
    )
    costs = Costs(quiet)
    wait_for("the second look", lambda: invoke_schedule(quiet) and not quiet.keys("audits/"))
    print(costs.told("its second look"))
    assert costs.requests() <= SWEEP_REQUESTS + SECOND_LOOK_REQUESTS


def test_a_study_over_two_receivers_is_two_jobs(quiet, start, tmp_path):
    """A load balancer may distribute the associations of a study; then each receiver has its own delivery."""
    receivers, watch, costs = [start(), start()], Watch(quiet), Costs(quiet)
    images = study(tmp_path / "study", 20)
    with ThreadPoolExecutor(len(receivers)) as associations:
        halves = enumerate(receivers)
        answers = list(associations.map(lambda it: send_with_dcmtk(images[it[0] :: 2], "127.0.0.1", it[1].port), halves))
    assert {answer.status for group in answers for answer in group} == {0}
    items = watch.ended(20)
    assert [(item["outcome"], item["importedCount"]) for item in items] == [("IMPORTED", "10")] * 2
    assert len({item["studyInstanceUID"] for item in items}) == 1
    assert len({item["deliveryId"] for item in items}) == len(costs.executions()) == 2


def test_ten_studies_over_twenty_associations_are_ten_to_twenty_jobs(quiet, start, tmp_path):
    receiver, watch, costs = start(), Watch(quiet), Costs(quiet)
    studies = [write_study(tmp_path / str(number)) for number in range(10)]
    halves = [half for files in studies for half in (files[::2], files[1::2])]
    senders = [send_with_dcmtk, send_with_pynetdicom]
    with ThreadPoolExecutor(len(halves)) as associations:
        answers = list(
            associations.map(
                lambda work: senders[work[0] % 2](work[1], "127.0.0.1", receiver.port), enumerate(halves)
            )
        )
    assert {answer.status for group in answers for answer in group} == {0}
    images = sum(len(files) for files in studies)
    items = watch.ended(images)
    assert sum(int(item["importedCount"]) for item in items) == images
    assert {item["outcome"] for item in items} == {"IMPORTED"}
    assert 10 <= len(costs.executions()) <= 20
