# SPDX-License-Identifier: Apache-2.0

"""Updating and deleting a stack: moto forgets a resource whose class cannot be updated, which breaks the stack. Here
such a resource stays as it was; a bucket gets its new rules, a state machine its new definition, a function all of its
variables as strings. Resources are created and deleted when their condition changes, which moto ignores. Resources with
the policy RetainExceptOnCreate are retained."""

from moto.awslambda.models import LambdaFunction
from moto.cloudformation import parsing
from moto.core.exceptions import ServiceException
from moto.s3.models import FakeBucket
from moto.stepfunctions.models import StateMachine

from localaws.cloudformation import buckets, functions, state_machines


def install() -> None:
    update = parsing.parse_and_update_resource

    def update_or_keep(logical_id, resource_json, resources_map, account_id, region_name):
        present = resources_map._parsed_resources.get(logical_id)
        if present is None or not _is_wanted(resource_json, resources_map):
            return present
        return update(logical_id, resource_json, resources_map, account_id, region_name) or present

    parsing.parse_and_update_resource = update_or_keep
    update_map = parsing.ResourceMap.update

    def update_with_conditions(self: parsing.ResourceMap, template, parameters=None) -> None:
        update_map(self, template, parameters)
        _follow_conditions(self)

    parsing.ResourceMap.update = update_with_conditions
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


def _is_wanted(resource_json: dict, resources_map: parsing.ResourceMap) -> bool:
    condition = resource_json.get("Condition")
    return condition is None or resources_map.lazy_condition_map[condition]


def _follow_conditions(resources_map: parsing.ResourceMap) -> None:
    """Creates the resources whose condition has become true, and deletes those whose condition has become false."""
    wanted = {name: _is_wanted(it, resources_map) for name, it in resources_map._resource_json_map.items()}
    present = resources_map._parsed_resources
    for logical_id in wanted:
        if present.get(logical_id, logical_id) is None:
            del present[logical_id]
    for logical_id in wanted:
        if wanted[logical_id]:
            # Access creates the resource.
            resources_map[logical_id]
    unwanted = [logical_id for logical_id in wanted if logical_id in present and not wanted[logical_id]]
    # In most templates a resource is written after those that it depends on, so the order is reversed; failures are
    # tried again.
    while unwanted:
        left = [logical_id for logical_id in reversed(unwanted) if not _is_deleted(logical_id, resources_map)]
        assert len(left) < len(unwanted), f"cannot be deleted: {left}"
        unwanted = left[::-1]


def _is_deleted(logical_id: str, resources_map: parsing.ResourceMap) -> bool:
    try:
        resource_json = resources_map._resource_json_map[logical_id]
        resources_map._delete_resource(resources_map._parsed_resources[logical_id], resource_json)
    except ServiceException:
        return False
    del resources_map._parsed_resources[logical_id]
    return True


def _update_bucket(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
    return buckets.complete(original_resource, cloudformation_json["Properties"])


def _update_state_machine(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
    properties = cloudformation_json["Properties"]
    backend = state_machines.get_backend(account_id, region_name)
    backend.update_state_machine(
        original_resource.arn, definition=state_machines.definition(properties, account_id, region_name)
    )
    return original_resource
