# SPDX-License-Identifier: Apache-2.0

"""`dicomstore send` to our own receiver, to DCMTK's and pynetdicom's, and to receivers that refuse, abort or are silent."""

import contextlib
import json
import os
import pty
import signal
import socket
import struct
import subprocess
from pathlib import Path

import pydicom
import pytest
from conftest import DICOMSTORE
from folder_receivers import start, tls_settings
from part10 import data_set_bytes
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    RLELossless,
)
from pynetdicom import AE, evt
from pynetdicom.sop_class import SecondaryCaptureImageStorage
from raw_receiver import accept, pdu, raw_receiver, read_pdu, response, serve_storage
from send_command import SECONDS, command, run, run_json
from storage_peers import pynetdicom_receiver, storescp
from synthetic import synthetic_instance
from test_crowd import peak_rss
from tls import make_certificate
from tls_clients import HOST
from waiting import wait_for

pytestmark = pytest.mark.pipeline
NAME = "Synthetic^Patient"


def instances(folder: Path, count: int, **elements: object) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    return [synthetic_instance(folder / f"{number:04}.dcm", **elements) for number in range(count)]


def stored(folder: Path) -> dict[str, bytes]:
    """The data sets that a receiver's folder holds, by SOP Instance UID. Files that are being written do not count."""
    found = {}
    for path in folder.rglob("*"):
        if ".partial" in path.parts or not path.is_file():
            continue
        # A document of a delivery may be removed in the meantime.
        with contextlib.suppress(FileNotFoundError):
            if path.read_bytes()[128:132] == b"DICM":
                found[str(pydicom.dcmread(path, stop_before_pixels=True).SOPInstanceUID)] = data_set_bytes(path)
    return found


def sent_data_sets(paths: list[Path]) -> dict[str, bytes]:
    return {str(pydicom.dcmread(path, stop_before_pixels=True).SOPInstanceUID): sent_bytes(path) for path in paths}


def sent_bytes(path: Path) -> bytes:
    """A deflated data set of odd length gets a NULL byte. PS3.5 section A.5."""
    data_set = data_set_bytes(path)
    return data_set + b"\x00" * (len(data_set) % 2)


@pytest.fixture(scope="module")
def syntaxes(tmp_path_factory) -> Path:
    """An instance in each kind of transfer syntax."""
    folder = tmp_path_factory.mktemp("syntaxes")
    for syntax in [ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian, RLELossless, JPEG2000Lossless]:
        synthetic_instance(folder / f"{syntax}.dcm", syntax)
    path = synthetic_instance(folder / "big.dcm", PixelData=os.urandom(3_000_000))
    assert path.stat().st_size > 3_000_000
    return folder


# Receivers


@pytest.mark.parametrize("size", [4096, 131072])
def test_our_receiver_gets_every_byte(folder_receiver, tmp_path, syntaxes, size):
    receiver = folder_receiver(MAXIMUM_PDU_SIZE=str(size))
    sent = run_json(receiver.port, "--associations", 3, "--called", "ANY", "--calling", "SENDER", syntaxes)
    paths = sorted(syntaxes.iterdir())
    assert sent.status == 0, sent
    assert {name: item["outcome"] for name, item in sent.files.items()} == {path.name: "stored" for path in paths}
    assert sent.summary["stored"] == len(paths) and sent.summary["notStored"] == 0
    assert stored(tmp_path / "storage") == sent_data_sets(paths)
    ends = wait_for("the ends", lambda: [line for line in receiver.log_lines("association ended")])
    assert {(line["end"], line["callingAE"]) for line in ends} == {("released", "SENDER")}


def test_real_files_to_our_receiver(folder_receiver, tmp_path, samples):
    receiver = folder_receiver()
    sent = run_json(receiver.port, *samples)
    assert sent.status == 0, sent
    assert stored(tmp_path / "storage") == sent_data_sets(samples)


@pytest.mark.parametrize("size", [4096, 131072])
def test_storescp_gets_every_byte(tmp_path, syntaxes, size):
    # storescp keeps bytes as received only with --bit-preserving.
    with storescp(tmp_path / "storescp", "--max-pdu", str(size), "--bit-preserving") as port:
        sent = run_json(port, syntaxes)
    assert sent.status == 0, sent
    assert stored(tmp_path / "storescp") == sent_data_sets(list(syntaxes.iterdir()))


