# SPDX-License-Identifier: Apache-2.0

"""Follows packets from host to host through the security groups, network ACLs and route tables that the templates
create."""

import ipaddress
import re
from dataclasses import dataclass
from typing import NamedTuple

# A set of ports is an integer with a bit for each port, so that set operations are single bit operations.
ALL_PORTS = (1 << 65536) - 1
# The ranges of source ports: of AWS's load balancers and peers of any kind, and of Linux.
ANY_REPLY, LINUX_REPLY = (1024, 65535), (32768, 60999)
# For each service that has a prefix list and a gateway endpoint, an address that they stand for, and the list's id.
SERVICES = {"S3": ipaddress.ip_address("52.216.0.1"), "DynamoDB": ipaddress.ip_address("52.94.0.1")}
PREFIX_LISTS = {"pl-63a5400a": "S3", "pl-02cd2c6b": "DynamoDB"}
TCP, EVERY_PROTOCOL = "6", "-1"


def ports(first: int, last: int | None = None) -> int:
    last = first if last is None else last
    return ((1 << (last - first + 1)) - 1) << first


def told(ports: int) -> str:
    """A set of ports as text."""
    stretches = [it.span() for it in re.finditer("1+", bin(ports)[:1:-1])]
    return ", ".join(str(first) if end == first + 1 else f"{first}-{end - 1}" for first, end in stretches) or "none"


class ACLRule(NamedTuple):
    number: int
    allows: bool
    network: ipaddress.IPv4Network
    ports: int


class GroupRule(NamedTuple):
    """`remote` is a range of addresses, or the name of a group or a prefix list."""

    remote: ipaddress.IPv4Network | str
    ports: int


@dataclass(frozen=True)
class Host:
    name: str
    address: ipaddress.IPv4Address
    subnet: str | None = None
    group: str | None = None
    is_public: bool = False
    replies: tuple[int, int] = ANY_REPLY


