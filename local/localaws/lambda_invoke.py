# SPDX-License-Identifier: Apache-2.0

"""Lambda: moto runs functions in Docker. Here each call goes to an emulator, unless the function's reserved concurrency
is used up.

All callers in moto use `LambdaFunction.invoke`: the Invoke API, S3, SQS and Step Functions.
"""

import logging
import threading

from moto.awslambda.models import LambdaFunction

from localaws.lambda_pool import LambdaPools, Result
from localaws.reserved_concurrency import ReservedConcurrency, TooManyRequestsException

LOG = logging.getLogger("localaws.lambda")


def install(pools: LambdaPools) -> None:
    reserved = ReservedConcurrency()

    def run(function: LambdaFunction, payload: bytes) -> Result:
        with reserved.place(function):
            return pools.invoke(function, payload)

    def run_later(function: LambdaFunction, payload: bytes) -> None:
        try:
            run(function, payload)
        except TooManyRequestsException:
            LOG.warning("%s is throttled: Lambda would retry an asynchronous call for hours", function.function_name)

    def invoke(self: LambdaFunction, body: str | bytes, request_headers, response_headers: dict[str, str]) -> bytes:
        payload = (body.encode() if isinstance(body, str) else body) or b"{}"
        if _is_asynchronous(request_headers):
            threading.Thread(target=run_later, args=(self, payload), daemon=True).start()
            return b""
        result = run(self, payload)
        if result.failed:
            response_headers["x-amz-function-error"] = "Unhandled"
        return result.payload

    LambdaFunction.invoke = invoke


def _is_asynchronous(headers) -> bool:
    """Asynchronous calls that fail are not retried here; Lambda retries them twice."""
    return {name.lower(): value for name, value in dict(headers or {}).items()}.get("x-amz-invocation-type") == "Event"
