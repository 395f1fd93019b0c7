# SPDX-License-Identifier: Apache-2.0

"""Requests that DCMTK and pynetdicom can make. Each test asserts what was stored and which status was answered."""

import base64
import http.server
import itertools
import json
import os
import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path

import dcmtk
import pydicom
import pytest
from part10 import data_set_bytes
from pydicom.dataset import Dataset
from pydicom.uid import JPEGLSLossless, JPEG2000Lossless, RLELossless, SecondaryCaptureImageStorage
from pynetdicom import AE, build_role, evt
from pynetdicom.association import Association
from pynetdicom.pdu_primitives import (
    AsynchronousOperationsWindowNegotiation,
    SOPClassCommonExtendedNegotiation,
    SOPClassExtendedNegotiation,
    UserIdentityNegotiation,
)
from pynetdicom.presentation import build_context
from rejections import rejection
from senders import send_with_dcmtk, send_with_pynetdicom
from synthetic import synthetic_instance
from waiting import wait_for

pytestmark = pytest.mark.pipeline
VERIFICATION = "1.2.840.10008.1.1"
# Permanent, service provider (ACSE), no reason given. PS3.7 §D.3.3.7.3.
IDENTITY_NOT_ACCEPTED = (1, 2, 1)


def run(*command: object) -> str:
    """Runs a program of DCMTK, which must succeed. Returns its output."""
    program, *arguments = map(str, command)
    result = subprocess.run([dcmtk.path(program), *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)
    assert result.returncode == 0, result.stdout
    return result.stdout


def stored(folder: Path, sent: Path) -> Path:
    [path] = (folder / "storage").rglob(f"{pydicom.dcmread(sent, stop_before_pixels=True).SOPInstanceUID}.dcm")
    return path


@pytest.fixture
def image(tmp_path) -> Path:
    return synthetic_instance(tmp_path / "sent.dcm")


# DCMTK


def test_echoscu_of_every_size(folder_receiver):
    receiver = folder_receiver()
    run("echoscu", "--repeat", 20, "127.0.0.1", receiver.port)
    run("echoscu", "--propose-ts", 38, "--propose-pc", 128, "127.0.0.1", receiver.port)
    ends = wait_for("both lines", lambda: receiver.log_lines("association ended")[1:] and receiver.log_lines("association ended"))
    assert [line["end"] for line in ends] == ["released", "released"]


@pytest.mark.parametrize("sizes", [(4096, 4096), (4098, 4102), (16382, 5002), (131072, 131070)])
def test_storescu_with_pdus_of_any_size(folder_receiver, tmp_path, sizes):
    receiver = folder_receiver(MAXIMUM_PDU_SIZE=str(sizes[0]))
    sent = synthetic_instance(tmp_path / "sent.dcm", PixelData=os.urandom(300_000))
    run("storescu", "--max-pdu", sizes[0], "--max-send-pdu", sizes[1], "-R", "127.0.0.1", receiver.port, sent)
    assert data_set_bytes(stored(tmp_path, sent)) == data_set_bytes(sent)


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless, JPEG2000Lossless])
def test_dcmsend_of_compressed_instances(folder_receiver, tmp_path, syntax):
    receiver = folder_receiver()
    sent = synthetic_instance(tmp_path / "sent.dcm", syntax)
    output = run("dcmsend", "--verbose", "--decompress-never", "127.0.0.1", receiver.port, sent)
    assert "with status SUCCESS  : 1" in output, output
    assert pydicom.dcmread(stored(tmp_path, sent)).file_meta.TransferSyntaxUID == syntax
    assert data_set_bytes(stored(tmp_path, sent)) == data_set_bytes(sent)


def test_dcmsend_in_many_associations(folder_receiver, tmp_path, samples):
    receiver = folder_receiver()
    run("dcmsend", "--multi-associations", "--max-pdu", 4099, "127.0.0.1", receiver.port, *samples)
    assert len(list((tmp_path / "storage").rglob("*.dcm"))) == len(samples)


def test_a_response_that_a_thread_of_pynetdicom_takes_away_counts(folder_receiver, tmp_path, monkeypatch):
    receiver = folder_receiver()
    files = [synthetic_instance(tmp_path / f"{number}.dcm") for number in range(4)]
    send_c_store, calls = Association.send_c_store, itertools.count(1)

    def losing_the_second(association, path):
        status = send_c_store(association, path)
        if next(calls) != 2:
            return status
        association.abort()
        return Dataset()

    monkeypatch.setattr(Association, "send_c_store", losing_the_second)
    answers = send_with_pynetdicom(files, "127.0.0.1", receiver.port)
    assert [(answer.path, answer.status) for answer in answers] == [(path, 0) for path in files]
    assert len(list((tmp_path / "storage").rglob("*.dcm"))) == 4


