# SPDX-License-Identifier: Apache-2.0

"""The network lets through only connections from a sender to the load balancer, to a receiver, from there to S3,
DynamoDB, ECR, CloudWatch Logs and the peers that get reports of storage commitment, and their replies. The walk
combines the security groups, network ACLs and route tables of the templates, with the parameters that the root passes
to them. Each layer is also checked alone, so that no layer relies on another one."""

import copy
import ipaddress
from collections.abc import Iterator

import pytest

from evaluation import Evaluation
from network_judge import NOTHING, PEERS, Judge, entrance, interface_endpoints, kind, report_ports
from network_walk import Network, ports
from templates import NETWORK, PIPELINE, RECEIVER, ROOT

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
# All optional resources except the NAT gateway.
FULL = {
    **{"PeerCIDR1": "203.0.113.0/24", "PeerCIDR2": "198.51.100.128/25", "PeerCIDR3": "192.168.7.7/32"},
    **{"ImageURI": "123456789012.dkr.ecr.us-east-1.amazonaws.com/store-scp:1", "SCPPort": "104"},
    **{"TLSCertificateARN": CERTIFICATE, "InternetFacing": "true", "NetworkZones": "3", "S3PrefixListID": "pl-63a5400a"},
    **{"DynamoDBPrefixListID": "pl-02cd2c6b", "CommitmentPeerCIDR1": "10.20.0.0/16", "CommitmentPeerPort1": "104"},
    # A range that also sends.
    **{"CommitmentPeerCIDR2": "203.0.113.0/24", "CommitmentPeerPort2": "4242"},
    **{"CommitmentPeerCIDR3": "172.16.5.9/32", "CommitmentPeerPort3": "11112"},
}
ONE_PEER = {**FULL, "PeerCIDR2": "", "PeerCIDR3": "", "CommitmentPeerCIDR2": "", "CommitmentPeerCIDR3": ""}
NAT = {**FULL, "CreateNATGateway": "true", "CreateVPCEndpoints": "false"}
SETTINGS = {
    "full": FULL,
    "one peer": ONE_PEER,
    "two zones": {**FULL, "NetworkZones": "2", "NetworkCIDR": "172.31.248.0/21"},
    "no TLS": {**FULL, "TLSCertificateARN": ""},
    "TLS alone": {**FULL, "RequireTLS": "true"},
    "internal": {**FULL, "InternetFacing": "false"},
    "wide groups": {**FULL, "S3PrefixListID": ""},
    "no commitment": {**FULL, "Commitment": "off"},
    "no reports": {**FULL, **{f"CommitmentPeerCIDR{number}": "" for number in (1, 2, 3)}},
    "NAT gateway": NAT,
    "internal with NAT gateway": {**NAT, "InternetFacing": "false"},
}


def made(settings: dict[str, str]) -> dict[str, dict]:
    """The resources of the network and the receiver, as the root creates them."""
    root = Evaluation(ROOT, settings, {"Network": NETWORK, "Receiver": RECEIVER, "Pipeline": PIPELINE})
    assert root.broken_rules() == []
    network, receiver = root.stack("Network").resources(), root.stack("Receiver").resources()
    assert not network.keys() & receiver.keys()
    return network | receiver


# MARK: The templates as they are


@pytest.mark.parametrize("name", SETTINGS)
def test_exactly_the_connections_that_a_study_needs_are_open(name):
    settings = SETTINGS[name]
    assert [*Judge(settings, made(settings)).differences()] == []


def test_peers_reach_an_internal_load_balancer_over_a_connection_of_the_users_own():
    """For example a VPN, whose routes are added to PublicRouteTableID."""
    settings = SETTINGS["internal"]
    resources = made(settings)
    for name in PEERS:
        resources[f"RouteTo{name}"] = {
            "Type": "AWS::EC2::Route",
            "Properties": {
                "RouteTableId": "PublicRouteTable",
                "DestinationCidrBlock": settings[name],
                "GatewayId": "Connection",
            },
        }
    hosts = Judge(settings, resources).hosts()
    balancers = [host for host in hosts if host.name == "load balancer"]
    for host in hosts:
        if not host.subnet:
            opened = {Network(resources).opened(host, balancer) for balancer in balancers}
            assert opened == {entrance(settings) if host.name == "peer" else NOTHING}


