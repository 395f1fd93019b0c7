# SPDX-License-Identifier: Apache-2.0

"""The simulation of `make bench-pipeline` matches the pipeline: the same deliveries take the same time and cost the
same in the local AWS and in the simulation. A study of a known sender is imported soon after its job has ended."""

import json
import statistics
import subprocess
import time
from datetime import datetime
from pathlib import Path

import pydicom

import pytest
from conftest import LONG_FORM, STORE_SCP
from deploy import deploy
from local_aws import LocalAWS
from pipeline import Pipeline
from receiver import Receiver
from test_costs import Costs, send, study
from test_start_queue import entries
from waiting import wait_for

pytestmark = [
    pytest.mark.pipeline,
    pytest.mark.skipif(not LONG_FORM, reason="ten minutes: make test-long"),
]
REPOSITORY = Path(__file__).parents[2]
BENCHMARK = REPOSITORY / ".build-static" / "PipelineBenchmark"
DELIVERIES, STARTS_PER_SECOND, JOBS_AT_ONCE, JOB_SECONDS, POLL_SECONDS = 300, 2, 5, 6, 2
# The local HealthImaging accepts the calls of two seconds at once.
BURST = 2 * STARTS_PER_SECOND
# The delay of its output manifest.
MANIFEST_SECONDS = 2
# The durations of functions on this machine, where all requests are local.
START_SECONDS, LOOK_SECONDS = 0.05, 0.1


@pytest.fixture
def limited(tmp_path):
    with LocalAWS(tmp_path / "aws", "--job-seconds", str(JOB_SECONDS)) as local:
        pipeline = Pipeline(local, deploy(local.endpoint, {"PollSeconds": str(POLL_SECONDS)}))
        pipeline.aws.limit(STARTS_PER_SECOND, JOBS_AT_ONCE)
        yield pipeline


def test_the_simulation_agrees_with_the_local_aws(limited, tmp_path):
    costs = Costs(limited)
    log = limited.aws.state_dir / "logs" / "simulated-receiver.log"
    with Receiver(STORE_SCP, limited.aws.endpoint, limited.bucket, log, IMPORT_UNIT="instance") as receiver:
        send(study(tmp_path / "study", DELIVERIES), receiver.port)
        wait_for("all imports", lambda: len(limited.ended_items()) == DELIVERIES and not limited.running(), 900)
    items = {item["deliveryId"]: item for item in limited.items()}
    assert {item["outcome"] for item in items.values()} == {"IMPORTED"}

    pages = limited.aws.client("medical-imaging").get_paginator("list_dicom_import_jobs")
    jobs = [
        job for page in pages.paginate(datastoreId=limited.outputs["DatastoreId"]) for job in page["jobSummaries"]
    ]
    entered = {name: between[1].timestamp() for name, between in entries(limited, items.keys()).items()}
    first = min(entered.values())
    started = {job["jobName"]: job["submittedAt"].timestamp() for job in jobs}
    measured = {
        "lastStart": max(started.values()) - first,
        "medianWait": statistics.median(started[name] - entered[name] for name in items),
        "meanLooks": costs.looks() / DELIVERIES,
        "meanTransitions": costs.transitions() / DELIVERIES,
    }
    run = {
        "entered": [time - first for time in entered.values()],
        "startsPerSecond": STARTS_PER_SECOND,
        "burst": BURST,
        "jobsAtOnce": JOBS_AT_ONCE,
        "jobSeconds": statistics.mean((job["endedAt"] - job["submittedAt"]).total_seconds() for job in jobs),
        "manifestSeconds": MANIFEST_SECONDS,
        "pollSeconds": POLL_SECONDS,
        "startSeconds": START_SECONDS,
        "lookSeconds": LOOK_SECONDS,
    }
    answer = subprocess.run(
        [BENCHMARK, REPOSITORY, "agreement"], input=json.dumps(run), capture_output=True, text=True, check=True
    )
    simulated = json.loads(answer.stdout)
    print(f"measured {measured}, simulated {simulated}")
    for name, value in measured.items():
        assert simulated[name] == pytest.approx(value, rel=0.1), name


def test_a_study_of_a_known_sender_takes_fifteen_seconds_beside_its_job(tmp_path):
    studies = [study(tmp_path / str(number), 1) for number in range(20)]
    acknowledged = {}
    with LocalAWS(tmp_path / "aws", "--job-seconds", "90") as local:
        pipeline = Pipeline(local, deploy(local.endpoint, {}))
        log = local.state_dir / "logs" / "known-sender-receiver.log"
        with Receiver(STORE_SCP, local.endpoint, pipeline.bucket, log, DELIVERY_QUIET_SECONDS="30") as receiver:
            for known in (10, 20):
                for files in studies[known - 10 : known]:
                    send(files, receiver.port)
                    acknowledged[pydicom.dcmread(files[0], stop_before_pixels=True).StudyInstanceUID] = time.time()
                wait_for("imports", lambda known=known: len(pipeline.ended_items()) == known and not pipeline.running(), 300)
        ends = {execution["name"]: execution["stopDate"].timestamp() for execution in pipeline.executions()}
        items = sorted(pipeline.items(), key=lambda item: acknowledged[item["studyInstanceUID"]])
    assert {item["outcome"] for item in items} == {"IMPORTED"}
    beyond = [ends[item["deliveryId"]] - acknowledged[item["studyInstanceUID"]] - job_seconds(item) for item in items]
    print(f"beyond the job: {statistics.median(beyond[:10]):.1f} s, then {statistics.median(beyond[10:]):.1f} s")
    assert statistics.median(beyond[:10]) > 30
    assert statistics.median(beyond[10:]) <= 15


def job_seconds(item: dict[str, str]) -> float:
    submitted, ended = (datetime.fromisoformat(item[name]) for name in ("submittedAt", "endedAt"))
    return (ended - submitted).total_seconds()
