# SPDX-License-Identifier: Apache-2.0

"""EventBridge's scheduled rules: moto stores them but never runs them.

A thread sends the event of a rule with `rate(…)` to the rule's targets. The first interval of a rule begins when the
rule is first seen.
"""

import re
import threading
import time
import uuid
from datetime import datetime, timezone

from moto.events.models import Rule, events_backends

from localaws.eventbridge.deliveries import deliveries

POLL_SECONDS = 1
RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
SECONDS = {"minute": 60, "hour": 3600, "day": 86400}


def start() -> None:
    threading.Thread(target=_run, name="scheduler", daemon=True).start()


def _run() -> None:
    due: dict[str, float] = {}
    while True:
        now = time.monotonic()
        rules = {rule.arn: rule for rule in _enabled_rules()}
        due = {arn: due.get(arn, now + interval(rule.scheduled_expression)) for arn, rule in rules.items()}
        for arn, rule in rules.items():
            if now >= due[arn]:
                due[arn] = now + interval(rule.scheduled_expression)
                deliveries.add(rule, event(rule))
        time.sleep(POLL_SECONDS)


def interval(expression: str) -> float:
    """Seconds between two runs."""
    count, unit = RATE.fullmatch(expression).groups()
    return int(count) * SECONDS[unit]


def event(rule: Rule) -> dict:
    """The event that EventBridge sends for a scheduled rule."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": rule.account_id,
        "time": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": rule.region_name,
        "resources": [rule.arn],
        "detail": {},
    }


def _enabled_rules() -> list[Rule]:
    buses = [bus for account in events_backends.values() for backend in account.values() for bus in backend.event_buses.values()]
    rules = [rule for bus in list(buses) for rule in list(bus.rules.values())]
    return [rule for rule in rules if rule.state == "ENABLED" and RATE.fullmatch(rule.scheduled_expression or "")]
