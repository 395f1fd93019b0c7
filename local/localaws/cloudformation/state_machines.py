# SPDX-License-Identifier: Apache-2.0

"""AWS::StepFunctions::StateMachine: moto creates it outside its interpreter, and supports neither a definition in S3
nor DefinitionSubstitutions nor `!GetAtt Arn`."""

import json
import re

from moto.s3.models import s3_backends
from moto.stepfunctions.models import StateMachine
from moto.stepfunctions.responses import get_backend
from moto.stepfunctions.utils import cfn_to_api_tags
from moto.utilities.utils import get_partition


def install() -> None:
    attribute = StateMachine.get_cfn_attribute
    has_attribute = StateMachine.has_cfn_attr

    StateMachine.create_from_cloudformation_json = classmethod(_create)
    StateMachine.delete_from_cloudformation_json = classmethod(_delete)
    StateMachine.has_cfn_attr = classmethod(lambda cls, name: name == "Arn" or has_attribute(name))
    StateMachine.get_cfn_attribute = lambda self, name: self.arn if name == "Arn" else attribute(self, name)


def _create(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs) -> StateMachine:
    properties = cloudformation_json["Properties"]
    return get_backend(account_id, region_name).create_state_machine(
        properties.get("StateMachineName", resource_name),
        definition(properties, account_id, region_name),
        properties["RoleArn"],
        tags=cfn_to_api_tags(properties.get("Tags", [])),
        sm_type=properties.get("StateMachineType", "STANDARD"),
    )


def _delete(cls, resource_name, cloudformation_json, account_id, region_name) -> None:
    get_backend(account_id, region_name).delete_state_machine(resource_name)


def definition(properties: dict, account_id: str, region_name: str) -> str:
    """The text of the definition after its substitutions."""
    if location := properties.get("DefinitionS3Location"):
        s3 = s3_backends[account_id][get_partition(region_name)]
        text = s3.get_object(location["Bucket"], location["Key"]).value.decode()
    else:
        text = properties.get("DefinitionString") or json.dumps(properties["Definition"])
    values = properties.get("DefinitionSubstitutions", {})
    return re.sub(r"\$\{(\w+)\}", lambda match: str(values.get(match[1], match[0])), text)
