# SPDX-License-Identifier: Apache-2.0

"""Evaluates policies where AWS does and moto does not: when a rule sends an event to its target, and when a function's
role polls a queue."""

import fnmatch
import json

from moto.awslambda.models import LambdaFunction
from moto.events.models import Rule
from moto.iam.models import Role, iam_backends

# The supported operators. `*` is a wildcard in all of them except StringEquals and Bool, which we use only for values
# without `*`.
OPERATORS = ("ArnEquals", "ArnLike", "StringEquals", "StringLike", "Bool")
EVENTBRIDGE = "events.amazonaws.com"


def rule_may_invoke(rule: Rule, function: LambdaFunction) -> bool:
    """EventBridge passes the rule to Lambda but not the account, so a permission with SourceAccount never applies."""
    statements = [
        statement
        for statement in function.policy.statements
        if statement["Principal"] == {"Service": EVENTBRIDGE}
    ]
    context = {"aws:sourcearn": rule.arn}
    return allowed(statements, "lambda:InvokeFunction", function.function_arn, context)


def rule_may(rule: Rule, policy: dict, action: str, resource: str) -> bool:
    """Whether the policy of a queue or a topic allows it."""
    statements = [it for it in _statements(policy) if _names(it["Principal"], EVENTBRIDGE)]
    context = {"aws:sourcearn": rule.arn, "aws:sourceaccount": rule.account_id, "aws:securetransport": "true"}
    return allowed(statements, action, resource, context)


def _names(principal: str | dict, service: str) -> bool:
    return principal == "*" or service in _list(principal.get("Service", []))


def role_may(role: str, action: str, resource: str) -> bool:
    """Whether the role's own policies and the attached ones allow the action. `role` is an ARN."""
    roles = _roles(role)
    inline = [document for it in roles for document in it.policies.values()]
    attached = [policy.document for it in roles for policy in it.managed_policies.values()]
    statements = [statement for document in inline + attached for statement in _statements(document)]
    return allowed(statements, action, resource, {})


def trusts(role: str, service: str) -> bool:
    """Whether the service may take the role. Conditions of its trust policy are not evaluated."""
    return any(
        _names(statement["Principal"], service)
        for it in _roles(role)
        for statement in _statements(it.assume_role_policy_document)
    )


def _roles(arn: str) -> list[Role]:
    """The role with this ARN, if there is one."""
    backends = [partition for account in iam_backends.values() for partition in account.values()]
    return [role for backend in backends for role in backend.get_roles() if role.arn == arn]


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
