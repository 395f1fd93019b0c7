# SPDX-License-Identifier: Apache-2.0

"""The tools of people and tests: the samples, the two senders, the display."""

import io
import os
import socket
import subprocess

import pydicom
import pytest

import dcmtk
import ports
import processes
import sample_data
from background_build import BackgroundBuild
from display import Display, shortened
from senders import send_with_dcmtk, send_with_pynetdicom
from waiting import wait_for


def test_the_samples_are_the_same_every_time(samples, tmp_path):
    again = sample_data.write_samples(tmp_path)
    assert [path.name for path in again] == [path.name for path in samples]
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in samples]


def test_the_samples_are_many_kinds_of_instances_each_once(samples):
    datasets = [pydicom.dcmread(path) for path in samples]
    assert len(datasets) >= 24
    assert len({dataset.SOPInstanceUID for dataset in datasets}) == len(datasets)
    assert len({dataset.StudyInstanceUID for dataset in datasets}) > 1
    for dataset in datasets:
        assert dataset.StudyInstanceUID and dataset.SeriesInstanceUID
        assert dataset.SOPClassUID == dataset.file_meta.MediaStorageSOPClassUID
        assert dataset.SOPInstanceUID == dataset.file_meta.MediaStorageSOPInstanceUID
    modalities = {dataset.get("Modality") for dataset in datasets}
    assert {"CT", "MR", "US", "SR", "CR", "RTDOSE", "RTPLAN"} <= modalities
    syntaxes = {dataset.file_meta.TransferSyntaxUID for dataset in datasets}
    assert sum(syntax.is_compressed for syntax in syntaxes) >= 5
    assert {pydicom.uid.ImplicitVRLittleEndian, pydicom.uid.ExplicitVRBigEndian} <= syntaxes
    assert pydicom.uid.DeflatedExplicitVRLittleEndian in syntaxes


@pytest.fixture
def storescp(tmp_path):
    """The port of DCMTK's receiver, which accepts and keeps every transfer syntax."""
    with ports.reserved_port() as port:
        command = [dcmtk.path("storescp"), "--accept-all", "--bit-preserving", "--output-directory", tmp_path, str(port)]
        process = processes.start(command, {}, tmp_path / "storescp.log")
        wait_for("storescp to listen", lambda: ports.accepts(port))
        yield port
        processes.stop(process)


@pytest.mark.parametrize("send", [send_with_dcmtk, send_with_pynetdicom])
def test_a_sender_keeps_every_transfer_syntax(storescp, samples, tmp_path, send):
    answers = send(samples, "127.0.0.1", storescp)
    assert [answer.path for answer in answers] == samples
    assert {answer.status for answer in answers} == {0}
    received = [pydicom.dcmread(path) for path in tmp_path.iterdir() if path.suffix != ".log"]
    kept = {dataset.SOPInstanceUID: dataset.file_meta.TransferSyntaxUID for dataset in received}
    sent = [pydicom.dcmread(path, stop_before_pixels=True) for path in samples]
    assert kept == {dataset.SOPInstanceUID: dataset.file_meta.TransferSyntaxUID for dataset in sent}


@pytest.mark.parametrize("send", [send_with_dcmtk, send_with_pynetdicom])
def test_a_sender_without_a_receiver_has_no_answers(samples, send):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        answers = send(samples[:2], "127.0.0.1", closed.getsockname()[1])
    assert [answer.status for answer in answers] == [None, None]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_one_line_that_changes():
    terminal = Terminal()
    display = Display(terminal)
    display.progress("1 sent")
    display.progress("2 sent")
    display.note("done")
    assert terminal.getvalue() == "\r\x1b[2K1 sent\r\x1b[2K2 sent\ndone\n"


def test_a_file_gets_a_line_for_each_change():
    file = io.StringIO()
    display = Display(file)
    for line in ("1 sent", "1 sent", "2 sent"):
        display.progress(line)
    display.table(("job", "sent"), [("a", "10"), ("bcde", "2")])
    assert file.getvalue() == "1 sent\n2 sent\njob   sent\n----  ----\na     10\nbcde  2\n"


def test_a_long_text_loses_its_middle():
    assert shortened("0123456789", 10) == "0123456789"
    assert shortened("0123456789", 6) == "01…789"


def test_a_build_ends_with_the_compilers_that_it_has_started(tmp_path):
    """They have process groups of their own, as SwiftPM's have, and one has been left by its parent."""
    script = "set -m; sleep 97 & (sleep 98 &) ; wait"
    build = processes.start(["bash", "-c", script], dict(os.environ), tmp_path / "log")

    def sleeping() -> list[str]:
        found = subprocess.run(["pgrep", "--session", str(build.pid), "sleep"], capture_output=True, text=True)
        return found.stdout.split()

    wait_for("both to start", lambda: len(sleeping()) == 2)
    processes.stop_session(build)
    wait_for("both to end", lambda: not sleeping(), 5)


def test_a_build_that_fails_ends_the_run_and_shows_what_it_printed(tmp_path):
    stream = io.StringIO()
    command = ["bash", "-c", "echo error: no such module; exit 3"]
    with BackgroundBuild("building it", command, tmp_path / "log") as build:
        with pytest.raises(SystemExit, match=f"building it failed: see {tmp_path}/log"):
            build.wait(Display(stream))
    assert stream.getvalue().endswith("error: no such module\n")


def test_a_build_shows_how_far_it_is_and_may_be_waited_for_again(tmp_path):
    stream = io.StringIO()
    with BackgroundBuild("building it", ["bash", "-c", "echo step 1 of 2; sleep 1"], tmp_path / "log") as build:
        for _ in range(2):
            build.wait(Display(stream))
    assert stream.getvalue().splitlines()[-1] == "step 1 of 2"
