"""Updating and deleting a stack: moto forgets a resource whose class cannot be updated, and with it the stack breaks. Here such a resource
stays as it was; a bucket gets its new rules, a state machine its new definition, a function all of its variables as text. What is
retained but for a failed creation is retained."""

from moto.awslambda.models import LambdaFunction
from moto.cloudformation import parsing
from moto.s3.models import FakeBucket
from moto.stepfunctions.models import StateMachine

from localaws.cloudformation import buckets, functions, state_machines


def install() -> None:
    update = parsing.parse_and_update_resource

    def update_or_keep(logical_id, resource_json, resources_map, account_id, region_name):
        updated = update(logical_id, resource_json, resources_map, account_id, region_name)
        return updated or resources_map[logical_id]

    parsing.parse_and_update_resource = update_or_keep
    delete = parsing.ResourceMap.delete

    def delete_but_the_retained(self: parsing.ResourceMap) -> None:
        for resource in self._resource_json_map.values():
            if resource.get("DeletionPolicy") == "RetainExceptOnCreate":
                resource["DeletionPolicy"] = "Retain"
        delete(self)

    parsing.ResourceMap.delete = delete_but_the_retained
    FakeBucket.update_from_cloudformation_json = classmethod(_update_bucket)
    StateMachine.update_from_cloudformation_json = classmethod(_update_state_machine)
    update_function = LambdaFunction.update_from_cloudformation_json

    def update_whole(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
        function = update_function(
            original_resource, new_resource_name, cloudformation_json, account_id, region_name
        )
        return functions.complete(function, cloudformation_json["Properties"])

    LambdaFunction.update_from_cloudformation_json = classmethod(update_whole)


def _update_bucket(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
    return buckets.complete(original_resource, cloudformation_json["Properties"])


def _update_state_machine(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
    properties = cloudformation_json["Properties"]
    backend = state_machines.get_backend(account_id, region_name)
    backend.update_state_machine(
        original_resource.arn, definition=state_machines.definition(properties, account_id, region_name)
    )
    return original_resource
