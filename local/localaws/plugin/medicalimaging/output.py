# SPDX-License-Identifier: Apache-2.0

"""The files that an import job writes below its output URI, as the developer guide describes them."""

import json
from dataclasses import dataclass, field

from .faults import NO_NUMBERS, NOT_PRIMARY, NOTHING, ODD_LINES, ODD_MANIFEST, WARN_IN_SUCCESS, WARN_UNCOUNTED


@dataclass
class ImageSet:
    """Instances of one series of one study."""

    image_set_id: str
    version: int = 1
    instances: int = 0


@dataclass
class JobOutput:
    """The results of a job: `successes`, `warnings` and `failures` are lines of the .ndjson files."""

    fault: str | None = None
    successes: list[dict] = field(default_factory=list)
    warnings: list[dict] = field(default_factory=list)
    failures: list[dict] = field(default_factory=list)
    image_sets: dict[tuple[str, str], ImageSet] = field(default_factory=dict)
    scanned: int = 0
    server_errors: int = 0

    @property
    def is_primary(self) -> bool:
        return self.fault != NOT_PRIMARY

    @property
    def imported_count(self) -> int:
        """Whether the service counts files with warnings is unverified."""
        return self.scanned - len(self.failures) - (len(self.warnings) if self.fault == WARN_UNCOUNTED else 0)

    def imported(self, key: str, image_set: ImageSet, warnings: list[dict]) -> None:
        """Whether a file with warnings is in SUCCESS too is unverified."""
        self.scanned += 1
        response = {
            "imageSetId": image_set.image_set_id,
            "imageSetVersion": image_set.version,
            "isPrimary": self.is_primary,
        }
        if warnings:
            self.warnings.append({"inputFile": key, "importResponse": {**response, "warnings": warnings}})
        if not warnings or self.fault == WARN_IN_SUCCESS:
            self.successes.append({"inputFile": key, "importResponse": response})

    def refused(self, key: str, message: str) -> None:
        self._failure(key, "ValidationException", message)

    def conflicted(self, key: str) -> None:
        self._failure(key, "ConflictException", "Another import changes the image set")

    def failed(self, key: str) -> None:
        """By an error of the service itself."""
        self.server_errors += 1
        self._failure(key, "InternalServerException", "An unexpected error occurred")

    def _failure(self, key: str, kind: str, message: str) -> None:
        self.scanned += 1
        self.failures.append({"inputFile": key, "exception": {"exceptionType": kind, "message": message}})

    def files(self) -> dict[str, bytes]:
        """Without warnings there is no file for them; whether the service writes an empty one is unverified."""
        successes = _lines(self.successes)
        if self.fault == ODD_LINES:
            successes = successes.replace(b'"isPrimary": true', b'"isPrimary": True')
        files = {"SUCCESS/success.ndjson": successes, "FAILURE/failure.ndjson": _lines(self.failures)}
        return {**files, "WARNING/warning.ndjson": _lines(self.warnings)} if self.warnings else files


def job_folder(job: dict) -> str:
    """`{outputS3Uri}{datastoreId}-DicomImport-{jobId}/`."""
    base = job["outputS3Uri"] if job["outputS3Uri"].endswith("/") else job["outputS3Uri"] + "/"
    return f"{base}{job['datastoreId']}-DicomImport-{job['jobId']}/"


def manifest(job: dict, output: JobOutput) -> bytes:
    if output.fault == ODD_MANIFEST:
        return b"<manifest/>"
    folder = job_folder(job)
    summary = {
        "jobId": job["jobId"],
        "datastoreId": job["datastoreId"],
        "inputS3Uri": job["inputS3Uri"],
        "outputS3Uri": folder,
        "successOutputS3Uri": folder + "SUCCESS/",
        "failureOutputS3Uri": folder + "FAILURE/",
        "warningsOutputS3Uri": folder + "WARNING/",
    }
    return json.dumps({"jobSummary": summary | numbers(output)}).encode()


def numbers(output: JobOutput) -> dict:
    if output.fault in (NO_NUMBERS, NOTHING):
        return {}
    return {
        "numberOfScannedFiles": output.scanned,
        "numberOfImportedFiles": output.imported_count,
        "numberOfFilesWithCustomerError": len(output.failures) - output.server_errors,
        "numberOfFilesWithServerError": output.server_errors,
        "numberOfGeneratedImageSets": len(output.image_sets),
        "imageSetsSummary": [
            {
                "imageSetId": image_set.image_set_id,
                "imageSetVersion": image_set.version,
                "isPrimary": output.is_primary,
                "numberOfMatchedSOPInstances": image_set.instances,
            }
            for image_set in output.image_sets.values()
        ],
    }


def _lines(records: list[dict]) -> bytes:
    return "".join(json.dumps(record) + "\n" for record in records).encode()
