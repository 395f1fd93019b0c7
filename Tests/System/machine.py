# SPDX-License-Identifier: Apache-2.0

"""Tests run side by side, but a test that is marked `alone` has the machine for itself.

The other tests share a lock. A test that wants to be alone waits in line first, so that later tests cannot pass it for
ever.
"""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path


class Machine:
    """`folder` is the same in all processes of a test run."""

    def __init__(self, folder: Path):
        self._line, self._lock = folder / "line", folder / "lock"

    @contextlib.contextmanager
    def use(self, alone: bool) -> Iterator[None]:
        with self._lock.open("w") as lock:
            with self._line.open("w") as line:
                fcntl.flock(line, fcntl.LOCK_EX)
                fcntl.flock(lock, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
            yield