@pytest.mark.parametrize("maximum", [0, 4096])
def test_pynetdicom_gets_every_byte(tmp_path, maximum):
    paths = instances(tmp_path / "sent", 3, PixelData=os.urandom(600_000))
    received, lengths = {}, []

    def store(event: evt.Event) -> int:
        received[event.request.AffectedSOPInstanceUID] = event.request.DataSet.getvalue()
        return 0

    def length(event: evt.Event) -> None:
        if type(event.pdu).__name__ == "P_DATA_TF":
            lengths.append(event.pdu.pdu_length)

    entity = AE()
    entity.maximum_pdu_size = maximum
    entity.add_supported_context(SecondaryCaptureImageStorage)
    handlers = [(evt.EVT_C_STORE, store), (evt.EVT_PDU_RECV, length)]
    server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=handlers)
    try:
        sent = run_json(server.server_address[1], tmp_path / "sent")
    finally:
        server.shutdown()
    assert sent.status == 0, sent
    assert received == sent_data_sets(paths)
    assert max(lengths) == maximum if maximum else max(lengths) > 100_000


def test_pynetdicom_decodes_what_it_gets(syntaxes):
    with pynetdicom_receiver() as port:
        assert run_json(port, syntaxes).status == 0


def test_a_thousand_files(folder_receiver, tmp_path):
    receiver = folder_receiver()
    [first] = instances(tmp_path / "first", 1)
    content, uid = first.read_bytes(), str(pydicom.dcmread(first).SOPInstanceUID)
    folder = tmp_path / "sent"
    for number in range(1000):
        path = folder / f"{number % 10}" / f"{number}.dcm"
        path.parent.mkdir(parents=True, exist_ok=True)
        # Another UID of the same length.
        path.write_bytes(content.replace(uid.encode(), (uid[:-4] + f"{number + 1000:04}").encode()))
    sent = run_json(receiver.port, "--associations", 2, folder)
    assert sent.status == 0 and sent.summary["stored"] == 1000
    assert len(stored(tmp_path / "storage")) == 1000


def test_many_contexts(tmp_path):
    """129 pairs of SOP class and transfer syntax need two associations."""
    folder = tmp_path / "sent"
    folder.mkdir()
    for number in range(129):
        synthetic_instance(folder / f"{number}.dcm", SOPClassUID=f"1.2.826.0.1.3680043.2.9.{number + 1}")
    requests = []

    def serve(connection):
        serve_storage(connection, lambda context, number: requests.append(context) or response(context, number))

    with raw_receiver(serve) as port:
        sent = run_json(port, folder)
    assert sent.status == 0, sent
    assert len(requests) == 129 and sorted(set(requests)) == list(range(1, 256, 2))


# What is sent


def test_others_than_images_are_named(folder_receiver, tmp_path):
    receiver = folder_receiver()
    folder = tmp_path / "sent"
    instances(folder, 2)
    (folder / "README").write_text("Read me.")
    (folder / "zeros").write_bytes(bytes(1000))
    (folder / "loop").symlink_to(folder)
    sent = run_json(receiver.port, folder)
    assert sent.status == 1
    assert {name: item["outcome"] for name, item in sent.files.items()} == {
        "0000.dcm": "stored", "0001.dcm": "stored", "README": "notDICOM", "zeros": "notDICOM",
    }  # fmt: skip
    skipping = run(receiver.port, "--skip-non-dicom", folder)
    assert skipping.status == 0
    assert skipping.lines[-1].startswith("4 files: 2 stored, 2 skipped, 0 not stored; ")
    assert f"{folder}/README: is not a DICOM file: no DICM after 128 bytes" in skipping.lines


@pytest.mark.parametrize("has_folder", [True, False])
def test_nothing_to_send(tmp_path, has_folder):
    (tmp_path / "empty").mkdir()
    # The port is not even connected to.
    sent = run(9, tmp_path / ("empty" if has_folder else "absent"))
    assert sent.status == 1
    assert sent.lines[-1].startswith("no files were found" if has_folder else "1 files: 0 stored, 1 not stored")


