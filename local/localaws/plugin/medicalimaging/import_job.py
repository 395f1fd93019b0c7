"""The work of one import job, on a thread of its own: reads every object below the prefix, imports or refuses each."""

import hashlib
import logging
import time
from datetime import datetime, timezone

from moto.s3.models import S3Backend

from .acceptance import Unacceptable, parse
from .faults import DENY_JOB, FAIL_JOB, NOT_PRIMARY, REFUSE_FILE, SERVER_ERROR
from .instances import instances
from .output import ImageSet, JobOutput, job_folder, lines, manifest
from .settings import settings

LOG = logging.getLogger("localaws.healthimaging")
MAXIMUM_FILES, MAXIMUM_BYTES = 5_000, 10_000_000_000
# What the service says is documented nowhere (unverified).
REFUSAL = "DICOM attribute PatientID (0010,0020) has the value 'Doe^John 4711', which is not valid"
FAILURES = {FAIL_JOB: "Internal server error", DENY_JOB: "Access denied: the role may not read inputS3Uri"}


def run(job: dict, s3: S3Backend, fault: str | None) -> None:
    """Moves `job` SUBMITTED -> IN_PROGRESS -> COMPLETED or FAILED."""
    time.sleep(settings.job_seconds / 2)
    job["jobStatus"] = "IN_PROGRESS"
    time.sleep(settings.job_seconds / 2)
    if fault in FAILURES:
        return _end(job, "FAILED", FAILURES[fault])
    if problem := over_the_limits(job, s3):
        return _end(job, "FAILED", problem)
    try:
        output = import_objects(job, s3, fault)
    except Exception as error:
        LOG.exception("job %s", job["jobId"])
        return _end(job, "FAILED", f"internal error: {type(error).__name__}")
    if not output.successes and not output.failures:
        return _end(job, "FAILED", "no object below inputS3Uri")
    _write(job, s3, "SUCCESS/success.ndjson", lines(output.successes))
    _write(job, s3, "FAILURE/failure.ndjson", lines(output.failures))
    _end(job, "COMPLETED")
    time.sleep(settings.manifest_delay)
    _write(job, s3, "job-output-manifest.json", manifest(job, output))


def over_the_limits(job: dict, s3: S3Backend) -> str | None:
    """The quotas of one job; what the service says of them is unverified."""
    bucket, prefix = split_uri(job["inputS3Uri"])
    sizes = [key.size for name, key in list(s3.get_bucket(bucket).keys.items()) if name.startswith(prefix)]
    if len(sizes) > MAXIMUM_FILES:
        return f"The job has {len(sizes)} files, which exceeds the limit of {MAXIMUM_FILES}"
    if sum(sizes) > MAXIMUM_BYTES:
        return f"The job has {sum(sizes)} bytes, which exceeds the limit of {MAXIMUM_BYTES}"
    return None


def import_objects(job: dict, s3: S3Backend, fault: str | None = None) -> JobOutput:
    output = JobOutput(is_primary=fault != NOT_PRIMARY)
    bucket, prefix = split_uri(job["inputS3Uri"])
    must_fail = fault in (SERVER_ERROR, REFUSE_FILE)
    for key in sorted(name for name in list(s3.get_bucket(bucket).keys) if name.startswith(prefix)):
        if must_fail:
            output.failed(key) if fault == SERVER_ERROR else output.refused(key, REFUSAL)
            must_fail = False
            continue
        content = s3.get_object(bucket, key).value
        try:
            dataset = parse(content)
        except Unacceptable as error:
            output.refused(key, str(error))
            continue
        output.imported(key, _image_set(job, output, dataset))
        instances.add(job, key, content, dataset)
    return output


def split_uri(uri: str) -> tuple[str, str]:
    """`s3://bucket/prefix` as bucket and prefix."""
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    return bucket, prefix


def _image_set(job: dict, output: JobOutput, dataset) -> ImageSet:
    series = (str(dataset.StudyInstanceUID), str(dataset.SeriesInstanceUID))
    identity = hashlib.md5("/".join([job["datastoreId"], *series]).encode()).hexdigest()
    image_set = output.image_sets.setdefault(series, ImageSet(identity))
    image_set.instances += 1
    return image_set


def _write(job: dict, s3: S3Backend, name: str, content: bytes) -> None:
    bucket, key = split_uri(job_folder(job) + name)
    s3.put_object(bucket, key, content)


def _end(job: dict, status: str, message: str | None = None) -> None:
    job["endedAt"] = datetime.now(timezone.utc)
    if message:
        job["message"] = message
    job["jobStatus"] = status
