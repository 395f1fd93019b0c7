# SPDX-License-Identifier: Apache-2.0

"""Failures that a test arms in advance. Each happens once, in order: at the next StartDICOMImportJob, or at the next
GetDICOMImportJob if its name begins with `Look:`."""

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
# The job fails, for a transient reason, a permanent one, or because the service is busy.
FAIL_JOB, DENY_JOB, BUSY_JOB = JOB_FAILURES = ("FailJob", "DenyJob", "BusyJob")
# The job's first file fails: by an error of the service itself, a conflict, or a refusal whose message quotes a value.
SERVER_ERROR, CONFLICT, REFUSE_FILE = FILE_FAILURES = ("ServerError", "ConflictFile", "RefuseFile")
# The first file is imported with a warning that quotes a value. Files with warnings are listed in WARNING only, or also
# in SUCCESS, or in WARNING only and are not counted as imported. Which of these the service does is unverified.
WARN, WARN_IN_SUCCESS, WARN_UNCOUNTED = WARNINGS = ("Warn", "WarnInSuccess", "WarnUncounted")
# The image sets are not primary; lines of SUCCESS are like those of AWS's own sample, with Python's `True`; the
# manifest has no numbers; it has no numbers and there are no lines; the manifest is not JSON.
NOT_PRIMARY, ODD_LINES, NO_NUMBERS, NOTHING, ODD_MANIFEST = (
    *("NotPrimary", "OddLines", "NoNumbers", "Nothing", "OddManifest"),
)
JOB_FAULTS = (*JOB_FAILURES, *FILE_FAILURES, *WARNINGS, NOT_PRIMARY, ODD_LINES, NO_NUMBERS, NOTHING, ODD_MANIFEST)
LOOK = "Look:"
# GetDICOMImportJob answers with these instead of the job's status.
ODD_STATUS, ODD_ANSWER = LOOK_FAULTS = ("OddStatus", "OddAnswer")


class Faults:
    def __init__(self):
        self._starts: collections.deque[str] = collections.deque()
        self._looks: collections.deque[str] = collections.deque()
        self._lock = threading.Lock()

    def arm(self, fault: str, count: int) -> None:
        """`Look:ThrottlingException`, for example, is for GetDICOMImportJob."""
        name = fault.removeprefix(LOOK)
        is_look = name != fault
        known = [*REFUSALS, *(LOOK_FAULTS if is_look else JOB_FAULTS)]
        if name not in known:
            raise ValueError(f"expected one of {known}, got {name!r}")
        with self._lock:
            (self._looks if is_look else self._starts).extend([name] * count)

    def next_start(self) -> str | None:
        """Raises the next refusal, or returns the fault of the job that is being started."""
        return self._next(self._starts)

    def next_look(self) -> str | None:
        """The same for GetDICOMImportJob."""
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
