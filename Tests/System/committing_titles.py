# SPDX-License-Identifier: Apache-2.0

"""The senders of the chaos test as users of storage commitment: each title asks for what was acknowledged to it, takes
reports on any association, refuses some, and compares each report with HealthImaging's data store."""

import contextlib
import hashlib
import threading
import time
from collections.abc import Callable, Iterator

from commitment import PUSH_MODEL, PUSH_MODEL_INSTANCE, REQUEST_COMMITMENT, information
from commitment_user import PROCESSING_FAILURE, SUCCESS, CommitmentUser, Report
from part10 import data_set_of
from pipeline import Pipeline
from pydicom.uid import SecondaryCaptureImageStorage, generate_uid
from seeds import stream

# A receiver that is frozen or killed does not answer.
ANSWER_SECONDS = 3
REFUSED_REPORTS = 0.1


class CommittingTitles:
    """`contents` has the digests of the data sets that were sent under each SOP Instance UID."""

    def __init__(self, pipeline: Pipeline, titles: tuple[str, ...], seed: int):
        self._pipeline = pipeline
        self.contents: dict[str, set[str]] = {}
        self._drawn = stream(seed, "reports")
        self._lock = threading.Lock()
        self._digests: dict[str, str] = {}
        self._users = {title: CommitmentUser(title, self._answer) for title in titles}
        # The transactions that were answered with 0000H, and those whose report was.
        self.taken: set[str] = set()
        self.reported: set[str] = set()
        self.committed: set[str] = set()
        self.refused = 0
        self.errors: list[str] = []

    @contextlib.contextmanager
    def listening(self) -> Iterator["CommittingTitles"]:
        with contextlib.ExitStack() as running:
            for user in self._users.values():
                running.enter_context(user)
                running.enter_context(user.listening())
            yield self

    def ports(self) -> dict[str, int]:
        return {title: user.port for title, user in self._users.items()}

    def told(self) -> str:
        reports = sum(len(user.reports()) for user in self._users.values())
        return (
            f"{len(self.taken)} transactions, {reports} reports of them, {self.refused} of these refused,"
            f" {len(self.committed)} instances committed"
        )

    def ask(self, title: str, instances: list[str], port: Callable[[], int], is_over: threading.Event) -> None:
        """Asks until a receiver has answered with 0000H, with the same transaction UID each time."""
        transaction = generate_uid()
        content = information(transaction, [(SecondaryCaptureImageStorage, it) for it in instances])
        while not is_over.is_set():
            try:
                with self._users[title].association(port(), seconds=ANSWER_SECONDS) as association:
                    answer, _ = association.send_n_action(
                        content, REQUEST_COMMITMENT, PUSH_MODEL, PUSH_MODEL_INSTANCE
                    )
            except (AssertionError, RuntimeError, ValueError):  # no association, or it ended meanwhile
                answer = {}
            if answer.get("Status") == SUCCESS:
                with self._lock:
                    self.taken.add(transaction)
                return
            is_over.wait(0.2)

    def hurry(self, port: int, seconds: float) -> None:
        """Opens an association of each title until every transaction has ended, or the time is over: a report that could
        not be sent need not wait for its next attempt then."""
        deadline = time.monotonic() + seconds
        while (self.taken - self.reported or self.open_transactions()) and time.monotonic() < deadline:
            for user in self._users.values():
                with user.association(port) as association:
                    association.join(1)

    def open_transactions(self) -> list[dict]:
        """The items of transactions that have not ended."""
        pages = self._pipeline.aws.client("dynamodb").get_paginator("scan")
        pages = pages.paginate(TableName=self._pipeline.outputs["CommitmentTableName"])
        return [item for page in pages for item in page["Items"] if "open" in item]

    def _answer(self, report: Report) -> int:
        with self._lock:
            held = self._held(report.committed)
            for instance in report.committed:
                if not held.get(instance, set()) & self.contents[instance]:
                    self.errors.append(f"{instance} was reported as committed, and the data store does not hold it")
            self.committed |= report.committed
            if self._drawn.random() < REFUSED_REPORTS:
                self.refused += 1
                return PROCESSING_FAILURE
            self.reported.add(report.transaction)
        return SUCCESS

    def _held(self, instances: set[str]) -> dict[str, set[str]]:
        """The digests of the data sets that the data store holds of these instances."""
        held: dict[str, set[str]] = {}
        for it in self._pipeline.aws.instances():
            if it["sopInstanceUID"] in instances:
                held.setdefault(it["sopInstanceUID"], set()).add(self._digest(it["sha256"]))
        return held

    def _digest(self, sha256: str) -> str:
        if sha256 not in self._digests:
            content = self._pipeline.aws.imported_object(sha256)
            self._digests[sha256] = hashlib.sha256(data_set_of(content)).hexdigest()
        return self._digests[sha256]
