# SPDX-License-Identifier: Apache-2.0

"""Creates and deletes network.yaml on the local AWS, and checks that the created resources are those that
test_network_walk.py analyses."""

import json

import pytest
from evaluation import Evaluation
from local_aws import LocalAWS
from templates import NETWORK

SMALL = {
    **{"PeerCIDR1": "203.0.113.0/24", "PeerCIDR2": "", "SCPPort": "11112", "InternetFacing": "false"},
    **{"NetworkZones": "2", "CreateNATGateway": "false", "CreateFlowLogs": "true"},
}
LARGE = {
    **{"PeerCIDR1": "203.0.113.0/25", "PeerCIDR2": "198.51.100.7/32", "SCPPort": "104", "InternetFacing": "true"},
    **{"NetworkZones": "3", "CreateNATGateway": "true", "CreateFlowLogs": "false"},
}
# As receiver.yaml adds it; its stack is deleted first.
ENDPOINT = {
    "Type": "AWS::EC2::VPCEndpoint",
    "Properties": {
        "VpcId": {"Ref": "VPC"},
        "VpcEndpointType": "Gateway",
        "ServiceName": "com.amazonaws.us-east-1.s3",
        "RouteTableIds": [{"Ref": "PrivateRouteTable"}],
    },
}


STACK = "network"


def test_a_network_is_created_updated_and_deleted_and_leaves_nothing_behind(tmp_path):
    template = json.dumps({**NETWORK, "Resources": {**NETWORK["Resources"], "S3Endpoint": ENDPOINT}})
    with LocalAWS(tmp_path / "aws") as aws:
        ec2, stacks = aws.client("ec2"), aws.client("cloudformation")
        before = everything(ec2)
        for parameters, change in ((SMALL, stacks.create_stack), (LARGE, stacks.update_stack), (SMALL, stacks.update_stack)):
            given = [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()]
            change(StackName=STACK, TemplateBody=template, Parameters=given, Capabilities=["CAPABILITY_IAM"])
            [stack] = stacks.describe_stacks(StackName=STACK)["Stacks"]
            outputs = {it["OutputKey"]: it["OutputValue"] for it in stack["Outputs"]}
            expected = Evaluation(NETWORK, parameters).resources()
            assert acl_entries(ec2, outputs) == expected_entries(expected)
            assert associations(ec2, outputs) == {"Public": int(parameters["NetworkZones"])} | {
                "Private": int(parameters["NetworkZones"])
            }
            assert routes(ec2, outputs) == expected_routes(expected)
            assert subnets(ec2, outputs) == expected_subnets(expected)
            assert len(ec2.describe_flow_logs()["FlowLogs"]) == (parameters["CreateFlowLogs"] == "true")
            names = ec2.describe_vpc_attribute(VpcId=outputs["VpcID"], Attribute="enableDnsHostnames")
            assert names["EnableDnsHostnames"]["Value"]

        with pytest.raises(ec2.exceptions.ClientError, match="DependencyViolation"):
            ec2.delete_vpc(VpcId=outputs["VpcID"])
        refuses_two_subnets_in_one_zone(ec2, outputs)
        stacks.delete_stack(StackName=STACK)
        assert everything(ec2) == before
        assert aws.client("logs").describe_log_groups()["logGroups"] == []


def refuses_two_subnets_in_one_zone(ec2, outputs: dict[str, str]) -> None:
    """The local AWS refuses this as AWS does, so a template with two subnets for an endpoint in one zone cannot be
    deployed here either."""
    [first, _] = outputs["EndpointSubnetIDs"].split(",")
    [described] = ec2.describe_subnets(SubnetIds=[first])["Subnets"]
    zone = described["AvailabilityZone"]
    made = ec2.create_subnet(VpcId=outputs["VpcID"], CidrBlock="10.0.100.0/24", AvailabilityZone=zone)
    second = made["Subnet"]["SubnetId"]
    with pytest.raises(ec2.exceptions.ClientError, match="DuplicateSubnetsInSameZone"):
        ec2.create_vpc_endpoint(
            VpcId=outputs["VpcID"],
            VpcEndpointType="Interface",
            ServiceName="com.amazonaws.us-east-1.logs",
            SubnetIds=[first, second],
        )
    ec2.delete_subnet(SubnetId=second)


