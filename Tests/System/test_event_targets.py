# SPDX-License-Identifier: Apache-2.0

"""EventBridge of the local AWS: which entries PutEvents takes, and how events reach queues, topics, functions and API
destinations."""

import json
import uuid
from datetime import datetime, timezone

import pytest
from botocore.exceptions import ClientError

from functions import create_function
from local_aws import LocalAWS
from subscriber import Subscriber, allow
from waiting import wait_for
from webhook import KEY, KEY_HEADER, Webhook, document, make_webhook_certificate, webhook_target


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    return make_webhook_certificate(tmp_path_factory.mktemp("webhook"))


@pytest.fixture(scope="module")
def bus(pair, tmp_path_factory):
    """A local AWS whose EventBridge trusts the webhooks, and whose clock of retries is hurried."""
    with LocalAWS(tmp_path_factory.mktemp("events"), "--authorities", pair[0]) as local:
        local.change_event_delivery(hurry=20)
        yield local
        local.change_event_delivery()


@pytest.fixture
def source() -> str:
    """A source that no other test uses."""
    return f"test-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def webhook(pair):
    with Webhook(pair) as webhook:
        yield webhook


def entry(source: str, number: int = 1, **members) -> dict:
    return {"Source": source, "DetailType": "Test", "Detail": json.dumps({"number": number}), **members}


def put(bus: LocalAWS, *entries: dict) -> list[dict]:
    answer = bus.client("events").put_events(Entries=list(entries))
    assert answer["FailedEntryCount"] == sum("ErrorCode" in it for it in answer["Entries"])
    return answer["Entries"]


class Target:
    """A rule with one target and a dead-letter queue that allows the rule."""

    def __init__(self, bus: LocalAWS, source: str, arn: str, **members):
        self._bus, self._events = bus, bus.client("events")
        pattern = json.dumps({"source": [source]})
        self.rule_arn = self._events.put_rule(Name=f"{source}-rule", EventPattern=pattern)["RuleArn"]
        # The rule of this subscriber is for another source: only its queue is used.
        self._dead = Subscriber(bus, f"{source}-dead", source="none")
        self.allow(self._dead)
        target = {"Id": "target", "Arn": arn, "DeadLetterConfig": {"Arn": self._dead.queue_arn}, **members}
        self._events.put_targets(Rule=f"{source}-rule", Targets=[target])
        self._source = source

    def allow(self, subscriber: Subscriber) -> None:
        allow(self._bus.client("sqs"), subscriber.queue, subscriber.queue_arn, self.rule_arn)

    def dead_letter(self) -> tuple[dict, dict[str, str]]:
        """The event and the attributes of a dead letter."""

        def receive() -> list[dict]:
            answer = self._bus.client("sqs").receive_message(
                QueueUrl=self._dead.queue, MessageAttributeNames=["All"], MaxNumberOfMessages=1
            )
            return answer.get("Messages", [])

        [message] = wait_for("a dead letter", receive, 30)
        return json.loads(message["Body"]), {name: it["StringValue"] for name, it in message["MessageAttributes"].items()}

    def failed(self) -> float:
        """The rule's metric FailedInvocations."""
        now = datetime.now(timezone.utc)
        answer = self._bus.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/Events",
            MetricName="FailedInvocations",
            Dimensions=[{"Name": "RuleName", "Value": f"{self._source}-rule"}],
            StartTime=now.replace(hour=0, minute=0),
            EndTime=now.replace(year=now.year + 1, day=1),
            Period=60,
            Statistics=["Sum"],
        )
        return sum(it["Sum"] for it in answer["Datapoints"])


def called(bus: LocalAWS, source: str, webhook: Webhook, actions=("events:InvokeApiDestination",), **members) -> Target:
    """A rule whose target is the webhook."""
    target = webhook_target(bus, source, webhook, actions)
    return Target(bus, source, target["Arn"], RoleArn=target["RoleArn"], **members)


