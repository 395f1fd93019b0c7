"""AWS::CloudFormation::Stack: moto makes a nested stack, knows none of its outputs, replaces it where it should update it, and
forgets one that cannot be deleted yet."""

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
    """What another nested stack still needs is tried again when that one is gone."""
    stacks = cloudformation_backends[account_id][region_name].stacks
    [stack] = [stack for stack in stacks.values() if stack.name == resource_name]
    stack.delete()
    del stacks[stack.stack_id]