@pytest.mark.parametrize("name", ["full", "internal", "wide groups", "internal with NAT gateway"])
def test_receivers_reach_the_peers_with_reports_over_a_connection_of_the_users_own(name):
    settings = SETTINGS[name]
    resources = made(settings)
    reports = report_ports(settings)
    assert len(reports) == 3
    for number, peers in enumerate(reports):
        resources[f"RouteTo{number}"] = {
            "Type": "AWS::EC2::Route",
            "Properties": {
                "RouteTableId": "PrivateRouteTable",
                "DestinationCidrBlock": str(peers),
                "GatewayId": "Connection",
            },
        }
    hosts = Judge(settings, resources).hosts()
    receivers = [host for host in hosts if host.name == "receiver"]
    for peers, port in reports.items():
        [peer] = [host for host in hosts if host.address == peers.network_address]
        # In groups without a prefix list, port 443 of every address is open.
        https = NOTHING if settings["S3PrefixListID"] and "CreateNATGateway" not in settings else ports(443)
        assert {Network(resources).opened(receiver, peer) for receiver in receivers} == {port | https}
        assert {Network(resources).opened(peer, receiver) for receiver in receivers} == {NOTHING}


@pytest.mark.parametrize("zones", ["2", "3"])
def test_subnets_do_not_overlap_and_each_zone_has_one_of_each_kind(zones):
    resources = made({**FULL, "NetworkZones": zones, "NetworkCIDR": "10.9.8.0/21"})
    subnets = {name: it["Properties"] for name, it in resources.items() if it["Type"] == "AWS::EC2::Subnet"}
    ranges = [ipaddress.ip_network(it["CidrBlock"]) for it in subnets.values()]
    assert len(set(ranges)) == len(ranges) == 2 * int(zones)
    assert all(it.prefixlen == 24 and it.subnet_of(ipaddress.ip_network("10.9.8.0/21")) for it in ranges)
    for which in ("public", "private"):
        assert len({it["AvailabilityZone"] for name, it in subnets.items() if kind(name) == which}) == int(zones)


@pytest.mark.parametrize("zones", ["2", "3"])
def test_an_interface_endpoint_has_one_subnet_in_each_zone(zones):
    """AWS refuses a second subnet in a zone only after everything else was created; no rule of a template can count
    subnets."""
    resources = made({**FULL, "NetworkZones": zones})
    zone = {name: it["Properties"].get("AvailabilityZone") for name, it in resources.items()}
    endpoints = interface_endpoints(resources)
    assert len(endpoints) == 3
    for endpoint in endpoints:
        assert len({zone[it] for it in endpoint["SubnetIds"]}) == len(endpoint["SubnetIds"]) == int(zones)
    written = interface_endpoints(RECEIVER["Resources"])
    assert [it["SubnetIds"] for it in written] == [{"Ref": "EndpointSubnetIDs"}] * 3


@pytest.mark.parametrize(
    ("given", "endpoints"), [("", "subnet-22222222,subnet-33333333"), ("subnet-44444444", "subnet-44444444")]
)
def test_the_users_own_vpc_is_used_unchanged(given, endpoints):
    own = {
        **FULL,
        **{"VpcID": "vpc-0123abcd", "PublicSubnetIDs": "subnet-11111111", "PrivateRouteTableIDs": "rtb-0123abcd"},
        **{"PrivateSubnetIDs": "subnet-22222222,subnet-33333333", "EndpointSubnetIDs": given},
    }
    root = Evaluation(ROOT, own, {"Network": NETWORK, "Receiver": RECEIVER, "Pipeline": PIPELINE})
    assert root.broken_rules() == []
    assert "Network" not in root.resources()
    parameters = root.resources()["Receiver"]["Properties"]["Parameters"]
    assert parameters["EndpointSubnetIDs"] == endpoints
    for name in ("VpcID", "PublicSubnetIDs", "PrivateSubnetIDs", "PrivateRouteTableIDs"):
        assert parameters[name] == own[name]


# MARK: The comparison notices mistakes


def without(resources: dict[str, dict], name: str) -> dict[str, dict]:
    return {key: it for key, it in resources.items() if key != name}


def changed(resources: dict[str, dict], name: str, **properties) -> dict[str, dict]:
    of = resources[name]
    return {**resources, name: {**of, "Properties": {**of["Properties"], **properties}}}


SINGLE_RULES = {
    *("AWS::EC2::NetworkAclEntry", "AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress", "AWS::EC2::Route"),
    *("AWS::EC2::SubnetNetworkAclAssociation", "AWS::EC2::SubnetRouteTableAssociation"),
}


