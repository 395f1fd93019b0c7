# SPDX-License-Identifier: Apache-2.0

"""Lambda functions for tests: a zip with a `bootstrap` in Python that runs the Runtime API's loop around a given
`handle`."""

import io
import sys
import uuid
import zipfile
from dataclasses import dataclass

BOOTSTRAP = '''#!{python}
import json, os, urllib.request

API = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/invocation/"

class Failure(Exception):
    """handle raises it: an error of that type."""

def post(path, body, **headers):
    urllib.request.urlopen(urllib.request.Request(API + path, json.dumps(body).encode(), headers)).read()

{handler}

while True:
    with urllib.request.urlopen(API + "next") as invocation:
        request_id = invocation.headers["Lambda-Runtime-Aws-Request-Id"]
        event = json.load(invocation)
    try:
        post(request_id + "/response", handle(event))
    except Failure as error:
        kind = str(error)
        body = {{"errorType": kind, "errorMessage": "the test says so"}}
        post(request_id + "/error", body, **{{"Lambda-Runtime-Function-Error-Type": kind}})
'''


def function_zip(handler: str) -> bytes:
    """`handler` is Python source that defines `handle(event)`."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("bootstrap", BOOTSTRAP.format(python=sys.executable, handler=handler))
    return content.getvalue()


@dataclass(frozen=True)
class Function:
    name: str
    arn: str


def create_function(
    client, handler: str, timeout: int = 30, variables: dict[str, str] | None = None, role: str = "test"
) -> Function:
    """Deploys `handler` under a new name."""
    answer = client.create_function(
        FunctionName=f"test-{uuid.uuid4().hex[:12]}",
        Runtime="provided.al2023",
        Role=f"arn:aws:iam::123456789012:role/{role}",
        Handler="bootstrap",
        Code={"ZipFile": function_zip(handler)},
        Timeout=timeout,
        MemorySize=256,
        Environment={"Variables": variables or {}},
    )
    return Function(answer["FunctionName"], answer["FunctionArn"])
