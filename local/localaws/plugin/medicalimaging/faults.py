"""Failures that a test arms in advance: each comes once, in order, at the next StartDICOMImportJob."""

import collections
import threading

from .exceptions import ServiceQuotaExceededException, ThrottlingException

REFUSALS = {
    "ThrottlingException": ThrottlingException,
    "ServiceQuotaExceededException": ServiceQuotaExceededException,
}
FAIL_JOB = "FailJob"


class Faults:
    def __init__(self):
        self._armed: collections.deque[str] = collections.deque()
        self._lock = threading.Lock()

    def arm(self, fault: str, count: int) -> None:
        if fault not in (*REFUSALS, FAIL_JOB):
            raise ValueError(f"expected one of {[*REFUSALS, FAIL_JOB]}, got {fault!r}")
        with self._lock:
            self._armed.extend([fault] * count)

    def next_start(self) -> bool:
        """Raises the refusal that is due, or says whether the job that starts now must fail."""
        with self._lock:
            fault = self._armed.popleft() if self._armed else None
        if fault in REFUSALS:
            raise REFUSALS[fault]()
        return fault == FAIL_JOB

    def disarm(self) -> None:
        with self._lock:
            self._armed.clear()

    def armed(self) -> list[str]:
        with self._lock:
            return list(self._armed)


faults = Faults()
