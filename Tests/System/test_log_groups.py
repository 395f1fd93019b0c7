# SPDX-License-Identifier: Apache-2.0

"""CloudWatch Logs of the local AWS: the lines of functions and receivers are events of their log groups."""

import json

from functions import create_function
from localaws import log_groups

GROUP = "/ecs/test"


def events(aws, group: str, **filters) -> list[dict]:
    pages = aws.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group, **filters)
    return [event for page in pages for event in page["events"]]


def test_lines_of_a_function_are_events_of_its_log_group(aws):
    function = create_function(
        aws.client("lambda"), "def handle(event):\n print('seen ' + event['word'], flush=True)\n return None"
    )
    for word in ("one", "two"):
        aws.client("lambda").invoke(FunctionName=function.name, Payload=json.dumps({"word": word}))
    group = f"/aws/lambda/{function.name}"
    lines = [event["message"] for event in events(aws, group) if event["message"].startswith("seen")]
    assert lines == ["seen one", "seen two"]
    assert [event["message"] for event in events(aws, group, filterPattern='"seen two"')] == ["seen two"]


def test_lines_of_a_file_are_events_with_the_time_that_they_name(aws, tmp_path):
    log = tmp_path / "receiver.log"
    log.write_text('{"timestamp":"2026-11-29T12:00:00.250Z","level":"INFO","message":"receiver ready"}\nincomplete')
    aws.show_log(GROUP, log)
    [event] = events(aws, GROUP)
    assert event["timestamp"] == 1795953600250
    with log.open("a") as file:
        file.write(" no longer\n")
    assert [event["message"] for event in events(aws, GROUP)][1:] == ["incomplete no longer"]
    assert len(events(aws, GROUP)) == 2


def test_a_file_that_is_written_again_is_read_again(tmp_path):
    path = tmp_path / "receiver.log"
    file = log_groups.LogFile(path, "receiver")
    assert file.new_lines() == []
    path.write_text("one\ntwo\n")
    assert file.new_lines() == ["one", "two"]
    assert file.new_lines() == []
    path.write_text("three\n")
    assert file.new_lines() == ["three"]


def test_only_the_newest_bytes_of_a_large_file_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(log_groups, "MAXIMUM_BYTES", 100)
    path = tmp_path / "receiver.log"
    path.write_text("".join(f"line {number}\n" for number in range(1000)))
    lines = log_groups.LogFile(path, "receiver").new_lines()
    assert lines[-1] == "line 999"
    assert sum(len(line) + 1 for line in lines) == 100
