# SPDX-License-Identifier: Apache-2.0

"""The subscribers of template/events.yaml: each receives the events that its parameter names, from a bus of its own
name."""

import json
import re

import pytest

from conftest import PROJECT
from deploy import deploy
from local_aws import LocalAWS
from role_grants import as_list, place
from subscriber import SOURCE, Subscriber
from templates import EVENTS, ROOT, resources, swift
from waiting import wait_for
from webhook import Webhook, make_webhook_certificate

TEMPLATE = PROJECT / "template" / "events.yaml"
BUS, KEY = "imaging", "a-key-of-a-test"
TYPES = re.findall(r'case \w+ = "(.+)"', swift("ImportPipeline/Studies").partition("enum DetailType")[2].partition("}")[0])
CHOSEN = {"EventQueueTypes": "Delivery Failed,Delivery Rejected", "EventTopicTypes": "Delivery Partial", "WebhookTypes": "Study Settled"}


class Subscribers:
    """A stack of subscribers to the bus `BUS`."""

    def __init__(self, aws: LocalAWS, webhook: Webhook):
        self.aws, self.webhook = aws, webhook
        self.deploy()

    def deploy(self, **changes: str) -> None:
        webhook = {"WebhookURL": self.webhook.url, "WebhookHeader": "X-Test-Key", "WebhookKey": KEY}
        self.outputs = deploy(self.aws.endpoint, {"EventBusName": BUS, **CHOSEN, **webhook, **changes}, TEMPLATE)

    def send(self, detail_type: str, number: int, source: str = SOURCE) -> None:
        entry = {"EventBusName": BUS, "Source": source, "DetailType": detail_type, "Detail": json.dumps({"number": number})}
        answer = self.aws.client("events").put_events(Entries=[entry])
        assert answer["FailedEntryCount"] == 0

    def messages(self, output: str) -> list[dict]:
        """Takes the messages of a queue of the stack."""
        return received(self.aws.client("sqs"), self.outputs[output])


def received(sqs, queue: str) -> list[dict]:
    messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, MessageAttributeNames=["All"]).get("Messages", [])
    for message in messages:
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return messages


@pytest.fixture(scope="module")
def subscribers(tmp_path_factory):
    pair = make_webhook_certificate(tmp_path_factory.mktemp("webhook"))
    with LocalAWS(tmp_path_factory.mktemp("aws"), "--authorities", pair[0]) as aws, Webhook(pair) as webhook:
        aws.client("events").create_event_bus(Name=BUS)
        aws.change_event_delivery(hurry=20)
        yield Subscribers(aws, webhook)
        aws.change_event_delivery()


def events_of(messages: list[dict]) -> list[tuple[str, int]]:
    events = [json.loads(message["Body"]) for message in messages]
    return [(event["detail-type"], event["detail"]["number"]) for event in events]


