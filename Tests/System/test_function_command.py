# SPDX-License-Identifier: Apache-2.0

"""A function's executable at a shell: the sources of its event, its errors, and its help."""

import json
import os
import re
import subprocess
import threading

import pytest
from conftest import PROJECT, ZIPS, unpack_function

SAMPLE = PROJECT / ".build/debug/SampleFunction"
EVENT = json.dumps({"sleep": {"seconds": 0}})
ANSWER = {"slept": "0.0"}


def run(*arguments, executable=SAMPLE, variables=None, **options) -> subprocess.CompletedProcess:
    environment = {"PATH": os.environ["PATH"], **(variables or {})}
    command = [executable, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, **options)


@pytest.fixture
def event(tmp_path):
    path = tmp_path / "event.json"
    path.write_text(EVENT)
    return path


def test_an_event_comes_from_a_file(event):
    for arguments in (["--event", event], [f"--event={event}"]):
        result = run(*arguments)
        assert (result.returncode, json.loads(result.stdout)) == (0, ANSWER), result.stderr


@pytest.mark.parametrize("arguments", [[], ["--event", "-"], ["--event=-"], ["--event", "/dev/stdin"]])
def test_an_event_comes_through_a_pipe(arguments):
    result = run(*arguments, input=EVENT)
    assert (result.returncode, json.loads(result.stdout)) == (0, ANSWER), result.stderr


def test_an_event_comes_through_a_fifo(tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    writer = threading.Thread(target=fifo.write_text, args=(EVENT,))
    writer.start()
    result = run("--event", fifo)
    writer.join()
    assert (result.returncode, json.loads(result.stdout)) == (0, ANSWER), result.stderr


def test_a_file_that_cannot_be_read_says_why(tmp_path):
    for path, reason in ((tmp_path / "absent.json", "No such file or directory"), (tmp_path, "Is a directory")):
        result = run("--event", path)
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr == f"cannot read the event from {path}: {reason}\n"


@pytest.mark.parametrize("event", [EVENT, json.dumps({"fail": {"_0": "a"}})])
def test_an_answer_that_cannot_be_written_is_an_error(event):
    with open("/dev/full", "w") as full:
        result = subprocess.run([SAMPLE], input=event, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert result.returncode == 1
    assert "No space left on device" in result.stderr


def test_a_closed_output_is_an_error():
    read, write = os.pipe()
    os.close(read)
    result = subprocess.run([SAMPLE], input=EVENT, stdout=write, stderr=subprocess.PIPE, text=True, timeout=60)
    os.close(write)
    assert result.returncode == 1
    assert "Broken pipe" in result.stderr


def test_an_invalid_command_line_shows_the_usage():
    for arguments in (["--events", "x"], ["x"], ["--event"], ["--event", "a", "b"]):
        result = run(*arguments)
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr.startswith("usage: ")


@pytest.mark.parametrize("name", ZIPS)
def test_help_says_of_each_setting_what_the_documentation_says(name, tmp_path):
    """`swift test` compares the page with the code. Bounds are part of the meaning."""
    result = run("--help", executable=unpack_function(name, tmp_path / name))
    assert result.returncode == 0, result.stderr
    rows = (PROJECT / "docs/configuration.md").read_text().split("## The functions")[1].split("## ")[0]
    column = {"TriggerImport": 2, "StartImportJob": 3, "CheckStatus": 4}[name]
    cells = [[cell.strip() for cell in row.split("|")] for row in rows.splitlines() if row.startswith("| `")]
    expected = {
        setting.strip("`"): f"{meaning} (default: {default})" if default else meaning
        for setting, default, meaning in ((cell[1], cell[5], cell[6]) for cell in cells if cell[column])
    }
    assert expected
    printed = dict(line.split(maxsplit=1) for line in result.stdout.splitlines() if re.match(r"  [A-Z_]+ ", line))
    assert {name: text for name, text in printed.items() if not name.startswith("AWS_LAMBDA")} == expected
    for text in ("AWS_LAMBDA_LOG_LEVEL", "AWS_LAMBDA_LOG_FORMAT", "--event FILE"):
        assert text in result.stdout


@pytest.mark.parametrize("address", ["http://127.0.0.1:9001", "127.0.0.1:9001/2018-06-01", "a b"])
def test_a_url_as_runtime_api_is_an_error_with_its_reason(address):
    result = run(variables={"AWS_LAMBDA_RUNTIME_API": address})
    assert result.returncode == 1
    line = json.loads(result.stderr.splitlines()[-1])
    assert line["message"] == "AWS_LAMBDA_RUNTIME_API is not a host and a port"
    assert (line["value"], line["expected"]) == (address, "127.0.0.1:9001")
