# SPDX-License-Identifier: Apache-2.0

"""Hostile documents in the bucket or in an event: they are reported, have no effect, and do not stop the others."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.config import Config
from conftest import LONG_FORM, PROJECT, ROLE
from delivery_documents import TASK, manifest, marker, marker_key, prefix
from deploy import client, deploy
from local_aws import LocalAWS
from pipeline import Pipeline, instances_of
from schedule import EVENT
from waiting import wait_for

pytestmark = pytest.mark.pipeline
MEGABYTES = 1 << 20
# Foundation's decoder traps on these.
BRACKETS = "[" * 513
TOO_LARGE = " " * (9 * MEGABYTES)
STRANGE_VALUE = "Doe^John"


@pytest.fixture(scope="module")
def still(tmp_path_factory):
    """A pipeline whose events wait, so that the bucket stays as a test has filled it."""
    with LocalAWS(tmp_path_factory.mktemp("hostile")) as local:
        pipeline = Pipeline(local, deploy(local.endpoint, {"PollSeconds": "1"}))
        functions = local.client("lambda")
        for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
            functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
        yield pipeline


def delivery(number: int) -> str:
    return f"20261123T235152-{number:024x}"


def text(document) -> str:
    return document if isinstance(document, str) else json.dumps(document)


def put(pipeline: Pipeline, objects: dict[str, str | dict]) -> None:
    s3 = pipeline.aws.client("s3")
    with ThreadPoolExecutor(8) as side_by_side:
        puts = [
            side_by_side.submit(s3.put_object, Bucket=pipeline.bucket, Key=key, Body=text(body).encode())
            for key, body in objects.items()
        ]
        for it in puts:
            it.result()


def invoke(pipeline: Pipeline, event: bytes | dict, function: str = "TriggerImport") -> dict:
    # A sweep may use all of the function's two minutes.
    functions = client("lambda", pipeline.aws.endpoint, Config(read_timeout=150, retries={"total_max_attempts": 1}))
    payload = event if isinstance(event, bytes) else json.dumps(event).encode()
    answer = functions.invoke(FunctionName=pipeline.outputs[f"{function}FunctionName"], Payload=payload)
    result = json.load(answer["Payload"])
    assert "FunctionError" not in answer, result
    return result


def log(pipeline: Pipeline, function: str = "TriggerImport") -> str:
    name = pipeline.outputs[f"{function}FunctionName"]
    return (pipeline.aws.state_dir / "logs" / f"{name}.log").read_text(errors="replace")


# Markers that close no delivery, by what is wrong with them. Each belongs to its own delivery, which has one stored
# instance.
BROKEN_MARKERS = {
    "empty": "",
    "text": "no JSON",
    "brackets": BRACKETS,
    "too large": TOO_LARGE,
    "task": {"task": "../" + TASK},
    "study": {"studies": [{"studyInstanceUID": STRANGE_VALUE}]},
    "title": {"callingAETitle": STRANGE_VALUE * 3},
    "date": {"studies": [{"studyInstanceUID": "1.2.3", "studyDate": STRANGE_VALUE}]},
    "version": {"version": 1},
    "peer": {"peer": STRANGE_VALUE},
    "time": {"openedAt": "99999-01-01T00:00:00Z"},
}
# Leases of tasks that are regarded as alive.
BROKEN_LEASES = {
    "1111111111111111": {"seconds": 2**63 - 1},
    "2222222222222222": {"seconds": 0},
    "3333333333333333": BRACKETS,
    "4444444444444444": TOO_LARGE,
    "5555555555555555": "no JSON",
}


def test_a_sweep_recovers_deliveries_despite_broken_documents_of_each_kind(still):
    good = [delivery(number) for number in range(100 if LONG_FORM else 20)]
    broken = {delivery(2000 + number): body for number, body in enumerate(BROKEN_MARKERS.values())}
    of_strange_tasks = {delivery(3000 + number): task for number, task in enumerate(BROKEN_LEASES)}
    impostor, its_victim = delivery(4000), delivery(4001)

    objects: dict[str, str | dict] = {marker_key(it): marker(it) for it in [*good, its_victim]}
    objects |= {marker_key(it): marker(it, **body) if isinstance(body, dict) else body for it, body in broken.items()}
    objects |= {marker_key(it, task): marker(it, task=task) for it, task in of_strange_tasks.items()}
    objects |= {marker_key(impostor): marker(its_victim), f"open/{STRANGE_VALUE}": "{}"}
    objects |= {f"tasks/{task}": body for task, body in BROKEN_LEASES.items()}
    objects |= {f"tasks/{STRANGE_VALUE}": "{}"}
    held = [*good, *broken, *of_strange_tasks, impostor, its_victim]
    objects |= {f"{prefix(it)}1.2.3/1.2.4/1.2.5.dcm": "instance" for it in held}
    objects |= {f"{prefix(good[0])}1.2.3/1.2.4/{STRANGE_VALUE}.dcm": "written by another program"}
    put(still, objects)

    outcome = invoke(still, EVENT)["deliveries"]
    recovered = outcome.pop("recovered")
    assert sorted({*good, its_victim} - set(recovered)) == [] and len(recovered) == len(good) + 1
    failed = len(broken) + len([impostor, STRANGE_VALUE])
    assert {name: count for name, count in outcome.items() if count} == {"open": len(BROKEN_LEASES), "failed": failed}
    kept = {*map(marker_key, [*broken, impostor]), f"open/{STRANGE_VALUE}"}
    kept |= {marker_key(it, task) for it, task in of_strange_tasks.items()}
    assert set(still.keys("open/")) == kept
    assert set(still.keys("audits/")) == {f"audits/{it}" for it in recovered}
    assert set(still.closed_deliveries()) == {*good, its_victim}
    assert len(still.instances(good[0])) == 1
    told = log(still)
    assert "deliveryId: expected the delivery that the document's key names" in told
    assert told.count("task lease not readable") == len(BROKEN_LEASES)
    assert STRANGE_VALUE not in told

    # The next sweep finds the same markers, and closes the delivery whose marker was corrected.
    put(still, {marker_key(impostor): marker(impostor)})
    outcome = invoke(still, EVENT)["deliveries"]
    assert (outcome["recovered"], outcome["failed"]) == ([impostor], failed - 1)


# Manifests that start no import, by what is wrong with them. The rejection of each says what was expected.
BROKEN_MANIFESTS = {
    "no JSON": "well formed",
    BRACKETS: "levels",
    TOO_LARGE: "at most 8388608 bytes",
    "{}": "version: expected",
    "two sizes of 2^62": "studies.0.instances.0.size",
    "a size below zero": "studies.0.instances.0.size",
    "no instance": "expected 1 to 5000",
    "a study UID that is not valid": "studies.0.studyInstanceUID",
    "a study twice": "a study twice",
    "another's prefix": "prefix",
    "another's key": "outside its study's folder",
}


def broken_manifest(name: str, delivery_id: str) -> str | dict:
    stranger = manifest(delivery(1))
    match name:
        case "two sizes of 2^62":
            return manifest(delivery_id, 2**62, 2**62)
        case "a size below zero":
            return manifest(delivery_id, -1)
        case "no instance":
            return manifest(delivery_id, studies=[])
        case "a study UID that is not valid":
            return manifest(delivery_id, studies=[{"studyInstanceUID": STRANGE_VALUE, "instances": []}])
        case "a study twice":
            return manifest(delivery_id, studies=2 * manifest(delivery_id)["studies"])
        case "another's prefix":
            return manifest(delivery_id, prefix=stranger["prefix"])
        case "another's key":
            return manifest(delivery_id, studies=stranger["studies"])
        case text:
            return text


def created(pipeline: Pipeline, key: str) -> str:
    record = {
        "eventSource": "aws:s3",
        "eventTime": "2026-11-23T23:52:00.000Z",
        "eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": pipeline.bucket}, "object": {"key": key, "size": 1, "eTag": ""}},
    }
    return json.dumps({"Records": [record]})


def test_a_broken_document_in_a_batch_affects_no_other_message(still):
    good = [delivery(5000), delivery(5001)]
    broken = {delivery(6000 + number): name for number, name in enumerate(BROKEN_MANIFESTS)}
    objects = {f"deliveries/{it}.json": manifest(it) for it in good}
    put(still, objects | {f"deliveries/{it}.json": broken_manifest(name, it) for it, name in broken.items()})

    good_event = created(still, f"deliveries/{good[0]}.json")
    no_events = ["", "no JSON", BRACKETS, '{"Records":[{}]}', good_event.replace('"key": "', '"key": "%')]
    strangers, s3 = f"strangers-{uuid.uuid4().hex[:8]}", still.aws.client("s3")
    s3.create_bucket(Bucket=strangers)
    s3.put_object(Bucket=strangers, Key=f"deliveries/{delivery(7000)}.json", Body=text(manifest(delivery(7000))).encode())
    strange_event = created(still, f"deliveries/{delivery(7000)}.json")
    no_events += [strange_event.replace(still.bucket, it) for it in (strangers, "evil.example/?")]
    bodies = [created(still, f"deliveries/{it}.json") for it in (good[0], *broken)]
    bodies += [*no_events, created(still, f"deliveries/{good[1]}.json")]
    records = [{"messageId": str(uuid.uuid4()), "body": body, "eventSource": "aws:sqs"} for body in bodies]
    answer = invoke(still, {"Records": records})
    failed = {it["itemIdentifier"] for it in answer["batchItemFailures"]}
    assert failed == {it["messageId"] for it in records if it["body"] in no_events}

    started = {it["name"] for it in still.executions()}
    assert set(good) <= started and not started & {*broken, delivery(7000)}
    messages = {it["deliveryId"]: it["message"] for it in still.items() if it["outcome"] == "REJECTED"}
    assert messages.keys() == broken.keys()
    for it, name in broken.items():
        assert BROKEN_MANIFESTS[name] in messages[it], name
        assert "expected" in messages[it] and STRANGE_VALUE not in messages[it]
    assert STRANGE_VALUE not in log(still)


IMPORTED = {"numberOfImportedFiles": 1, "numberOfFilesWithCustomerError": 0, "numberOfFilesWithServerError": 0}
# Outputs of jobs that imported their only instance, by what is odd about them: the outcome, its proof, and the number
# of places in the lines about single files that cannot be read.
ODD_OUTPUTS = {
    "a manifest of brackets": ("IMPORTED", "instances", 0),
    "a manifest that is too large": ("IMPORTED", "instances", 0),
    "a line of brackets": ("IMPORTED", "counts", 1),
    "lines that are too many bytes": ("IMPORTED", "counts", 1),
    "a warning about a strange key": ("IMPORTED", "instances", 1),
    "only brackets": ("PARTIAL", "nothing", 1),
}


def odd_output(name: str, key: str) -> dict[str, str | dict]:
    good = json.dumps({"inputFile": key, "importResponse": {"isPrimary": True}})
    summary = {"job-output-manifest.json": {"jobSummary": IMPORTED}}
    match name:
        case "a manifest of brackets":
            return {"job-output-manifest.json": BRACKETS, "SUCCESS/s.ndjson": good}
        case "a manifest that is too large":
            return {"job-output-manifest.json": TOO_LARGE, "SUCCESS/s.ndjson": good}
        case "a line of brackets":
            return {**summary, "SUCCESS/s.ndjson": BRACKETS}
        case "lines that are too many bytes":
            return {**summary, "WARNING/w.ndjson": " " * (33 * MEGABYTES), "SUCCESS/s.ndjson": good}
        case "a warning about a strange key":
            return {**summary, "WARNING/w.ndjson": json.dumps({"inputFile": STRANGE_VALUE * 200}), "SUCCESS/s.ndjson": good}
        case _:
            return {"job-output-manifest.json": BRACKETS, "SUCCESS/s.ndjson": BRACKETS}


def test_odd_output_of_healthimaging_neither_fails_a_good_import_nor_ends_the_function(still):
    s3, imaging = still.aws.client("s3"), still.aws.client("medical-imaging")
    still.aws.arm("Nothing", len(ODD_OUTPUTS))
    output, datastore = still.outputs["OutputBucketName"], still.outputs["DatastoreId"]
    events = {}
    for number, name in enumerate(ODD_OUTPUTS):
        it = delivery(8000 + number)
        document = manifest(it)
        [instance] = instances_of(document)
        put(still, {f"deliveries/{it}.json": document, instance["key"]: "no DICOM"})
        uris = {"inputS3Uri": f"s3://{still.bucket}/{prefix(it)}", "outputS3Uri": f"s3://{output}/{it}/"}
        job = imaging.start_dicom_import_job(datastoreId=datastore, dataAccessRoleArn=ROLE, clientToken=it, **uris)["jobId"]
        request = {"deliveryId": it, "importId": it, "manifestKey": f"deliveries/{it}.json", **uris}
        state = {"attempt": 1, "busyAttempts": 0, "startsAgain": False, "jobStatus": "SUBMITTED", "outcome": "PENDING"}
        request |= {"studyInstanceUID": "1.2.3", "studyCount": 1, "instanceCount": 1}
        events[name] = {**state, "request": request, "jobId": job, "waitSeconds": 1, "polls": 0}
    for name, event in events.items():
        folder = f"{event['request']['deliveryId']}/{datastore}-DicomImport-{event['jobId']}/"
        wait_for("the job's end", lambda: s3.list_objects_v2(Bucket=output, Prefix=folder).get("Contents"))
        [key] = [it["key"] for it in instances_of(manifest(event["request"]["deliveryId"]))]
        for file, body in odd_output(name, key).items():
            s3.put_object(Bucket=output, Key=folder + file, Body=text(body).encode())
        answer = invoke(still, event, "CheckStatus")
        report = json.load(s3.get_object(Bucket=output, Key=f"{folder}report.json")["Body"])
        assert (answer["outcome"], report["proof"], report["unreadableCount"]) == ODD_OUTPUTS[name], name
    assert STRANGE_VALUE not in log(still, "CheckStatus")


@pytest.mark.parametrize("path", ["request.instanceCount", "polls", "attempt", "waitSeconds"])
def test_a_wrong_number_in_an_execution_is_an_error_and_does_not_end_the_function(still, path):
    event = json.loads((PROJECT / "events/check-status.json").read_text())
    *parents, member = path.split(".")
    node = event
    for name in parents:
        node = node[name]
    node[member] = 2**63 - 1
    answer = still.aws.client("lambda").invoke(
        FunctionName=still.outputs["CheckStatusFunctionName"], Payload=json.dumps(event)
    )
    error = json.load(answer["Payload"])
    assert (answer["FunctionError"], error["errorType"]) == ("Unhandled", "Runtime.UnmarshalError")
    assert f"{path}: expected a whole number from" in error["errorMessage"]
