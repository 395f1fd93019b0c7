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
# What becomes of a job that starts: it fails for a reason that is transient, lasts, or asks for patience.
FAIL_JOB, DENY_JOB, BUSY_JOB = JOB_FAILURES = ("FailJob", "DenyJob", "BusyJob")
# What becomes of its first file: it meets a fault of the service's own, a conflict, or is refused for a value that the message quotes.
SERVER_ERROR, CONFLICT, REFUSE_FILE = FILE_FAILURES = ("ServerError", "ConflictFile", "RefuseFile")
# Or it is imported with a warning that quotes the value. Files with warnings, this one or others, are in WARNING alone, or in SUCCESS
# too, or in WARNING alone and not in the summary's number. Which of these the service does is unverified.
WARN, WARN_IN_SUCCESS, WARN_UNCOUNTED = WARNINGS = ("Warn", "WarnInSuccess", "WarnUncounted")
# Its image sets are not primary; lines of SUCCESS are as in AWS's own sample, with a Python `True`; the manifest has no numbers; it has
# no numbers, and there are no lines; or the manifest is not JSON.
NOT_PRIMARY, ODD_LINES, NO_NUMBERS, NOTHING, ODD_MANIFEST = (
    *("NotPrimary", "OddLines", "NoNumbers", "Nothing", "OddManifest"),
)
JOB_FAULTS = (*JOB_FAILURES, *FILE_FAILURES, *WARNINGS, NOT_PRIMARY, ODD_LINES, NO_NUMBERS, NOTHING, ODD_MANIFEST)
LOOK = "Look:"
# What a look is told in the place of the job's status.
ODD_STATUS, ODD_ANSWER = LOOK_FAULTS = ("OddStatus", "OddAnswer")


class Faults:
    def __init__(self):
        self._starts: collections.deque[str] = collections.deque()
        self._looks: collections.deque[str] = collections.deque()
        self._lock = threading.Lock()

    def arm(self, fault: str, count: int) -> None:
        """`Look:ThrottlingException` is one of a look."""
        name = fault.removeprefix(LOOK)
        is_look = name != fault
        known = [*REFUSALS, *(LOOK_FAULTS if is_look else JOB_FAULTS)]
        if name not in known:
            raise ValueError(f"expected one of {known}, got {name!r}")
        with self._lock:
            (self._looks if is_look else self._starts).extend([name] * count)

    def next_start(self) -> str | None:
        """Raises the refusal that is due, or gives the fault of the job that starts now."""
        return self._next(self._starts)

    def next_look(self) -> str | None:
        """The same of a look."""
        return self._next(self._looks)

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
