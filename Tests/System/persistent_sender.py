# SPDX-License-Identifier: Apache-2.0

"""Senders that behave like real modalities: each sends many studies at once, sends again what was not acknowledged, and
reuses UIDs. Sometimes an instance is sent twice, with the same content or different content, from the same title or
another one."""

import collections
import hashlib
import os
import random
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydicom.uid import generate_uid

from part10 import data_set_bytes
from seeds import stream, uids
from senders import send_with_dcmtk, send_with_pynetdicom
from synthetic import synthetic_instance

# The number of instances in a study that is written for other tests.
INSTANCES = 8
TITLES = ("CT1", "CT2", "MR1", "US7")
# The number of instances of a study, and the number of parallel associations that one title uses.
STUDY_INSTANCES, ASSOCIATIONS = 4, 2
NEVER, SAME_CONTENT, OTHER_CONTENT, OTHER_TITLE, BOTH = "never", "same content", "other content", "other title", "both"
REPEATS = (NEVER, NEVER, NEVER, NEVER, SAME_CONTENT, OTHER_CONTENT, OTHER_TITLE, BOTH)


@dataclass(frozen=True)
class Sent:
    """An instance whose acknowledgement a sender received."""

    calling_ae_title: str
    sop_instance_uid: str
    data_set_sha256: str


@dataclass(frozen=True)
class File:
    """A file to send, and what identifies it."""

    path: Path
    sent: Sent


class PersistentSenders:
    """`count` threads that send until `stop`. Each sends `studies` studies at once to one of the ports; half of the
    threads use DCMTK, the others pynetdicom. `asked` is called with what was acknowledged over an association: the title,
    the SOP Instance UIDs, a function that chooses a port, and an event that is set at the end."""

    def __init__(
        self,
        ports: list[int],
        folder: Path,
        count: int,
        studies: int,
        seed: int,
        asked: Callable[[str, list[str], Callable[[], int], threading.Event], None] | None = None,
    ):
        self._asked = asked
        self._ports, self._folder, self._studies, self._seed = ports, folder, studies, seed
        self._drawn = stream(seed, "asked")
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(number,)) for number in range(count)]
        self.sent = self.repeats = 0
        self.acknowledged: list[Sent] = []
        # The digests of the data sets that were written under a SOP Instance UID.
        self.contents: collections.defaultdict[str, set[str]] = collections.defaultdict(set)
        self.errors: list[Exception] = []

    def __enter__(self) -> "PersistentSenders":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def stop(self) -> None:
        """Stops sending; returns when the last attempts have ended."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _run(self, number: int) -> None:
        send = (send_with_dcmtk, send_with_pynetdicom)[number % 2]
        drawn = stream(self._seed, f"sender {number}")
        folder = self._folder / str(number)
        try:
            while not self._stopping.is_set():
                folder.mkdir()
                files = write_studies(folder, TITLES[number % len(TITLES)], self._studies, drawn)
                with self._lock:
                    for file in files:
                        self.contents[file.sent.sop_instance_uid].add(file.sent.data_set_sha256)
                self._send_studies(send, files, drawn)
                shutil.rmtree(folder)
        except Exception as error:
            self.errors.append(error)

    def _send_studies(self, send, waiting: list[File], drawn: random.Random) -> None:
        """Sends until each file is acknowledged."""
        self.repeats += len(waiting) - len({file.sent.sop_instance_uid for file in waiting})
        while waiting and not self._stopping.is_set():
            port = drawn.choice(self._ports)
            threads = [
                threading.Thread(target=self._send, args=(send, title, files, port, waiting))
                for title, files in pieces(waiting)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self._stopping.wait(drawn.uniform(0, 0.5))

    def _send(self, send, title: str, files: list[File], port: int, waiting: list[File]) -> None:
        """Sends the files over one association and removes the acknowledged ones from `waiting`."""
        try:
            answers = send([file.path for file in files], "127.0.0.1", port, calling=title)
        except Exception as error:
            self.errors.append(error)
            return
        acknowledged = {answer.path for answer in answers if answer.status == 0}
        with self._lock:
            self.sent += len(answers)
            for file in files:
                if file.path in acknowledged:
                    self.acknowledged.append(file.sent)
                    waiting.remove(file)
        if self._asked and acknowledged:
            instances = sorted({file.sent.sop_instance_uid for file in files if file.path in acknowledged})
            self._asked(title, instances, lambda: self._drawn.choice(self._ports), self._stopping)


def pieces(waiting: list[File]) -> list[tuple[str, list[File]]]:
    """The files for each association, with the calling AE title."""
    return [
        (title, piece)
        for title in sorted({file.sent.calling_ae_title for file in waiting})
        for start in range(ASSOCIATIONS)
        if (piece := [file for file in waiting if file.sent.calling_ae_title == title][start::ASSOCIATIONS])
    ]


def write_studies(folder: Path, title: str, count: int, drawn: random.Random) -> list[File]:
    """Instances of `count` studies and repeats of some, in random order."""
    new_uid = uids(drawn)
    files = []
    for _ in range(count):
        study = {"StudyInstanceUID": new_uid(), "SeriesInstanceUID": new_uid()}
        repeats = drawn.choice(REPEATS)
        for _ in range(STUDY_INSTANCES):
            instance = {**study, "SOPInstanceUID": new_uid(), "PixelData": drawn.randbytes(256)}
            files.append(write(folder, title, instance))
            if repeats == SAME_CONTENT:
                files.append(write(folder, title, instance))
            if repeats in (OTHER_CONTENT, BOTH):
                files.append(write(folder, title, {**instance, "PixelData": drawn.randbytes(256)}))
            if repeats in (OTHER_TITLE, BOTH):
                other = drawn.choice([name for name in TITLES if name != title])
                files.append(write(folder, other, {**instance, "PixelData": drawn.randbytes(256)}))
    drawn.shuffle(files)
    return files


def write(folder: Path, title: str, elements: dict) -> File:
    path = synthetic_instance(folder / f"{len(os.listdir(folder))}.dcm", **elements)
    digest = hashlib.sha256(data_set_bytes(path)).hexdigest()
    return File(path, Sent(title, elements["SOPInstanceUID"], digest))


def write_study(folder: Path) -> list[Path]:
    """Writes a study for a test to send."""
    folder.mkdir()
    study, series = generate_uid(), generate_uid()
    return [
        synthetic_instance(folder / f"{number}.dcm", StudyInstanceUID=study, SeriesInstanceUID=series, InstanceNumber=number)
        for number in range(INSTANCES)
    ]
