# SPDX-License-Identifier: Apache-2.0

"""Checks events against docs/events.schema.json."""

import copy
import functools
import json

import jsonschema
from conftest import PROJECT

SCHEMA = PROJECT / "docs/events.schema.json"
SOURCE = json.loads(SCHEMA.read_text())["properties"]["source"]["const"]


def problems(event: dict) -> list[str]:
    """What is wrong with an event as EventBridge delivers it. A member that the schema does not name is wrong here, but
    not for a subscriber."""
    return _problems(_validator(), event)


def subscribers_problems(event: dict) -> list[str]:
    """The same for a subscriber, which ignores members that it does not know."""
    return _problems(jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())), event)


def _problems(validator: jsonschema.Draft202012Validator, event: dict) -> list[str]:
    # `oneOf` alone would say that no case matches; its best match says why.
    return [f"{it.json_path}: {it.message}" for error in validator.iter_errors(event) for it in _causes(error)]


def _causes(error: jsonschema.ValidationError) -> list[jsonschema.ValidationError]:
    causes = [it for it in error.context or () if "detail-type" not in it.absolute_path]
    return causes or [error]


@functools.cache
def _validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    strict = copy.deepcopy(schema)
    strict["additionalProperties"] = False
    for detail in strict["oneOf"]:
        name = detail["properties"]["detail"]["$ref"].rpartition("/")[2]
        strict["$defs"][name]["unevaluatedProperties"] = False
    for members in strict["$defs"]["delivery"]["properties"].values():
        if "properties" in members.get("items", {}):
            members["items"]["additionalProperties"] = False
    return jsonschema.Draft202012Validator(strict)
