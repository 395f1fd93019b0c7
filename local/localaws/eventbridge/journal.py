# SPDX-License-Identifier: Apache-2.0

"""Which events were accepted, in their order, for tests: subscribers receive them in any order, and more than once."""

import collections
import threading

MAXIMUM_EVENTS = 100_000


class Journal:
    """The newest events. `bus` names the event bus, and `exists` says whether there is one of this name."""

    def __init__(self):
        self._events: collections.deque[dict] = collections.deque(maxlen=MAXIMUM_EVENTS)
        self._lock = threading.Lock()

    def add(self, bus: str, event: dict, exists: bool) -> None:
        with self._lock:
            self._events.append({"bus": bus, "exists": exists, "event": event})

    def all(self) -> list[dict]:
        with self._lock:
            return list(self._events)


journal = Journal()
