# SPDX-License-Identifier: Apache-2.0

"""From HTTP to the backend and back; moto parses and serializes by the service model."""

from moto.core.responses import ActionResult, BaseResponse

from .models import MedicalImagingBackend, medicalimaging_backends

START_PARAMETERS = (
    "datastoreId",
    "dataAccessRoleArn",
    "clientToken",
    "inputS3Uri",
    "outputS3Uri",
    "jobName",
    "inputOwnerAccountId",
)
LIST_PARAMETERS = ("datastoreId", "jobStatus", "nextToken", "maxResults")


class MedicalImagingResponse(BaseResponse):
    def __init__(self) -> None:
        super().__init__(service_name="medical-imaging")
        self.automated_parameter_parsing = True

    @property
    def backend(self) -> MedicalImagingBackend:
        return medicalimaging_backends[self.current_account][self.region]

    def create_datastore(self) -> ActionResult:
        datastore = self.backend.create_datastore(self._get_param("datastoreName"), self._get_param("kmsKeyArn"))
        return ActionResult({"datastoreId": datastore["datastoreId"], "datastoreStatus": "CREATING"})

    def get_datastore(self) -> ActionResult:
        return ActionResult({"datastoreProperties": self.backend.get_datastore(self._get_param("datastoreId"))})

    def list_datastores(self) -> ActionResult:
        return ActionResult({"datastoreSummaries": list(self.backend.datastores.values())})

    def start_dicom_import_job(self) -> ActionResult:
        return ActionResult(self.backend.start_dicom_import_job(self._parameters(START_PARAMETERS)))

    def get_dicom_import_job(self) -> ActionResult:
        job = self.backend.get_dicom_import_job(self._get_param("datastoreId"), self._get_param("jobId"))
        return ActionResult({"jobProperties": job})

    def list_dicom_import_jobs(self) -> ActionResult:
        jobs, next_token = self.backend.list_dicom_import_jobs(self._parameters(LIST_PARAMETERS))
        return ActionResult({"jobSummaries": jobs, "nextToken": next_token})

    def _parameters(self, names: tuple[str, ...]) -> dict:
        return {name: self._get_param(name) for name in names}
