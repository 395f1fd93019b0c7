# SPDX-License-Identifier: Apache-2.0

"""HealthImaging's stand-in: what it accepts, what it refuses, and what it writes."""

import json
import uuid
from pathlib import Path

import pydicom
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

import deploy
from conftest import ROLE
from waiting import wait_for


class Imaging:
    """A data store with a bucket for input and output."""

    def __init__(self, aws):
        self.aws = aws
        self.api = aws.client("medical-imaging")
        self.s3 = aws.client("s3")
        self.bucket = f"imaging-{uuid.uuid4().hex[:8]}"
        self.s3.create_bucket(Bucket=self.bucket)
        self.datastore = self.api.create_datastore(datastoreName="test", clientToken="t")["datastoreId"]

    def put(self, key: str, content: bytes) -> None:
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=content)

    def start(self, **changes) -> dict:
        request = {
            "datastoreId": self.datastore,
            "dataAccessRoleArn": ROLE,
            "clientToken": uuid.uuid4().hex,
            "inputS3Uri": f"s3://{self.bucket}/in/",
            "outputS3Uri": f"s3://{self.bucket}/out/",
        }
        return self.api.start_dicom_import_job(**{**request, **changes})

    def properties(self, job: dict) -> dict:
        answer = self.api.get_dicom_import_job(datastoreId=self.datastore, jobId=job["jobId"])
        return answer["jobProperties"]

    def ended(self, job: dict) -> dict:
        """Waits until the job has ended. Returns its properties."""

        def over() -> dict | None:
            properties = self.properties(job)
            return properties if properties["jobStatus"] in ("COMPLETED", "FAILED") else None

        return wait_for("the job to end", over)

    def output(self, job: dict, name: str) -> bytes | None:
        key = f"out/{self.datastore}-DicomImport-{job['jobId']}/{name}"
        try:
            return self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        except self.s3.exceptions.NoSuchKey:
            return None

    def lines(self, job: dict, name: str) -> list[dict]:
        return [json.loads(line) for line in self.output(job, name).splitlines()]

    def summary(self, job: dict) -> dict:
        manifest = wait_for("the manifest", lambda: self.output(job, "job-output-manifest.json"))
        return json.loads(manifest)["jobSummary"]


@pytest.fixture
def imaging(aws):
    yield Imaging(aws)
    aws.disarm()


def test_every_sample_is_imported_and_kept_as_it_was(imaging, samples):
    for path in samples:
        imaging.put(f"in/{path.name}", path.read_bytes())
    job = imaging.start()
    assert job["jobStatus"] == "SUBMITTED"
    assert imaging.ended(job)["jobStatus"] == "COMPLETED"
    summary = imaging.summary(job)
    counts = [summary[f"numberOf{what}"] for what in ("ScannedFiles", "ImportedFiles", "FilesWithCustomerError")]
    assert counts == [len(samples), len(samples), 0], imaging.lines(job, "FAILURE/failure.ndjson")
    series = {pydicom.dcmread(path, stop_before_pixels=True).SeriesInstanceUID for path in samples}
    assert summary["numberOfGeneratedImageSets"] == len(series) == len(summary["imageSetsSummary"])
    instances = [item for item in imaging.aws.instances() if item["jobId"] == job["jobId"]]
    kept = {item["inputFile"]: imaging.aws.imported_object(item["sha256"]) for item in instances}
    assert kept == {f"in/{path.name}": path.read_bytes() for path in samples}


def test_bad_objects_fail_and_the_job_still_completes(imaging, samples, tmp_path):
    content = samples[0].read_bytes()
    bad = {
        "text.dcm": b"no DICOM",
        "short.dcm": content[:-100],
        "gzip.dcm": b"\x1f\x8b" + content,
        "uid.dcm": altered(samples[0], tmp_path, StudyInstanceUID=""),
    }
    imaging.put("in/good.dcm", content)
    for name, body in bad.items():
        imaging.put(f"in/{name}", body)
    job = imaging.start()
    assert imaging.ended(job)["jobStatus"] == "COMPLETED"
    summary = imaging.summary(job)
    assert summary["numberOfImportedFiles"] == 1
    assert summary["numberOfFilesWithCustomerError"] == len(bad)
    [success] = imaging.lines(job, "SUCCESS/success.ndjson")
    assert success["inputFile"] == "in/good.dcm"
    assert success["importResponse"].keys() == {"imageSetId", "imageSetVersion", "isPrimary"}
    failures = imaging.lines(job, "FAILURE/failure.ndjson")
    assert {failure["inputFile"] for failure in failures} == {f"in/{name}" for name in bad}
    assert {failure["exception"]["exceptionType"] for failure in failures} == {"ValidationException"}


