# SPDX-License-Identifier: Apache-2.0

"""The whole pipeline with the real binaries: HealthImaging receives the instances of two senders as they were sent."""

import base64
import json
import re
import subprocess
import uuid
import zlib
from pathlib import Path

import dcmtk
import pydicom
import pytest

from conftest import STORE_SCP
from part10 import data_set_bytes
from pipeline import Pipeline, instances_of
from receiver import Receiver
from senders import send_with_dcmtk, send_with_pynetdicom
from waiting import wait_for

pytestmark = pytest.mark.pipeline
SENDERS = [send_with_dcmtk, send_with_pynetdicom]
IMPORT_SECONDS = 90
TRAILING_PADDING = 0xFFFCFFFC


class Watch:
    """The changes in the pipeline since this object was created."""

    def __init__(self, pipeline: Pipeline):
        self._pipeline = pipeline
        self._items_before = {item["jobId"] for item in pipeline.items()}
        self._instances_before = len(pipeline.aws.instances())

    def items(self) -> list[dict[str, str]]:
        return [item for item in self._pipeline.ended_items() if item["jobId"] not in self._items_before]

    def pending(self) -> list[dict[str, str]]:
        """The new items of jobs that have not ended according to the table."""
        return [
            item
            for item in self._pipeline.items()
            if item["outcome"] == "PENDING" and item["jobId"] not in self._items_before
        ]

    def instances(self) -> list[dict]:
        """The new instances that HealthImaging imported."""
        return self._pipeline.aws.instances()[self._instances_before :]

    def ended(self, count: int) -> list[dict[str, str]]:
        """Waits until the new items account for `count` instances and no execution is running. Returns the items."""

        def complete() -> bool:
            settled = sum(int(item.get("instanceCount", 0)) for item in self.items())
            return settled >= count and not self._pipeline.running() and not self._pipeline.waiting_messages()

        wait_for(f"the import of {count} instances", complete, IMPORT_SECONDS)
        return self.items()


@pytest.fixture
def watch(pipeline) -> Watch:
    return Watch(pipeline)


def statuses(acknowledgements) -> set[int | None]:
    return {acknowledgement.status for acknowledgement in acknowledgements}


@pytest.mark.parametrize("send", SENDERS)
def test_instances_are_imported_as_they_were_sent(pipeline, receiver, samples, watch, tmp_path, send):
    assert statuses(send(samples, "127.0.0.1", receiver.port)) == {0}
    items = watch.ended(len(samples))
    assert {item["outcome"] for item in items} == {"IMPORTED"}
    counts = [sum(int(item[name]) for item in items) for name in ("instanceCount", "importedCount", "failedCount")]
    assert counts == [len(samples), len(samples), 0]
    studies = {pydicom.dcmread(path, stop_before_pixels=True).StudyInstanceUID for path in samples}
    assert {item["studyInstanceUID"] for item in items} == studies

    imported = {item["sopInstanceUID"]: item for item in watch.instances()}
    assert len(imported) == len(samples) == len(watch.instances())
    for path in samples:
        sent = pydicom.dcmread(path)
        stored = tmp_path / path.name
        stored.write_bytes(pipeline.aws.imported_object(imported[sent.SOPInstanceUID]["sha256"]))
        assert_same_instance(sent, pydicom.dcmread(stored))
        assert_accepted_by_dcmtk(stored)
        is_deflated = sent.file_meta.TransferSyntaxUID == pydicom.uid.DeflatedExplicitVRLittleEndian
        if send is send_with_pynetdicom and not is_deflated:
            assert data_set_bytes(stored) == data_set_bytes(path), path.name


def assert_same_instance(sent: pydicom.FileDataset, stored: pydicom.FileDataset) -> None:
    """Asserts that transfer syntax, elements and pixels are equal."""
    assert stored.file_meta.TransferSyntaxUID == sent.file_meta.TransferSyntaxUID
    assert stored.file_meta.MediaStorageSOPClassUID == sent.SOPClassUID
    assert stored.file_meta.MediaStorageSOPInstanceUID == sent.SOPInstanceUID
    assert elements(stored) == elements(sent)
    assert stored.get("PixelData") == sent.get("PixelData")


def elements(dataset: pydicom.Dataset) -> list[tuple]:
    """The tag and value of each element, in the form in which storescu rewrites a data set: it omits retired group
    lengths and trailing padding, and corrects VRs (OB for encapsulated pixels)."""
    return [
        (element.tag, element.value)
        for element in dataset
        if element.tag.element != 0 and element.tag != TRAILING_PADDING
    ]


def assert_accepted_by_dcmtk(path: Path) -> None:
    for program in ("dcmftest", "dcmdump"):
        result = subprocess.run([dcmtk.path(program), path], capture_output=True, text=True, errors="replace")
        assert result.returncode == 0, result.stdout + result.stderr


