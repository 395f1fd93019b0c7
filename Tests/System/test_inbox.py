"""The inbox, into which others write: one object takes a bounded amount of a function, and nothing of what its writer attached to
it counts."""

import json
import struct
import threading
import uuid
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pydicom
import pytest
from conftest import ZIPS
from pipeline import Pipeline
from sample_events import function_environment
from synthetic import synthetic_instance
from test_pipeline import Watch
from waiting import wait_for

pytestmark = pytest.mark.pipeline
MEBIBYTES = 1 << 20
IMPORT_SECONDS = 60


@pytest.fixture
def watch(pipeline) -> Watch:
    return Watch(pipeline)


def put(pipeline: Pipeline, name: str, body: bytes, **arguments) -> None:
    pipeline.aws.client("s3").put_object(Bucket=pipeline.bucket, Key=f"inbox/{name}.dcm", Body=body, **arguments)


def with_elements_in_front(path, elements: bytes, syntax=pydicom.uid.ExplicitVRLittleEndian) -> bytes:
    """A file whose data set begins with these elements, deflated where the syntax asks for it."""
    synthetic_instance(path)
    dataset = pydicom.dcmread(path)
    length = dataset.file_meta.FileMetaInformationGroupLength
    content = path.read_bytes()
    data = elements + content[144 + length :]
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.save_as(path, enforce_file_format=True)
    length = pydicom.dcmread(path, stop_before_pixels=True).file_meta.FileMetaInformationGroupLength
    if syntax.is_deflated:
        deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        data = deflate.compress(data) + deflate.flush()
    return path.read_bytes()[: 144 + length] + data


def empty_elements(size: int) -> bytes:
    """So many bytes of elements without a value."""
    return struct.pack("<HH2sH", 0x0008, 0x0001, b"UL", 0) * (size // 8)


def test_a_copy_takes_neither_tags_nor_metadata_of_the_uploader_along(pipeline, watch, tmp_path):
    """A copy with the tag of what was imported would expire, whether it was imported or not."""
    path = synthetic_instance(tmp_path / "tagged.dcm")
    put(
        pipeline,
        f"tagged-{uuid.uuid4().hex}",
        path.read_bytes(),
        Tagging="imported=true&owner=someone",
        Metadata={"patient": "Doe^John"},
        ContentType="text/plain",
    )
    [item] = watch.ended(1)
    assert item["outcome"] == "IMPORTED"
    [key] = pipeline.keys(item["inputS3Uri"].removeprefix(f"s3://{pipeline.bucket}/"))
    s3 = pipeline.aws.client("s3")
    assert s3.get_object_tagging(Bucket=pipeline.bucket, Key=key)["TagSet"] == []
    head = s3.head_object(Bucket=pipeline.bucket, Key=key)
    assert (head["Metadata"], head["ContentType"]) == ({}, "application/dicom")


@pytest.mark.parametrize("syntax", [pydicom.uid.ExplicitVRLittleEndian, pydicom.uid.DeflatedExplicitVRLittleEndian])
def test_an_object_is_read_so_far_and_no_further(pipeline, watch, tmp_path, syntax):
    """Six of such took all of a function's time, and the events beside them went to the dead letters."""
    hostile = with_elements_in_front(tmp_path / "hostile.dcm", empty_elements(20 * MEBIBYTES), syntax)
    before = pipeline.aws.requests().get("s3 GET", 0)
    for number in range(6):
        put(pipeline, f"hostile-{number}-{uuid.uuid4().hex}", hostile)
    put(pipeline, f"good-{uuid.uuid4().hex}", synthetic_instance(tmp_path / "good.dcm").read_bytes())

    def settled() -> bool:
        return len(watch.items()) == 7 and not pipeline.running() and not pipeline.waiting_messages()

    wait_for("all seven", settled, IMPORT_SECONDS)
    assert sorted(it["outcome"] for it in watch.items()) == ["IMPORTED", *["REJECTED"] * 6]
    messages = [it["message"] for it in watch.items() if it["outcome"] == "REJECTED"]
    assert all("expected" in it for it in messages)
    if not syntax.is_deflated:
        assert all("within the first 16777216 bytes" in it for it in messages)
    assert pipeline.dead_letters() == 0
    # 64, 256, 1024 KiB, then 4 MiB at a time.
    assert pipeline.aws.requests()["s3 GET"] - before < 6 * 8 + 20


def test_what_stands_within_the_bound_is_imported(pipeline, watch, tmp_path):
    private = struct.pack("<HH2s2xI", 0x0009, 0x1001, b"OB", 10 * MEBIBYTES) + bytes(10 * MEBIBYTES)
    path = synthetic_instance(tmp_path / "source.dcm")
    dataset = pydicom.dcmread(path)
    dataset.add_new(0x00091001, "OB", private[12:])
    dataset.save_as(path, enforce_file_format=True)
    put(pipeline, f"long-{uuid.uuid4().hex}", path.read_bytes())
    [item] = watch.ended(1)
    assert item["outcome"] == "IMPORTED"


def test_what_is_taken_leaves_the_inbox_and_what_is_rejected_stays(pipeline, watch, tmp_path):
    name = uuid.uuid4().hex
    put(pipeline, f"taken-{name}", synthetic_instance(tmp_path / "taken.dcm").read_bytes())
    put(pipeline, f"empty-{name}", b"")
    outcomes = lambda: sorted(item["outcome"] for item in watch.items())  # noqa: E731
    wait_for("both", lambda: outcomes() == ["IMPORTED", "REJECTED"], IMPORT_SECONDS)
    mine = lambda: [key for key in pipeline.keys("inbox/") if name in key]  # noqa: E731
    wait_for("the inbox without what was taken", lambda: mine() == [f"inbox/empty-{name}.dcm"])


# MARK: Time


@pytest.fixture
def silent_s3():
    """An S3 that answers to no GET; its URL."""
    ended = threading.Event()

    class Silent(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            ended.wait()

        def log_message(self, *_) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Silent)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    ended.set()
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_object_that_takes_too_long_is_cut_off_before_the_functions_deadline(pipeline, silent_s3):
    """Its message and those behind it are told to come again; the invocation does not time out, which would fail them as well
    but say nothing and end the environment."""
    functions = pipeline.aws.client("lambda")
    trigger = functions.get_function_configuration(FunctionName=pipeline.outputs["TriggerImportFunctionName"])
    created = functions.create_function(
        FunctionName=f"slow-{uuid.uuid4().hex[:8]}",
        Runtime="provided.al2023",
        Role=trigger["Role"],
        Handler="bootstrap",
        Code={"ZipFile": ZIPS["TriggerImport"].read_bytes()},
        Timeout=4,
        Environment={"Variables": {**function_environment(pipeline), "AWS_ENDPOINT_URL_S3": silent_s3}},
    )
    described = {"key": "inbox/slow.dcm", "size": 1000, "eTag": "0cc175b9"}
    record = {
        "eventSource": "aws:s3",
        "eventTime": "2026-11-23T23:52:00.000Z",
        "eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": pipeline.bucket}, "object": described},
    }
    body = json.dumps({"Records": [record]})
    messages = [{"messageId": str(number), "body": body, "eventSource": "aws:sqs"} for number in range(3)]
    answer = functions.invoke(FunctionName=created["FunctionName"], Payload=json.dumps({"Records": messages}))
    assert "FunctionError" not in answer
    assert json.load(answer["Payload"]) == {"batchItemFailures": [{"itemIdentifier": it} for it in "012"]}
