# SPDX-License-Identifier: Apache-2.0

"""AWS::CloudFormation::Stack: moto creates a nested stack but does not offer its outputs, replaces it instead of
updating it, and forgets it if it cannot be deleted yet."""

from moto.cloudformation.models import Stack, cloudformation_backends
from moto.utilities.utils import get_partition

from localaws.cloudformation import template_urls


def install() -> None:
    Stack.get_cfn_attribute = lambda self, name: self.output_map[name.removeprefix("Outputs.")].value
    Stack.update_from_cloudformation_json = classmethod(_update)
    Stack.delete_from_cloudformation_json = classmethod(_delete)


def _update(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name) -> Stack:
    properties = cloudformation_json["Properties"]
    template = template_urls.get_template(properties["TemplateURL"], account_id, get_partition(region_name))
    original_resource.update(template, parameters=properties.get("Parameters", {}))
    return original_resource


def _delete(cls, resource_name, cloudformation_json, account_id, region_name) -> None:
    """Fails if another nested stack still needs something of this one; moto tries again after that one was deleted."""
    stacks = cloudformation_backends[account_id][region_name].stacks
    [stack] = [stack for stack in stacks.values() if stack.name == resource_name]
    stack.delete()
    del stacks[stack.stack_id]
