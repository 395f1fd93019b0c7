# SPDX-License-Identifier: Apache-2.0

"""The inbox, into which others write: one object takes a bounded share of a function, and metadata and tags of its
writer have no effect."""

import hashlib
import json
import struct
import threading
import uuid
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pydicom
import pytest
from conftest import ZIPS
from odd_files import LONG_INSTANCE_UID, TEXT_SERIES_UID, odd_files
from pipeline import Pipeline
from pydicom.fileset import FileSet
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
    """Writes a file whose data set begins with these elements; it is deflated if the transfer syntax is."""
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
    """`size` bytes of elements without a value."""
    return struct.pack("<HH2sH", 0x0008, 0x0001, b"UL", 0) * (size // 8)


def test_a_copy_does_not_keep_the_uploaders_tags_or_metadata(pipeline, watch, tmp_path):
    """A copy with the tag `imported` would expire, whether it was imported or not."""
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
def test_only_the_beginning_of_an_object_is_read(pipeline, watch, tmp_path, syntax):
    """Without the limit, six such objects used all of a function's time, and other events became dead letters."""
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
    assert all("Expected" in it for it in messages)
    if not syntax.is_deflated:
        assert all("within the first 16777216 bytes" in it for it in messages)
    assert pipeline.dead_letters() == 0
    # 64, 256, 1024 KiB, then 4 MiB at a time.
    assert pipeline.aws.requests()["s3 GET"] - before < 6 * 8 + 20


def test_an_object_with_its_uids_within_the_bound_is_imported(pipeline, watch, tmp_path):
    private = struct.pack("<HH2s2xI", 0x0009, 0x1001, b"OB", 10 * MEBIBYTES) + bytes(10 * MEBIBYTES)
    path = synthetic_instance(tmp_path / "source.dcm")
    dataset = pydicom.dcmread(path)
    dataset.add_new(0x00091001, "OB", private[12:])
    dataset.save_as(path, enforce_file_format=True)
    put(pipeline, f"long-{uuid.uuid4().hex}", path.read_bytes())
    [item] = watch.ended(1)
    assert item["outcome"] == "IMPORTED"


def test_imported_objects_leave_the_inbox_and_rejected_ones_stay(pipeline, watch, tmp_path):
    name = uuid.uuid4().hex
    put(pipeline, f"taken-{name}", synthetic_instance(tmp_path / "taken.dcm").read_bytes())
    put(pipeline, f"empty-{name}", b"")
    outcomes = lambda: sorted(item["outcome"] for item in watch.items())  # noqa: E731
    wait_for("both", lambda: outcomes() == ["IMPORTED", "REJECTED"], IMPORT_SECONDS)
    mine = lambda: [key for key in pipeline.keys("inbox/") if name in key]  # noqa: E731
    wait_for("the inbox without what was taken", lambda: mine() == [f"inbox/empty-{name}.dcm"])


def put_all(pipeline: Pipeline, objects: dict[str, bytes]) -> None:
    for key, body in objects.items():
        pipeline.aws.client("s3").put_object(Bucket=pipeline.bucket, Key=key, Body=body)


def settled(pipeline: Pipeline, watch: Watch, count: int) -> list[dict[str, str]]:
    """Waits until there are `count` new items and returns them."""

    def is_settled() -> bool:
        return len(watch.items()) >= count and not pipeline.running() and not pipeline.waiting_messages()

    wait_for(f"{count} items", is_settled, 2 * IMPORT_SECONDS)
    return watch.items()


def test_odd_files_are_imported_or_the_reason_is_given(pipeline, watch):
    """Files that HealthImaging imports with a warning are not rejected, and meta information that is not needed is not
    checked."""
    files = odd_files()
    for name, (_, body) in files.items():
        put_all(pipeline, {f"inbox/odd/{name}": body})
    items = settled(pipeline, watch, len(files))
    studies = {f"2.25.77.{number}": name for number, name in enumerate(files, 1)}

    def name_of(item: dict[str, str]) -> str:
        return studies.get(item.get("studyInstanceUID")) or item["inputS3Uri"].rpartition("/")[2]

    by_name = {name_of(item): item for item in items}
    outcomes = {name: item["outcome"] for name, item in by_name.items()}
    assert outcomes == {name: outcome for name, (outcome, _) in files.items()}
    assert "StudyInstanceUID (0020,000D)" in by_name["hanging protocol"]["message"]
    assert "TransferSyntaxUID (0002,0010)" in by_name["no transfer syntax"]["message"]
    cut = by_name["pixel data is cut"]["message"]
    assert "HealthImaging did not import the instance: ValidationException: not readable as DICOM Part 10: EOFError" in cut
    # The imported content is the content that was put into the inbox.
    imported = {it["studyInstanceUID"]: it for it in watch.instances()}
    for uid, name in studies.items():
        if files[name][0] == "IMPORTED":
            assert pipeline.aws.imported_object(imported[uid]["sha256"]) == files[name][1], name
    # A malformed UID can be any text, so it is replaced by its SHA-256. Only messages of HealthImaging quote it.
    for name, attribute, uid in (
        ("series UID is a text", "seriesInstanceUID", TEXT_SERIES_UID),
        ("instance UID of 66 characters", "sopInstanceUID", LONG_INSTANCE_UID),
    ):
        item = by_name[name]
        assert item[attribute] == hashlib.sha256(uid.encode()).hexdigest()
        [key] = pipeline.keys(item["inputS3Uri"].removeprefix(f"s3://{pipeline.bucket}/"))
        assert item[attribute] in key
        bucket, _, report = item["reportS3Uri"].removeprefix("s3://").partition("/")
        told = json.load(pipeline.aws.client("s3").get_object(Bucket=bucket, Key=report)["Body"])
        assert told[attribute] == item[attribute]
        assert uid not in json.dumps(item) + key


def test_every_object_below_inbox_is_processed_whatever_its_name(pipeline, watch, tmp_path):
    names = ["a.DCM", "a", "a.txt", "\u0301a.dcm", "e\u0301", "\u00e9", "a b+c%41~'é.dcm", "folder/x", "x//y", "full/"]
    for name in names:
        put_all(pipeline, {f"inbox/names/{name}": synthetic_instance(tmp_path / "good.dcm").read_bytes()})
    put_all(pipeline, {"inbox/names/text": b"a text\n" * 40, "inbox/names/empty/": b"", "inbox/\u0301": b"{}"})
    items = settled(pipeline, watch, len(names) + 2)
    assert sorted(item["outcome"] for item in items) == ["IMPORTED"] * len(names) + ["REJECTED"] * 2
    messages = {item["inputS3Uri"].rpartition("/")[2]: item["message"] for item in items if item["outcome"] == "REJECTED"}
    assert "the object is a text" in messages["text"] and "the object is a JSON document" in messages["\u0301"]
    left = ["inbox/names/empty/", "inbox/names/text"]
    wait_for("the inbox with what was not taken", lambda: pipeline.keys("inbox/names/") == left)
    for key in [*left, "inbox/\u0301"]:
        pipeline.aws.client("s3").delete_object(Bucket=pipeline.bucket, Key=key)


def test_a_dicomdir_is_named_in_its_rejection(pipeline, watch, tmp_path):
    media = FileSet()
    dataset = pydicom.dcmread(synthetic_instance(tmp_path / "image.dcm"))
    dataset.PatientName, dataset.StudyDate, dataset.StudyTime, dataset.StudyID = "Doe^John", "20261123", "120000", "1"
    dataset.SeriesNumber = dataset.InstanceNumber = 1
    dataset.Modality, dataset.AccessionNumber = "OT", ""
    media.add(dataset)
    media.write(tmp_path / "medium")
    put_all(pipeline, {"inbox/DICOMDIR": (tmp_path / "medium" / "DICOMDIR").read_bytes()})
    [item] = settled(pipeline, watch, 1)
    assert item["outcome"] == "REJECTED" and "the object is a DICOMDIR" in item["message"]
    pipeline.aws.client("s3").delete_object(Bucket=pipeline.bucket, Key="inbox/DICOMDIR")


# MARK: Time limits


@pytest.fixture
def silent_s3():
    """The URL of an S3 that answers no GET."""
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
    """Its message and those after it are reported as failed, so they are received again. The invocation does not time
    out, which would have the same effect but without an explanation, and would end the execution environment."""
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
