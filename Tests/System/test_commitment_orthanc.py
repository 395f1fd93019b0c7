# SPDX-License-Identifier: Apache-2.0

"""Storage commitment by Orthanc: it sends instances, asks for their commitment, and shows by its API what was reported."""

import pytest
from conftest import LONG_FORM, STORE_SCP
from deploy import deploy
from local_aws import LocalAWS
from orthanc import Orthanc
from pipeline import Pipeline
from pydicom.uid import generate_uid
from receiver import Receiver
from synthetic import synthetic_instance
from waiting import wait_for

pytestmark = pytest.mark.pipeline
JOB_SECONDS = 20 if LONG_FORM else 3
STUDIES, INSTANCES = 2, 50
PROCESSING_FAILURE = 0x0110
REPORT_SECONDS = 60 + 2 * JOB_SECONDS


@pytest.fixture(scope="module")
def slow(tmp_path_factory):
    """A pipeline whose import jobs take a while."""
    with LocalAWS(tmp_path_factory.mktemp("orthanc"), "--job-seconds", str(JOB_SECONDS)) as local:
        yield Pipeline(local, deploy(local.endpoint, {"PollSeconds": "1"}))


@pytest.mark.parametrize("refused", [0, STUDIES])
def test_orthanc_is_told_which_instances_healthimaging_has(slow, tmp_path, refused):
    """Each study is an import job; HealthImaging refuses one instance of each of the first `refused` jobs."""
    log = slow.aws.state_dir / "logs" / f"receiver-{refused}.log"
    title = f"ORTHANC{refused}"
    with Orthanc(tmp_path / "orthanc", title) as orthanc:
        settings = slow.commitment_settings({title: orthanc.port})
        with Receiver(STORE_SCP, slow.aws.endpoint, slow.bucket, log, DELIVERY_OPENING_SECONDS="0", **settings) as receiver:
            orthanc.know("STORESCP", receiver.port)
            ids = orthanc.upload(written_studies(tmp_path))
            if refused:
                slow.aws.arm("RefuseFile", refused)
            sent = orthanc.post("modalities/STORESCP/store", {"Resources": ids, "StorageCommitment": True})
            assert (sent["InstancesCount"], sent["FailedInstancesCount"]) == (INSTANCES, 0)
            path = f"storage-commitment/{sent['StorageCommitmentTransactionUID']}"
            assert orthanc.get(path)["Status"] == "Pending"
            wait_for("Orthanc to get the report", lambda: orthanc.get(path)["Status"] != "Pending", REPORT_SECONDS)
            report = orthanc.get(path)

    rows = {uid: row for uid, row in slow.instance_rows().items() if uid in instances_of(report)}
    assert len(rows) == INSTANCES
    missing = {uid for uid, row in rows.items() if row["outcome"] != "IMPORTED"}
    assert len(missing) == refused
    assert report["Status"] == ("Failure" if refused else "Success")
    assert {it["SOPInstanceUID"] for it in report["Failures"]} == missing
    assert {it["FailureReason"] for it in report["Failures"]} <= {PROCESSING_FAILURE}
    in_the_data_store = {instance["sopInstanceUID"] for instance in slow.aws.instances()}
    assert {it["SOPInstanceUID"] for it in report["Success"]} == rows.keys() & in_the_data_store


def written_studies(folder):
    studies = [generate_uid() for _ in range(STUDIES)]
    return [
        synthetic_instance(folder / f"{number}.dcm", StudyInstanceUID=studies[number % STUDIES])
        for number in range(INSTANCES)
    ]


def instances_of(report: dict) -> set[str]:
    return {it["SOPInstanceUID"] for it in [*report["Success"], *report["Failures"]]}
