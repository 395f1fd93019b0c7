# SPDX-License-Identifier: Apache-2.0

"""DCMTK's programs are recognised by their version text, and the output of a sender that fails is shown."""

import io
import logging
import socket
from pathlib import Path

import pytest

import dcmtk
from display import Display
from run import Notes
from senders import send_with_dcmtk, send_with_pynetdicom


@pytest.fixture
def no_memory():
    """Clears the results of earlier searches."""
    dcmtk.find.cache_clear()
    yield
    dcmtk.find.cache_clear()


def program(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(text)
    path.chmod(0o755)
    return path


# Programs that get `--version`: pynetdicom's `storescu`, which has no such option; a file that is not a program; a
# program of DCMTK under the name of another one.
OTHERS = {
    "pynetdicom": "#!/bin/sh\necho usage: storescu >&2\nexit 2\n",
    "text": "no program\n",
    "dcmtk": "#!/bin/sh\necho '$dcmtk: echoscu v3.6.7 2022-04-22 $'\n",
}


@pytest.mark.parametrize("other", OTHERS)
def test_another_program_of_the_same_name_is_passed_over(tmp_path, monkeypatch, no_memory, other):
    program(tmp_path / "first", "storescu", OTHERS[other])
    own = program(tmp_path / "second", "storescu", "#!/bin/sh\necho '$dcmtk: storescu v9.8.7 2026-01-01 $'\n")
    monkeypatch.setenv("PATH", f"relative:{tmp_path / 'first'}:{tmp_path / 'second'}:/usr/bin")
    assert dcmtk.find("storescu") == dcmtk.Program(own, "9.8.7")


def test_debians_program_is_found_without_the_path(monkeypatch, no_memory):
    monkeypatch.setenv("PATH", "/nonexistent")
    assert dcmtk.path("storescu") == "/usr/bin/storescu"


def test_the_error_names_the_other_programs_that_were_found(tmp_path, monkeypatch, no_memory):
    other = program(tmp_path, "no-program-of-dcmtk", OTHERS["pynetdicom"])
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(dcmtk.NoDCMTK, match=f"found only other programs of this name: {other}. Debian's package is `dcmtk`"):
        dcmtk.find("no-program-of-dcmtk")


@pytest.mark.parametrize(
    ("send", "said"),
    [
        (send_with_dcmtk, ["/usr/bin/storescu ended with 1: of 2 files status none for 2", "F: Association Request Failed"]),
        (send_with_pynetdicom, ["pynetdicom got no association: of 2 files status none for 2", "Connection refused"]),
    ],
)
def test_the_output_of_a_failing_sender_is_logged(samples, caplog, send, said):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        send(samples[:2], "127.0.0.1", closed.getsockname()[1])
    assert all(text in caplog.text for text in said), caplog.text


def test_make_run_shows_why_a_sender_failed(samples):
    shown = io.StringIO()
    notes = Notes(Display(shown))
    logging.getLogger().addHandler(notes)
    try:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            send_with_dcmtk(samples[:2], "127.0.0.1", closed.getsockname()[1])
    finally:
        logging.getLogger().removeHandler(notes)
    assert "of 2 files status none for 2\nF: Association Request Failed" in shown.getvalue()


def test_a_successful_sender_logs_nothing(folder_receiver, samples, caplog):
    receiver = folder_receiver()
    for send in (send_with_dcmtk, send_with_pynetdicom):
        send(samples[:2], "127.0.0.1", receiver.port)
    assert not caplog.text
