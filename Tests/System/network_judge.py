# SPDX-License-Identifier: Apache-2.0

"""Compares what the network lets through with what it should let through according to the stack's settings: each layer
alone, and all layers together."""

import ipaddress
import itertools
from collections.abc import Iterator

from network_walk import LINUX_REPLY, SERVICES, Host, Network, ports, told

PEERS = ("PeerCIDR1", "PeerCIDR2", "PeerCIDR3")
# The ranges that receivers report storage commitment to, and their ports.
REPORTS = {f"CommitmentPeerCIDR{number}": f"CommitmentPeerPort{number}" for number in (1, 2, 3)}
RECEIVER_PORTS = ports(11112) | ports(8080)
HTTPS, REPLIES, NOTHING = ports(443), ports(1024, 65535), 0
STRANGER = ipaddress.ip_address("93.184.215.14")
EVERYWHERE = ipaddress.ip_network("0.0.0.0/0")


def entrance(settings: dict[str, str]) -> int:
    """The load balancer's ports."""
    scp = NOTHING if settings.get("RequireTLS") == "true" else ports(int(settings["SCPPort"]))
    return scp | (ports(2762) if settings["TLSCertificateARN"] else NOTHING)


def report_ports(settings: dict[str, str]) -> dict[ipaddress.IPv4Network, int]:
    """The ranges that receivers report storage commitment to, with the port of each."""
    if settings.get("Commitment") == "off":
        return {}
    return {
        ipaddress.ip_network(settings[network]): ports(int(settings[port]))
        for network, port in REPORTS.items()
        if settings.get(network)
    }


