"""The files that an import job leaves below its output URI, as the developer guide lays them out."""

import json
from dataclasses import dataclass, field


@dataclass
class ImageSet:
    """Instances of one series of one study."""

    image_set_id: str
    version: int = 1
    instances: int = 0


@dataclass
class JobOutput:
    """What a job found: `successes` and `failures` are lines of the two .ndjson files."""

    successes: list[dict] = field(default_factory=list)
    failures: list[dict] = field(default_factory=list)
    image_sets: dict[tuple[str, str], ImageSet] = field(default_factory=dict)
    server_errors: int = 0
    is_primary: bool = True

    def imported(self, key: str, image_set: ImageSet) -> None:
        response = {
            "imageSetId": image_set.image_set_id,
            "imageSetVersion": image_set.version,
            "isPrimary": self.is_primary,
        }
        self.successes.append({"inputFile": key, "importResponse": response})

    def refused(self, key: str, message: str) -> None:
        self._failure(key, "ValidationException", message)

    def failed(self, key: str) -> None:
        """By a fault of the service's own."""
        self.server_errors += 1
        self._failure(key, "InternalServerException", "An unexpected error occurred")

    def _failure(self, key: str, kind: str, message: str) -> None:
        self.failures.append({"inputFile": key, "exception": {"exceptionType": kind, "message": message}})


def job_folder(job: dict) -> str:
    """`{outputS3Uri}{datastoreId}-DicomImport-{jobId}/`."""
    base = job["outputS3Uri"] if job["outputS3Uri"].endswith("/") else job["outputS3Uri"] + "/"
    return f"{base}{job['datastoreId']}-DicomImport-{job['jobId']}/"


def lines(records: list[dict]) -> bytes:
    return "".join(json.dumps(record) + "\n" for record in records).encode()


def manifest(job: dict, output: JobOutput) -> bytes:
    folder = job_folder(job)
    summary = {
        "jobId": job["jobId"],
        "datastoreId": job["datastoreId"],
        "inputS3Uri": job["inputS3Uri"],
        "outputS3Uri": folder,
        "successOutputS3Uri": folder + "SUCCESS/",
        "failureOutputS3Uri": folder + "FAILURE/",
        "warningsOutputS3Uri": folder + "WARNING/",
        "numberOfScannedFiles": len(output.successes) + len(output.failures),
        "numberOfImportedFiles": len(output.successes),
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
    return json.dumps({"jobSummary": summary}).encode()