# MARK: Entries


def test_a_queue_receives_the_event_in_eventbridges_form(bus, source):
    subscriber = Subscriber(bus, source, source=source)
    moment = datetime(2026, 11, 23, 23, 51, 52, tzinfo=timezone.utc)
    [result] = put(bus, entry(source, Time=moment, Resources=["arn:aws:s3:::bucket"]))
    [event] = wait_for("the event", subscriber.receive)
    assert event == {
        "version": "0",
        "id": result["EventId"],
        "detail-type": "Test",
        "source": source,
        "account": "123456789012",
        "time": "2026-11-23T23:51:52Z",
        "region": "us-east-1",
        "resources": ["arn:aws:s3:::bucket"],
        "detail": {"number": 1},
    }


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"Source": "aws.s3"}, "NotAuthorizedForSourceException"),
        ({"Source": ""}, "InvalidArgument"),
        ({"DetailType": ""}, "InvalidArgument"),
        ({"DetailType": "x" * 129}, "InvalidArgument"),
        ({"Detail": "{"}, "MalformedDetail"),
        ({"Detail": "[1]"}, "MalformedDetail"),
        ({"Detail": '"text"'}, "MalformedDetail"),
    ],
)
def test_a_wrong_entry_fails_and_the_others_do_not(bus, source, members, code):
    wrong, good = put(bus, entry(source, **members), entry(source))
    assert wrong["ErrorCode"] == code and good["EventId"]


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([{}] * 11, "length between 1 and 10"),
        ([{"Detail": json.dumps({"text": "x" * 256 * 1024})}], "Total size of the entries in the request is over the limit"),
        ([{"Detail": json.dumps({"text": "x" * 64 * 1024})}] * 4, "Total size of the entries"),
        ([{"EventBusName": "a/b"}], "eventBusName"),
        ([{"Source": ""}], "no entry has all of"),
    ],
    ids=["too many", "one too large", "too large together", "no name of a bus", "all incomplete"],
)
def test_a_wrong_request_is_refused(bus, source, entries, message):
    with pytest.raises(ClientError, match=message):
        put(bus, *(entry(source, **members) for members in entries))


def test_an_event_for_a_missing_bus_is_accepted_and_dropped(bus, source):
    subscriber = Subscriber(bus, source, source=source)
    [missing, present] = put(bus, entry(source, EventBusName="missing"), entry(source, number=2))
    assert missing["EventId"]
    events = wait_for("the other event", subscriber.receive)
    assert [event["id"] for event in events] == [present["EventId"]]
    assert missing["EventId"] in [event["id"] for event in bus.accepted_events()]


def test_only_enabled_rules_of_the_bus_whose_pattern_fits_receive_an_event(bus, source):
    bus.client("events").create_event_bus(Name=source)
    named = Subscriber(bus, f"{source}-named", bus=source, source=source)
    other = Subscriber(bus, f"{source}-other", bus=source, source=f"{source}-other")
    disabled = Subscriber(bus, f"{source}-disabled", bus=source, source=source)
    default = Subscriber(bus, source, source=source)
    bus.client("events").disable_rule(Name=f"{source}-disabled", EventBusName=source)
    put(bus, entry(source, EventBusName=source))
    assert [event["detail"] for event in wait_for("the event", named.receive)] == [{"number": 1}]
    put(bus, entry(source, number=2), entry(f"{source}-other", number=3, EventBusName=source))
    assert [event["detail"] for event in wait_for("the event", default.receive)] == [{"number": 2}]
    assert [event["detail"] for event in wait_for("the event", other.receive)] == [{"number": 3}]
    assert disabled.receive() == []


@pytest.mark.parametrize("fault", ["InternalFailure", "ThrottlingException"])
def test_an_armed_fault_fails_one_entry(bus, source, fault):
    bus.arm_events(fault)
    assert [it.get("ErrorCode") for it in put(bus, entry(source), entry(source))] == [fault, None]


