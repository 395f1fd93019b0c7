# SPDX-License-Identifier: Apache-2.0

"""Routes: which sender's instances go into which data store, and what happens when the routes are replaced."""

import json
import threading
from collections import Counter
from pathlib import Path

import pydicom
import pytest

from commands import dicomstore
from conftest import STORE_SCP
from deploy import deploy
from local_aws import LocalAWS
from part10 import data_set_bytes
from pipeline import Pipeline, instances_of
from pydicom.uid import ExplicitVRLittleEndian, generate_uid
from pynetdicom import AE, evt
from pynetdicom.presentation import build_context
from receiver import Receiver
from senders import send_with_dcmtk, send_with_pynetdicom
from synthetic import synthetic_instance
from test_metrics import metric_lines
from waiting import wait_for

pytestmark = pytest.mark.pipeline
SENDERS = 8
REFUSED = 0x0124
IMPORT_SECONDS = 120
KEY = "settings/routes.json"


def write(path: Path, routes: list[dict]) -> None:
    """Replaces the file at once, as an operator should."""
    new = path.with_suffix(".new")
    new.write_text(json.dumps(routes))
    new.rename(path)


# MARK: Replacing routes


def store_of(number: int, generation: str) -> str:
    """The data store that a generation of routes names for a called AE title."""
    return f"{generation}{number:04}".rjust(32, "0")


def routes_of(generation: str, count: int) -> list[dict]:
    """Routes for as many called AE titles. The last one, which is never called, has every kind of condition."""
    every = {"callingAETitles": ["X*"], "peers": ["10.0.0.0/8"], "modalities": ["US"], "attributes": {"StationName": ["A*"]}}
    routes = [
        {"name": f"{generation}-{it}", "calledAETitles": [f"T{it}"], "datastore": store_of(it, generation)} for it in range(count)
    ]
    return [*routes[:-1], {**routes[-1], **every}]


class Sending(threading.Thread):
    """Sends an instance again and again under one called AE title and one association, each time as another instance of
    another study, until it is told to stop. Which routes were in force when each was sent is noted.

    If pynetdicom loses a response (see `send_with_pynetdicom`), this goes on over another association."""

    def __init__(self, number: int, port: int, sample: Path, generation: list[str]):
        super().__init__()
        self._number, self._port, self._generation = number, port, generation
        self._dataset = pydicom.dcmread(sample)
        self.stopping = threading.Event()
        # By SOP Instance UID: the generation before and after the instance was sent.
        self.sent: dict[str, tuple[str, str]] = {}
        self.failure: str | None = None

    def run(self) -> None:
        while not self.stopping.is_set() and self.failure is None:
            self._send_over_one_association()

    def _send_over_one_association(self) -> None:
        context = build_context(self._dataset.SOPClassUID, ExplicitVRLittleEndian)
        responses = []
        handlers = [(evt.EVT_DIMSE_RECV, lambda event: responses.append(event.message.command_set.Status))]
        association = AE(ae_title="SENDER").associate(
            "127.0.0.1", self._port, [context], ae_title=f"T{self._number}", evt_handlers=handlers
        )
        if not association.is_established:
            self.failure = "no association"
            return
        is_lost = False
        while not is_lost and self.failure is None and not self.stopping.is_set():
            before = self._generation[0]
            uid = generate_uid()
            self._dataset.SOPInstanceUID = self._dataset.file_meta.MediaStorageSOPInstanceUID = uid
            self._dataset.StudyInstanceUID = generate_uid()
            responses.clear()
            status = association.send_c_store(self._dataset).get("Status")
            is_lost = status is None and bool(responses)
            if (responses[0] if is_lost else status) == 0:
                self.sent[uid] = (before, self._generation[0])
            else:
                self.failure = f"status {status}"
        association.release()


