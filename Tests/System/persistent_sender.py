"""Modalities as they are: each sends its studies and sends again what was not acknowledged."""

import hashlib
import random
import threading
from dataclasses import dataclass
from pathlib import Path

import pydicom
from pydicom.uid import generate_uid

from part10 import data_set_bytes
from senders import send_with_dcmtk, send_with_pynetdicom
from synthetic import synthetic_instance

# In a study; of each a piece goes over an association of its own, side by side with the others.
INSTANCES, ASSOCIATIONS = 8, 2


@dataclass(frozen=True)
class Sent:
    """An instance that some sender saw acknowledged."""

    sop_instance_uid: str
    data_set_sha256: str


class PersistentSenders:
    """So many threads that send until `stop`, half of them by each program."""

    def __init__(self, port: int, folder: Path, count: int):
        self._port, self._folder = port, folder
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=((send_with_dcmtk, send_with_pynetdicom)[number % 2], number))
            for number in range(count)
        ]
        self.sent = 0
        self.acknowledged: list[Sent] = []
        self.errors: list[Exception] = []

    def __enter__(self) -> "PersistentSenders":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def stop(self) -> None:
        """Returns when the last attempts are over."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _run(self, send, number: int) -> None:
        try:
            while not self._stopping.is_set():
                self._send_study(send, number)
        except Exception as error:
            self.errors.append(error)

    def _send_study(self, send, number: int) -> None:
        folder = self._folder / f"{number}-{random.getrandbits(64):x}"
        waiting = write_study(folder)
        while waiting and not self._stopping.is_set():
            pieces = [waiting[start::ASSOCIATIONS] for start in range(ASSOCIATIONS)]
            threads = [threading.Thread(target=self._send, args=(send, piece, waiting)) for piece in pieces if piece]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self._stopping.wait(random.uniform(0, 0.5))
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()

    def _send(self, send, files: list[Path], waiting: list[Path]) -> None:
        """Takes what was acknowledged out of what waits."""
        try:
            answers = send(files, "127.0.0.1", self._port)
        except Exception as error:
            self.errors.append(error)
            return
        with self._lock:
            self.sent += len(answers)
            for answer in answers:
                if answer.status == 0:
                    self.acknowledged.append(sent(answer.path))
                    waiting.remove(answer.path)


def write_study(folder: Path) -> list[Path]:
    folder.mkdir()
    study, series = generate_uid(), generate_uid()
    return [
        synthetic_instance(folder / f"{number}.dcm", StudyInstanceUID=study, SeriesInstanceUID=series, InstanceNumber=number)
        for number in range(INSTANCES)
    ]


def sent(path: Path) -> Sent:
    dataset = pydicom.dcmread(path, stop_before_pixels=True)
    digest = hashlib.sha256(data_set_bytes(path)).hexdigest()
    return Sent(str(dataset.SOPInstanceUID), digest)