def test_a_request_without_a_right_is_refused_and_a_lost_answer_is_not(bus, source):
    subscriber = Subscriber(bus, source, source=source)
    bus.arm_events("AccessDeniedException")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        put(bus, entry(source))
    # boto3 tries again by itself: the event comes twice.
    bus.arm_events("Unanswered")
    put(bus, entry(source, number=2))
    events = subscriber.receive_some(2)
    assert [event["detail"] for event in events] == [{"number": 2}] * 2


# MARK: Targets


def test_copies_are_delivered_as_often_as_a_test_wants(bus, source):
    subscriber = Subscriber(bus, source, source=source)
    bus.change_event_delivery(hurry=20, copies=3)
    put(bus, entry(source))
    bus.change_event_delivery(hurry=20)
    assert len({event["id"] for event in subscriber.receive_some(3)}) == 1


def test_a_queue_whose_policy_does_not_allow_the_rule_gets_nothing_and_the_event_is_a_dead_letter(bus, source):
    closed = Subscriber(bus, f"{source}-closed", source="none")
    target = Target(bus, source, closed.queue_arn)
    [result] = put(bus, entry(source))
    event, attributes = target.dead_letter()
    assert event["id"] == result["EventId"]
    assert attributes.pop("ERROR_MESSAGE") == f"{closed.queue_arn}: its policy does not allow it."
    assert attributes == {
        "RULE_ARN": target.rule_arn,
        "TARGET_ARN": closed.queue_arn,
        "ERROR_CODE": "NO_PERMISSIONS",
        "RETRY_ATTEMPTS": "0",
    }
    assert target.failed() == 1
    assert closed.receive() == []


def test_a_queue_with_awss_own_key_or_none_at_all_gets_nothing(bus, source):
    queue = Subscriber(bus, f"{source}-encrypted", source="none")
    target = Target(bus, source, queue.queue_arn)
    bus.client("sqs").set_queue_attributes(QueueUrl=queue.queue, Attributes={"KmsMasterKeyId": "alias/aws/sqs"})
    target.allow(queue)
    put(bus, entry(source))
    assert "its key does not let EventBridge in" in target.dead_letter()[1]["ERROR_MESSAGE"]
    missing = Target(bus, f"{source}-2", "arn:aws:sqs:us-east-1:123456789012:missing")
    put(bus, entry(f"{source}-2"))
    assert missing.dead_letter()[1]["ERROR_CODE"] == "NO_RESOURCE"


def test_a_topic_publishes_only_if_its_policy_allows_the_rule(bus, source):
    sns, sqs = bus.client("sns"), bus.client("sqs")
    topic = sns.create_topic(Name=source)["TopicArn"]
    behind = Subscriber(bus, f"{source}-behind", source="none")
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=behind.queue_arn)
    target = Target(bus, source, topic)
    put(bus, entry(source))
    assert target.dead_letter()[1]["ERROR_CODE"] == "NO_PERMISSIONS"
    statement = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sns:Publish", "Resource": topic}
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=document(statement))
    put(bus, entry(source, number=2))
    [message] = wait_for("the message", lambda: sqs.receive_message(QueueUrl=behind.queue).get("Messages"))
    notification = json.loads(message["Body"])
    assert (notification["TopicArn"], json.loads(notification["Message"])["detail"]) == (topic, {"number": 2})


def test_a_function_is_called_with_the_event(bus, source, tmp_path):
    seen = tmp_path / "seen.json"
    bus.client("iam").create_role(RoleName=source, AssumeRolePolicyDocument="{}")
    handler = f"def handle(event):\n    with open({str(seen)!r}, 'w') as file: file.write(json.dumps(event))"
    function = create_function(bus.client("lambda"), handler, role=source)
    target = Target(bus, source, function.arn)
    put(bus, entry(source))
    assert target.dead_letter()[1]["ERROR_CODE"] == "NO_PERMISSIONS"
    bus.client("lambda").add_permission(
        FunctionName=function.name,
        StatementId="rule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=target.rule_arn,
    )
    put(bus, entry(source, number=2))
    wait_for("the call", lambda: seen.exists() and seen.read_text())
    assert json.loads(seen.read_text())["detail"] == {"number": 2}