def test_a_delivery_is_described_by_its_manifest(pipeline, receiver, samples, watch):
    [path] = [path for path in samples if path.name == "CT_small.dcm"]
    send_with_pynetdicom([path], "127.0.0.1", receiver.port)
    [item] = watch.ended(1)
    manifest = pipeline.manifest(item["deliveryId"])
    sent = pydicom.dcmread(path, stop_before_pixels=True)
    [study] = manifest["studies"]
    assert study["studyInstanceUID"] == item["studyInstanceUID"] == sent.StudyInstanceUID
    assert study["studyDate"] == item["studyDate"] == sent.StudyDate
    assert (manifest["callingAETitle"], manifest["calledAETitle"]) == ("PYNETDICOM", "STORESCP")
    [instance] = study["instances"]
    assert instance["key"].startswith(manifest["prefix"]) and manifest["prefix"].endswith("/")
    [imported] = watch.instances()
    checksum = zlib.crc32(pipeline.aws.imported_object(imported["sha256"]))
    assert instance["checksumCRC32"] == base64.b64encode(checksum.to_bytes(4, "big")).decode()
    assert instance["size"] == imported["size"]
    uids = [instance[name] for name in ("sopClassUID", "sopInstanceUID", "seriesInstanceUID", "transferSyntaxUID")]
    assert uids == [sent.SOPClassUID, sent.SOPInstanceUID, sent.SeriesInstanceUID, sent.file_meta.TransferSyntaxUID]
    assert not [key for key in pipeline.keys("open/") if item["deliveryId"] in key]


def test_a_study_sent_twice_is_two_deliveries(pipeline, receiver, samples):
    study = [path for path in samples if path.name.startswith("77654033-CR")]
    deliveries = set()
    for _ in range(2):
        watch = Watch(pipeline)
        assert statuses(send_with_dcmtk(study, "127.0.0.1", receiver.port)) == {0}
        [item] = watch.ended(len(study))
        assert (item["outcome"], item["importedCount"]) == ("IMPORTED", str(len(study)))
        deliveries.add(item["deliveryId"])
    assert len(deliveries) == 2


def test_five_further_copies_of_an_event_start_nothing(pipeline, receiver, samples, watch):
    send_with_pynetdicom(samples[:1], "127.0.0.1", receiver.port)
    [item] = watch.ended(1)
    executions = pipeline.executions()
    event = created(pipeline, f"deliveries/{item['deliveryId']}.json")
    for _ in range(5):
        pipeline.aws.client("sqs").send_message(QueueUrl=pipeline.outputs["ImportQueueUrl"], MessageBody=event)
    wait_for("the events to be taken", lambda: not pipeline.waiting_messages())
    assert invoke_with_message(pipeline, event) == {"batchItemFailures": []}
    assert pipeline.executions() == executions
    assert watch.items() == [item]
    assert pipeline.dead_letters() == 0


def created(pipeline: Pipeline, key: str) -> str:
    """S3's event for an existing object."""
    head = pipeline.aws.client("s3").head_object(Bucket=pipeline.bucket, Key=key)
    described = {
        "key": key,
        "size": head["ContentLength"],
        "eTag": head["ETag"].strip('"'),
        "sequencer": "0055AED6DCD90281",
    }
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "us-east-1",
        "eventTime": "2026-11-23T23:52:00.000Z",
        "eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": pipeline.bucket, "arn": f"arn:aws:s3:::{pipeline.bucket}"}, "object": described},
    }
    return json.dumps({"Records": [record]})


def invoke_with_message(pipeline: Pipeline, body: str) -> dict:
    """TriggerImport's answer to a batch of one message."""
    record = {
        "messageId": str(uuid.uuid4()),
        "receiptHandle": "handle",
        "body": body,
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:queue",
        "awsRegion": "us-east-1",
    }
    answer = pipeline.aws.client("lambda").invoke(
        FunctionName=pipeline.outputs["TriggerImportFunctionName"], Payload=json.dumps({"Records": [record]})
    )
    assert "FunctionError" not in answer
    return json.load(answer["Payload"])


def test_a_text_in_the_inbox_is_rejected_once(pipeline, watch):
    pipeline.aws.client("s3").put_object(Bucket=pipeline.bucket, Key="inbox/x.dcm", Body=b"this is no DICOM\n" * 20)
    wait_for("the rejection", watch.items, IMPORT_SECONDS)
    wait_for("an empty queue", lambda: not pipeline.waiting_messages())
    [item] = watch.items()
    assert item["outcome"] == "REJECTED"
    assert "Expected a DICOM file" in item["message"] and "the object is a text" in item["message"]
    assert pipeline.dead_letters() == 0
    assert watch.instances() == []
    # A person must look at it.
    assert pipeline.keys("inbox/x.dcm") == ["inbox/x.dcm"]
    pipeline.aws.client("s3").delete_object(Bucket=pipeline.bucket, Key="inbox/x.dcm")


