# SPDX-License-Identifier: Apache-2.0

"""Conditions: CloudFormation compares all parameters as strings. moto turns some of them into numbers, which are not
equal to any string."""

from moto.cloudformation import parsing


def install() -> None:
    parse = parsing.parse_condition

    def parse_condition(condition, resources_map, condition_map) -> bool:
        if isinstance(condition, dict) and "Fn::Equals" in condition:
            left, right = (_text(parsing.clean_json(it, resources_map)) for it in condition["Fn::Equals"])
            return left == right
        return parse(condition, resources_map, condition_map)

    parsing.parse_condition = parse_condition


def _text(value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
