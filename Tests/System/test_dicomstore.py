# SPDX-License-Identifier: Apache-2.0

"""`dicomstore status`, `find`, `events` and `redrive` on a pipeline with every outcome, and with none."""

import hashlib
import json
import re
import subprocess
import uuid
from datetime import datetime, timedelta, timezone

import pydicom
import pytest
import sample_events
from commands import dicomstore
from conftest import DICOMSTORE, STORE_SCP, ZIPS
from delivery_documents import manifest
from deploy import STACK, deploy, environment
from local_aws import LocalAWS
from persistent_sender import write_study
from pipeline import Pipeline
from receiver import Receiver
from request_shapes import RequestShapes
from senders import send_with_dcmtk
from synthetic import synthetic_instance
from test_pipeline import Watch
from waiting import wait_for

pytestmark = pytest.mark.pipeline
OPEN = {"DELIVERY_QUIET_SECONDS": "3600", "TASK_LEASE_SECONDS": "1", "ALLOW_SHORT_LEASE": "true"}
MARK = "MARKEDVALUE"
MANY = 1_000


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A pipeline of these tests alone."""
    missing = [str(path) for path in [*ZIPS.values(), STORE_SCP, DICOMSTORE] if not path.exists()]
    assert not missing, f"build them first: {missing}"
    with LocalAWS(tmp_path_factory.mktemp("own")) as local:
        yield Pipeline(local, deploy(local.endpoint, {"PollSeconds": "1", "RecoveryMinutes": "480"}))


@pytest.fixture
def start(own, tmp_path):
    """Starts receivers, which end with the test."""
    running = []

    def begin(**settings: str) -> Receiver:
        log = tmp_path / f"receiver{len(running)}.log"
        running.append(Receiver(STORE_SCP, own.aws.endpoint, own.bucket, log, **settings))
        return running[-1].__enter__()

    yield begin
    own.aws.disarm()
    for receiver in running:
        receiver.__exit__()


def ask(pipeline: Pipeline, *arguments: str, status: int | None = 0) -> dict | list:
    """What a command says with --json."""
    result = dicomstore(pipeline.aws.endpoint, *arguments, "--json")
    assert status is None or result.returncode == status, result.stdout + result.stderr
    return json.loads(result.stdout)


def traces(pipeline: Pipeline, name: str, status: int = 0) -> list[dict]:
    return [found["trace"] for found in ask(pipeline, "find", name, status=status)]


def trace(pipeline: Pipeline, name: str, status: int = 0) -> dict:
    [found] = traces(pipeline, name, status)
    return found


def send(receiver: Receiver, files) -> None:
    answers = send_with_dcmtk(files, "127.0.0.1", receiver.port)
    assert {answer.status for answer in answers} == {0}


def states(found: dict) -> dict[str, str]:
    return {step["name"]: step["state"] for step in found["steps"]}


def test_an_empty_pipeline_has_nothing_wrong(own):
    result = dicomstore(own.aws.endpoint, "status")
    assert result.returncode == 0 and "nothing is wrong" in result.stdout, result.stderr
    status = ask(own, "status")
    assert set(status["steps"].values()) == {0} and status["problems"] == []
    assert [queue["name"] for queue in status["queues"]] == ["ImportQueue", "InboxQueue", "StartQueue"]
    assert len(status["rates"]) == 60
    assert ask(own, "find", "1.2.3.4.5", status=1) == []


def test_the_settings_that_make_run_writes_for_a_shell_suffice(own, tmp_path):
    settings = tmp_path / "environment"
    sample_events.write_environment(own, settings)
    result = subprocess.run(["sh", "-c", f". {settings}; {DICOMSTORE} status"], capture_output=True, text=True)
    assert "nothing is wrong" in result.stdout, result.stderr


def test_a_study_is_followed_from_the_association_to_its_image_sets(own, start, tmp_path):
    receiver, watch = start(), Watch(own)
    files = write_study(tmp_path / "study")
    send(receiver, files)
    [item] = watch.ended(len(files))
    data = pydicom.dcmread(files[0])
    for name in (data.StudyInstanceUID, data.SeriesInstanceUID, item["deliveryId"], item["deliveryId"][:20], item["jobId"]):
        found = trace(own, name)
        assert found["summary"]["id"] == item["deliveryId"] and found["summary"]["step"] == "imported"
        assert set(states(found).values()) == {"done"}
        assert len(found["instances"]) == len(files)
        assert {it["outcome"] for it in found["instances"]} == {"IMPORTED"} and all(it["imageSetId"] for it in found["instances"])
    [instance] = trace(own, data.SOPInstanceUID)["instances"]
    assert instance["sopInstanceUID"] == data.SOPInstanceUID and instance["key"].endswith(f"/{data.SOPInstanceUID}.dcm")
    status = ask(own, "status")
    assert status["steps"]["imported"] >= 1 and status["importedInstances"] >= len(files)
    assert status["receivedBytes"] > 0 and status["unreadDeliveries"] == 0
    assert sum(rate["receivedInstances"] for rate in status["rates"]) == status["receivedInstances"]


def test_what_was_not_imported_is_found_with_the_reason_and_without_a_patients_values(own, start, tmp_path):
    receiver, watch = start(), Watch(own)
    own.aws.arm("RefuseFile")
    [refused] = [synthetic_instance(tmp_path / "refused.dcm", PatientID=f"{MARK}-ID", PatientName=f"{MARK}^NAME")]
    send(receiver, [refused])
    [item] = watch.ended(1)
    uid = pydicom.dcmread(refused).SOPInstanceUID
    found = trace(own, uid, status=1)
    assert found["summary"]["step"] == "failed" and states(found)["imported"] == "failed"
    [instance] = found["instances"]
    assert instance["outcome"] == "FAILED" and "ValidationException" in instance["problem"]["text"]
    outputs = [
        dicomstore(own.aws.endpoint, *arguments)
        for arguments in (
            ("find", uid),
            ("find", uid, "--json", "--log"),
            ("status",),
            ("status", "--json"),
            ("redrive",),
            ("redrive", "--json"),
            ("events",),
        )
    ]
    assert "redrive --start" in outputs[0].stdout and item["deliveryId"] in outputs[2].stdout
    for output in outputs:
        assert not any(word in output.stdout + output.stderr for word in (MARK, "Doe^John", "4711"))
    assert dicomstore(own.aws.endpoint, "redrive", "--start", "--delivery", item["deliveryId"]).returncode == 0
    watch.ended(2)
    assert trace(own, uid)["summary"]["step"] == "imported"


def test_an_open_delivery_is_found_in_its_receiver_and_after_its_death(own, start, tmp_path):
    receiver = start(**OPEN)
    files = write_study(tmp_path / "study")
    send(receiver, files)
    data = pydicom.dcmread(files[0])
    found = trace(own, data.StudyInstanceUID)
    assert found["summary"]["step"] == "receiving" and found["summary"]["instanceCount"] == len(files)
    assert found["summary"]["callingAETitle"] and states(found)["received"] == "current"
    [instance] = trace(own, data.SOPInstanceUID)["instances"]
    assert instance["byteCount"] > 0 and "outcome" not in instance
    receiver.kill()
    wait_for("the lease to end", lambda: dicomstore(own.aws.endpoint, "find", data.StudyInstanceUID).returncode == 1)
    result = dicomstore(own.aws.endpoint, "find", data.StudyInstanceUID)
    assert "counts as dead" in result.stdout and "the next sweep" in result.stdout.replace("\n", " ").replace("  ", "")
    own.aws.client("s3").delete_object(Bucket=own.bucket, Key=own.keys("open/")[0])


def test_a_rejected_object_says_what_was_expected(own):
    own.aws.client("s3").put_object(Bucket=own.bucket, Key="inbox/page.html", Body=b"<html></html>")
    [item] = wait_for("the rejection", lambda: [it for it in own.ended_items() if it["outcome"] == "REJECTED"])
    found = trace(own, item["deliveryId"], status=1)
    assert found["summary"]["step"] == "rejected" and found["summary"]["problem"]["text"] == item["message"]


def test_an_instance_whose_uid_is_malformed_is_found_by_the_hash_of_it(own, tmp_path):
    uid = f"{MARK}^NAME"
    image = synthetic_instance(tmp_path / "image.dcm", SOPInstanceUID=uid)
    own.aws.client("s3").put_object(Bucket=own.bucket, Key="inbox/malformed.dcm", Body=image.read_bytes())
    name = hashlib.sha256(uid.encode()).hexdigest()
    [item] = wait_for("the import", lambda: [it for it in own.ended_items() if it.get("sopInstanceUID") == name])
    assert trace(own, name)["summary"]["id"] == item["deliveryId"]


def test_a_manifest_without_an_execution_is_closed(own):
    delivery = f"{datetime.now(timezone.utc):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:24]}"
    own.aws.disorder_events(1, 0, lost=1)
    try:
        document = json.dumps(manifest(delivery)).replace("2026/11/23", f"{datetime.now(timezone.utc):%Y/%m/%d}")
        own.aws.client("s3").put_object(Bucket=own.bucket, Key=f"deliveries/{delivery}.json", Body=document)
    finally:
        own.aws.disorder_events(1, 0)
    found = trace(own, delivery)
    assert found["summary"]["step"] == "closed" and found["summary"]["callingAETitle"] == "CT1"
    assert states(found) == {
        "received": "done", "closed": "done", "started": "current", "imported": "pending", "imageSets": "pending"
    }
    assert delivery in {it["summary"]["id"] for it in traces(own, "1.2.3")}


def test_events_are_lines_of_receiver_and_functions_in_order(own):
    logs = own.aws.client("logs")
    groups = [own.outputs["PipelineLogGroupNames"].split()[0], f"/ecs/{STACK}"]
    now = datetime.now(timezone.utc)
    delivery, mark = f"{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:24]}", uuid.uuid4().hex
    lines = [
        (groups[1], {"level": "INFO", "message": "delivery closed", "deliveryId": delivery}),
        (groups[0], {"level": "INFO", "message": "import requested", "deliveryId": delivery}),
        (groups[1], {"level": "ERROR", "message": "instance not stored", "errorType": "SlowDown"}),
        (groups[0], {"level": "INFO", "message": "a folder of the inbox: nothing to import"}),
    ]
    for group in groups:
        if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
            logs.create_log_group(logGroupName=group)
        logs.create_log_stream(logGroupName=group, logStreamName="test")
    for number, (group, line) in enumerate(lines):
        at = now - timedelta(seconds=10 - number)
        text = json.dumps({"timestamp": at.isoformat().replace("+00:00", "Z"), "mark": mark, **line})
        event = {"timestamp": int(at.timestamp() * 1000), "message": text}
        logs.put_log_events(logGroupName=group, logStreamName="test", logEvents=[event])
    result = dicomstore(own.aws.endpoint, "events", "--since", "1h")
    assert result.returncode == 0, result.stderr
    assert [" ".join(line.split()[2:5]) for line in result.stdout.splitlines() if mark in line] == [
        "INFO StoreSCP delivery",
        "INFO TriggerImport import",
        "ERROR StoreSCP instance",
    ]
    result = dicomstore(own.aws.endpoint, "events", "--delivery", delivery, "--json")
    assert [json.loads(line)["message"] for line in result.stdout.splitlines()] == ["delivery closed", "import requested"]


def test_a_status_that_is_followed_is_a_line_each_time(own):
    command = [DICOMSTORE, "status", "--follow", "--interval", "1"]
    with subprocess.Popen(command, env=environment(own.aws.endpoint), stdout=subprocess.PIPE, text=True) as process:
        lines = [process.stdout.readline() for _ in range(2)]
        process.terminate()
    assert all(re.match(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC \S", line) for line in lines)


def test_every_request_has_the_shape_that_aws_knows(own):
    with RequestShapes(own.aws.endpoint) as shapes:
        for arguments in (("status",), ("find", "1.2.3"), ("find", "20261123T235152-0123456789abcdef01234567"), ("events",)):
            dicomstore(shapes.endpoint, *arguments)
        own.aws.client("sqs").send_message(QueueUrl=own.outputs["ImportDeadLetterQueueUrl"], MessageBody="{}")
        assert "1 events moved back" in dicomstore(shapes.endpoint, "redrive", "--start").stdout
    assert shapes.problems == []
    assert shapes.operations >= {
        "cloudformation:DescribeStacks", "dynamodb:Scan", "dynamodb:Query", "logs:FilterLogEvents", "s3:GET",
        "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:SendMessage",
        "stepfunctions:DescribeExecution", "stepfunctions:ListExecutions",
    }  # fmt: skip


def test_a_thousand_deliveries_take_a_bounded_number_of_requests(own):
    """Manifests beyond `documentsPerReading` are not fetched; everything else is read in pages."""
    began = datetime.now(timezone.utc) - timedelta(hours=2)
    dynamodb = own.aws.client("dynamodb")
    own.aws.disorder_events(1, 0, lost=1)
    try:
        for number in range(MANY):
            opened = began + timedelta(seconds=number)
            delivery = f"{opened:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:24]}"
            document = json.dumps(manifest(delivery)).replace("2026/11/23", f"{opened:%Y/%m/%d}")
            own.aws.client("s3").put_object(Bucket=own.bucket, Key=f"deliveries/{delivery}.json", Body=document)
            item = {
                "jobId": f"{number:032}", "deliveryId": delivery, "outcome": "IMPORTED", "jobStatus": "COMPLETED",
                "outputS3Uri": f"s3://output/{delivery}/", "instanceCount": "1", "importedCount": "1",
                "submittedAt": f"{opened:%Y-%m-%dT%H:%M:%SZ}", "endedAt": f"{opened:%Y-%m-%dT%H:%M:%SZ}",
            }  # fmt: skip
            dynamodb.put_item(TableName=own.outputs["TableName"], Item={name: {"S": value} for name, value in item.items()})
    finally:
        own.aws.disorder_events(1, 0)
    before = own.aws.requests()
    status = ask(own, "status", status=None)
    requests = {name: count - before.get(name, 0) for name, count in own.aws.requests().items() if count != before.get(name, 0)}
    assert status["steps"]["imported"] >= MANY and status["incomplete"] == []
    assert MANY - 250 <= status["unreadDeliveries"] <= MANY
    assert requests["s3 GET"] <= 250 + 10, requests
    assert requests["dynamodb Scan"] <= 3 and requests["states ListExecutions"] <= 3, requests
    assert sum(requests.values()) <= 290, requests


@pytest.mark.parametrize(
    ("variables", "arguments", "says"),
    [
        ({}, ("--stack", "no-such-stack"), ("no CloudFormation stack", "DICOM_STORE_STACK")),
        ({"DICOM_STORE_STACK": "no-such-stack"}, (), ("no CloudFormation stack", "--stack")),
        ({"AWS_REGION": "", "AWS_DEFAULT_REGION": ""}, (), ("no AWS region", "AWS_REGION")),
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, (), ("no AWS credentials", "AWS_PROFILE")),
        ({"AWS_PROFILE": "nobody"}, (), ("no AWS profile", "nobody")),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, (), ("no HTTP response", "http://127.0.0.1:9")),
    ],
)
def test_what_is_missing_is_named_with_what_to_do(own, variables, arguments, says):
    result = dicomstore(own.aws.endpoint, "status", *arguments, **variables)
    assert result.returncode == 1 and result.stdout == ""
    assert all(words in result.stderr for words in says), result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("status", "--interval", "0"),
        ("events", "--since", "yesterday"),
        ("events", "--delivery", "x"),
        ("redrive", "--delivery", "x"),
        ("find",),
        ("stat",),
    ],
)
def test_a_mistake_in_the_command_line_is_status_64(own, arguments):
    result = dicomstore(own.aws.endpoint, *arguments)
    assert result.returncode == 64 and "Usage: dicomstore" in result.stderr


def test_a_name_that_cannot_be_looked_for_says_what_was_expected(own):
    result = dicomstore(own.aws.endpoint, "find", "Doe^John")
    assert result.returncode == 1 and "Expected the UID of a study" in result.stderr
