# SPDX-License-Identifier: Apache-2.0

"""Evaluates policies where AWS does and moto does not: when a rule invokes a function, and when a function's role polls
a queue."""

import fnmatch
import json

from moto.awslambda.models import LambdaFunction
from moto.events.models import Rule
from moto.iam.models import iam_backends
from moto.utilities.utils import get_partition

# The supported operators. `*` is a wildcard in all of them except StringEquals, which we use only for values without
# `*`.
OPERATORS = ("ArnEquals", "ArnLike", "StringEquals", "StringLike")


def rule_may_invoke(rule: Rule, function: LambdaFunction) -> bool:
    """EventBridge passes the rule to Lambda but not the account, so a permission with SourceAccount never applies."""
    statements = [
        statement
        for statement in function.policy.statements
        if statement["Principal"] == {"Service": "events.amazonaws.com"}
    ]
    context = {"aws:sourcearn": rule.arn}
    return allowed(statements, "lambda:InvokeFunction", function.function_arn, context)


def role_may(function: LambdaFunction, action: str, resource: str) -> bool:
    """Whether the role's own policies and the attached ones allow the action."""
    backend = iam_backends[function.account_id][get_partition(function.region)]
    roles = [role for role in backend.get_roles() if role.arn == function.role]
    inline = [document for role in roles for document in role.policies.values()]
    attached = [policy.document for role in roles for policy in role.managed_policies.values()]
    statements = [statement for document in inline + attached for statement in _statements(document)]
    return allowed(statements, action, resource, {})


def allowed(statements: list[dict], action: str, resource: str, context: dict[str, str]) -> bool:
    """IAM's rule: a statement allows it and no statement denies it."""
    effects = {it["Effect"] for it in statements if _concerns(it, action, resource, context)}
    return effects == {"Allow"}


def _concerns(statement: dict, action: str, resource: str, context: dict[str, str]) -> bool:
    return (
        any(fnmatch.fnmatchcase(action.lower(), it.lower()) for it in _list(statement["Action"]))
        and any(fnmatch.fnmatchcase(resource, it) for it in _list(statement["Resource"]))
        and all(
            _is_fulfilled(operator, key, values, context)
            for operator, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()
        )
    )


def _is_fulfilled(operator: str, key: str, values, context: dict[str, str]) -> bool:
    """A condition on a key that the request does not have is not fulfilled."""
    if operator not in OPERATORS:
        raise NotImplementedError(f"expected one of {OPERATORS}, got {operator}")
    actual = context.get(key.lower())
    return actual is not None and any(fnmatch.fnmatchcase(actual, it) for it in _list(values))


def _statements(document: str | dict) -> list[dict]:
    """moto keeps a role's policies as JSON text, but those of a CloudFormation stack as parsed values, with None for
    AWS::NoValue."""
    policy = json.loads(document) if isinstance(document, str) else document
    return [it for it in _list(policy["Statement"]) if it]


def _list(value) -> list:
    return value if isinstance(value, list) else [value]
