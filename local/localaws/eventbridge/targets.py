# SPDX-License-Identifier: Apache-2.0

"""Sends an event to one target of a rule: a queue, a topic, a function or an API destination. A target that does not
allow it is refused, as EventBridge is refused there."""

import json
import ssl

from moto.awslambda.models import LambdaFunction
from moto.awslambda.utils import get_backend
from moto.events.models import Rule, events_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends
from moto.utilities.arns import parse_arn

from localaws import permissions
from localaws.eventbridge import api_destinations
from localaws.eventbridge.undeliverable import Undeliverable
from localaws.reserved_concurrency import TooManyRequestsException

# These keys of AWS do not let EventBridge in, and their policies cannot be changed.
AWS_MANAGED_KEYS = ("alias/aws/sqs", "alias/aws/sns")
TRANSFORMATIONS = ("Input", "InputPath", "InputTransformer")

authorities: ssl.SSLContext


def send(rule: Rule, target: dict, event: dict) -> None:
    """Raises `Undeliverable`."""
    used = [name for name in TRANSFORMATIONS if target.get(name)]
    if used:
        raise NotImplementedError(f"the local EventBridge sends whole events, got a target with {used[0]}")
    body = json.dumps(event)
    arn = parse_arn(target["Arn"])
    if arn.service == "sqs":
        send_to_queue(rule, target["Arn"], body, (target.get("SqsParameters") or {}).get("MessageGroupId"))
    elif arn.service == "sns":
        _publish(rule, target["Arn"], body)
    elif arn.service == "lambda":
        invoke(rule, get_backend(arn.account, arn.region).get_function(target["Arn"]), body)
    elif arn.service == "events" and arn.resource_type == "api-destination":
        _call(rule, target, body)
    else:
        raise NotImplementedError(f"the local EventBridge knows no target like {target['Arn']}")


def send_to_queue(rule: Rule, arn: str, body: str, group: str | None = None, attributes: dict[str, str] | None = None) -> None:
    place = parse_arn(arn)
    backend = sqs_backends[place.account][place.region]
    queue = backend.queues.get(place.resource_id)
    if queue is None:
        raise Undeliverable("NO_RESOURCE", f"The queue {arn} does not exist.")
    _check(permissions.rule_may(rule, queue._policy_json, "sqs:SendMessage", arn), f"{arn}: its policy does not allow it.")
    _check(queue.kms_master_key_id not in AWS_MANAGED_KEYS, f"{arn}: its key does not let EventBridge in.")
    typed = {name: {"DataType": "String", "StringValue": value} for name, value in (attributes or {}).items()}
    backend.send_message(queue.name, body, message_attributes=typed, group_id=group)


def _publish(rule: Rule, arn: str, body: str) -> None:
    place = parse_arn(arn)
    backend = sns_backends[place.account][place.region]
    topic = backend.topics.get(arn)
    if topic is None:
        raise Undeliverable("NO_RESOURCE", f"The topic {arn} does not exist.")
    _check(permissions.rule_may(rule, topic._policy_json, "sns:Publish", arn), f"{arn}: its policy does not allow it.")
    _check(topic.kms_master_key_id not in AWS_MANAGED_KEYS, f"{arn}: its key does not let EventBridge in.")
    backend.publish(body, arn)


def invoke(rule: Rule, function: LambdaFunction, body: str) -> None:
    """Whether the function fails is not EventBridge's concern: Lambda has taken the event."""
    _check(permissions.rule_may_invoke(rule, function), f"{function.function_name}: none of its permissions allows it.")
    try:
        function.invoke(body, {}, {})
    except TooManyRequestsException as error:
        raise Undeliverable("THROTTLING", str(error), is_retried=True) from error


def _call(rule: Rule, target: dict, body: str) -> None:
    backend = events_backends[rule.account_id][rule.region_name]
    destination = next((it for it in backend.destinations.values() if it.arn == target["Arn"]), None)
    if destination is None:
        raise Undeliverable("NO_RESOURCE", f"The API destination {target['Arn']} does not exist.")
    role = target.get("RoleArn", "")
    may_call = permissions.role_may(role, "events:InvokeApiDestination", destination.arn)
    _check(may_call and permissions.trusts(role, "events.amazonaws.com"), f"The role {role!r} may not invoke {target['Arn']}.")
    connection = next((it for it in backend.connections.values() if it.arn == destination.connection_arn), None)
    if connection is None:
        raise Undeliverable("NO_RESOURCE", f"The connection {destination.connection_arn} does not exist.")
    api_destinations.call(destination, connection, target.get("HttpParameters") or {}, body, authorities)


def _check(is_allowed: bool, message: str) -> None:
    if not is_allowed:
        raise Undeliverable("NO_PERMISSIONS", message)