@pytest.mark.parametrize(
    ("fault", "in_success", "counted"),
    [(None, False, True), ("WarnInSuccess", True, True), ("WarnUncounted", False, False)],
)
def test_odd_objects_are_imported_with_the_documented_warning(imaging, samples, tmp_path, fault, in_success, counted):
    """Whether such files are also listed in SUCCESS, and counted, is unverified: the fault chooses. It also adds a
    warning to the first file."""
    content = samples[0].read_bytes()
    odd = {
        "a-syntax.dcm": (45344, content.replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.9\0")),
        "b-id.dcm": (45571, altered(samples[0], tmp_path, PatientID="1" * 257)),
        "c-uid.dcm": (45570, altered(samples[0], tmp_path, StudyInstanceUID="1.2.x")),
        "d-zero.dcm": (45570, altered(samples[0], tmp_path, StudyInstanceUID="1.02")),
    }
    for name, (_, body) in odd.items():
        imaging.put(f"in/{name}", body)
    imaging.put("in/good.dcm", content)
    if fault:
        imaging.aws.arm(fault)
    job = imaging.start()
    assert imaging.ended(job)["jobStatus"] == "COMPLETED"
    codes = {f"in/{name}": {code} for name, (code, _) in odd.items()}
    if fault:
        codes["in/a-syntax.dcm"].add(45330)
    responses = {it["inputFile"]: it["importResponse"] for it in imaging.lines(job, "WARNING/warning.ndjson")}
    warnings = {name: response["warnings"] for name, response in responses.items()}
    assert {name: {it["warning_reason_code"] for it in told} for name, told in warnings.items()} == codes
    assert all(it.keys() == {"warning_reason_code", "type", "message"} for told in warnings.values() for it in told)
    successes = {it["inputFile"] for it in imaging.lines(job, "SUCCESS/success.ndjson")}
    assert successes == {"in/good.dcm"} | (codes.keys() if in_success else set())
    assert imaging.summary(job)["numberOfImportedFiles"] == (len(odd) + 1 if counted else 1)
    assert len([it for it in imaging.aws.instances() if it["jobId"] == job["jobId"]]) == len(odd) + 1


def test_a_job_without_warnings_has_no_folder_for_them(imaging, samples):
    imaging.put("in/one.dcm", samples[0].read_bytes())
    job = imaging.start()
    imaging.ended(job)
    assert imaging.output(job, "WARNING/warning.ndjson") is None


def altered(path: Path, folder: Path, **values) -> bytes:
    """The file with other values, which pydicom does not validate."""
    dataset = pydicom.dcmread(path)
    for keyword, value in values.items():
        element = dataset[keyword]
        dataset[keyword] = pydicom.DataElement(element.tag, element.VR, value, validation_mode=pydicom.config.IGNORE)
    dataset.save_as(folder / "altered.dcm")
    return (folder / "altered.dcm").read_bytes()


def test_the_manifest_comes_after_completed(imaging, samples):
    imaging.put("in/one.dcm", samples[0].read_bytes())
    job = imaging.start()
    imaging.ended(job)
    assert imaging.output(job, "job-output-manifest.json") is None
    assert imaging.summary(job)["jobId"] == job["jobId"]


def test_a_prefix_without_objects_fails(imaging):
    properties = imaging.ended(imaging.start())
    assert properties["jobStatus"] == "FAILED" and "message" in properties


def test_a_token_starts_one_job_however_often_it_is_used(imaging, samples):
    imaging.put("in/one.dcm", samples[0].read_bytes())
    first, second = (imaging.start(clientToken="same") for _ in range(2))
    assert first["jobId"] == second["jobId"]
    with pytest.raises(ClientError) as other:
        imaging.start(clientToken="same", inputS3Uri=f"s3://{imaging.bucket}/elsewhere/")
    assert other.value.response["Error"]["Code"] == "ConflictException"


@pytest.mark.parametrize("fault, status", [("ThrottlingException", 429), ("ServiceQuotaExceededException", 402)])
def test_each_armed_refusal_happens_once_with_its_name_in_the_header(imaging, samples, fault, status):
    imaging.put("in/one.dcm", samples[0].read_bytes())
    imaging.api = without_retries(imaging.aws)
    imaging.aws.arm(fault)
    with pytest.raises(ClientError) as refusal:
        imaging.start()
    metadata = refusal.value.response["ResponseMetadata"]
    assert metadata["HTTPStatusCode"] == status
    assert metadata["HTTPHeaders"]["x-amzn-errortype"].startswith(fault)
    assert imaging.start()["jobStatus"] == "SUBMITTED"


def without_retries(aws):
    """A client that does not retry after a refusal."""
    return deploy.client("medical-imaging", aws.endpoint, Config(retries={"total_max_attempts": 1}))


def test_an_armed_job_fails(imaging, samples):
    imaging.put("in/one.dcm", samples[0].read_bytes())
    imaging.aws.arm("FailJob")
    assert imaging.ended(imaging.start())["jobStatus"] == "FAILED"


def test_an_armed_fault_answers_an_undocumented_status(imaging, samples):
    imaging.put("in/one.dcm", samples[0].read_bytes())
    job = imaging.start()
    imaging.aws.arm("Look:OddStatus")
    assert imaging.properties(job)["jobStatus"] == "INDEXING"
    assert imaging.ended(job)["jobStatus"] == "COMPLETED"


@pytest.mark.parametrize(
    "changes",
    [
        {"datastoreId": "UPPER"},
        {"clientToken": "has space"},
        {"clientToken": "x" * 65},
        {"inputS3Uri": "https://bucket/in/"},
        {"dataAccessRoleArn": "arn:aws:iam::123456789012:user/nobody-at-all"},
        {"jobName": "no spaces"},
    ],
)
def test_requests_that_violate_the_service_model_are_refused(imaging, changes):
    with pytest.raises(ClientError) as refusal:
        imaging.start(**changes)
    assert refusal.value.response["Error"]["Code"] == "ValidationException"


def test_an_unknown_data_store_or_job_is_not_found(imaging):
    with pytest.raises(imaging.api.exceptions.ResourceNotFoundException):
        imaging.start(datastoreId="0" * 32)
    with pytest.raises(imaging.api.exceptions.ResourceNotFoundException):
        imaging.properties({"jobId": "0" * 32})


def test_jobs_are_listed_by_status_in_pages(imaging):
    jobs = [imaging.start() for _ in range(3)]
    for job in jobs:
        imaging.ended(job)
    pages = imaging.api.get_paginator("list_dicom_import_jobs").paginate(
        datastoreId=imaging.datastore, jobStatus="FAILED", PaginationConfig={"PageSize": 2}
    )
    listed = [[summary["jobId"] for summary in page["jobSummaries"]] for page in pages]
    assert [len(page) for page in listed] == [2, 1]
    assert sum(listed, []) == [job["jobId"] for job in jobs]


def test_the_data_store_is_described(imaging):
    properties = imaging.api.get_datastore(datastoreId=imaging.datastore)["datastoreProperties"]
    assert (properties["datastoreStatus"], properties["datastoreName"]) == ("ACTIVE", "test")


@pytest.fixture
def limited(imaging):
    yield imaging
    imaging.aws.limit()


def code_of_start(imaging, **changes) -> str | None:
    """The error's code, or None if a job was started."""
    try:
        imaging.start(**changes)
    except ClientError as error:
        return error.response["Error"]["Code"]


def test_a_data_store_limits_starts_per_second(limited):
    limited.aws.limit(starts_per_second=2)
    limited.api = deploy.client("medical-imaging", limited.aws.endpoint, Config(retries={"total_max_attempts": 1}))
    codes = [code_of_start(limited) for _ in range(6)]
    assert codes[:4] == [None] * 4 and "ThrottlingException" in codes
    other = limited.api.create_datastore(datastoreName="other", clientToken="t")["datastoreId"]
    assert code_of_start(limited, datastoreId=other) is None
    wait_for("the next start", lambda: code_of_start(limited) is None, 5)


def test_a_data_store_limits_concurrent_jobs(limited):
    limited.aws.limit(jobs_at_once=1)
    job = limited.start(clientToken="first")
    assert code_of_start(limited) == "ServiceQuotaExceededException"
    # A repeated start does not create another job.
    assert limited.start(clientToken="first")["jobId"] == job["jobId"]
    limited.ended(job)
    assert code_of_start(limited) is None
