# SPDX-License-Identifier: Apache-2.0

"""The work of one import job, on its own thread: reads every object below the prefix and imports or refuses it."""

import collections
import hashlib
import logging
import threading
import time
from datetime import datetime, timezone

from moto.s3.models import S3Backend

from .acceptance import Unacceptable, parse
from .faults import (
    BUSY_JOB,
    CONFLICT,
    DENY_JOB,
    FAIL_JOB,
    FILE_FAILURES,
    NOTHING,
    SERVER_ERROR,
    WARNINGS,
)
from .import_warnings import OFFSET_TABLE, warning, warnings_about
from .instances import instances
from .output import ImageSet, JobOutput, job_folder, manifest
from .settings import settings

LOG = logging.getLogger("localaws.healthimaging")
MAXIMUM_FILES, MAXIMUM_BYTES = 5_000, 10_000_000_000
# The service's messages are not documented (unverified).
REFUSAL = "DICOM attribute PatientID (0010,0020) has the value 'Doe^John 4711', which is not valid"
FAILURES = {
    FAIL_JOB: "Internal server error",
    DENY_JOB: "Access denied: the role may not read inputS3Uri",
    BUSY_JOB: "Rate exceeded",
}


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
    if not output.scanned:
        return _end(job, "FAILED", "no object below inputS3Uri")
    if fault != NOTHING:
        for name, content in output.files().items():
            _write(job, s3, name, content)
    _end(job, "COMPLETED")
    time.sleep(settings.manifest_delay)
    _write(job, s3, "job-output-manifest.json", manifest(job, output))


def over_the_limits(job: dict, s3: S3Backend) -> str | None:
    """Checks the quotas of one job; the service's messages about them are unverified."""
    bucket, prefix = split_uri(job["inputS3Uri"])
    sizes = [key.size for name, key in list(s3.get_bucket(bucket).keys.items()) if name.startswith(prefix)]
    if len(sizes) > MAXIMUM_FILES:
        return f"The job has {len(sizes)} files, which exceeds the limit of {MAXIMUM_FILES}"
    if sum(sizes) > MAXIMUM_BYTES:
        return f"The job has {sum(sizes)} bytes, which exceeds the limit of {MAXIMUM_BYTES}"
    return None


def import_objects(job: dict, s3: S3Backend, fault: str | None = None) -> JobOutput:
    output = JobOutput(fault)
    bucket, prefix = split_uri(job["inputS3Uri"])
    for key in sorted(name for name in list(s3.get_bucket(bucket).keys) if name.startswith(prefix)):
        is_first = not output.scanned
        if is_first and fault in FILE_FAILURES:
            fail(output, key, fault)
            continue
        content = s3.get_object(bucket, key).value
        try:
            dataset = parse(content)
        except Unacceptable as error:
            output.refused(key, str(error))
            continue
        warnings = warnings_about(dataset)
        if is_first and fault in WARNINGS:
            warnings.append(warning(OFFSET_TABLE, REFUSAL))
        image_set = _image_set(job, output, dataset)
        output.imported(key, image_set, warnings)
        instances.add(job, key, content, dataset, image_set)
    return output


def fail(output: JobOutput, key: str, fault: str) -> None:
    if fault == SERVER_ERROR:
        output.failed(key)
    elif fault == CONFLICT:
        output.conflicted(key)
    else:
        output.refused(key, REFUSAL)


def split_uri(uri: str) -> tuple[str, str]:
    """`s3://bucket/prefix` as bucket and prefix."""
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    return bucket, prefix


# The number of jobs that changed each image set.
_versions: collections.Counter[str] = collections.Counter()
_lock = threading.Lock()


def _image_set(job: dict, output: JobOutput, dataset) -> ImageSet:
    """Instances of a job whose image sets are not primary go into image sets of that job."""
    series = (str(dataset.StudyInstanceUID), str(dataset.SeriesInstanceUID))
    apart = [] if output.is_primary else [job["jobId"]]
    identity = hashlib.md5("/".join([job["datastoreId"], *series, *apart]).encode()).hexdigest()
    if series not in output.image_sets:
        with _lock:
            _versions[identity] += 1
            output.image_sets[series] = ImageSet(identity, _versions[identity])
    image_set = output.image_sets[series]
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
