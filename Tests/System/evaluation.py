# SPDX-License-Identifier: Apache-2.0

"""Evaluates the expressions of a template as CloudFormation's documentation describes them. AWS itself is not asked."""

import ipaddress
import itertools
import re

NO_VALUE = object()
PSEUDO = {
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::StackName": "dicom-store-scp",
    "AWS::NoValue": NO_VALUE,
}
LOAD_BALANCERS = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net"


class Evaluation:
    """A template with values for its parameters; the others have their defaults.

    A resource's Ref is its name, except for load balancers, which have an ARN, and for the resources that `values`
    names. A GroupId is the name too. `nested` holds templates by the names of their resources; `subnets` holds the VPC
    of each subnet, as a rule would learn it from the account."""

    def __init__(
        self,
        template: dict,
        values: dict[str, str],
        nested: dict[str, dict] | None = None,
        subnets: dict[str, str] | None = None,
    ):
        self._template = template
        defaults = {name: str(it["Default"]) for name, it in template["Parameters"].items() if "Default" in it}
        self._values = {**defaults, **values}
        self._nested = nested or {}
        self._subnets = subnets or {}

    def resources(self) -> dict[str, dict]:
        """The resources whose condition is true, with their properties."""
        return {
            name: {"Type": resource["Type"], "Properties": self.of(resource.get("Properties", {}))}
            for name, resource in self._template["Resources"].items()
            if self._holds(resource)
        }

    def output(self, name: str) -> str:
        output = self._template["Outputs"][name]
        assert self._holds(output), name
        return self.of(output["Value"])

    def stack(self, name: str) -> "Evaluation":
        """A nested stack with the parameters that this template passes to it."""
        given = self.of(self._template["Resources"][name]["Properties"]["Parameters"])
        return Evaluation(self._nested[name], given)

    def broken_rules(self) -> list[str]:
        """The assertions of rules that refuse the parameters."""
        return [
            name
            for name, rule in self._template["Rules"].items()
            if self.of(rule.get("RuleCondition", True))
            and not all(self.of(assertion["Assert"]) for assertion in rule["Assertions"])
        ]

    def of(self, expression):
        match expression:
            case list():
                return [it for it in map(self.of, expression) if it is not NO_VALUE]
            case {"Ref": name}:
                return self._reference(name)
            case {"Condition": str(name)} if len(expression) == 1:
                return self.of(self._template["Conditions"][name])
            case dict() if len(expression) == 1 and next(iter(expression)).startswith("Fn::"):
                [(function, argument)] = expression.items()
                return self._call(function.removeprefix("Fn::"), argument)
            case dict():
                members = {name: self.of(it) for name, it in expression.items()}
                return {name: it for name, it in members.items() if it is not NO_VALUE}
        return expression

    def _holds(self, part: dict) -> bool:
        return "Condition" not in part or self.of({"Condition": part["Condition"]})

    def _reference(self, name: str):
        if name in PSEUDO:
            return PSEUDO[name]
        if name in self._template["Resources"] and name not in self._values:
            is_balancer = self._template["Resources"][name]["Type"] == "AWS::ElasticLoadBalancingV2::LoadBalancer"
            return f"{LOAD_BALANCERS}/{name}/50dc6c495c0c9188" if is_balancer else name
        is_list = self._template["Parameters"].get(name, {}).get("Type", "").startswith("List<")
        return self._values[name].split(",") if is_list else self._values[name]

    def _attribute(self, resource: str, attribute: str) -> str:
        if resource in self._nested:
            return self.stack(resource).output(attribute.removeprefix("Outputs."))
        properties = self._template["Resources"][resource].get("Properties", {})
        if attribute in properties:
            return self.of(properties[attribute])
        return resource if attribute == "GroupId" else f"{resource}.{attribute}"

    def _call(self, function: str, argument):
        match function:
            case "If":
                condition, then, otherwise = argument
                return self.of(then if self.of({"Condition": condition}) else otherwise)
            case "GetAtt":
                return self._attribute(*argument)
            case "Sub":
                return self._substituted(argument)
            case "RefAll":
                return self._values_of_type(argument)
            case "ValueOfAll":
                assert argument == ["AWS::EC2::Subnet::Id", "VpcId"]
                return [self._subnets[subnet] for subnet in self._values_of_type("AWS::EC2::Subnet::Id")]
        arguments = self.of(argument)
        match function:
            case "Equals":
                return arguments[0] == arguments[1]
            case "Not":
                return not arguments[0]
            case "And":
                return all(arguments)
            case "Or":
                return any(arguments)
            case "Contains":
                return arguments[1] in arguments[0]
            case "EachMemberIn":
                return set(arguments[0]) <= set(arguments[1])
            case "Split":
                return arguments[1].split(arguments[0])
            case "Join":
                return arguments[0].join(arguments[1])
            case "Select":
                return arguments[1][int(arguments[0])]
            case "GetAZs":
                return [f"{PSEUDO['AWS::Region']}{letter}" for letter in "abcdef"]
            case "Cidr":
                block, count, bits = arguments
                ranges = ipaddress.ip_network(block).subnets(new_prefix=32 - int(bits))
                return [str(it) for it in itertools.islice(ranges, int(count))]
        raise AssertionError(f"{function} is not known here")

    def _substituted(self, argument) -> str:
        text, names = argument if isinstance(argument, list) else (argument, {})

        def value(match: re.Match) -> str:
            name, _, attribute = match[1].partition(".")
            if name in names:
                return str(self.of(names[name]))
            return str(self._attribute(name, attribute) if attribute else self._reference(name))

        return re.sub(r"\$\{([\w:.]+)\}", value, text)

    def _values_of_type(self, name: str) -> list[str]:
        """The values of all parameters of this type or of a list of it."""
        types = {key: it["Type"] for key, it in self._template["Parameters"].items()}
        lists = [self._values[key].split(",") for key, it in types.items() if it in (name, f"List<{name}>")]
        return list(itertools.chain(*lists))
