# SPDX-License-Identifier: Apache-2.0

"""The pool of Lambda emulators: a function's environment, its failures, and concurrency."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from deploy import client
from functions import create_function, function_zip
from waiting import wait_for


def invoke(aws, function, event: dict) -> tuple[dict, str | None]:
    answer = aws.client("lambda").invoke(FunctionName=function.name, Payload=json.dumps(event))
    return json.load(answer["Payload"]), answer.get("FunctionError")


def test_a_function_answers_and_its_output_is_in_its_log(aws):
    function = create_function(
        aws.client("lambda"), "def handle(event):\n print('seen', flush=True)\n return {'twice': event['n'] * 2}"
    )
    assert invoke(aws, function, {"n": 21}) == ({"twice": 42}, None)
    assert "seen" in (aws.state_dir / "logs" / f"{function.name}.log").read_text()


def test_the_environment_is_like_lambdas(aws):
    source = "def handle(event): return dict(os.environ)"
    function = create_function(aws.client("lambda"), source, variables={"OWN": "variable"})
    environment, _ = invoke(aws, function, {})
    expected = {
        "AWS_REGION": "us-east-1",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_ENDPOINT_URL": aws.endpoint,
        "_HANDLER": "bootstrap",
        "OWN": "variable",
    }
    assert {name: environment.get(name) for name in expected} == expected
    needed = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_LAMBDA_LOG_STREAM_NAME", "LAMBDA_TASK_ROOT"}
    assert needed <= environment.keys()


def test_an_error_is_distinguished_from_an_answer(aws):
    function = create_function(aws.client("lambda"), "def handle(event): raise Failure('Function.Busy')")
    body, error = invoke(aws, function, {})
    assert (body["errorType"], error) == ("Function.Busy", "Unhandled")


def test_a_function_that_exits_fails_and_the_next_call_gets_a_new_one(aws):
    source = "def handle(event):\n if event['exit']: os._exit(3)\n return os.getpid()"
    function = create_function(aws.client("lambda"), source)
    body, error = invoke(aws, function, {"exit": True})
    assert (body["errorType"], error) == ("Runtime.ExitError", "Unhandled")
    assert invoke(aws, function, {"exit": False})[1] is None


def test_a_function_that_is_too_slow_times_out(aws):
    function = create_function(aws.client("lambda"), "import time\ndef handle(event): time.sleep(30)", timeout=1)
    body, error = invoke(aws, function, {})
    assert (body["errorType"], error) == ("Sandbox.Timedout", "Unhandled")


def test_concurrent_calls_run_at_once_up_to_the_bound(aws):
    source = "import time\ndef handle(event):\n time.sleep(0.3)\n return os.getpid()"
    function = create_function(aws.client("lambda"), source)
    with ThreadPoolExecutor(8) as callers:
        answers = list(callers.map(lambda _: invoke(aws, function, {}), range(8)))
    assert {error for _, error in answers} == {None}
    assert 1 < len({pid for pid, _ in answers}) <= 4


def test_a_call_above_the_reserved_concurrency_is_throttled(aws, tmp_path):
    """The only place is occupied until the test releases it."""
    running, go_on = tmp_path / "running", tmp_path / "go-on"
    source = f"""
import time
def handle(event):
    open({str(running)!r}, "w").close()
    while not os.path.exists({str(go_on)!r}):
        time.sleep(0.01)
    return "done"
"""
    function = create_function(aws.client("lambda"), source)
    aws.client("lambda").put_function_concurrency(FunctionName=function.name, ReservedConcurrentExecutions=1)
    impatient = client("lambda", aws.endpoint, Config(retries={"total_max_attempts": 1}))
    with ThreadPoolExecutor(1) as caller:
        first = caller.submit(invoke, aws, function, {})
        wait_for("the first call", running.exists)
        with pytest.raises(ClientError) as error:
            impatient.invoke(FunctionName=function.name, Payload="{}")
        go_on.touch()
        assert first.result() == ("done", None)
    assert error.value.response["Error"]["Code"] == "TooManyRequestsException"
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert invoke(aws, function, {}) == ("done", None)


def test_an_asynchronous_call_returns_before_the_function_ends(aws, tmp_path):
    done = tmp_path / "done"
    source = f"import time\ndef handle(event):\n time.sleep(0.5)\n open({str(done)!r}, 'w').close()"
    function = create_function(aws.client("lambda"), source)
    began = time.monotonic()
    answer = aws.client("lambda").invoke(FunctionName=function.name, InvocationType="Event", Payload="{}")
    assert answer["StatusCode"] == 202 and time.monotonic() - began < 0.5
    wait_for("the function to end", done.exists)


def test_new_code_replaces_old(aws):
    function = create_function(aws.client("lambda"), "def handle(event): return 'old'")
    assert invoke(aws, function, {})[0] == "old"
    code = function_zip("def handle(event): return 'new'")
    aws.client("lambda").update_function_code(FunctionName=function.name, ZipFile=code)
    assert invoke(aws, function, {})[0] == "new"
