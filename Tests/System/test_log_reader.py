# SPDX-License-Identifier: Apache-2.0

"""If the reader of the receiver's log stops reading, the receiver continues."""

import json
import os
import subprocess

import deploy
import ports
import processes
import pytest
from conftest import STORE_SCP
from raw_sender import RawSender, data, echo_command
from waiting import wait_for

pytestmark = pytest.mark.pipeline
# Each logs a line of about 250 bytes; together they are more than a pipe and the log queue hold.
ASSOCIATIONS = 6000


@pytest.fixture
def port():
    with ports.reserved_port() as number:
        yield number


def test_a_log_without_a_reader_does_not_stop_the_receiver_and_dropped_lines_are_counted(tmp_path, port):
    settings = {"STORAGE_DIRECTORY": str(tmp_path), "SCP_ADDRESS": "127.0.0.1", "SCP_PORT": str(port)}
    environment = {**deploy.environment("http://127.0.0.1:9"), **settings}
    reading, writing = os.pipe()
    process = subprocess.Popen([STORE_SCP], env=environment, stderr=writing, stdin=subprocess.DEVNULL)
    os.close(writing)
    try:
        wait_for("the receiver to listen", lambda: ports.accepts(port))
        for _ in range(ASSOCIATIONS):
            with RawSender(port) as sender:
                sender.associate()
        with RawSender(port) as sender:
            sender.associate()
            sender.send(data(1, 3, echo_command()))
            assert sender.status() == 0
        process.terminate()
        with os.fdopen(reading, encoding="utf-8") as log:
            lines = [json.loads(line) for line in log]
    finally:
        processes.stop(process)
    assert process.returncode == 0
    [dropped] = [int(line["count"]) for line in lines if line["message"].startswith("log lines dropped")]
    ended = sum(line["message"] == "association ended" for line in lines)
    # The lines of the shutdown may be among the dropped ones.
    assert ASSOCIATIONS + 1 <= ended + dropped <= ASSOCIATIONS + 1 + 10
    assert dropped > 0