class Judge:
    """Compares a network with what its settings require."""

    def __init__(self, settings: dict[str, str], resources: dict[str, dict]):
        self._settings = settings
        self._resources = resources
        self._network = Network(resources)
        self._peers = [ipaddress.ip_network(settings[name]) for name in PEERS if settings[name]]
        self._reports = report_ports(settings)
        self._has_commitment = settings.get("Commitment") != "off"
        self._has_endpoints = settings.get("CreateVPCEndpoints") != "false"
        self._has_nat_gateway = settings.get("CreateNATGateway") == "true"
        self._is_narrow = self._has_endpoints and bool(settings["S3PrefixListID"])

    def differences(self) -> Iterator[str]:
        return itertools.chain(self.of_acls(), self.of_groups(), self.of_routes(), self.of_the_walk())

    # MARK: Network ACLs

    def of_acls(self) -> Iterator[str]:
        for subnet in self._network.subnets:
            for egress in (False, True):
                for address in self._addresses():
                    got = self._network.through_acl(subnet, egress, address)
                    expected = self._acl("out" if egress else "in", kind(subnet), self._what(address))
                    if egress and kind(subnet) == "private":
                        expected |= self._reported(address)
                    if got != expected:
                        way = "to" if egress else "from"
                        yield f"ACL of {subnet} {way} {address}: {told(got)}, not {told(expected)}"

    def _acl(self, way: str, subnet: str, other: str) -> int:
        if subnet == "private":
            not_replies = RECEIVER_PORTS if other != "public" else NOTHING
            came = REPLIES & ~not_replies | (HTTPS if other == "private" else NOTHING)
            left = HTTPS | (REPLIES if other in ("public", "private") else NOTHING)
            return came if way == "in" else left
        came = {"peer": entrance(self._settings), "private": REPLIES}.get(other, NOTHING)
        left = {"peer": REPLIES, "private": RECEIVER_PORTS}.get(other, NOTHING)
        if self._has_nat_gateway:
            came |= REPLIES | (HTTPS if other == "private" else NOTHING)
            left |= HTTPS | (REPLIES if other == "private" else NOTHING)
        return came if way == "in" else left

    def _reported(self, address: ipaddress.IPv4Address) -> int:
        """The ports that receivers report storage commitment to at this address."""
        opened = NOTHING
        for network, port in self._reports.items():
            opened |= port if address in network else NOTHING
        return opened

    def _what(self, address: ipaddress.IPv4Address) -> str:
        if any(address in peer for peer in self._peers):
            return "peer"
        first = int(next(iter(self._network.subnets.values())).network_address) & ~0x7FF
        return {0: "public", 1: "private"}.get(int(address) - first >> 10, "stranger")

    def _addresses(self) -> set[ipaddress.IPv4Address]:
        """The lowest address of each stretch between two borders of ranges; all addresses of a stretch are treated
        alike."""
        network = self._network
        known = [*network.subnets.values(), *self._peers, *self._reports, EVERYWHERE]
        known += [it.network for subnet in network.subnets for way in (False, True) for it in network.acl_rules(subnet, way)]
        known += [
            it.remote
            for group in network.groups
            for way in (False, True)
            for it in network.group_rules(group, way)
            if not isinstance(it.remote, str)
        ]
        numbers = {int(it.network_address) for it in known} | {int(it.broadcast_address) + 1 for it in known}
        addresses = {ipaddress.ip_address(number) for number in numbers if number < 1 << 32}
        return {it for it in addresses | {STRANGER, *SERVICES.values()} if not it.is_loopback}

    # MARK: Security groups

    def of_groups(self) -> Iterator[str]:
        for group in self._network.groups:
            for egress in (False, True):
                rules = self._network.group_rules(group, egress)
                got = sorted((it.remote, it.ports) for it in rules if isinstance(it.remote, str))
                expected = sorted(self._named(group, egress))
                way = "to" if egress else "from"
                if got != expected:
                    yield f"{group} {way} groups: {got}, not {expected}"
                # Services are covered by prefix lists, which are names.
                for address in self._addresses() - {*SERVICES.values()}:
                    opened = self._network.through_group(group, egress, Host("any", address))
                    wanted = self._ranged(group, egress, self._what(address))
                    if (group, egress) == ("TaskSecurityGroup", True):
                        wanted |= self._reported(address)
                    if opened != wanted:
                        yield f"{group} {way} {address}: {told(opened)}, not {told(wanted)}"

    def _named(self, group: str, egress: bool) -> list[tuple[str, int]]:
        table = {
            ("LoadBalancerSecurityGroup", True): [("TaskSecurityGroup", ports(11112)), ("TaskSecurityGroup", ports(8080))],
            ("TaskSecurityGroup", False): [
                ("LoadBalancerSecurityGroup", ports(11112)),
                ("LoadBalancerSecurityGroup", ports(8080)),
            ],
            ("EndpointSecurityGroup", False): [("TaskSecurityGroup", HTTPS)],
        }
        if self._is_narrow:
            names = ["S3", "EndpointSecurityGroup", *(["DynamoDB"] if self._has_commitment else [])]
            table["TaskSecurityGroup", True] = [(name, HTTPS) for name in names]
        return table.get((group, egress), [])

    def _ranged(self, group: str, egress: bool, other: str) -> int:
        if (group, egress, other) == ("LoadBalancerSecurityGroup", False, "peer"):
            return entrance(self._settings)
        if (group, egress) == ("TaskSecurityGroup", True) and not self._is_narrow:
            return HTTPS
        return NOTHING

    # MARK: Route tables

    def of_routes(self) -> Iterator[str]:
        has_gateway = self._has_nat_gateway or self._settings["InternetFacing"] == "true"
        vpc = {self._settings.get("NetworkCIDR", "10.0.0.0/16"): "local"}
        expected = {
            "public": vpc | ({"0.0.0.0/0": "InternetGateway"} if has_gateway else {}),
            "private": vpc
            | ({"0.0.0.0/0": "NATGateway"} if self._has_nat_gateway else {})
            | {service: f"{service}Endpoint" for service in self._services()},
        }
        for subnet in self._network.subnets:
            got = self._network.routes(subnet)
            if got != expected[kind(subnet)]:
                yield f"routes of {subnet}: {got}"

    def _services(self) -> list[str]:
        """The services that are reached through a gateway endpoint."""
        return [name for name in SERVICES if self._has_endpoints and (name == "S3" or self._has_commitment)]

    # MARK: The walk

    def of_the_walk(self) -> Iterator[str]:
        hosts = self.hosts()
        for source in hosts:
            for target in hosts:
                if source is target or not source.subnet and not target.subnet:
                    continue
                got, expected = self._network.opened(source, target), self._walk(source.name, target)
                if got != expected:
                    yield f"{source.name} in {source.subnet} to {target.name} in {target.subnet}: {told(got)}, not {told(expected)}"

    def _walk(self, source: str, target: Host) -> int:
        table = {("load balancer", "receiver"): RECEIVER_PORTS}
        if self._settings["InternetFacing"] == "true":
            table["peer", "load balancer"] = entrance(self._settings)
        if self._has_endpoints:
            table |= {("receiver", name): HTTPS for name in ("endpoint", *self._services())}
        if self._has_nat_gateway:
            table |= {("receiver", name): HTTPS for name in ("stranger", "peer", "peer with reports", *SERVICES)}
            # The public subnets' ACL lets replies to senders out, and with them these reports.
            table["receiver", "peer"] |= self._reported(target.address) & REPLIES
        return table.get((source, target.name), NOTHING)

    def hosts(self) -> list[Host]:
        """One host of each kind in each subnet in which the templates place that kind, and the hosts outside."""
        outside = [Host("peer", it.network_address) for it in self._peers]
        # There is no route to them: it is the user's own. Some of them may also send.
        outside += [Host("peer with reports", it.network_address) for it in self._reports if it not in self._peers]
        outside += [Host("stranger", STRANGER), *(Host(name, address) for name, address in SERVICES.items())]
        balancer = self._resources["LoadBalancer"]["Properties"]
        service = self._resources["Service"]["Properties"]["NetworkConfiguration"]["AwsvpcConfiguration"]
        inside = self._placed("load balancer", 4, balancer["Subnets"], balancer["SecurityGroups"])
        if balancer["Scheme"] == "internet-facing":
            inside = [Host(it.name, it.address, it.subnet, it.group, is_public=True) for it in inside]
        assert service["AssignPublicIp"] == "DISABLED"
        # Otherwise receivers would see the peers' addresses, and this walk would not be valid.
        attributes = self._resources["TargetGroup"]["Properties"]["TargetGroupAttributes"]
        assert {"Key": "preserve_client_ip.enabled", "Value": "false"} in attributes
        inside += self._placed("receiver", 5, service["Subnets"], service["SecurityGroups"], LINUX_REPLY)
        for number, endpoint in enumerate(interface_endpoints(self._resources)):
            inside += self._placed("endpoint", 6 + number, endpoint["SubnetIds"], endpoint["SecurityGroupIds"], LINUX_REPLY)
        return outside + inside

    def _placed(self, name: str, number: int, subnets: list[str], groups: list[str], replies=(1024, 65535)) -> list[Host]:
        [group] = groups
        return [Host(name, self._network.subnets[it][number], it, group, replies=replies) for it in subnets]


def kind(subnet: str) -> str:
    return "public" if subnet.startswith("Public") else "private"


def interface_endpoints(resources: dict[str, dict]) -> list[dict]:
    endpoints = [it["Properties"] for it in resources.values() if it["Type"] == "AWS::EC2::VPCEndpoint"]
    return [it for it in endpoints if it["VpcEndpointType"] == "Interface"]
