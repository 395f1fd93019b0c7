# SPDX-License-Identifier: Apache-2.0

"""The runtime under AWS's own Lambda emulator: events, answers and errors; no event ends the process."""

import json
import shutil

import pytest
from conftest import PROJECT
from localaws.emulator import Emulator

SAMPLE = PROJECT / ".build/debug/SampleFunction"
EMULATOR = PROJECT / ".venv/bin/aws-lambda-rie"


@pytest.fixture
def function(tmp_path):
    """The test function in an emulator."""
    shutil.copy(SAMPLE, tmp_path / "bootstrap")
    environment = {"AWS_LAMBDA_FUNCTION_TIMEOUT": "2", "AWS_LAMBDA_LOG_FORMAT": "JSON"}
    emulator = Emulator(EMULATOR, tmp_path, environment, tmp_path / "log")
    yield emulator
    emulator.stop()


def invoke(function: Emulator, event: bytes) -> bytes:
    return function.invoke(event, timeout=30)


def process_id(function: Emulator) -> str:
    return json.loads(invoke(function, b'{"process": {}}'))["id"]


@pytest.mark.parametrize(
    ("event", "error_type"),
    [
        (b'{"fail": {"_0": "a \\"b\\"\\n\\u0000"}}', "Function.Failure"),
        (b'{"failAs": {"_0": "ThrottlingException"}}', "Function.ThrottlingException"),
        (b"no JSON", "Runtime.UnmarshalError"),
        (b"[" * 100_000, "Runtime.UnmarshalError"),
        (b"\xff\xfe", "Runtime.UnmarshalError"),
        (b'{"answer": {"bytes": 7340032}}', "Function.ResponseSizeTooLarge"),
        (b'{"sleep": {"seconds": 60}}', "Runtime.Timeout"),
    ],
)
def test_errors_are_answered_and_do_not_end_the_process(function, event, error_type):
    before = process_id(function)
    assert json.loads(invoke(function, event))["errorType"] == error_type
    assert process_id(function) == before


def test_six_mebibytes_go_in_and_out(function):
    text = "x" * ((6 << 20) - 64)
    assert json.loads(invoke(function, json.dumps({"echo": {"_0": text}}).encode())) == {"echo": text}


def test_the_context_comes_from_the_emulator(function):
    context = json.loads(invoke(function, b'{"context": {}}'))
    assert context["arn"].startswith("arn:aws:lambda:") and context["remains"] == "true"
