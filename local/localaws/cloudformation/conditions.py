"""Fn::Equals compares text, as CloudFormation keeps every parameter; moto takes a number for another value than its text."""

from moto.cloudformation import parsing


def install() -> None:
    parse = parsing.parse_condition

    # moto's own function calls itself by this name, so that it comes here for what is nested too.
    def parse_comparing_text(condition, resources_map, condition_map):
        if isinstance(condition, dict) and "Fn::Equals" in condition:
            left, right = (parsing.clean_json(value, resources_map) for value in condition["Fn::Equals"])
            return _text(left) == _text(right)
        return parse(condition, resources_map, condition_map)

    parsing.parse_condition = parse_comparing_text


def _text(value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
