# SPDX-License-Identifier: Apache-2.0

"""The receiver against an S3 that verifies signatures, as moto does after its number of unverified requests was set to
0."""

import json
import os
import random
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import boto3
import ports
import processes
import pydicom
import pytest
from conftest import STORE_SCP
from deploy import REGION
from part10 import data_set_bytes
from pydicom.uid import generate_uid
from receiver import Receiver
from senders import send_with_pynetdicom
from waiting import wait_for

pytestmark = pytest.mark.pipeline
BUCKET = "signed"
OUT_OF_RESOURCES = 0xA700
ALLOW_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@dataclass(frozen=True)
class VerifyingAWS:
    """Its endpoint, and the only access key that it accepts."""

    endpoint: str
    access_key_id: str
    secret_access_key: str

    def client(self, service: str):
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=self.access_key_id,
            aws_secret_access_key=self.secret_access_key,
        )

    def objects(self, prefix: str = "") -> list[str]:
        answer = self.client("s3").list_objects_v2(Bucket=BUCKET, Prefix=prefix)
        return [item["Key"] for item in answer.get("Contents", [])]

    def receiver(self, log: Path, **settings: str) -> Receiver:
        credentials = {"AWS_ACCESS_KEY_ID": self.access_key_id, "AWS_SECRET_ACCESS_KEY": self.secret_access_key}
        settings = {**credentials, "DELIVERY_QUIET_SECONDS": "1", **settings}
        return Receiver(STORE_SCP, self.endpoint, BUCKET, log, **settings)


@pytest.fixture
def verifying_aws(tmp_path):
    """moto in its own process, with an empty bucket and a user who may do everything."""
    log = tmp_path / "moto.log"
    with ports.reserved_port() as port:
        command = [Path(sys.executable).parent / "moto_server", "--host", "127.0.0.1", "--port", str(port)]
        process = processes.start(command, dict(os.environ), log)
        try:
            wait_for("moto to start", lambda: process.poll() is not None or ports.accepts(port))
            assert process.poll() is None, log.read_text()
            yield verifying(f"http://127.0.0.1:{port}")
        finally:
            processes.stop(process)


def verifying(endpoint: str) -> VerifyingAWS:
    """Makes moto verify every request from now on."""
    anyone = VerifyingAWS(endpoint, "anyone", "anything")
    iam = anyone.client("iam")
    iam.create_user(UserName="receiver")
    iam.put_user_policy(UserName="receiver", PolicyName="all", PolicyDocument=json.dumps(ALLOW_ALL))
    key = iam.create_access_key(UserName="receiver")["AccessKey"]
    anyone.client("s3").create_bucket(Bucket=BUCKET)
    # With urllib's default content type, that of a form, moto would not see the body.
    reset = urllib.request.Request(f"{endpoint}/moto-api/reset-auth", b"0", {"Content-Type": "text/plain"})
    urllib.request.urlopen(reset).close()
    return VerifyingAWS(endpoint, key["AccessKeyId"], key["SecretAccessKey"])


def test_an_instance_is_stored_with_a_verified_signature(verifying_aws, samples, tmp_path):
    with verifying_aws.receiver(tmp_path / "receiver.log") as receiver:
        [acknowledgement] = send_with_pynetdicom(samples[:1], "127.0.0.1", receiver.port)
        assert acknowledgement.status == 0
        wait_for("the delivery's manifest", lambda: verifying_aws.objects("deliveries/"))
    assert stored(verifying_aws, acknowledgement.sop_instance_uid, tmp_path) == data_set_bytes(samples[0])


def test_an_instance_of_several_parts_is_stored_byte_for_byte(verifying_aws, tmp_path):
    path = large_instance(tmp_path / "large.dcm")
    with verifying_aws.receiver(tmp_path / "receiver.log") as receiver:
        [acknowledgement] = send_with_pynetdicom([path], "127.0.0.1", receiver.port)
        assert acknowledgement.status == 0
    assert stored(verifying_aws, acknowledgement.sop_instance_uid, tmp_path) == data_set_bytes(path)
    [key] = instances(verifying_aws)
    eTag = verifying_aws.client("s3").head_object(Bucket=BUCKET, Key=key)["ETag"]
    assert eTag.strip('"').endswith("-3"), "not of three parts"


@pytest.mark.parametrize("is_large", [False, True], ids=["one request", "several parts"])
def test_a_wrong_secret_key_stores_nothing_and_is_named(verifying_aws, samples, tmp_path, is_large):
    path = large_instance(tmp_path / "large.dcm") if is_large else samples[0]
    log = tmp_path / "receiver.log"
    with verifying_aws.receiver(log, AWS_SECRET_ACCESS_KEY="wrong") as receiver:
        [acknowledgement] = send_with_pynetdicom([path], "127.0.0.1", receiver.port)
        assert acknowledgement.status == OUT_OF_RESOURCES
    assert verifying_aws.objects() == []
    [event] = [event for event in map(json.loads, log.open()) if event["message"] == "instance not stored"]
    assert event["errorType"] == "SignatureDoesNotMatch"


def test_an_unknown_access_key_is_named(verifying_aws, samples, tmp_path):
    log = tmp_path / "receiver.log"
    with verifying_aws.receiver(log, AWS_ACCESS_KEY_ID="AKIAUNKNOWN") as receiver:
        [acknowledgement] = send_with_pynetdicom(samples[:1], "127.0.0.1", receiver.port)
        assert acknowledgement.status == OUT_OF_RESOURCES
    assert "InvalidAccessKeyId" in log.read_text()


def large_instance(path: Path) -> Path:
    """A synthetic CT image of 12 MiB, which is uploaded in two parts of 5 MiB and a third one."""
    dataset = pydicom.Dataset()
    dataset.file_meta = pydicom.dataset.FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    dataset.SOPClassUID = pydicom.uid.CTImageStorage
    dataset.SOPInstanceUID, dataset.SeriesInstanceUID, dataset.StudyInstanceUID = (generate_uid() for _ in range(3))
    dataset.PatientID, dataset.PatientName, dataset.Modality = "SYNTHETIC", "Synthetic^Large", "CT"
    dataset.Rows, dataset.Columns = 3072, 2048
    dataset.SamplesPerPixel, dataset.PixelRepresentation, dataset.PhotometricInterpretation = 1, 0, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 16, 15
    dataset.PixelData = random.Random(1).randbytes(dataset.Rows * dataset.Columns * 2)
    dataset.save_as(path, enforce_file_format=True)
    return path


def instances(aws: VerifyingAWS) -> list[str]:
    return [key for key in aws.objects() if key.endswith(".dcm")]


def stored(aws: VerifyingAWS, sop_instance_uid: str, folder: Path) -> bytes:
    """The data set of the only instance in the bucket, which must have this UID."""
    [key] = instances(aws)
    assert key.endswith(f"/{sop_instance_uid}.dcm")
    path = folder / "stored.dcm"
    aws.client("s3").download_file(BUCKET, key, str(path))
    return data_set_bytes(path)
