# SPDX-License-Identifier: Apache-2.0

"""Failures of PutEvents that a test arms in advance. Each happens once, in order."""

import collections
import threading

from moto.core.exceptions import JsonRESTError

# An entry fails.
ENTRY_ERRORS = {
    "InternalFailure": "Internal Service Failure",
    "ThrottlingException": "Rate exceeded",
    "NotAuthorizedForSourceException": "Not authorized for the source.",
}
# The whole request is refused, as one without a right is.
DENIED = "AccessDeniedException"
# The events are accepted, but the answer says that the request failed.
UNANSWERED = "Unanswered"
KINDS = (*ENTRY_ERRORS, DENIED, UNANSWERED)


class Faults:
    def __init__(self):
        self._armed: collections.deque[str] = collections.deque()
        self._lock = threading.Lock()

    def arm(self, fault: str, count: int) -> None:
        if fault not in KINDS:
            raise ValueError(f"expected one of {KINDS}, got {fault!r}")
        with self._lock:
            self._armed.extend([fault] * count)

    def disarm(self) -> None:
        with self._lock:
            self._armed.clear()

    def armed(self) -> list[str]:
        with self._lock:
            return list(self._armed)

    def refuse_request(self) -> None:
        if self._is_next(DENIED):
            raise JsonRESTError(DENIED, "User is not authorized to perform: events:PutEvents")

    def next_entry_error(self) -> tuple[str, str] | None:
        """Code and message."""
        return next(((code, message) for code, message in ENTRY_ERRORS.items() if self._is_next(code)), None)

    def lose_answer(self) -> None:
        if self._is_next(UNANSWERED):
            error = JsonRESTError("InternalException", "The request failed after its events were accepted")
            error.code = 500
            raise error

    def _is_next(self, fault: str) -> bool:
        """Whether this is the next fault, which then is no longer armed."""
        with self._lock:
            is_next = bool(self._armed) and self._armed[0] == fault
            if is_next:
                self._armed.popleft()
            return is_next


faults = Faults()