# MARK: API destinations


def test_a_webhook_gets_the_event_with_its_key(bus, source, webhook):
    called(bus, source, webhook, HttpParameters={"QueryStringParameters": {"a": "b c"}, "HeaderParameters": {"X-A": "1"}})
    [result] = put(bus, entry(source))
    [call] = wait_for("the call", lambda: webhook.calls)
    assert call.event["id"] == result["EventId"] and call.event["detail"] == {"number": 1}
    assert call.path == "/events?a=b+c"
    assert (call.headers[KEY_HEADER.lower()], call.headers["x-a"]) == (KEY, "1")
    assert call.headers["content-type"] == "application/json; charset=utf-8"


def test_a_webhook_that_is_down_and_fails_for_a_while_gets_every_event_in_the_end(bus, source, webhook):
    called(bus, source, webhook)
    webhook.stop()
    put(bus, *(entry(source, number) for number in range(5)))
    webhook.statuses = [500, 503, 429, 500, 500]
    webhook.start()
    wait_for("all events", lambda: {event["detail"]["number"] for event in webhook.taken()} == set(range(5)))
    assert sorted({call.status for call in webhook.calls}) == [200, 429, 500, 503]
    assert len(webhook.taken()) == 5


@pytest.mark.parametrize("status", [301, 400, 404])
def test_a_status_that_is_final_is_not_tried_again(bus, source, webhook, status):
    target = called(bus, source, webhook)
    webhook.statuses = [status] * 3
    put(bus, entry(source))
    _, attributes = target.dead_letter()
    assert (attributes["ERROR_CODE"], attributes["RETRY_ATTEMPTS"]) == ("ERROR_FROM_TARGET", "0")
    assert f"status {status}" in attributes["ERROR_MESSAGE"] and "EXHAUSTED_RETRY_CONDITION" not in attributes
    assert len(webhook.calls) == 1


def test_the_retry_policy_ends_the_tries(bus, source, webhook):
    target = called(bus, source, webhook, RetryPolicy={"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 3600})
    webhook.statuses = [500] * 10
    put(bus, entry(source))
    _, attributes = target.dead_letter()
    assert (attributes["RETRY_ATTEMPTS"], attributes["EXHAUSTED_RETRY_CONDITION"]) == ("2", "MaximumRetryAttempts")
    assert len(webhook.calls) == 3


def test_an_event_becomes_too_old(bus, source, webhook):
    target = called(bus, source, webhook, RetryPolicy={"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 60})
    webhook.stop()
    put(bus, entry(source))
    _, attributes = target.dead_letter()
    assert (attributes["ERROR_CODE"], attributes["EXHAUSTED_RETRY_CONDITION"]) == ("CONNECTION_FAILURE", "MaximumEventAgeInSeconds")
    webhook.start()


def test_a_role_without_the_right_calls_nothing(bus, source, webhook):
    target = called(bus, source, webhook, actions=["events:PutEvents"])
    put(bus, entry(source))
    assert target.dead_letter()[1]["ERROR_CODE"] == "NO_PERMISSIONS"
    assert webhook.calls == []


def test_put_events_does_not_wait_for_subscribers(bus, source, webhook):
    """A webhook that never answers delays neither PutEvents nor other subscribers."""
    subscriber = Subscriber(bus, source, source=source)
    released = []

    def take(path, headers, body) -> int:
        wait_for("the release", lambda: released, 60)
        return 200

    webhook.take = take
    called(bus, f"{source}-w", webhook)
    put(bus, *(entry(f"{source}-w") for _ in range(3)), entry(source))
    assert wait_for("the event", subscriber.receive)
    released.append(True)
