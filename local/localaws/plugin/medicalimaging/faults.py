"""Failures that a test arms in advance: each comes once, in order, at the next StartDICOMImportJob or, those of a look, at
the next GetDICOMImportJob."""

import collections
import threading

from .exceptions import (
    ConflictException,
    InternalServerException,
    ServiceQuotaExceededException,
    ThrottlingException,
)

REFUSALS = {
    "ThrottlingException": ThrottlingException,
    "ServiceQuotaExceededException": ServiceQuotaExceededException,
    "ConflictException": ConflictException,
    "InternalServerException": InternalServerException,
}
# What becomes of a job that starts: it fails for a reason that passes, or for one that stays; its first file meets a fault of
# the service's own, or is refused for a value that the message quotes; its image sets are not primary.
FAIL_JOB, DENY_JOB, SERVER_ERROR, REFUSE_FILE, NOT_PRIMARY = JOB_FAULTS = (
    *("FailJob", "DenyJob", "ServerError", "RefuseFile", "NotPrimary"),
)
LOOK = "Look:"


class Faults:
    def __init__(self):
        self._starts: collections.deque[str] = collections.deque()
        self._looks: collections.deque[str] = collections.deque()
        self._lock = threading.Lock()

    def arm(self, fault: str, count: int) -> None:
        """`Look:ThrottlingException` is one of a look."""
        name = fault.removeprefix(LOOK)
        is_look = name != fault
        if name not in REFUSALS and (is_look or name not in JOB_FAULTS):
            raise ValueError(f"expected one of {[*REFUSALS, *JOB_FAULTS]}, got {fault!r}")
        with self._lock:
            (self._looks if is_look else self._starts).extend([name] * count)

    def next_start(self) -> str | None:
        """Raises the refusal that is due, or gives the fault of the job that starts now."""
        return self._next(self._starts)

    def next_look(self) -> None:
        """Raises the refusal that is due."""
        self._next(self._looks)

    def _next(self, armed: collections.deque[str]) -> str | None:
        with self._lock:
            fault = armed.popleft() if armed else None
        if fault in REFUSALS:
            raise REFUSALS[fault]()
        return fault

    def disarm(self) -> None:
        with self._lock:
            self._starts.clear()
            self._looks.clear()

    def armed(self) -> list[str]:
        with self._lock:
            return [*self._starts, *(LOOK + name for name in self._looks)]


faults = Faults()