def test_routes_replaced_while_associations_send_lose_and_misroute_nothing(folder_receiver, tmp_path, instance):
    routes = tmp_path / "routes.json"
    write(routes, routes_of("a", 200))
    receiver = folder_receiver(ROUTES=str(routes), ROUTES_RELOAD_SECONDS="1", DELIVERY_OPENING_SECONDS="0")
    [ready] = receiver.log_lines("receiver ready")
    assert ready["routes"] == "200"
    # The generation that is certainly in force; "?" while it is being replaced.
    generation = ["a"]
    # The last two titles have no routes in the first generation.
    numbers = [*range(SENDERS - 2), 250, 251]
    sending = [Sending(number, receiver.port, instance, generation) for number in numbers]
    for thread in sending:
        thread.start()
    wait_for("some instances of each", lambda: all(len(it.sent) > 20 or it.failure for it in sending), 60)
    generation[0] = "?"
    write(routes, routes_of("b", 300))
    wait_for("the new routes", lambda: receiver.log_lines("routes replaced"), 30)
    generation[0] = "b"
    counts = [len(it.sent) for it in sending]
    wait_for("some more", lambda: all(len(it.sent) > n + 20 or it.failure for it, n in zip(sending, counts)), 60)
    for thread in sending:
        thread.stopping.set()
    for thread in sending:
        thread.join()
    assert [it.failure for it in sending] == [None] * SENDERS
    receiver.stop()

    manifests = [json.loads(path.read_text()) for path in (tmp_path / "storage" / "deliveries").glob("*.json")]
    found = Counter(it["sopInstanceUID"] for manifest in manifests for it in instances_of(manifest))
    stores = {
        it["sopInstanceUID"]: (manifest["calledAETitle"], manifest.get("datastoreId"), manifest.get("route"))
        for manifest in manifests
        for it in instances_of(manifest)
    }
    sent = {uid: (thread, phases) for thread in sending for uid, phases in thread.sent.items()}
    assert found == dict.fromkeys(sent, 1)
    for uid, (thread, (before, after)) in sent.items():
        number = thread._number
        expected = {it: (store_of(number, it), f"{it}-{number}") for it in "ab"}
        if number >= 200:
            expected["a"] = (None, None)
        called, *actual = stores[uid]
        assert called == f"T{number}"
        possible = [expected[before]] if before == after != "?" else list(expected.values())
        assert tuple(actual) in possible, (uid, before, after)
    # A delivery holds one route.
    assert {manifest["version"] for manifest in manifests} == {2, 3}


def test_wrong_routes_keep_the_receiver_from_starting_and_check_says_why(folder_receiver, tmp_path):
    routes = tmp_path / "routes.json"
    write(routes, [{"name": "ct", "attributes": {"PatientID": ["4711"]}, "datastore": "default"}])
    with pytest.raises(RuntimeError, match="the receiver ended"):
        folder_receiver(ROUTES=str(routes))
    [log] = tmp_path.glob("receiver-*.log")
    assert 'route \\"ct\\": attributes: \\"PatientID\\" is an attribute of the patient' in log.read_text()


# MARK: Two data stores


@pytest.fixture(scope="module")
def routed(tmp_path_factory):
    """A pipeline with two data stores, and a receiver whose routes are an object of the bucket."""
    with LocalAWS(tmp_path_factory.mktemp("routed")) as local:
        created = local.client("medical-imaging").create_datastore(datastoreName="research", clientToken="research")
        parameters = {"PollSeconds": "1", "DatastoreId2": created["datastoreId"], "RouteMetrics": "research"}
        pipeline = Pipeline(local, deploy(local.endpoint, parameters))
        put_routes(
            pipeline,
            [
                {"name": "blocked", "calledAETitles": ["BLOCKED"], "refuse": "0124H"},
                {"name": "bin", "calledAETitles": ["BIN"], "discard": True},
                {"name": "research", "calledAETitles": ["RESEARCH"], "datastore": created["datastoreId"]},
                {"name": "stranger", "calledAETitles": ["STRANGER"], "datastore": "0" * 32},
            ],
        )
        log = local.state_dir / "logs" / "receiver.log"
        settings = {
            "ROUTES": f"s3://{pipeline.bucket}/{KEY}",
            "ROUTES_RELOAD_SECONDS": "1",
            "REQUIRE_CALLED_AE_TITLE": "true",
            "METRICS_NAMESPACE": "Test",
        }
        with Receiver(STORE_SCP, local.endpoint, pipeline.bucket, log, **settings) as receiver:
            yield pipeline, receiver, created["datastoreId"]


def put_routes(pipeline: Pipeline, routes: list[dict]) -> None:
    pipeline.aws.client("s3").put_object(Bucket=pipeline.bucket, Key=KEY, Body=json.dumps(routes).encode())


