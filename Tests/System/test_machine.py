# SPDX-License-Identifier: Apache-2.0

"""Tests that must be alone on the machine, while other tests run side by side."""

import fcntl
import threading

from machine import Machine
from waiting import wait_for


def test_a_test_that_must_be_alone_waits_for_running_tests_and_precedes_later_ones(tmp_path):
    machine, began = Machine(tmp_path), []

    def run(name: str, alone: bool) -> threading.Thread:
        def use() -> None:
            with machine.use(alone):
                began.append(name)

        thread = threading.Thread(target=use)
        thread.start()
        return thread

    def the_line_is_taken() -> bool:
        with (tmp_path / "line").open() as line:
            try:
                fcntl.flock(line, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    with machine.use(alone=False), machine.use(alone=False):
        waiting = [run("alone", alone=True)]
        wait_for("the line to be taken", the_line_is_taken)
        waiting.append(run("later", alone=False))
        assert began == []
    for thread in waiting:
        thread.join()
    assert began == ["alone", "later"]
