# SPDX-License-Identifier: Apache-2.0

"""The limits of a data store: calls of StartDICOMImportJob per second, and concurrent jobs. There are no limits unless
a test sets them."""

import threading
import time
from collections.abc import Iterable

from .exceptions import ServiceQuotaExceededException, ThrottlingException

# After a pause, the calls of this many seconds are accepted at once: AWS documents one call a second with a burst of
# two.
BURST_SECONDS = 2
RUNNING = ("SUBMITTED", "IN_PROGRESS")


class Quotas:
    def __init__(self):
        self._rate: float | None = None
        self._jobs_at_once: int | None = None
        self._buckets: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def limit(self, starts_per_second: float | None, jobs_at_once: int | None) -> None:
        """None means unlimited."""
        with self._lock:
            self._rate, self._jobs_at_once = starts_per_second, jobs_at_once
            self._buckets.clear()

    def take_call(self, datastore_id: str) -> None:
        """Raises ThrottlingException (429) if there were too many calls."""
        with self._lock:
            if self._rate is None:
                return
            now, burst = time.monotonic(), BURST_SECONDS * self._rate
            tokens, before = self._buckets.get(datastore_id, (burst, now))
            tokens = min(burst, tokens + (now - before) * self._rate)
            self._buckets[datastore_id] = (tokens - 1 if tokens >= 1 else tokens, now)
        if tokens < 1:
            raise ThrottlingException()

    def take_job(self, datastore_id: str, jobs: Iterable[dict]) -> None:
        """Raises ServiceQuotaExceededException (402) if the maximum number of jobs is running."""
        running = sum(job["datastoreId"] == datastore_id and job["jobStatus"] in RUNNING for job in jobs)
        if self._jobs_at_once is not None and running >= self._jobs_at_once:
            raise ServiceQuotaExceededException()


quotas = Quotas()