@pytest.mark.parametrize("send", [send_with_dcmtk, send_with_pynetdicom])
def test_statuses_that_senders_see(folder_receiver, tmp_path, send):
    receiver = folder_receiver(MAXIMUM_INSTANCE_BYTES="2000")
    small = synthetic_instance(tmp_path / "small.dcm")
    large = synthetic_instance(tmp_path / "large.dcm", PatientComments="x" * 3000)
    lacking = synthetic_instance(tmp_path / "lacking.dcm", StudyInstanceUID=None)
    statuses = [acknowledgement.status for acknowledgement in send([small, large, lacking], "127.0.0.1", receiver.port)]
    assert statuses == [0, 0xA700, 0xC000]
    assert len(list((tmp_path / "storage").rglob("*.dcm"))) == 1
    [ended] = wait_for("the association's line", lambda: receiver.log_lines("association ended"))
    assert [line["level"] for line in receiver.log_lines("instance refused")] == ["WARN", "WARN"]
    assert (ended["instancesStored"], ended["instancesFailed"]) == ("1", "2")
    assert ended["failures"] == "A700H: 1, C000H: 1"


# pynetdicom


def associate(receiver, *contexts, ae_title="PYNETDICOM", **arguments):
    return AE(ae_title=ae_title).associate("127.0.0.1", receiver.port, list(contexts), **arguments)


def image_context():
    return build_context(SecondaryCaptureImageStorage, pydicom.uid.ExplicitVRLittleEndian)


def test_operations_window(folder_receiver, tmp_path, image):
    receiver = folder_receiver(MAXIMUM_OPERATIONS="8")
    window = AsynchronousOperationsWindowNegotiation()
    window.maximum_number_operations_invoked, window.maximum_number_operations_performed = 20, 3
    association = associate(receiver, image_context(), ext_neg=[window])
    assert association.acceptor.asynchronous_operations == (8, 1)
    assert association.send_c_store(image).Status == 0
    association.release()
    assert stored(tmp_path, image).exists()


def test_without_a_proposed_window_none_is_answered(folder_receiver):
    association = associate(folder_receiver(), build_context(VERIFICATION))
    assert association.acceptor.asynchronous_operations == (1, 1)
    association.release()


def test_role_selection(folder_receiver, tmp_path, image):
    receiver = folder_receiver()
    both = build_role(SecondaryCaptureImageStorage, scu_role=True, scp_role=True)
    association = associate(receiver, image_context(), ext_neg=[both])
    [role] = association.acceptor.role_selection.values()
    assert (role.scu_role, role.scp_role) == (True, False)
    assert association.send_c_store(image).Status == 0
    association.release()
    only_provider = build_role(SecondaryCaptureImageStorage, scp_role=True)
    association = associate(receiver, image_context(), build_context(VERIFICATION), ext_neg=[only_provider])
    assert [(context.abstract_syntax, context.result) for context in association.rejected_contexts] == [
        (SecondaryCaptureImageStorage, 1)
    ]
    association.release()


def test_extended_negotiation(folder_receiver):
    extended, common = SOPClassExtendedNegotiation(), SOPClassCommonExtendedNegotiation()
    extended.sop_class_uid, extended.service_class_application_information = SecondaryCaptureImageStorage, b"\x03\0\0\0\x02\0"
    common.sop_class_uid, common.service_class_uid = SecondaryCaptureImageStorage, "1.2.840.10008.4.2"
    common.related_general_sop_class_identification = ["1.2.840.10008.5.1.4.1.1.7.1"]
    association = associate(folder_receiver(), image_context(), ext_neg=[extended, common])
    assert association.acceptor.sop_class_extended == {SecondaryCaptureImageStorage: b"\x02\0\x03\0\0\0"}
    assert not association.acceptor.sop_class_common_extended
    association.release()


def identity(kind: int, primary: bytes, secondary: bytes = b"", wants_response: bool = True) -> UserIdentityNegotiation:
    item = UserIdentityNegotiation()
    item.user_identity_type, item.positive_response_requested = kind, wants_response
    item.primary_field = primary
    if kind == 2:
        item.secondary_field = secondary
    return item