def statuses(acknowledgements) -> set[int | None]:
    return {it.status for it in acknowledgements}


def ended(pipeline: Pipeline, deliveries: set[str]) -> list[dict[str, str]]:
    """The items of the deliveries when all have ended."""

    def items() -> list[dict[str, str]] | None:
        found = [it for it in pipeline.ended_items() if it["deliveryId"] in deliveries]
        return found if {it["deliveryId"] for it in found} == deliveries else None

    return wait_for("the imports", items, IMPORT_SECONDS)


@pytest.mark.parametrize("send", [send_with_dcmtk, send_with_pynetdicom])
def test_a_study_under_three_called_titles_lands_in_two_data_stores(routed, tmp_path, send):
    pipeline, receiver, research = routed
    before = set(pipeline.closed_deliveries())
    imported_before = len(pipeline.aws.instances())
    study = generate_uid()
    files = [
        synthetic_instance(tmp_path / f"{it}.dcm", ExplicitVRLittleEndian, StudyInstanceUID=study, SOPInstanceUID=generate_uid())
        for it in range(3)
    ]
    answers = {called: send(files, "127.0.0.1", receiver.port, called=called) for called in ("STORESCP", "RESEARCH", "BLOCKED")}
    assert {called: statuses(it) for called, it in answers.items()} == {"STORESCP": {0}, "RESEARCH": {0}, "BLOCKED": {REFUSED}}
    wait_for("two deliveries", lambda: len(set(pipeline.closed_deliveries()) - before) == 2, 60)
    deliveries = set(pipeline.closed_deliveries()) - before
    items = ended(pipeline, deliveries)
    standard = pipeline.outputs["DatastoreId"]
    assert sorted((it["datastoreId"], it["outcome"], it["importedCount"]) for it in items) == sorted(
        (it, "IMPORTED", "3") for it in (standard, research)
    )
    assert {it["datastoreId"]: it.get("route") for it in items} == {standard: None, research: "research"}
    manifests = {it: pipeline.manifest(it) for it in deliveries}
    assert {it["calledAETitle"]: it.get("datastoreId") for it in manifests.values()} == {"STORESCP": None, "RESEARCH": research}
    assert {it.get("route") for it in manifests.values()} == {None, "research"}
    # Each is proven by itself.
    for it in items:
        uri = it["reportS3Uri"].removeprefix("s3://").partition("/")
        report = json.loads(pipeline.aws.client("s3").get_object(Bucket=uri[0], Key=uri[2])["Body"].read())
        assert (report["datastoreId"], report["proof"], report["importedCount"]) == (it["datastoreId"], "instances", 3)
    # What no route matched is in the total only.
    [log] = (pipeline.aws.state_dir / "logs").glob("*CheckStatus*.log")
    counted = [it for it in metric_lines(log.read_text()) if it.get("deliveryId") in deliveries and it.get("ImportsImported")]
    assert sorted(it.get("Route", "") for it in counted) == ["", "", "research"]
    imported = pipeline.aws.instances()[imported_before:]
    assert Counter((it["datastoreId"], it["sopInstanceUID"]) for it in imported) == {
        (store, str(pydicom.dcmread(path, stop_before_pixels=True).SOPInstanceUID)): 1
        for store in (standard, research)
        for path in files
    }
    bytes_sent = {str(pydicom.dcmread(path).SOPInstanceUID): data_set_bytes(path) for path in files}
    for it in imported:
        stored = tmp_path / it["jobId"] / f"{it['sopInstanceUID']}.dcm"
        stored.parent.mkdir(exist_ok=True)
        stored.write_bytes(pipeline.aws.imported_object(it["sha256"]))
        assert data_set_bytes(stored) == bytes_sent[it["sopInstanceUID"]]
    rows = pipeline.aws.client("dynamodb").scan(TableName=pipeline.outputs["InstanceTableName"])["Items"]
    own = [it for it in rows if it["studyInstanceUID"]["S"] == study]
    assert Counter(it["datastoreId"]["S"] for it in own) == {standard: 3, research: 3}
    assert {it["outcome"]["S"] for it in own} == {"IMPORTED"}
    # The command reads each delivery's rows in its own data store.
    found = json.loads(dicomstore(pipeline.aws.endpoint, "find", study, "--json").stdout)
    seen = {it["trace"]["summary"]["datastoreId"]: it["trace"] for it in found}
    assert seen.keys() == {standard, research} and len(found) == 2
    assert (seen[standard]["summary"].get("route"), seen[research]["summary"]["route"]) == (None, "research")
    for store, trace in seen.items():
        of_store = {it["imageSetId"]["S"] for it in own if it["datastoreId"]["S"] == store}
        assert {(it["outcome"], it["deliveryId"]) for it in trace["instances"]} == {("IMPORTED", trace["summary"]["id"])}
        assert {it["imageSetId"] for it in trace["instances"]} == of_store and len(trace["instances"]) == 3