class Network:
    """What the resources, as `Evaluation` returns them, let through."""

    def __init__(self, resources: dict[str, dict]):
        self._resources = resources
        [vpc] = self._of("EC2::VPC").values()
        self._vpc = ipaddress.ip_network(vpc["CidrBlock"])
        self.subnets = {
            name: ipaddress.ip_network(it["CidrBlock"]) for name, it in sorted(self._of("EC2::Subnet").items())
        }
        associations = self._of("EC2::SubnetNetworkAclAssociation").values()
        self._acl = {it["SubnetId"]: it["NetworkAclId"] for it in associations}
        associations = self._of("EC2::SubnetRouteTableAssociation").values()
        self._table = {it["SubnetId"]: it["RouteTableId"] for it in associations}
        self.groups = list(self._of("EC2::SecurityGroup"))
        self._group_rules = {(it, way): self._rules_of_group(it, way) for it in self.groups for way in (False, True)}
        self._acl_rules = {(it, way): self._rules_of_acl(it, way) for it in self.subnets for way in (False, True)}
        self._routes = {it: self._routes_of(it) for it in self.subnets}

    # MARK: Single layers

    def acl_rules(self, subnet: str, egress: bool) -> list[ACLRule]:
        """The rules in the order in which they are evaluated."""
        return self._acl_rules[subnet, egress]

    def through_acl(self, subnet: str, egress: bool, address: ipaddress.IPv4Address) -> int:
        """Destination ports of the packets that may go to the address, or come from it."""
        allowed = decided = 0
        for rule in self.acl_rules(subnet, egress):
            if address in rule.network:
                allowed |= rule.ports & ~decided if rule.allows else 0
                decided |= rule.ports
        return allowed

    def group_rules(self, group: str, egress: bool) -> list[GroupRule]:
        return self._group_rules[group, egress]

    def through_group(self, group: str, egress: bool, other: Host) -> int:
        """The ports that a security group opens to or from another host."""
        names = {other.group, *(name for name, address in SERVICES.items() if other.address == address)}
        allowed = 0
        for rule in self.group_rules(group, egress):
            fits = rule.remote in names if isinstance(rule.remote, str) else other.address in rule.remote
            allowed |= rule.ports if fits else 0
        return allowed

    def routes(self, subnet: str) -> dict[str, str]:
        """The targets of the subnet's route table, by the range of addresses or the name of a service."""
        return self._routes[subnet]

    # MARK: The walk

    def opened(self, source: Host, target: Host) -> int:
        """The ports of the target that the source can connect to: requests reach them, and all replies come back."""
        there = self._packets(source, target)
        back = self._packets(target, source, is_reply=True)
        asked = ports(*source.replies)
        return there if back & asked == asked else 0

    def _packets(self, source: Host, target: Host, is_reply: bool = False) -> int:
        """The ports that packets may go to. A security group lets every reply through."""
        if not self._is_way(source, target, is_reply):
            return 0
        allowed = ALL_PORTS
        if source.group and not is_reply:
            allowed &= self.through_group(source.group, True, target)
        if source.subnet != target.subnet:
            if source.subnet:
                allowed &= self.through_acl(source.subnet, True, target.address)
            if target.subnet:
                allowed &= self.through_acl(target.subnet, False, source.address)
            allowed &= self._through_nat_gateway(source, target) & self._through_nat_gateway(target, source, True)
        if target.group and not is_reply:
            allowed &= self.through_group(target.group, False, source)
        return allowed

    def _is_way(self, source: Host, target: Host, is_reply: bool) -> bool:
        """Whether route tables lead to the target. From outside, only replies come through a NAT gateway."""
        if source.subnet:
            endpoints = self._of("EC2::VPCEndpoint")
            return self._next(source, target) in ("local", *endpoints, *self._ways_out(source, is_nat_one=True))
        return is_reply or bool(target.subnet) and self._next(target, source) in self._ways_out(target, is_nat_one=False)

    def _next(self, source: Host, target: Host) -> str | None:
        routes = self.routes(source.subnet)
        for service, address in SERVICES.items():
            if target.address == address and service in routes:
                return routes[service]
        ranges = [ipaddress.ip_network(it) for it in routes if it not in SERVICES]
        fitting = [it for it in ranges if target.address in it]
        return routes[str(max(fitting, key=lambda it: it.prefixlen))] if fitting else None

    def _ways_out(self, host: Host, is_nat_one: bool) -> list[str]:
        """The gateways that the host can use. An internet gateway serves only hosts with a public address. `Connection`
        stands for the user's own VPN or similar."""
        nat_gateways = list(self._of("EC2::NatGateway")) if is_nat_one else []
        internet_gateways = list(self._of("EC2::InternetGateway")) if host.is_public else []
        return ["Connection", *nat_gateways, *internet_gateways]

    def _through_nat_gateway(self, inside: Host, outside: Host, is_reply: bool = False) -> int:
        """The ports that the ACL of the NAT gateway's subnet allows, for packets from inside to outside or for the
        replies to them."""
        gateways = self._of("EC2::NatGateway")
        if inside.subnet is None or self._next(inside, outside) not in gateways:
            return ALL_PORTS
        subnet = gateways[self._next(inside, outside)]["SubnetId"]
        came, leaves = (outside, inside) if is_reply else (inside, outside)
        return self.through_acl(subnet, False, came.address) & self.through_acl(subnet, True, leaves.address)

    # MARK: Resources

    def _of(self, kind: str) -> dict[str, dict]:
        return {name: it["Properties"] for name, it in self._resources.items() if it["Type"] == f"AWS::{kind}"}

    def _routes_of(self, subnet: str) -> dict[str, str]:
        table = self._table.get(subnet)
        found = {str(self._vpc): "local"}
        for route in self._of("EC2::Route").values():
            if route["RouteTableId"] == table:
                found[route["DestinationCidrBlock"]] = route.get("GatewayId") or route["NatGatewayId"]
        services = {name.lower(): name for name in SERVICES}
        for name, endpoint in self._of("EC2::VPCEndpoint").items():
            if endpoint["VpcEndpointType"] == "Gateway" and table in endpoint["RouteTableIds"]:
                found[services[endpoint["ServiceName"].rpartition(".")[2]]] = name
        return found

    def _rules_of_acl(self, subnet: str, egress: bool) -> list[ACLRule]:
        """A subnet without an ACL has the VPC's default ACL, which allows everything."""
        if subnet not in self._acl:
            return [ACLRule(100, True, ipaddress.ip_network("0.0.0.0/0"), ALL_PORTS)]
        entries = [it for it in self._of("EC2::NetworkAclEntry").values() if it["NetworkAclId"] == self._acl[subnet]]
        rules = []
        for entry in entries:
            assert str(entry["Protocol"]) in (TCP, EVERY_PROTOCOL)
            if entry["Egress"] == egress:
                of = entry.get("PortRange", {"From": 0, "To": 65535})
                its_ports = ports(int(of["From"]), int(of["To"]))
                network = ipaddress.ip_network(entry["CidrBlock"])
                rules.append(ACLRule(entry["RuleNumber"], entry["RuleAction"] == "allow", network, its_ports))
        return sorted(rules)

    def _rules_of_group(self, group: str, egress: bool) -> list[GroupRule]:
        kind = "SecurityGroupEgress" if egress else "SecurityGroupIngress"
        rules = list(self._of("EC2::SecurityGroup")[group].get(kind, []))
        rules += [it for it in self._of(f"EC2::{kind}").values() if it["GroupId"] == group]
        # AWS adds a rule that allows everything to a group that is created without egress rules.
        if egress and not rules:
            return [GroupRule(ipaddress.ip_network("0.0.0.0/0"), ALL_PORTS)]
        return [self._group_rule(rule) for rule in rules]

    @staticmethod
    def _group_rule(rule: dict) -> GroupRule:
        assert rule["IpProtocol"] in ("tcp", EVERY_PROTOCOL)
        its_ports = ports(int(rule.get("FromPort", 0)), int(rule.get("ToPort", 65535)))
        if "CidrIp" in rule:
            return GroupRule(ipaddress.ip_network(rule["CidrIp"]), its_ports)
        if "DestinationPrefixListId" in rule:
            return GroupRule(PREFIX_LISTS[rule["DestinationPrefixListId"]], its_ports)
        return GroupRule(rule.get("SourceSecurityGroupId") or rule["DestinationSecurityGroupId"], its_ports)
