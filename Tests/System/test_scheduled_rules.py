# SPDX-License-Identifier: Apache-2.0

"""Scheduled rules of the local AWS: like EventBridge, it invokes a function only if its policy allows it."""

import json
from contextlib import nullcontext
from types import SimpleNamespace

import pytest
from moto.awslambda.policy import Policy

from localaws import permissions, scheduler
from localaws.eventbridge import targets
from localaws.eventbridge.undeliverable import Undeliverable

ACCOUNT, REGION = "123456789012", "us-east-1"
RULE = SimpleNamespace(name="sweep", arn=f"arn:aws:events:{REGION}:{ACCOUNT}:rule/sweep", account_id=ACCOUNT, region_name=REGION)
FITTING = {"Action": "lambda:InvokeFunction", "Principal": "events.amazonaws.com", "SourceArn": RULE.arn}


class RecordingFunction:
    """A function with a policy as moto keeps it, which records its events."""

    def __init__(self, permission: dict[str, str] | None):
        self.function_name = "TriggerImport"
        self.function_arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.function_name}"
        self.events: list[dict] = []
        self.policy = Policy(self)
        if permission:
            self.policy.add_statement(json.dumps(permission))

    def invoke(self, body: str, *_) -> None:
        self.events.append(json.loads(body))


@pytest.mark.parametrize(
    ("permission", "is_called"),
    [
        (FITTING, True),
        ({**FITTING, "SourceArn": RULE.arn.replace("sweep", "*")}, True),
        ({name: value for name, value in FITTING.items() if name != "SourceArn"}, True),
        ({**FITTING, "SourceAccount": ACCOUNT}, False),
        ({**FITTING, "SourceArn": RULE.arn + "er"}, False),
        ({**FITTING, "Principal": "s3.amazonaws.com"}, False),
        ({**FITTING, "Action": "lambda:GetFunction"}, False),
        (None, False),
    ],
    ids=["fitting", "pattern", "any rule", "with SourceAccount", "another rule", "another service", "another action", "none"],
)
def test_a_rule_calls_a_function_only_with_its_permission(permission, is_called):
    function = RecordingFunction(permission)
    with nullcontext() if is_called else pytest.raises(Undeliverable, match="NO_PERMISSIONS"):
        targets.invoke(RULE, function, json.dumps(scheduler.event(RULE)))
    assert [event["resources"] for event in function.events] == ([[RULE.arn]] if is_called else [])


@pytest.mark.parametrize(
    ("statements", "is_allowed"),
    [
        ([{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}], True),
        ([{"Effect": "Allow", "Action": ["sqs:receivemessage"], "Resource": ["arn:q", "arn:r"]}], True),
        ([{"Effect": "Allow", "Action": "sqs:DeleteMessage", "Resource": "*"}], False),
        ([{"Effect": "Allow", "Action": "sqs:*", "Resource": "arn:r"}], False),
        (
            [
                {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"},
                {"Effect": "Deny", "Action": "sqs:Receive*", "Resource": "arn:q"},
            ],
            False,
        ),
        ([], False),
    ],
)
def test_policies_are_evaluated_by_iams_rule(statements, is_allowed):
    assert permissions.allowed(statements, "sqs:ReceiveMessage", "arn:q", {}) == is_allowed