def test_a_delivery_for_a_data_store_that_the_template_does_not_allow_is_rejected(routed, instance):
    pipeline, receiver, _ = routed
    before = set(pipeline.closed_deliveries())
    assert statuses(send_with_pynetdicom([instance], "127.0.0.1", receiver.port, called="STRANGER")) == {0}
    wait_for("a delivery", lambda: set(pipeline.closed_deliveries()) - before, 60)
    [item] = ended(pipeline, set(pipeline.closed_deliveries()) - before)
    assert item["outcome"] == "REJECTED"
    assert f"for data store {'0' * 32}, expected one that the pipeline may import into" in item["message"]
    # An execution that is started for it all the same is refused by StartImportJob.
    [started] = [it for it in pipeline.ended_items() if it["outcome"] == "IMPORTED"][:1]
    executions = pipeline.aws.client("stepfunctions")
    name = started["deliveryId"]
    arn = pipeline.outputs["StateMachineArn"].replace(":stateMachine:", ":execution:") + f":{name}"
    request = json.loads(executions.describe_execution(executionArn=arn)["input"])
    request |= {"datastoreId": "0" * 32, "redrive": "stranger"}
    executions.start_execution(
        stateMachineArn=pipeline.outputs["StateMachineArn"], name=f"{name}-stranger", input=json.dumps(request)
    )
    failed = lambda: [it for it in pipeline.ended_items() if it["outcome"] == "FAILED" and it["jobId"] == request["importId"]]  # noqa: E731
    [item] = wait_for("the refusal", failed, IMPORT_SECONDS)
    assert item["message"].startswith("Function.Permanent: DatastoreNotPermitted") and item["datastoreId"] == "0" * 32


def test_what_a_route_discards_is_answered_with_success_and_counted(routed, instance):
    pipeline, receiver, _ = routed
    before = pipeline.keys("")
    assert statuses(send_with_pynetdicom([instance], "127.0.0.1", receiver.port, called="BIN")) == {0}
    lines = wait_for("the line", lambda: receiver.log_lines("instance discarded by a route"))
    assert [it["route"] for it in lines] == ["bin"]
    line = wait_for("the end", lambda: [it for it in receiver.log_lines("association ended") if it["calledAE"] == "BIN"])[0]
    assert line["instancesDiscarded"] == "1"
    assert {it for it in pipeline.keys("") if it.endswith(".dcm")} <= set(before)


def test_a_replaced_object_takes_effect_and_a_wrong_one_does_not(routed, instance):
    pipeline, receiver, research = routed
    routes = json.loads(pipeline.read(KEY))
    put_routes(pipeline, [{"name": "wrong", "datastore": "x"}])
    [line] = wait_for("the error", lambda: receiver.log_lines("routes cannot be used, the previous ones stay in force"))
    assert 'route "wrong": datastore: "x"' in json.dumps(line).replace('\\"', '"')
    assert statuses(send_with_pynetdicom([instance], "127.0.0.1", receiver.port, called="BLOCKED")) == {REFUSED}
    put_routes(pipeline, [*routes, {"name": "late", "calledAETitles": ["LATE"], "refuse": "A700H"}])
    wait_for("the new routes", lambda: receiver.log_lines("routes replaced"))
    assert statuses(send_with_pynetdicom([instance], "127.0.0.1", receiver.port, called="LATE")) == {0xA700}
    put_routes(pipeline, routes)
    wait_for("the first routes again", lambda: receiver.log_lines("routes replaced")[1:])