def mutants(resources: dict[str, dict]) -> Iterator[tuple[str, dict[str, dict]]]:
    for name, resource in resources.items():
        properties = resource["Properties"]
        if resource["Type"] in SINGLE_RULES:
            yield f"without {name}", without(resources, name)
        match resource["Type"]:
            case "AWS::EC2::NetworkAclEntry":
                more_ports = {"From": 22, "To": properties["PortRange"]["To"]}
                yield f"{name} from 22", changed(resources, name, PortRange=more_ports)
                yield f"{name} of the other way", changed(resources, name, Egress=not properties["Egress"])
                action = {"allow": "deny", "deny": "allow"}[properties["RuleAction"]]
                yield f"{name} {action}", changed(resources, name, RuleAction=action)
                if properties["CidrBlock"] != "0.0.0.0/0":
                    # The next wider range covers public and private subnets together, which some rules allow anyway.
                    wider = str(ipaddress.ip_network(properties["CidrBlock"]).supernet(prefixlen_diff=2))
                    yield f"{name} of {wider}", changed(resources, name, CidrBlock=wider)
            case "AWS::EC2::SecurityGroupIngress" | "AWS::EC2::SecurityGroupEgress":
                first = int(properties["FromPort"])
                yield f"{name} from {first - 1}", changed(resources, name, FromPort=first - 1)
            case "AWS::EC2::SecurityGroup":
                for way in ("SecurityGroupIngress", "SecurityGroupEgress"):
                    rules = properties.get(way, [])
                    for number in range(len(rules)):
                        fewer = rules[:number] + rules[number + 1 :]
                        yield f"{name} without {way} {number}", changed(resources, name, **{way: fewer})
                    for more in ("0.0.0.0/0", "10.0.4.0/24", "203.0.113.9/32"):
                        rule = {"CidrIp": more, "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}
                        yield f"{name} with {way} of {more}", changed(resources, name, **{way: [*rules, rule]})
            case "AWS::EC2::NetworkAcl":
                for egress in (False, True):
                    for more in ("0.0.0.0/0", "10.0.4.0/24", "203.0.113.9/32", "10.0.8.0/24"):
                        entry = {
                            **{"NetworkAclId": name, "Egress": egress, "RuleNumber": 50, "RuleAction": "allow"},
                            **{"CidrBlock": more, "Protocol": "6", "PortRange": {"From": 22, "To": 22}},
                        }
                        way = "out" if egress else "in"
                        added = {"Type": "AWS::EC2::NetworkAclEntry", "Properties": entry}
                        yield f"{name} with {way} of {more}", {**resources, "Added": added}
            case "AWS::EC2::RouteTable":
                route = {"RouteTableId": name, "DestinationCidrBlock": "192.0.2.0/24", "GatewayId": "InternetGateway"}
                yield f"{name} with a route", {**resources, "Added": {"Type": "AWS::EC2::Route", "Properties": route}}


def test_each_rule_is_needed_and_none_could_be_added():
    resources = made(FULL)
    seen = list(mutants(copy.deepcopy(resources)))
    assert len(seen) > 150
    assert [told for told, mutant in seen if not any(Judge(FULL, mutant).differences())] == []


def test_each_rule_for_the_nat_gateway_is_needed():
    resources = made(NAT)
    its_own = [name for name, it in NETWORK["Resources"].items() if it.get("Condition") == "HasNATGateway"]
    its_own = [name for name in its_own if resources[name]["Type"] in SINGLE_RULES]
    assert len(its_own) == 5
    assert [name for name in its_own if not any(Judge(NAT, without(resources, name)).differences())] == []


def test_one_wrong_wire_in_the_root_is_noticed():
    for wrong in ("PrivateSubnetIDs", "EndpointSubnetIDs", "PublicSubnetIDs"):
        root = copy.deepcopy(ROOT)
        parameters = root["Resources"]["Receiver"]["Properties"]["Parameters"]
        other = "PublicSubnetIDs" if wrong != "PublicSubnetIDs" else "PrivateSubnetIDs"
        parameters[wrong] = {"Fn::GetAtt": ["Network", f"Outputs.{other}"]}
        nested = Evaluation(root, FULL, {"Network": NETWORK, "Receiver": RECEIVER, "Pipeline": PIPELINE})
        resources = nested.stack("Network").resources() | nested.stack("Receiver").resources()
        assert any(Judge(FULL, resources).of_the_walk()), wrong