def test_a_large_file_is_not_held_in_memory(tmp_path):
    """A sparse file of 2 GB goes to a receiver that drops it; the sender's peak of memory is looked at."""
    path = synthetic_instance(tmp_path / "large.dcm", PixelData=b"")
    size = 2 << 30
    content = path.read_bytes()
    place = content.rindex(b"\xe0\x7f\x10\x00OB\0\0")
    path.write_bytes(content[: place + 8] + struct.pack("<I", size))
    with path.open("r+b") as file:
        file.truncate(place + 12 + size)
    lengths, peaks = [], []

    def serve(connection):
        accept(connection, 0)
        total = 0
        while True:
            kind, body = read_pdu(connection)
            if kind != 4:
                break
            length, context, control = struct.unpack_from(">IBB", body)
            total += 0 if control & 1 else length - 2
            if control == 2:
                lengths.append(total)
                # The usage that wait4 returns would also count the process that started the command.
                peaks.append(peak_rss(process.pid))
                connection.sendall(response(context, 1))
        connection.sendall(pdu(6, bytes(4)))

    with raw_receiver(serve) as port:
        process = subprocess.Popen(command(port, path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={})
        assert process.wait() == 0
    assert lengths == [len(data_set_header(path)) + size]
    # The program itself takes some 30 MB.
    assert peaks and max(peaks) < 120 << 20


def data_set_header(path: Path) -> bytes:
    """The data set up to the value of the pixel data."""
    with path.open("rb") as file:
        content = file.read(4096)
    begin = 144 + int.from_bytes(content[140:144], "little")
    return content[begin : content.index(b"\xe0\x7f\x10\x00OB\0\0") + 12]


# Refusals


def test_refused_classes(tmp_path):
    paths = instances(tmp_path / "sent", 2)
    entity = AE()
    entity.add_supported_context("1.2.840.10008.1.1")
    server = entity.start_server(("127.0.0.1", 0), block=False)
    try:
        sent = run(server.server_address[1], *paths)
    finally:
        server.shutdown()
    assert sent.status == 1
    what = f"SOP Class {SecondaryCaptureImageStorage} in transfer syntax {ExplicitVRLittleEndian}"
    assert sent.lines[0] == f"{paths[0]}: refused: abstract syntax not supported, {what}"


@pytest.mark.parametrize(
    ("status", "outcome", "text", "exit_status"),
    [
        (0xA700, "refused", "refused: out of resources (A700H)", 1),
        (0xA900, "refused", "refused: the data set does not match its SOP Class (A900H)", 1),
        (0xC123, "refused", "refused: the receiver cannot understand the data set (C123H)", 1),
        (0x0124, "refused", "refused: not authorized (0124H)", 1),
        (0xB000, "storedWithWarning", "stored, some values were changed (B000H)", 0),
    ],
)
def test_statuses(tmp_path, status, outcome, text, exit_status):
    instances(tmp_path / "sent", 1)
    with raw_receiver(lambda it: serve_storage(it, lambda context, number: response(context, number, status))) as port:
        sent = run_json(port, tmp_path / "sent")
    assert sent.status == exit_status
    [result] = sent.files.values()
    assert (result["outcome"], result["text"], result["status"]) == (outcome, text, f"{status:04X}H")


def test_a_rejected_title_is_explained(folder_receiver, tmp_path):
    receiver = folder_receiver(AE_TITLE="PACS", REQUIRE_CALLED_AE_TITLE="true")
    instances(tmp_path / "sent", 1)
    sent = run(receiver.port, "--retries", 2, tmp_path / "sent")
    assert sent.status == 1 and "trying again" not in sent.notes
    assert "called AE title not recognized. The receiver has another title: --called" in sent.lines[0]
    assert run(receiver.port, "--called", "PACS", tmp_path / "sent").status == 0


def test_nothing_listens(tmp_path):
    instances(tmp_path / "sent", 2)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        sent = run(unused.getsockname()[1], tmp_path / "sent")
    assert sent.status == 1
    assert sent.lines[0].endswith("not sent: not connected: connection refused: nothing listens there")


def test_an_aborting_receiver(tmp_path):
    """It aborts every second instance."""
    instances(tmp_path / "sent", 6)
    seen = []

    def answer(context: int, number: int) -> bytes:
        seen.append(number)
        return pdu(7, b"\0\0\2\6") if len(seen) % 2 == 0 else response(context, number)

    with raw_receiver(lambda connection: serve_storage(connection, answer)) as port:
        sent = run_json(port, "--retry-seconds", 0.01, tmp_path / "sent")
    assert sent.status == 0, sent
    assert sent.notes.count("aborted by the peer: source 2, reason 6; trying again in") == 5
    assert len(seen) == 11


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda context, number: response(context, number + 1), "response 8001H to message 2, expected 8001H to message 1"),
        (lambda context, number: response(context, number, field=0x8030), "response 8030H to message 1, expected 8001H"),
        (lambda context, number: response(context + 2, number), "a PDV on presentation context 3, which was not accepted"),
        (lambda context, number: response(context, number) * 2, None),
        (lambda context, number: b"HTTP/1.1 400 Bad Request\r\n\r\n", "PDU type 48H does not exist"),
        (lambda context, number: pdu(4, b"\xff" * 6), "a PDV has length 4294967295"),
        (lambda context, number: b"\x04\0\xff\xff\xff\xff", "P-DATA-TF of 4294967295 bytes"),
    ],
)
def test_a_receiver_that_answers_wrongly(tmp_path, answer, reason):
    instances(tmp_path / "sent", 1)
    with raw_receiver(lambda connection: serve_storage(connection, answer)) as port:
        sent = run_json(port, "--retries", 1, "--retry-seconds", 0.01, tmp_path / "sent")
    if reason is None:
        # The first of the two is the answer.
        assert sent.status == 0
    else:
        assert sent.status == 1 and reason in sent.notes, sent


