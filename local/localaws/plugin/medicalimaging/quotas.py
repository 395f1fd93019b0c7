"""The limits of a data store: how many calls of StartDICOMImportJob it takes in a second, and how many of its jobs run at once.
None of either, unless a test says so."""

import threading
import time
from collections.abc import Iterable

from .exceptions import ServiceQuotaExceededException, ThrottlingException

# Calls that are taken at once after a while without any, as on the real service.
BURST = 2
RUNNING = ("SUBMITTED", "IN_PROGRESS")


class Quotas:
    def __init__(self):
        self._rate: float | None = None
        self._jobs_at_once: int | None = None
        self._buckets: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def limit(self, starts_per_second: float | None, jobs_at_once: int | None) -> None:
        """None: unlimited."""
        with self._lock:
            self._rate, self._jobs_at_once = starts_per_second, jobs_at_once
            self._buckets.clear()

    def take_call(self, datastore_id: str) -> None:
        """Status 429 if there were too many."""
        with self._lock:
            if self._rate is None:
                return
            now = time.monotonic()
            tokens, before = self._buckets.get(datastore_id, (BURST, now))
            tokens = min(BURST, tokens + (now - before) * self._rate)
            self._buckets[datastore_id] = (tokens - 1 if tokens >= 1 else tokens, now)
        if tokens < 1:
            raise ThrottlingException()

    def take_job(self, datastore_id: str, jobs: Iterable[dict]) -> None:
        """Status 402 if as many run as may."""
        running = sum(job["datastoreId"] == datastore_id and job["jobStatus"] in RUNNING for job in jobs)
        if self._jobs_at_once is not None and running >= self._jobs_at_once:
            raise ServiceQuotaExceededException()


quotas = Quotas()
