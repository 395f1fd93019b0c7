# SPDX-License-Identifier: Apache-2.0

"""The state of the service in one region: data stores, import jobs and the client tokens that were used."""

import hashlib
import secrets
import threading
from datetime import datetime, timezone

from moto.core.base_backend import BackendDict, BaseBackend
from moto.s3.models import s3_backends
from moto.utilities.utils import get_partition

from . import import_job
from .exceptions import ConflictException, ResourceNotFoundException
from .faults import ODD_ANSWER, ODD_STATUS, faults
from .quotas import quotas
from .validation import validate


class MedicalImagingBackend(BaseBackend):
    def __init__(self, region_name: str, account_id: str):
        super().__init__(region_name, account_id)
        self.datastores: dict[str, dict] = {}
        self.jobs: dict[str, dict] = {}
        self._starts: dict[tuple[str, str], tuple[dict, dict]] = {}
        self._lock = threading.Lock()

    def create_datastore(self, name: str | None, kms_key_arn: str | None = None) -> dict:
        datastore_id = secrets.token_hex(16)
        now = datetime.now(timezone.utc)
        self.datastores[datastore_id] = {
            "datastoreId": datastore_id,
            "datastoreName": name or datastore_id,
            "datastoreStatus": "ACTIVE",
            "kmsKeyArn": kms_key_arn,
            "datastoreArn": f"arn:{get_partition(self.region_name)}:medical-imaging:{self.region_name}"
            f":{self.account_id}:datastore/{datastore_id}",
            "createdAt": now,
            "updatedAt": now,
        }
        return self.datastores[datastore_id]

    def get_datastore(self, datastore_id: str) -> dict:
        validate("GetDatastore", {"datastoreId": datastore_id})
        if datastore_id not in self.datastores:
            raise ResourceNotFoundException(f"Datastore {datastore_id} does not exist")
        return self.datastores[datastore_id]

    def start_dicom_import_job(self, request: dict) -> dict:
        """A repeated client token returns the same job if the request is the same, and a conflict otherwise
        (unverified)."""
        validate("StartDICOMImportJob", request)
        self.get_datastore(request["datastoreId"])
        fault = faults.next_start()
        quotas.take_call(request["datastoreId"])
        with self._lock:
            token = (request["datastoreId"], request["clientToken"])
            first_request, job = self._starts.get(token, (request, None))
            if first_request != request:
                raise ConflictException("clientToken was used with other parameters")
            if job is None:
                quotas.take_job(request["datastoreId"], self.jobs.values())
                job = self._new_job(request)
                self._starts[token] = (request, job)
                s3 = s3_backends[self.account_id][get_partition(self.region_name)]
                threading.Thread(target=import_job.run, args=(job, s3, fault), daemon=True).start()
        return job

    def get_dicom_import_job(self, datastore_id: str, job_id: str) -> dict:
        validate("GetDICOMImportJob", {"datastoreId": datastore_id, "jobId": job_id})
        self.get_datastore(datastore_id)
        fault = faults.next_look()
        job = self.jobs.get(job_id)
        if job is None or job["datastoreId"] != datastore_id:
            raise ResourceNotFoundException(f"Job {job_id} does not exist")
        if fault == ODD_STATUS:
            return {**job, "jobStatus": "INDEXING"}
        return {} if fault == ODD_ANSWER else job

    def list_dicom_import_jobs(self, request: dict) -> tuple[list[dict], str | None]:
        """One page of jobs, and the token of the next page."""
        validate("ListDICOMImportJobs", request)
        self.get_datastore(request["datastoreId"])
        jobs = [
            job
            for job in list(self.jobs.values())
            if job["datastoreId"] == request["datastoreId"] and request.get("jobStatus") in (None, job["jobStatus"])
        ]
        start = int(request.get("nextToken") or 0)
        end = start + (request.get("maxResults") or 50)
        return jobs[start:end], str(end) if end < len(jobs) else None

    def _new_job(self, request: dict) -> dict:
        # Predictable, so that a sample event can name a job.
        job_id = hashlib.sha256(request["clientToken"].encode()).hexdigest()[:32]
        names = ("datastoreId", "dataAccessRoleArn", "inputS3Uri", "outputS3Uri")
        self.jobs[job_id] = {
            **{name: request[name] for name in names},
            "jobId": job_id,
            "jobName": request.get("jobName") or job_id,
            "jobStatus": "SUBMITTED",
            "submittedAt": datetime.now(timezone.utc),
        }
        return self.jobs[job_id]


REGIONS = ["us-east-1", "us-west-2", "ap-southeast-2", "eu-west-1", "eu-west-2"]
medicalimaging_backends = BackendDict(
    MedicalImagingBackend, "medical-imaging", use_boto3_regions=False, additional_regions=REGIONS
)