# Transport


@pytest.fixture(scope="module")
def client_pair(tmp_path_factory) -> tuple[Path, Path]:
    return make_certificate("sender", tmp_path_factory.mktemp("client"))


def test_tls_with_client_certificates(tmp_path, pair, client_pair):
    paths = instances(tmp_path / "sent", 3, PixelData=os.urandom(300_000))
    settings = tls_settings(pair, TLS_CLIENT_CERTIFICATES="required", TLS_CLIENT_CA_CERTIFICATES=str(client_pair[0]))
    ours = ["--tls-certificate", client_pair[0], "--tls-key", client_pair[1]]
    trust = ["--tls-ca", pair[0], "--tls-server-name", HOST]
    folder = tmp_path / "sent"
    with start(tmp_path, **settings) as receiver:
        port = receiver.tls_port
        sent = run_json(port, *trust, *ours, folder)
        assert sent.status == 0, sent
        assert stored(tmp_path / "storage") == sent_data_sets(paths)
        for arguments, reason in [
            (trust, "the receiver asks for a client certificate: --tls-certificate and --tls-key"),
            (["--tls-ca", client_pair[0], "--tls-server-name", HOST, *ours], "its authority is not known (--tls-ca)"),
            (["--tls-ca", pair[0], *ours], "its name is not that of the host (--tls-server-name)"),
            ([], "not sent: "),
        ]:
            refused = run(port, *arguments, folder)
            assert refused.status == 1 and reason in refused.lines[0], refused
        # The port without TLS.
        refused = run(receiver.port, *trust, folder)
        assert refused.status == 1 and "the receiver does not speak TLS on this port" in refused.lines[0], refused


# Resume


def test_resume_after_kill(folder_receiver, tmp_path):
    receiver = folder_receiver()
    paths = instances(tmp_path / "sent", 300)
    journal = tmp_path / "journal"
    process = subprocess.Popen(command(receiver.port, "--resume", journal, tmp_path / "sent"), stdout=subprocess.DEVNULL, env={})
    wait_for("some files in the journal", lambda: journal.exists() and journal.read_bytes().count(b"\n") > 20)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = journal.read_bytes().count(b"\n") - 1
    # The rest of a line that was being written.
    with journal.open("ab") as file:
        file.write(b'{"path":"/some')
    sent = run_json(receiver.port, "--resume", journal, tmp_path / "sent")
    assert sent.status == 0, sent
    assert sent.summary["storedBefore"] == before and sent.summary["stored"] == 300 - before
    assert len(stored(tmp_path / "storage")) == 300
    assert stored(tmp_path / "storage") == sent_data_sets(paths)
    again = run(receiver.port, "--resume", journal, tmp_path / "sent")
    assert again.status == 0
    assert again.lines[-1].startswith("300 files: 0 stored, 300 stored before, 0 not stored; ")
    # A journal belongs to one receiver.
    other = run(9, "--resume", journal, tmp_path / "sent")
    assert other.status == 64 and "use one journal for each receiver" in other.notes


def test_resume_after_failures(folder_receiver, tmp_path):
    receiver = folder_receiver(MAXIMUM_INSTANCE_BYTES="2000")
    instances(tmp_path / "sent", 2)
    synthetic_instance(tmp_path / "sent" / "large.dcm", PatientComments="x" * 3000)
    journal = tmp_path / "journal"
    first = run_json(receiver.port, "--resume", journal, tmp_path / "sent")
    assert first.status == 1 and first.files["large.dcm"]["outcome"] == "refused"
    again = run_json(receiver.port, "--resume", journal, tmp_path / "sent")
    assert {name: item["outcome"] for name, item in again.files.items()} == {
        "0000.dcm": "storedBefore", "0001.dcm": "storedBefore", "large.dcm": "refused",
    }  # fmt: skip


