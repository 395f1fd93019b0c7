# SPDX-License-Identifier: Apache-2.0

"""A subscriber of the pipeline's events: a rule of EventBridge that sends them to a queue of SQS."""

import json

from local_aws import LocalAWS
from waiting import wait_for

SOURCE = "dicom-store-scp"
MESSAGES_PER_RECEIVE = 10


class Subscriber:
    def __init__(self, aws: LocalAWS, name: str, bus: str = "default", source: str = SOURCE):
        """`name` is that of the rule and of the queue."""
        events, self._sqs = aws.client("events"), aws.client("sqs")
        pattern = json.dumps({"source": [source]})
        self.rule_arn = events.put_rule(Name=name, EventBusName=bus, EventPattern=pattern)["RuleArn"]
        self.queue = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        attributes = self._sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=["QueueArn"])["Attributes"]
        self.queue_arn = attributes["QueueArn"]
        allow(self._sqs, self.queue, self.queue_arn, self.rule_arn)
        events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "queue", "Arn": self.queue_arn}])

    def receive(self) -> list[dict]:
        """Takes the events that are in the queue."""
        events: list[dict] = []
        while messages := self._receive():
            events += [json.loads(message["Body"]) for message in messages]
            entries = [{"Id": str(n), "ReceiptHandle": it["ReceiptHandle"]} for n, it in enumerate(messages)]
            self._sqs.delete_message_batch(QueueUrl=self.queue, Entries=entries)
        return events

    def receive_some(self, count: int) -> list[dict]:
        """Waits for so many events. Raises a TimeoutError if fewer come."""
        events: list[dict] = []

        def enough() -> bool:
            events.extend(self.receive())
            return len(events) >= count

        wait_for(f"{count} events", enough)
        return events

    def _receive(self) -> list[dict]:
        answer = self._sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=MESSAGES_PER_RECEIVE)
        return answer.get("Messages", [])


def allow(sqs, queue: str, queue_arn: str, rule_arn: str) -> None:
    """Lets the rule send to the queue."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule_arn}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
