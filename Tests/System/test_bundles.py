# SPDX-License-Identifier: Apache-2.0

"""Studies that arrive faster than deliveries may be opened share deliveries, and each study is imported and proven."""

import contextlib
import json
from concurrent.futures import ThreadPoolExecutor

import pydicom
import pytest
from conftest import STORE_SCP
from persistent_sender import write_study
from receiver import Receiver
from redriving import redrive
from senders import send_with_dcmtk
from synthetic import synthetic_instance
from test_pipeline import Watch
from test_recovery import sweep
from test_results import report
from waiting import wait_for

pytestmark = pytest.mark.pipeline
STUDIES, ASSOCIATIONS, BURST = 60, 4, 3
SLOW = {"DELIVERY_OPENING_SECONDS": "60", "DELIVERY_OPENING_BURST": "1"}


@pytest.fixture
def start(pipeline, tmp_path):
    """A function that starts a receiver with the given settings."""
    with contextlib.ExitStack() as running:

        def start(**settings: str) -> Receiver:
            log = pipeline.aws.state_dir / "logs" / f"{tmp_path.name}.log"
            return running.enter_context(Receiver(STORE_SCP, pipeline.aws.endpoint, pipeline.bucket, log, **settings))

        yield start


def send(receiver: Receiver, files, calling: str = "DCMTK") -> None:
    answers = send_with_dcmtk(files, "127.0.0.1", receiver.port, calling)
    assert {answer.status for answer in answers} == {0}


def studies_of(document: dict) -> set[str]:
    return {study["studyInstanceUID"] for study in document["studies"]}


def test_many_small_studies_at_once_are_a_few_jobs(pipeline, start, tmp_path):
    receiver, watch = start(**SLOW | {"DELIVERY_OPENING_BURST": str(BURST)}), Watch(pipeline)
    files = [synthetic_instance(tmp_path / f"{number}.dcm") for number in range(STUDIES)]
    others = [synthetic_instance(tmp_path / f"other-{number}.dcm") for number in range(5)]
    shares = [(files[number::ASSOCIATIONS], "CT1") for number in range(ASSOCIATIONS)] + [(others, "US7")]
    with ThreadPoolExecutor(len(shares)) as associations:
        list(associations.map(lambda share: send(receiver, *share), shares))
    items = watch.ended(STUDIES + len(others))
    assert {item["outcome"] for item in items} == {"IMPORTED"}
    # Each delivery takes a token; a title that finds none may open one delivery on credit.
    assert BURST <= len(items) <= BURST + 1
    assert sum(int(item["studyCount"]) for item in items) == STUDIES + len(others)
    assert all(("studyInstanceUID" in item) == (item["studyCount"] == "1") for item in items)

    sent = {"CT1": files, "US7": others}
    sent = {title: {pydicom.dcmread(file).StudyInstanceUID for file in files} for title, files in sent.items()}
    manifests = [pipeline.manifest(item["deliveryId"]) for item in items]
    for item, manifest in zip(items, manifests, strict=True):
        assert studies_of(manifest) <= sent[manifest["callingAETitle"]]
        told = report(pipeline, item)
        assert told["proof"] == "instances" and studies_of(told) == studies_of(manifest)
        assert all(study["importedCount"] == study["instanceCount"] == 1 for study in told["studies"])
    assert set().union(*map(studies_of, manifests)) == sent["CT1"] | sent["US7"]
    assert pipeline.keys("open/") == []


def test_every_study_of_a_killed_receivers_bundle_is_imported(pipeline, start, tmp_path):
    lease = {"TASK_LEASE_SECONDS": "1", "ALLOW_SHORT_LEASE": "true"}
    receiver, watch = start(**SLOW, **lease, DELIVERY_QUIET_SECONDS="3600"), Watch(pipeline)
    files = [synthetic_instance(tmp_path / f"{number}.dcm") for number in range(4)]
    send(receiver, files)
    [marker] = pipeline.keys("open/")
    delivery_id = marker.rpartition("/")[2]
    first = pydicom.dcmread(files[0]).StudyInstanceUID
    assert json.loads(pipeline.read(marker))["studies"] == [{"studyInstanceUID": first, "studyDate": "20261123"}]
    receiver.kill()
    wait_for("the recovery", lambda: delivery_id in sweep(pipeline)["recovered"])
    [item] = watch.ended(len(files))
    assert (item["outcome"], item["studyCount"]) == ("IMPORTED", str(len(files)))
    dates = {study["studyInstanceUID"]: study.get("studyDate") for study in pipeline.manifest(delivery_id)["studies"]}
    assert dates == {pydicom.dcmread(file).StudyInstanceUID: None for file in files} | {first: "20261123"}


def test_the_only_incomplete_study_of_a_bundle_is_redriven(pipeline, start, tmp_path):
    receiver, watch = start(**SLOW), Watch(pipeline)
    studies = [write_study(tmp_path / str(number)) for number in range(3)]
    pipeline.aws.arm("RefuseFile")
    send(receiver, [file for files in studies for file in files])
    images = sum(len(files) for files in studies)
    [item] = watch.ended(images)
    pipeline.aws.disarm()
    assert (item["outcome"], item["studyCount"], item["importedCount"]) == ("PARTIAL", "3", str(images - 1))
    study, instances = item["incompleteStudyInstanceUID"], item["incompleteStudyInstanceCount"]
    assert instances == str(len(studies[0]))

    redrive(pipeline, "--start")
    items = [other for other in watch.ended(images + int(instances)) if other["deliveryId"] == item["deliveryId"]]
    [again] = [other for other in items if other["jobId"] != item["jobId"]]
    assert (again["outcome"], again["studyCount"], again["studyInstanceUID"]) == ("IMPORTED", "1", study)
    assert again["inputS3Uri"] == f"{item['inputS3Uri']}{study}/"
    assert (again["instanceCount"], again["importedCount"]) == (instances, instances)
    assert item["deliveryId"] not in redrive(pipeline)
