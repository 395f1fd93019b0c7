# SPDX-License-Identifier: Apache-2.0

"""Fn::Cidr, which moto leaves unevaluated."""

import ipaddress
import itertools

from moto.cloudformation import parsing


def install() -> None:
    clean = parsing.clean_json

    # moto's own function calls itself by this name, so nested values pass through this function too.
    def clean_with_ranges(resource_json, resources_map):
        if isinstance(resource_json, dict) and "Fn::Cidr" in resource_json:
            return ranges(*clean(resource_json["Fn::Cidr"], resources_map))
        return clean(resource_json, resources_map)

    parsing.clean_json = clean_with_ranges


def ranges(block: str, count: str | int, host_bits: str | int) -> list[str]:
    """The first `count` subnets of a block; each has 2 to the power of `host_bits` addresses."""
    subnets = ipaddress.ip_network(block).subnets(new_prefix=32 - int(host_bits))
    return [str(subnet) for subnet in itertools.islice(subnets, int(count))]
