# SPDX-License-Identifier: Apache-2.0

"""Events about deliveries and studies: a queue and a webhook that is down and fails for a while are told of each
delivery and each study, although functions are killed and EventBridge fails; nothing wrong is told; no patient is named."""

import contextlib
import json
from pathlib import Path

import pydicom
import pytest

from conftest import STORE_SCP
from deploy import deploy
from event_schema import problems
from hurried_starts import hurried_starts, hurry_intake
from killed_functions import KilledFunctions
from local_aws import LocalAWS
from pipeline import Pipeline
from pydicom.uid import ExplicitVRLittleEndian, generate_uid
from receiver import Receiver
from schedule import invoke_schedule
from seeds import seed_of
from senders import send_with_dcmtk, send_with_pynetdicom
from subscriber import SOURCE, Subscriber
from synthetic import synthetic_instance
from test_privacy import MARK, MARKED
from told_events import ToldEvents, study_items, wait_for_settling
from waiting import wait_for
from webhook import KEY, KEY_HEADER, Webhook, make_webhook_certificate, webhook_target

pytestmark = pytest.mark.pipeline
SEED = seed_of("STUDY_EVENTS_SEED")
IMPORT_SECONDS, SETTLE_SECONDS = 180, 240
NO_DATASTORE = "0" * 32
# A receiver that opens one delivery a minute: studies that come in the meantime share it.
SLOW = {"DELIVERY_OPENING_SECONDS": "60", "DELIVERY_OPENING_BURST": "1"}
FAULTS = ("InternalFailure", "ThrottlingException", "Unanswered")


class Subscribed:
    """A pipeline with two data stores, two receivers and two subscribers; its functions are killed."""

    def __init__(self, pipeline: Pipeline, research: str, folder: Path, running: contextlib.ExitStack, webhook: Webhook):
        self.pipeline, self.research, self.webhook, self._folder = pipeline, research, webhook, folder
        self.standard = pipeline.outputs["DatastoreId"]
        self.subscriber = Subscriber(pipeline.aws, "queue-of-events")
        self.received: list[dict] = []
        events = pipeline.aws.client("events")
        events.put_rule(Name="webhook", EventPattern=json.dumps({"source": [SOURCE]}))
        events.put_targets(Rule="webhook", Targets=[webhook_target(pipeline.aws, "webhook", webhook)])
        routes = [
            {"name": "research", "calledAETitles": ["RESEARCH"], "datastore": research},
            {"name": "stranger", "calledAETitles": ["STRANGER"], "datastore": NO_DATASTORE},
        ]

        def start(number: int, **settings: str) -> Receiver:
            log = pipeline.aws.state_dir / "logs" / f"receiver-{number}.log"
            settings = {"ROUTES": json.dumps(routes), **settings}
            return running.enter_context(Receiver(STORE_SCP, pipeline.aws.endpoint, pipeline.bucket, log, **settings))

        self.receivers = [start(number, DELIVERY_OPENING_SECONDS="0") for number in range(2)]
        self.slow = start(2, **SLOW)

    def study(self, count: int) -> list[Path]:
        """The files of a new study, whose patient has marked values."""
        study, series = generate_uid(), generate_uid()
        number = len(list(self._folder.iterdir()))
        return [
            synthetic_instance(
                self._folder / f"{number}-{it}.dcm",
                ExplicitVRLittleEndian,
                **{**MARKED, "StudyInstanceUID": study, "SeriesInstanceUID": series},
            )
            for it in range(count)
        ]

    def send(self, files: list[Path], receiver: Receiver, called: str = "STORESCP", send=send_with_pynetdicom) -> set[str]:
        """Sends them and waits until they are in a delivery that is closed. Returns its id."""
        before = set(self.pipeline.closed_deliveries())
        answers = send(files, "127.0.0.1", receiver.port, called=called)
        assert {answer.status for answer in answers} == {0}
        return wait_for("the delivery", lambda: set(self.pipeline.closed_deliveries()) - before, 60)

    def outcome(self, delivery: str) -> str:
        """Waits for the last word on a delivery."""
        return wait_for(
            "the last word",
            lambda: [
                item["outcome"]
                for item in self.pipeline.ended_items()
                if item["deliveryId"] == delivery and "startedAgain" not in item
            ],
            IMPORT_SECONDS,
        )[0]

    def receive(self) -> list[dict]:
        """All events that the queue has received until now."""
        self.received += self.subscriber.receive()
        return self.received


