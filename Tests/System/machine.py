"""Tests run side by side, and those that are marked `alone` have the machine for themselves.

A lock is shared by the others. Whoever wants it for itself waits first in line, so that it is not passed by for ever.
"""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path


class Machine:
    """`folder` is the same for all processes of a run."""

    def __init__(self, folder: Path):
        self._line, self._lock = folder / "line", folder / "lock"

    @contextlib.contextmanager
    def use(self, alone: bool) -> Iterator[None]:
        with self._lock.open("w") as lock:
            with self._line.open("w") as line:
                fcntl.flock(line, fcntl.LOCK_EX)
                fcntl.flock(lock, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
            yield
