# SPDX-License-Identifier: Apache-2.0

"""Checks a request against botocore's service model: required parameters, patterns, lengths, ranges and
enumerations."""

import re

import botocore.session

from .exceptions import ValidationException

_model = botocore.session.get_session().get_service_model("medical-imaging")


def validate(operation: str, parameters: dict) -> None:
    """Raises ValidationException for the first parameter that violates the model. Absent parameters are None."""
    shape = _model.operation_model(operation).input_shape
    for name, member in shape.members.items():
        value = parameters.get(name)
        if value is not None:
            _validate_value(name, member, value)
        elif name in shape.required_members:
            raise ValidationException(f"{name}: expected a value, got none")


def _validate_value(name: str, shape, value) -> None:
    rules = shape.metadata
    size = len(value) if shape.type_name == "string" else value
    if "min" in rules and size < rules["min"] or "max" in rules and size > rules["max"]:
        raise ValidationException(f"{name}: expected {rules.get('min')} to {rules.get('max')}, got {size}")
    if "enum" in rules and value not in rules["enum"]:
        raise ValidationException(f"{name}: expected one of {rules['enum']}, got {value!r}")
    pattern = rules.get("pattern", "").replace(r"\p{ASCII}", r"[\x00-\x7F]")
    if pattern and not re.fullmatch(pattern, value):
        raise ValidationException(f"{name}: expected {pattern}, got {value!r}")