@pytest.fixture(scope="module")
def subscribed(tmp_path_factory):
    pair = make_webhook_certificate(tmp_path_factory.mktemp("webhook"))
    options = ("--job-seconds", "0.5", "--authorities", pair[0])
    with LocalAWS(tmp_path_factory.mktemp("subscribed"), *options) as aws, contextlib.ExitStack() as running:
        research = aws.client("medical-imaging").create_datastore(datastoreName="research", clientToken="research")["datastoreId"]
        parameters = {"PollSeconds": "1", "DatastoreId2": research, "StudyQuietMinutes": "1"}
        pipeline = Pipeline(aws, deploy(aws.endpoint, parameters))
        hurry_intake(pipeline)
        aws.change_event_delivery(hurry=20, copies=2)
        webhook = running.enter_context(Webhook(pair))
        subscribed = Subscribed(pipeline, research, tmp_path_factory.mktemp("files"), running, webhook)
        print(f"\nSTUDY_EVENTS_SEED={SEED}", flush=True)
        with hurried_starts(pipeline), KilledFunctions(pipeline, SEED) as killed:
            yield subscribed
        assert killed.count > 0


def test_each_delivery_is_told_at_least_once_and_nothing_wrong_is_told(subscribed):
    pipeline, aws, (one, two) = subscribed.pipeline, subscribed.pipeline.aws, subscribed.receivers
    subscribed.webhook.stop()
    for fault in FAULTS * 2:
        aws.arm_events(fault)
    expected = []

    def expect(delivery: set[str], outcome: str) -> None:
        [name] = delivery
        assert subscribed.outcome(name) == outcome
        expected.append((name, outcome))

    study = subscribed.study(3)
    expect(subscribed.send(study, one, send=send_with_dcmtk), "IMPORTED")
    expect(subscribed.send(study, two, "RESEARCH"), "IMPORTED")
    expect(subscribed.send([file for _ in range(3) for file in subscribed.study(2)], subscribed.slow), "IMPORTED")
    aws.arm("RefuseFile")
    expect(subscribed.send(subscribed.study(2), one), "PARTIAL")
    aws.arm("DenyJob")
    expect(subscribed.send(subscribed.study(2), two), "FAILED")
    aws.disarm()
    expect(subscribed.send(subscribed.study(1), one, "STRANGER"), "REJECTED")
    expect({put_into_inbox(subscribed)}, "IMPORTED")
    give_up(pipeline, expected[0][0])

    subscribed.webhook.statuses = [500, 503, 429] * 3
    subscribed.webhook.start()
    wait_for("each import to be told", lambda: not ToldEvents(pipeline).untold(), 60)
    told = ToldEvents(pipeline)
    assert told.wrong() == []
    assert {(it["deliveryId"], it["outcome"]) for it in told.deliveries} >= {*expected, (expected[0][0], "FAILED")}
    assert len({it["id"] for it in told.deliveries}) == len(expected) + 1
    assert [problems(event) for event in told.events] == [[]] * len(told.events)
    assert {it["datastoreId"] for it in told.deliveries if it["outcome"] == "IMPORTED"} == {subscribed.standard, subscribed.research}
    assert {it.get("route") for it in told.deliveries} == {None, "research", "stranger"}
    [bundle] = [it for it in told.deliveries if it.get("studyCount") == 3][:1]
    assert [(it["instanceCount"], it["importedCount"]) for it in bundle["studies"]] == [(2, 2)] * 3
    [partial] = [it for it in told.deliveries if it["outcome"] == "PARTIAL"][:1]
    assert (partial["importedCount"], partial["failedCount"], len(partial["failed"])) == (1, 1, 1)
    # Both subscribers get all of them, each at least twice, as EventBridge may deliver.
    wait_for("the queue", lambda: {it["detail"]["id"] for it in subscribed.receive()} >= told.ids, 60)
    wait_for("the webhook", lambda: {it["detail"]["id"] for it in subscribed.webhook.taken()} >= told.ids, 60)
    assert {call.status for call in subscribed.webhook.calls} == {200, 429, 500, 503}
    assert {call.headers[KEY_HEADER.lower()] for call in subscribed.webhook.calls} == {KEY}
    assert_nothing_names_a_patient(subscribed)


