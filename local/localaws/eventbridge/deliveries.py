# SPDX-License-Identifier: Apache-2.0

"""Deliveries of events to the targets of rules: in the background, at least once, in no order.

A delivery that fails is repeated with growing delays, as long as the target's retry policy says. Then, and at once if
another try would fail in the same way, the event goes to the target's dead-letter queue, with EventBridge's attributes.
A test can hurry the clock of the retries, and ask for copies.
"""

import heapq
import itertools
import json
import logging
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from moto.cloudwatch.models import cloudwatch_backends
from moto.events.models import Rule

from localaws.eventbridge import targets
from localaws.eventbridge.undeliverable import Undeliverable

LOG = logging.getLogger("localaws.events")
# EventBridge's defaults. How long it waits before a retry is not documented, except that the delays grow.
MAXIMUM_RETRIES = 185
MAXIMUM_AGE_SECONDS = 24 * 3600
FIRST_DELAY_SECONDS, LONGEST_DELAY_SECONDS = 1, 600
AT_ONCE = 16


@dataclass
class Delivery:
    rule: Rule
    target: dict
    event: dict
    began: float
    attempts: int = 0

    @property
    def retry_policy(self) -> dict:
        return self.target.get("RetryPolicy") or {}

    def exhausted(self, age: float) -> str | None:
        """The condition of the retry policy that ends the retries now."""
        if self.attempts > int(self.retry_policy.get("MaximumRetryAttempts", MAXIMUM_RETRIES)):
            return "MaximumRetryAttempts"
        if age >= int(self.retry_policy.get("MaximumEventAgeInSeconds", MAXIMUM_AGE_SECONDS)):
            return "MaximumEventAgeInSeconds"
        return None

    def delay(self) -> float:
        """EventBridge's seconds until the next try."""
        longest = min(FIRST_DELAY_SECONDS * 2 ** (self.attempts - 1), LONGEST_DELAY_SECONDS)
        return random.uniform(longest / 2, longest)


class Deliveries:
    def __init__(self):
        self._due: list[tuple[float, int, Delivery]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._executor = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="event")
        self.change(hurry=1, copies=1)

    def start(self) -> None:
        threading.Thread(target=self._run, name="events", daemon=True).start()

    def change(self, hurry: float, copies: int) -> None:
        """From now on, `hurry` of EventBridge's seconds pass in one of ours, and each event is delivered `copies` times."""
        self._hurry, self._copies = hurry, copies

    def add(self, rule: Rule, event: dict) -> None:
        """Delivers the event to each target of the rule."""
        for target in list(rule.targets) * self._copies:
            self._schedule(Delivery(rule, target, event, time.monotonic()), 0)

    def _schedule(self, delivery: Delivery, delay: float) -> None:
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + delay / self._hurry, next(self._numbers), delivery))
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._due)
                seconds = self._due[0][0] - time.monotonic()
                if seconds > 0:
                    self._changed.wait(seconds)
                    continue
                delivery = heapq.heappop(self._due)[2]
            self._executor.submit(self._attempt, delivery)

    def _attempt(self, delivery: Delivery) -> None:
        delivery.attempts += 1
        try:
            targets.send(delivery.rule, delivery.target, delivery.event)
        except Undeliverable as error:
            age = (time.monotonic() - delivery.began) * self._hurry
            condition = delivery.exhausted(age) if error.is_retried else None
            if error.is_retried and not condition:
                self._schedule(delivery, delivery.delay())
            else:
                give_up(delivery, error, condition)
        except Exception:
            LOG.exception("target %s of rule %s", delivery.target["Arn"], delivery.rule.name)


def give_up(delivery: Delivery, error: Undeliverable, condition: str | None) -> None:
    """Sends the event to the dead-letter queue, if there is one."""
    rule, target = delivery.rule, delivery.target
    LOG.error("rule %s cannot deliver to %s: %s", rule.name, target["Arn"], error)
    count(rule, "FailedInvocations")
    queue = (target.get("DeadLetterConfig") or {}).get("Arn")
    if not queue:
        return
    attributes = {
        "RULE_ARN": rule.arn,
        "TARGET_ARN": target["Arn"],
        "ERROR_CODE": error.code,
        "ERROR_MESSAGE": error.message,
        "RETRY_ATTEMPTS": str(delivery.attempts - 1),
    }
    if condition:
        attributes["EXHAUSTED_RETRY_CONDITION"] = condition
    try:
        targets.send_to_queue(rule, queue, json.dumps(delivery.event), attributes=attributes)
        count(rule, "InvocationsSentToDlq")
    except Undeliverable as error:
        LOG.error("rule %s cannot use the dead-letter queue %s: %s", rule.name, queue, error)
        count(rule, "InvocationsFailedToBeSentToDlq")


def count(rule: Rule, metric: str) -> None:
    """Adds one to a metric of the rule."""
    cloudwatch_backends[rule.account_id][rule.region_name].put_metric_data(
        "AWS/Events",
        [{"MetricName": metric, "Dimensions": [{"Name": "RuleName", "Value": rule.name}], "Value": 1}],
    )


deliveries = Deliveries()
