"""Lambda: moto runs functions in Docker. Here each call goes to the emulators.

`LambdaFunction.invoke` is where every path in moto ends: the Invoke API, S3, SQS and Step Functions.
"""

import threading

from moto.awslambda.models import LambdaFunction

from localaws.lambda_pool import LambdaPools


def install(pools: LambdaPools) -> None:
    def invoke(self: LambdaFunction, body: str | bytes, request_headers, response_headers: dict[str, str]) -> bytes:
        payload = body.encode() if isinstance(body, str) else body
        if _is_asynchronous(request_headers):
            threading.Thread(target=pools.invoke, args=(self, payload or b"{}"), daemon=True).start()
            return b""
        result = pools.invoke(self, payload or b"{}")
        if result.failed:
            response_headers["x-amz-function-error"] = "Unhandled"
        return result.payload

    LambdaFunction.invoke = invoke


def _is_asynchronous(headers) -> bool:
    """An asynchronous failure is not tried again here; Lambda tries twice more."""
    return {name.lower(): value for name, value in dict(headers or {}).items()}.get("x-amz-invocation-type") == "Event"