def test_an_instance_in_the_inbox_has_its_own_job(pipeline, samples, watch):
    path = samples[0]
    pipeline.aws.client("s3").put_object(Bucket=pipeline.bucket, Key="inbox/some folder/y.dcm", Body=path.read_bytes())
    [item] = watch.ended(1)
    sent = pydicom.dcmread(path, stop_before_pixels=True)
    assert (item["outcome"], item["importedCount"]) == ("IMPORTED", "1")
    uids = [item[name] for name in ("studyInstanceUID", "seriesInstanceUID", "sopInstanceUID")]
    assert uids == [sent.StudyInstanceUID, sent.SeriesInstanceUID, sent.SOPInstanceUID]
    [imported] = watch.instances()
    assert pipeline.aws.imported_object(imported["sha256"]) == path.read_bytes()
    assert pipeline.keys("inbox/some folder/") == []


def test_sigterm_closes_the_open_delivery(pipeline, samples, watch):
    log = pipeline.aws.state_dir / "logs" / "ended-receiver.log"
    with Receiver(STORE_SCP, pipeline.aws.endpoint, pipeline.bucket, log, DELIVERY_QUIET_SECONDS="3600") as scp:
        before = set(pipeline.manifests())
        assert statuses(send_with_dcmtk(samples[:1], "127.0.0.1", scp.port)) == {0}
        assert set(pipeline.manifests()) == before
        assert scp.stop() == 0
    assert len(set(pipeline.manifests()) - before) == 1
    [item] = watch.ended(1)
    assert item["outcome"] == "IMPORTED"


def test_instances_are_imported_one_by_one_with_import_unit_instance(pipeline, samples, watch):
    study = [path for path in samples if path.name.startswith("77654033-CR")]
    log = pipeline.aws.state_dir / "logs" / "instance-receiver.log"
    inbox = pipeline.keys("inbox/")
    with Receiver(STORE_SCP, pipeline.aws.endpoint, pipeline.bucket, log, IMPORT_UNIT="instance") as scp:
        assert statuses(send_with_dcmtk(study, "127.0.0.1", scp.port)) == {0}
        items = watch.ended(len(study))
    assert [(item["outcome"], item["instanceCount"]) for item in items] == [("IMPORTED", "1")] * len(study)
    manifests = [pipeline.manifest(item["deliveryId"]) for item in items]
    assert len({instance["sopInstanceUID"] for manifest in manifests for instance in instances_of(manifest)}) == len(study)
    assert pipeline.keys("inbox/") == inbox


@pytest.mark.parametrize("send", SENDERS)
def test_without_a_bucket_instances_become_files(pipeline, samples, tmp_path, send):
    settings = {"DICOM_BUCKET": "", "STORAGE_DIRECTORY": str(tmp_path / "storage")}
    with Receiver(STORE_SCP, pipeline.aws.endpoint, "", tmp_path / "receiver.log", **settings) as scp:
        assert statuses(send(samples, "127.0.0.1", scp.port)) == {0}
        assert scp.stop() == 0
    stored = {path.stem: path for path in (tmp_path / "storage").rglob("*.dcm")}
    assert len(stored) == len(samples)
    for path in samples:
        sent = pydicom.dcmread(path)
        assert_same_instance(sent, pydicom.dcmread(stored[sent.SOPInstanceUID]))
        assert_accepted_by_dcmtk(stored[sent.SOPInstanceUID])
    listed = [json.loads(path.read_text()) for path in (tmp_path / "storage" / "deliveries").iterdir()]
    assert sum(len(instances_of(manifest)) for manifest in listed) == len(samples)


def test_no_patient_appears_in_a_log_or_an_item(pipeline, samples):
    """Runs last in this file, so that all other tests have left their traces."""
    logs = [path.read_text(errors="replace") for path in (pipeline.aws.state_dir / "logs").iterdir()]
    traces = "\n".join([*logs, json.dumps(pipeline.items())])
    assert traces.count("deliver") > 0
    assert [found for words in patient_words(samples) for found in surroundings(words, traces)] == []


def surroundings(words: str, traces: str) -> list[str]:
    """The surroundings of the words in the traces. Digits count only if they are not part of a longer word, because
    hashes, ARNs and times contain any number."""
    pattern = rf"(?<![0-9A-Za-z.]){words}(?![0-9A-Za-z.])" if words.isdigit() else re.escape(words)
    return [traces[max(0, hit.start() - 40) : hit.end() + 40] for hit in re.finditer(pattern, traces)]


def patient_words(samples: list[Path]) -> set[str]:
    """The patients' names and identifiers that cannot occur in other texts, unlike parts of UIDs."""
    words, uids = set(), ""
    for path in samples:
        dataset = pydicom.dcmread(path, stop_before_pixels=True)
        words |= {str(dataset.get("PatientName", "")), str(dataset.get("PatientID", ""))}
        words |= set(str(dataset.get("PatientName", "")).split("^"))
        uids += "".join(str(element.value) for element in dataset if element.VR == "UI")
    return {word for word in words if len(word) >= 5 and word not in uids}