def put_into_inbox(subscribed: Subscribed) -> str:
    """Puts an instance into the inbox. Returns the id of its delivery."""
    [file] = subscribed.study(1)
    pipeline = subscribed.pipeline
    study = pydicom.dcmread(file).StudyInstanceUID
    pipeline.aws.client("s3").put_object(Bucket=pipeline.bucket, Key="inbox/image.dcm", Body=file.read_bytes())
    items = lambda: [it for it in pipeline.items() if it.get("studyInstanceUID") == study]  # noqa: E731
    return wait_for("the import from the inbox", items, IMPORT_SECONDS)[0]["deliveryId"]


def give_up(pipeline: Pipeline, delivery: str) -> None:
    """Starts an execution of the delivery for a data store that StartImportJob refuses: the state machine tells it."""
    executions = pipeline.aws.client("stepfunctions")
    machine = pipeline.outputs["StateMachineArn"]
    arn = f"{machine.replace(':stateMachine:', ':execution:')}:{delivery}"
    request = json.loads(executions.describe_execution(executionArn=arn)["input"])
    request |= {"datastoreId": NO_DATASTORE, "redrive": "stranger"}
    name = f"{delivery}-stranger"
    executions.start_execution(stateMachineArn=machine, name=name, input=json.dumps(request))
    ended = lambda: executions.describe_execution(executionArn=f"{arn}-stranger")["status"] == "FAILED"  # noqa: E731
    wait_for("the function to give up", ended, IMPORT_SECONDS)


def test_a_study_of_three_deliveries_from_two_tasks_settles_once_after_the_last(subscribed):
    pipeline, (one, two) = subscribed.pipeline, subscribed.receivers
    files = subscribed.study(3)
    study = str(pydicom.dcmread(files[0]).StudyInstanceUID)
    deliveries: set[str] = set()
    for file, receiver in zip(files, (one, two, one), strict=True):
        deliveries |= subscribed.send([file], receiver)
    key = (subscribed.standard, study)

    wait_for_settling(pipeline, SETTLE_SECONDS)
    for _ in range(3):
        invoke_schedule(pipeline)
    told = ToldEvents(pipeline)
    [event] = told.settlings()[key]
    assert (set(event["importedDeliveries"]), event["incompleteDeliveries"]) == (deliveries, [])
    assert (event["deliveryCount"], event["isComplete"], event["hasSettledBefore"]) == (3, True, False)
    assert event["firstInstanceAt"] <= event["lastInstanceAt"] <= event["settledAt"]
    assert told.settled_too_early() == []
    # Each other study that was imported settled too, and each of them once.
    imported = {(it["datastoreId"], study["studyInstanceUID"]) for it in told.deliveries for study in it.get("studies") or []}
    assert {*told.settlings()} >= imported
    assert {len(events) for events in told.settlings().values()} == {1}
    assert [problems(it) for it in told.events] == [[]] * len(told.events)
    wait_for("the queue", lambda: {it["detail"]["id"] for it in subscribed.receive()} >= told.ids, 60)
    wait_for("the webhook", lambda: {it["detail"]["id"] for it in subscribed.webhook.taken()} >= told.ids, 60)
    assert_nothing_names_a_patient(subscribed)


def assert_nothing_names_a_patient(subscribed: Subscribed) -> None:
    """In what was told until now, and in the tables."""
    pipeline = subscribed.pipeline
    told = [*pipeline.aws.accepted_events(), *subscribed.receive(), *subscribed.webhook.taken()]
    assert len(told) >= 3
    text = json.dumps([*told, *pipeline.items(), *study_items(pipeline)])
    assert MARK not in text and "19610412" not in text