def test_each_subscriber_receives_the_types_that_its_parameter_names(subscribers):
    sns, sqs = subscribers.aws.client("sns"), subscribers.aws.client("sqs")
    reader = sqs.create_queue(QueueName="reader-of-the-topic")["QueueUrl"]
    reader_arn = sqs.get_queue_attributes(QueueUrl=reader, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    raw = {"RawMessageDelivery": "true"}
    sns.subscribe(TopicArn=subscribers.outputs["EventTopicArn"], Protocol="sqs", Endpoint=reader_arn, Attributes=raw)
    # Receives everything, so that all events have been delivered when it has them.
    everything = Subscriber(subscribers.aws, "everything", BUS)
    for number, detail_type in enumerate(TYPES):
        subscribers.send(detail_type, number, source="another-source")
        subscribers.send(detail_type, number)
    everything.receive_some(len(TYPES))
    assert sorted(events_of(wait_for_messages(2, lambda: subscribers.messages("EventQueueUrl")))) == [
        ("Delivery Failed", TYPES.index("Delivery Failed")),
        ("Delivery Rejected", TYPES.index("Delivery Rejected")),
    ]
    published = wait_for_messages(1, lambda: received(sqs, reader))
    assert events_of(published) == [("Delivery Partial", TYPES.index("Delivery Partial"))]
    [call] = wait_for("the webhook's call", lambda: list(subscribers.webhook.calls))
    assert (call.event["detail-type"], call.event["source"]) == ("Study Settled", SOURCE)
    assert call.headers["x-test-key"] == KEY
    assert subscribers.messages("EventDeadLetterQueueUrl") == []


def wait_for_messages(count: int, take) -> list[dict]:
    messages: list[dict] = []
    wait_for(f"{count} messages", lambda: messages.extend(take()) or len(messages) >= count)
    return messages


def test_a_webhook_that_fails_for_a_while_receives_the_event(subscribers):
    subscribers.webhook.statuses[:] = [500, 503]
    subscribers.send("Study Settled", 100)
    wait_for("the event", lambda: 100 in [event["detail"]["number"] for event in subscribers.webhook.taken()])


def test_an_event_that_the_webhook_refuses_is_a_dead_letter(subscribers):
    subscribers.webhook.statuses[:] = [403]
    subscribers.send("Study Settled", 101)
    [message] = wait_for_messages(1, lambda: subscribers.messages("EventDeadLetterQueueUrl"))
    assert events_of([message]) == [("Study Settled", 101)]
    assert "WebhookRule" in message["MessageAttributes"]["RULE_ARN"]["StringValue"]


def test_the_webhooks_key_can_be_changed_and_the_webhook_removed(subscribers):
    subscribers.deploy(WebhookKey="another-key")
    subscribers.send("Study Settled", 102)
    wait_for("the event", lambda: 102 in [event["detail"]["number"] for event in subscribers.webhook.taken()])
    assert subscribers.webhook.calls[-1].headers["x-test-key"] == "another-key"
    subscribers.deploy(WebhookTypes="")
    events = subscribers.aws.client("events")
    assert events.list_api_destinations()["ApiDestinations"] == events.list_connections()["Connections"] == []
    rules = [rule["Name"] for rule in events.list_rules(EventBusName=BUS)["Rules"]]
    assert not any("Webhook" in name for name in rules)
    subscribers.send("Delivery Failed", 103)
    assert events_of(wait_for_messages(1, lambda: subscribers.messages("EventQueueUrl"))) == [("Delivery Failed", 103)]


# MARK: What the template says


def rule_targets() -> dict[str, dict]:
    rules = resources(EVENTS, "Events::Rule")
    assert all(len(it["Properties"]["Targets"]) == 1 for it in rules.values())
    return {name: it["Properties"]["Targets"][0] for name, it in rules.items()}


def test_each_rule_repeats_for_a_day_and_keeps_what_it_cannot_deliver():
    for target in rule_targets().values():
        assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185}
        assert target["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["EventDeadLetterQueue", "Arn"]}}


def test_a_queue_or_topic_takes_events_only_of_the_rule_that_sends_there():
    policies = resources(EVENTS, "SQS::QueuePolicy") | resources(EVENTS, "SNS::TopicPolicy")
    allowed = {}
    for policy in policies.values():
        [statement] = [it for it in policy["Properties"]["PolicyDocument"]["Statement"] if it["Effect"] == "Allow"]
        assert statement["Principal"] == {"Service": "events.amazonaws.com"}
        sources = as_list(statement["Condition"]["ArnEquals"]["aws:SourceArn"])
        allowed[place(statement["Resource"])] = {place(it["Fn::If"][1] if "Fn::If" in it else it) for it in sources}
    needed = {place(it["Arn"]): {rule} for rule, it in rule_targets().items() if "RoleArn" not in it}
    assert allowed == {**needed, "EventDeadLetterQueue": set(rule_targets())}


def test_nothing_is_created_by_default():
    names = ("EventQueueTypes", "EventTopicTypes", "WebhookTypes")
    assert {ROOT["Parameters"][name]["Default"] for name in names} == {""}
    assert ROOT["Resources"]["Events"]["Condition"] == "HasSubscribers"


@pytest.mark.parametrize("name", ["EventQueueTypes", "EventTopicTypes", "WebhookTypes"])
def test_a_parameter_takes_exactly_the_types_that_are_sent(name):
    pattern = ROOT["Parameters"][name]["AllowedPattern"]
    assert len(TYPES) == 5
    assert all(re.fullmatch(pattern, text) for text in ("", *TYPES, ",".join(TYPES)))
    wrong = ("Delivery", "delivery failed", "Delivery Failed, Study Settled", "Delivery Failed,", ",Study Settled")
    assert not any(re.fullmatch(pattern, text) for text in wrong)


def test_a_rule_asks_for_the_source_that_is_sent():
    for rule in resources(EVENTS, "Events::Rule").values():
        assert rule["Properties"]["EventPattern"]["source"] == [SOURCE]
    assert f'source = "{SOURCE}"' in swift("ImportPipeline/Studies")
