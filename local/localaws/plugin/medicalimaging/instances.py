# SPDX-License-Identifier: Apache-2.0

"""The imported instances: the origin and the digest of each. Its bytes are in a file that is named after the digest."""

import hashlib
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

from pydicom.dataset import FileDataset

from .output import ImageSet
from .settings import settings


@dataclass(frozen=True)
class Instance:
    """The field names are those of the JSON that tests read."""

    datastoreId: str
    jobId: str
    inputFile: str
    studyInstanceUID: str
    seriesInstanceUID: str
    sopInstanceUID: str
    transferSyntaxUID: str
    size: int
    sha256: str
    imageSetId: str
    imageSetVersion: int


class InstanceStore:
    def __init__(self):
        self._instances: list[Instance] = []
        self._lock = threading.Lock()

    def add(self, job: dict, key: str, content: bytes, dataset: FileDataset, image_set: ImageSet) -> None:
        digest = hashlib.sha256(content).hexdigest()
        settings.store.mkdir(parents=True, exist_ok=True)
        self.path(digest).write_bytes(content)
        instance = Instance(
            job["datastoreId"],
            job["jobId"],
            key,
            str(dataset.StudyInstanceUID),
            str(dataset.SeriesInstanceUID),
            str(dataset.SOPInstanceUID),
            str(dataset.file_meta.TransferSyntaxUID),
            len(content),
            digest,
            image_set.image_set_id,
            image_set.version,
        )
        with self._lock:
            self._instances.append(instance)

    def all(self) -> list[dict]:
        with self._lock:
            return [asdict(instance) for instance in self._instances]

    @staticmethod
    def path(digest: str) -> Path:
        return settings.store / f"{digest}.dcm"


instances = InstanceStore()
