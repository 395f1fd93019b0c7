# SPDX-License-Identifier: Apache-2.0

"""The runtime as a process: signals, exit codes, logs, concurrent events, memory."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest
from conftest import PROJECT, unpack_function
from runtime_api import RuntimeAPI
from waiting import wait_for

SAMPLE = PROJECT / ".build/debug/SampleFunction"


@pytest.fixture
def api():
    with RuntimeAPI() as running:
        yield running


@pytest.fixture
def start(api):
    """Starts the test function, or another command. Processes that still run at the end are killed."""
    processes: list[subprocess.Popen] = []

    def start(command: Path = SAMPLE, **variables: str) -> subprocess.Popen:
        processes.append(api.start([command], **variables))
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def event(name: str, **values) -> bytes:
    return json.dumps({name: values}).encode()


def test_sigterm_ends_an_idle_function_at_once(api, start):
    function = start()
    wait_for("the function to ask for an event", lambda: api.asked == 1)
    function.terminate()
    assert function.wait(10) == 0


def test_sigterm_lets_a_running_event_be_answered(api, start):
    function = start()
    api.invoke(event("sleep", seconds=1))
    assert _lives_on_after_sigterm(function, api)
    assert json.loads(api.answer().body) == {"slept": "1.0"}
    assert function.wait(10) == 0
    assert api.asked == 1


def test_a_second_sigterm_does_not_wait(api, start):
    function = start()
    api.invoke(event("sleep", seconds=600))
    assert _lives_on_after_sigterm(function, api)
    function.terminate()
    assert function.wait(10) == 128 + signal.SIGTERM


def _lives_on_after_sigterm(function: subprocess.Popen, api: RuntimeAPI) -> bool:
    """Whether the function, busy with an event, continues after it has certainly received SIGTERM."""
    wait_for("the event to be taken", lambda: api.asked == 1 and api.all_taken())
    wait_for("the function to be busy with it", lambda: _sleeps(function.pid))
    function.terminate()
    wait_for("the signal to be taken", lambda: not _pending(function.pid))
    return function.poll() is None


def _sleeps(pid: int) -> bool:
    """Whether the main thread is waiting for its handler and no longer for /next."""
    return "futex" in Path(f"/proc/{pid}/wchan").read_text()


def _pending(pid: int) -> bool:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return any(int(line.split()[1], 16) for line in lines if line.startswith("ShdPnd"))


def test_a_broken_platform_ends_the_process_with_an_error(api, start):
    function = start()
    api.invoke(b"", status=500)
    assert function.wait(10) == 1
    [_, line] = [json.loads(line) for line in function.stderr]
    assert (line["level"], line["errorType"]) == ("FATAL", "RuntimeAPIError")


@pytest.mark.parametrize(
    ("log_format", "level", "expected"),
    [("JSON", "INFO", "ERROR"), ("Text", "INFO", "ERROR"), ("JSON", "FATAL", None), ("Text", "FATAL", None)],
)
def test_the_log_has_the_format_and_level_that_lambda_sets(api, start, log_format, level, expected):
    function = start(AWS_LAMBDA_LOG_FORMAT=log_format, AWS_LAMBDA_LOG_LEVEL=level)
    api.invoke(event("fail", _0='of\n"two" lines'))
    assert api.answer().kind == "error"
    wait_for("the next call", lambda: api.asked == 2)
    function.terminate()
    lines = function.communicate(timeout=10)[1].splitlines()
    if expected is None:
        assert lines == []
    elif log_format == "JSON":
        [_, line] = map(json.loads, lines)
        assert {name: line[name] for name in ("level", "message", "requestId", "errorType", "errorMessage")} == {
            "level": "ERROR",
            "message": "invocation failed",
            "requestId": "request-1",
            "errorType": "Function.Failure",
            "errorMessage": 'of\n"two" lines',
        }
    else:
        [_, line] = lines
        assert "ERROR invocation failed" in line and "requestId=request-1" in line and 'of\\n"two" lines' in line


@pytest.mark.pipeline
def test_a_function_without_its_configuration_says_what_is_missing(api, start, tmp_path):
    function = start(unpack_function("CheckStatus", tmp_path), AWS_REGION="us-east-1")
    answer = api.answer()
    assert (answer.request_id, answer.kind) == ("/2018-06-01/runtime/init", "error")
    assert json.loads(answer.body)["errorType"] == "Function.MissingVariable"
    assert function.wait(10) == 1


@pytest.mark.pipeline
def test_memory_does_not_grow_with_the_number_of_events(api, start, tmp_path):
    """`make bench-runtime` gives a million events to the same runtime."""
    variables = {"DICOM_BUCKET": "dicom", "TABLE_NAME": "table", "OUTPUT_S3_URI": "s3://output/", "STATE_MACHINE_ARN": "arn"}
    function = start(unpack_function("TriggerImport", tmp_path), AWS_REGION="us-east-1", **variables)
    test_event = (PROJECT / "events/s3-test-event.json").read_bytes()

    def resident_after(count: int) -> int:
        for _ in range(count):
            api.invoke(test_event)
        assert {api.answer().kind for _ in range(count)} == {"response"}
        fields = Path(f"/proc/{function.pid}/statm").read_text().split()
        return int(fields[1]) * os.sysconf("SC_PAGESIZE")

    first = resident_after(1000)
    assert resident_after(10_000) <= first * 1.05
