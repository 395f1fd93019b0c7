# SPDX-License-Identifier: Apache-2.0

"""EventBridge's scheduled rules: moto stores them but never runs them.

A thread invokes the functions that a rule with `rate(…)` names, with the event that EventBridge sends. If a function's
policy does not allow it, the thread only counts `FailedInvocations` of the rule, as EventBridge does. The first
interval of a rule begins when the rule is first seen.
"""

import json
import logging
import re
import threading
import time
import uuid
from datetime import datetime, timezone

from moto.awslambda.models import LambdaFunction
from moto.awslambda.utils import get_backend
from moto.cloudwatch.models import cloudwatch_backends
from moto.events.models import Rule, events_backends

from localaws import permissions

LOG = logging.getLogger("localaws.scheduler")
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
                threading.Thread(target=_send, args=(rule,), daemon=True).start()
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


def _send(rule: Rule) -> None:
    for target in rule.targets:
        try:
            function = get_backend(rule.account_id, rule.region_name).get_function(target["Arn"])
            send(rule, function)
        except Exception:
            LOG.exception("rule %s", rule.name)


def send(rule: Rule, function: LambdaFunction) -> None:
    """Invokes the function if its policy allows the rule to do so."""
    if permissions.rule_may_invoke(rule, function):
        function.invoke(json.dumps(event(rule)), {}, {})
        return
    LOG.error("rule %s may not invoke %s: no permission of the function allows it", rule.name, function.function_name)
    cloudwatch_backends[rule.account_id][rule.region_name].put_metric_data(
        "AWS/Events",
        [{"MetricName": "FailedInvocations", "Dimensions": [{"Name": "RuleName", "Value": rule.name}], "Value": 1}],
    )
