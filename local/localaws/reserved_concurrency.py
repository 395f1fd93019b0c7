# SPDX-License-Identifier: Apache-2.0

"""Reserved concurrency: Lambda throttles invocations above it. moto only remembers the number."""

import collections
import contextlib
import threading
from collections.abc import Iterator

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import LambdaFunction


class TooManyRequestsException(LambdaClientError):
    code = 429

    def __init__(self) -> None:
        super().__init__("TooManyRequestsException", "Rate Exceeded.")


class ReservedConcurrency:
    """Counts the running invocations of each function."""

    def __init__(self) -> None:
        self._running: collections.Counter[str] = collections.Counter()
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def place(self, function: LambdaFunction) -> Iterator[None]:
        """Occupies one of the reserved places. Raises TooManyRequestsException if none is free."""
        reserved, arn = function.reserved_concurrency, function.function_arn
        with self._lock:
            if reserved is not None and self._running[arn] >= int(reserved):
                raise TooManyRequestsException()
            self._running[arn] += 1
        try:
            yield
        finally:
            with self._lock:
                self._running[arn] -= 1