# The person at the keyboard


def test_a_restarted_receiver_gets_the_rest(folder_receiver, tmp_path):
    receiver = folder_receiver()
    paths = instances(tmp_path / "sent", 200)
    process = subprocess.Popen(
        command(receiver.port, "--retries", 8, "--retry-seconds", 0.2, tmp_path / "sent"),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={},
    )  # fmt: skip
    try:
        wait_for("some files", lambda: len(list((tmp_path / "storage").rglob("*.dcm"))) > 10)
        receiver.kill()
        receiver.start()
        output, notes = process.communicate(timeout=SECONDS)
    finally:
        process.kill()
    assert process.returncode == 0, output
    assert "trying again in" in notes
    assert stored(tmp_path / "storage").keys() == sent_data_sets(paths).keys()


def test_a_terminal_shows_one_line_that_is_rewritten(folder_receiver, tmp_path):
    receiver = folder_receiver()
    instances(tmp_path / "sent", 150)
    (tmp_path / "sent" / "README").write_text("Read me.")
    terminal, inner = pty.openpty()
    process = subprocess.Popen(command(receiver.port, tmp_path / "sent"), stdin=inner, stdout=inner, stderr=inner, env={"TERM": "xterm"})
    os.close(inner)
    output = b""
    try:
        while piece := os.read(terminal, 1 << 16):
            output += piece
    except OSError:
        pass
    finally:
        os.close(terminal)
    assert process.wait(SECONDS) == 1
    lines = output.decode().replace("\r\n", "\n")
    assert "/151 files" not in lines
    shown = [line.rsplit("\r\x1b[K", 1)[-1] for line in lines.split("\n") if line]
    # Stored files are not named, all else is.
    assert len(shown) == 2, shown
    assert shown[0].endswith("README: is not a DICOM file: no DICM after 128 bytes")
    assert shown[1].startswith("151 files: 150 stored, 1 not stored; ")


def test_no_patient_data_is_printed(folder_receiver, tmp_path):
    receiver = folder_receiver()
    instances(tmp_path / "sent", 2, PatientName="Marked^Name", PatientID="MARKED-ID", PatientBirthDate="19010203")
    journal = tmp_path / "journal"
    results = [run_json(receiver.port, "--resume", journal, tmp_path / "sent"), run(receiver.port, tmp_path / "sent")]
    text = json.dumps([(result.lines, result.notes) for result in results]) + journal.read_text()
    assert not any(mark in text for mark in ["Marked", "MARKED-ID", "19010203"])


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ([], "expected HOST:PORT"),
        (["127.0.0.1:104"], "expected files or folders to send, got none"),
        (["folder"], "expected HOST:PORT of the receiver first, or --host, got “folder”"),
        (["127.0.0.1:0", "x"], "the port: expected 1 to 65535, got 0"),
        (["--port", "104", "x"], "--port: expected --host with it"),
        (["127.0.0.1:104", "x", "--associations", "33"], "--associations: expected 1 to 32, got 33"),
        (["127.0.0.1:104", "x", "--called", "A" * 17], "--called: expected 1 to 16 printable characters"),
        (["127.0.0.1:104", "x", "--calling", " "], "--calling: expected 1 to 16 printable characters"),
        (["127.0.0.1:104", "x", "--tls-key", "key.pem"], "expected both or none"),
        (["127.0.0.1:104", "x", "--tls-ca", "/absent"], "/absent: expected a readable file with PEM certificates"),
        (["127.0.0.1:104", "x", "--resume", "/absent/journal"], "--resume /absent/journal: No such file or directory"),
    ],
)  # fmt: skip
def test_mistakes_are_explained(arguments, text):
    result = subprocess.run([DICOMSTORE, "send", *arguments], capture_output=True, text=True, timeout=SECONDS, env={})
    assert result.returncode == 64
    assert text in result.stderr, result.stderr


def test_host_and_port_as_options(folder_receiver, tmp_path):
    receiver = folder_receiver()
    [path] = instances(tmp_path / "sent", 1)
    arguments = ["--host", "localhost", "--port", str(receiver.port), path.name]
    result = subprocess.run(
        [DICOMSTORE, "send", *arguments], capture_output=True, text=True, timeout=SECONDS, env={}, cwd=path.parent
    )
    assert result.returncode == 0, result
    assert result.stdout.splitlines()[0] == "0000.dcm: stored"