def everything(ec2) -> dict[str, set[str]]:
    """The ids of all network resources of the account."""
    found = {
        "VpcId": ec2.describe_vpcs()["Vpcs"],
        "SubnetId": ec2.describe_subnets()["Subnets"],
        "RouteTableId": ec2.describe_route_tables()["RouteTables"],
        "NetworkAclId": ec2.describe_network_acls()["NetworkAcls"],
        "GroupId": ec2.describe_security_groups()["SecurityGroups"],
        "InternetGatewayId": ec2.describe_internet_gateways()["InternetGateways"],
        "VpcEndpointId": ec2.describe_vpc_endpoints()["VpcEndpoints"],
        "AllocationId": ec2.describe_addresses()["Addresses"],
        "NetworkInterfaceId": ec2.describe_network_interfaces()["NetworkInterfaces"],
        "FlowLogId": ec2.describe_flow_logs()["FlowLogs"],
    }
    return {name: {it[name] for it in items} for name, items in found.items()}


def acls(ec2, outputs: dict[str, str]) -> dict[str, dict]:
    """The stack's network ACLs by kind, public and private."""
    filters = [{"Name": "vpc-id", "Values": [outputs["VpcID"]]}, {"Name": "default", "Values": ["false"]}]
    found = ec2.describe_network_acls(Filters=filters)["NetworkAcls"]
    assert len(found) == 2
    return {"Public" if it["NetworkAclId"] == outputs["PublicNetworkACLID"] else "Private": it for it in found}


def acl_entries(ec2, outputs: dict[str, str]) -> set[tuple]:
    return {
        (
            *(kind, it["Egress"], it["RuleNumber"], it["RuleAction"], it["Protocol"], it["CidrBlock"]),
            *(it["PortRange"]["From"], it["PortRange"]["To"]),
        )
        for kind, acl in acls(ec2, outputs).items()
        for it in acl["Entries"]
    }


def expected_entries(resources: dict[str, dict]) -> set[tuple]:
    entries = [it["Properties"] for it in resources.values() if it["Type"] == "AWS::EC2::NetworkAclEntry"]
    return {
        (
            *(it["NetworkAclId"].removesuffix("NetworkACL"), it["Egress"], it["RuleNumber"], it["RuleAction"]),
            *(str(it["Protocol"]), it["CidrBlock"], int(it["PortRange"]["From"]), int(it["PortRange"]["To"])),
        )
        for it in entries
    }


def associations(ec2, outputs: dict[str, str]) -> dict[str, int]:
    """The number of subnets of each ACL, which must be all subnets of its kind."""
    found = {}
    for kind, acl in acls(ec2, outputs).items():
        associated = {it["SubnetId"] for it in acl["Associations"]}
        assert associated == set(outputs[f"{kind}SubnetIDs"].split(","))
        found[kind] = len(associated)
    return found


def routes(ec2, outputs: dict[str, str]) -> dict[str, set[tuple]]:
    """The routes of each kind's route table; all subnets of the kind must use it."""
    found = {}
    for kind, name in (("Public", "PublicRouteTableID"), ("Private", "PrivateRouteTableIDs")):
        [table] = ec2.describe_route_tables(RouteTableIds=[outputs[name]])["RouteTables"]
        assert {it["SubnetId"] for it in table["Associations"]} == set(outputs[f"{kind}SubnetIDs"].split(","))
        found[kind] = {
            (it.get("DestinationCidrBlock", "S3"), (it.get("GatewayId") or it["NatGatewayId"]).partition("-")[0])
            for it in table["Routes"]
        }
    return found


def expected_routes(resources: dict[str, dict]) -> dict[str, set[tuple]]:
    found = {kind: {(resources["VPC"]["Properties"]["CidrBlock"], "local")} for kind in ("Public", "Private")}
    found["Private"].add(("S3", "vpce"))
    for route in (it["Properties"] for it in resources.values() if it["Type"] == "AWS::EC2::Route"):
        kind = route["RouteTableId"].removesuffix("RouteTable")
        found[kind].add((route["DestinationCidrBlock"], "igw" if "GatewayId" in route else "nat"))
    return found


def subnets(ec2, outputs: dict[str, str]) -> dict[str, set[tuple]]:
    found = {}
    for kind in ("Public", "Private"):
        described = ec2.describe_subnets(SubnetIds=outputs[f"{kind}SubnetIDs"].split(","))["Subnets"]
        found[kind] = {(it["AvailabilityZone"], it["CidrBlock"]) for it in described}
    assert {cidr for _, cidr in found["Public"]} == set(outputs["PublicSubnetCIDRs"].split(","))
    assert outputs["EndpointSubnetIDs"] == outputs["PrivateSubnetIDs"]
    return found


def expected_subnets(resources: dict[str, dict]) -> dict[str, set[tuple]]:
    made = {name: it["Properties"] for name, it in resources.items() if it["Type"] == "AWS::EC2::Subnet"}
    return {
        kind: {(it["AvailabilityZone"], it["CidrBlock"]) for name, it in made.items() if name.startswith(kind)}
        for kind in ("Public", "Private")
    }
