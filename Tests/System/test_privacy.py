# SPDX-License-Identifier: Apache-2.0

"""Patient data stays in the objects: marked values must not occur in anything else that the receiver writes."""

import pytest
from conftest import STORE_SCP
from pynetdicom.pdu_primitives import UserIdentityNegotiation
from pynetdicom.presentation import build_context
from receiver import Receiver
from rejections import rejection
from senders import send_with_dcmtk, send_with_pynetdicom
from synthetic import synthetic_instance
from waiting import wait_for

pytestmark = pytest.mark.pipeline
MARK = "MARKEDVALUE"
MARKED = {
    "PatientName": f"{MARK}^NAME",
    "PatientID": f"{MARK}-ID",
    "PatientBirthDate": "19610412",
    "PatientAddress": f"{MARK} street",
    "PatientComments": f"{MARK} comment",
    "StudyDescription": f"{MARK} study",
    "AccessionNumber": f"{MARK}1",
    "ReferringPhysicianName": f"{MARK}^DOCTOR",
    "InstitutionName": f"{MARK} hospital",
}


def test_marked_values_reach_no_log_and_no_key(pipeline, tmp_path):
    """Instances are stored, refused for every reason, cut short and rejected, with all log levels enabled."""
    log = tmp_path / "receiver.log"
    users = '{"nobody": {}}'
    with Receiver(STORE_SCP, pipeline.aws.endpoint, pipeline.bucket, log, LOG_LEVEL="TRACE") as receiver:
        good = synthetic_instance(tmp_path / "good.dcm", **MARKED)
        bad = [
            synthetic_instance(tmp_path / "no-study.dcm", **MARKED, StudyInstanceUID=None),
            synthetic_instance(tmp_path / "wrong-study.dcm", **{**MARKED, "StudyInstanceUID": MARK}),
        ]
        for send in (send_with_dcmtk, send_with_pynetdicom):
            statuses = [item.status for item in send([good, *bad], "127.0.0.1", receiver.port)]
            assert statuses == [0, 0xC000, 0xC000]
        wait_for("the delivery to close", lambda: len(receiver.log_lines("delivery closed")) >= 1)
    marked_log = log.read_text()
    assert "association ended" in marked_log

    with Receiver(STORE_SCP, pipeline.aws.endpoint, "missing-bucket", log, LOG_LEVEL="TRACE") as receiver:
        assert [item.status for item in send_with_pynetdicom([good], "127.0.0.1", receiver.port)] == [0xA700]

    settings = {"USER_IDENTITY_TYPES": "1,2", "USER_IDENTITIES": users, "LOG_LEVEL": "TRACE"}
    with Receiver(STORE_SCP, pipeline.aws.endpoint, pipeline.bucket, log, **settings) as receiver:
        identity = UserIdentityNegotiation()
        identity.user_identity_type, identity.primary_field = 2, f"{MARK}-user".encode()
        identity.secondary_field = f"{MARK}-passcode".encode()
        assert rejection(receiver.port, build_context("1.2.840.10008.1.1"), ext_neg=[identity])

    text = log.read_text()
    assert MARK not in text
    assert "19610412" not in text
    keys = [item["Key"] for item in pipeline.aws.client("s3").list_objects_v2(Bucket=pipeline.bucket).get("Contents", [])]
    assert keys and not [key for key in keys if MARK in key or "19610412" in key]
    manifests = [key for key in keys if key.startswith("deliveries/")]
    assert manifests
    for key in manifests:
        assert MARK.encode() not in pipeline.aws.client("s3").get_object(Bucket=pipeline.bucket, Key=key)["Body"].read()