def test_listed_users_are_accepted(folder_receiver, tmp_path):
    # The passcode is `secret`.
    users = tmp_path / "users.json"
    users.write_text(json.dumps({"ct": {}, "mr": {"passcodeSHA256": "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"}}))
    receiver = folder_receiver(USER_IDENTITY_TYPES="1,2", USER_IDENTITIES=str(users))
    for item, is_accepted in [
        (identity(1, b"ct"), True),
        (identity(1, b"mr"), False),
        (identity(2, b"mr", b"secret"), True),
        (identity(2, b"mr", b"guess"), False),
        (None, False),
    ]:
        request = {"ext_neg": [item] if item else []}
        if is_accepted:
            association = associate(receiver, build_context(VERIFICATION), **request)
            assert association.acceptor.user_identity.server_response == b""
            association.release()
        else:
            assert rejection(receiver.port, build_context(VERIFICATION), **request) == IDENTITY_NOT_ACCEPTED
    ends = lambda: sorted(line["end"] for line in receiver.log_lines("association ended"))  # noqa: E731
    wait_for("five ends", lambda: len(ends()) == 5)
    rejected = "rejected: 1/2/1 user identity not accepted: "
    missing, passcode = "the request has no user identity", "the passcode is missing or wrong"
    assert ends() == [rejected + reason for reason in (passcode, passcode, missing)] + 2 * ["released"]


class IdentityService(http.server.BaseHTTPRequestHandler):
    """Accepts users who send `good`, and answers with `ticket`."""

    def do_POST(self):
        question = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.questions.append(question)
        good = base64.b64decode(question["primaryField"]) == b"good"
        body = b"ticket" if good else b""
        self.send_response(200 if good else 403)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextmanager
def identity_service():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), IdentityService)
    server.questions = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("kind", [1, 2, 3, 4, 5])
def test_users_are_verified_by_a_service(folder_receiver, kind):
    with identity_service() as service:
        url = f"http://127.0.0.1:{service.server_port}/verify"
        receiver = folder_receiver(USER_IDENTITY_TYPES="1,2,3,4,5", USER_IDENTITY_URL=url)
        association = associate(receiver, build_context(VERIFICATION), ext_neg=[identity(kind, b"good", b"pass")])
        # PS3.7 Table D.3-15: there is no server response to a username.
        assert association.acceptor.user_identity.server_response == (b"ticket" if kind > 2 else b"")
        association.release()
        bad = identity(kind, b"bad", b"pass")
        assert rejection(receiver.port, build_context(VERIFICATION), ext_neg=[bad]) == IDENTITY_NOT_ACCEPTED
    assert service.questions[0] == {
        "type": kind,
        "primaryField": base64.b64encode(b"good").decode(),
        "secondaryField": base64.b64encode(b"pass" if kind == 2 else b"").decode(),
        "callingAETitle": "PYNETDICOM",
        "calledAETitle": "ANY-SCP",
        "peer": "127.0.0.1",
    }


@pytest.mark.parametrize("size", [47, 1001, 65537, 1 << 20])
def test_fragments_of_any_size(folder_receiver, tmp_path, samples, size):
    """pynetdicom splits its messages by the maximum length that it is made to assume, which may be odd."""
    receiver = folder_receiver()
    sent = next(path for path in samples if path.name == "examples_palette.dcm")
    header = pydicom.dcmread(sent, stop_before_pixels=True)
    context = build_context(header.SOPClassUID, header.file_meta.TransferSyntaxUID)
    fragments = []
    sizes = [(evt.EVT_PDU_SENT, lambda event: fragments.append(event.pdu))]
    association = associate(receiver, context, evt_handlers=sizes)
    [length] = [item for item in association.acceptor.user_information if hasattr(item, "maximum_length_received")]
    length.maximum_length_received = size
    assert association.send_c_store(sent).Status == 0
    association.release()
    assert max(len(pdu.encode()) for pdu in fragments if type(pdu).__name__ == "P_DATA_TF") <= size + 6
    assert data_set_bytes(stored(tmp_path, sent)) == data_set_bytes(sent)


def test_responses_in_small_pieces(folder_receiver, image):
    """pynetdicom as a peer with a maximum PDU length of 20 bytes."""
    received = []
    ae = AE()
    association = ae.associate(
        "127.0.0.1", folder_receiver().port, [image_context()], max_pdu=20, evt_handlers=[(evt.EVT_PDU_RECV, lambda event: received.append(event.pdu))]
    )
    assert association.send_c_store(image).Status == 0
    association.release()
    assert sum(type(pdu).__name__ == "P_DATA_TF" for pdu in received) > 5
