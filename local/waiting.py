# SPDX-License-Identifier: Apache-2.0

"""Waits for a condition, never for a fixed time."""

import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")
POLL_SECONDS = 0.05


def wait_for(what: str, condition: Callable[[], Value], seconds: float = 30) -> Value:
    """Returns the first true value of `condition`. Raises a TimeoutError that names `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:g} s for {what}")
        time.sleep(POLL_SECONDS)
    return value
