# SPDX-License-Identifier: Apache-2.0

"""The templates of the receiver and the network, and the root that nests them: wrong parameters are refused before
anything is created, and the root matches the templates that it nests.

Rules and parameters are evaluated as CloudFormation's documentation describes them; AWS itself is not asked."""

import itertools
import re

import pytest

from evaluation import Evaluation
from templates import EVENTS, NETWORK, PIPELINE, RECEIVER, ROOT, TEMPLATES

NESTED = {"Network": NETWORK, "Pipeline": PIPELINE, "Receiver": RECEIVER, "Events": EVENTS}
PARAMETERS = {name: it for template in NESTED.values() for name, it in template["Parameters"].items()}

TAGGED = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/store-scp:1.0"
DIGESTED = "123456789012.dkr.ecr.us-east-1.amazonaws.com/a/b_c.d/e@sha256:" + "0" * 64
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
ROUTE_TABLE = "rtb-0123456789abcdef0"
DATASTORE = "0123456789abcdef" * 2
PREFIX_LISTS = {"S3PrefixListID": "pl-63a5400a", "DynamoDBPrefixListID": "pl-02cd2c6b"}

# Values of the parameters that have a pattern: accepted ones and refused ones.
# 64 characters, the longest one.
LONG_UID = "1.2" + 30 * ".1" + "3"

PATTERNS: dict[str, tuple[list[str], list[str]]] = {
    "NetworkCIDR": (["10.0.0.0/16", "172.31.0.0/21"], ["", "10.0.0.0", "10.0.0.0/15", "10.0.0.0/22", "fd00::/16"]),
    "PeerCIDR1": (
        ["10.0.0.0/8", "192.168.1.7/32", "0.0.0.0/1", "255.255.255.255/32"],
        [
            *("", "10.0.0.0", "10.0.0.0/33", "256.0.0.0/8", "10.0.0/8", "0.0.0.0/0", "10.0.0.0/08", "01.0.0.0/8"),
            *("::/0", "10.0.0.0/8 ", "10.0.0.0/8,11.0.0.0/8"),
        ],
    ),
    "PeerCIDR2": (["", "10.1.0.0/16"], [" ", "10.0.0.1", "0.0.0.0/0"]),
    "PeerCIDR3": (["", "10.1.0.0/16"], [" ", "10.0.0.1", "0.0.0.0/0"]),
    "RequireCallingAETitle": (
        ["", "CT1", "CT1,MR 2,ABCDEFGHIJKLMNOP", "A+B,C-D"],
        [",", "A,", "A,,B", "A, B", "ABCDEFGHIJKLMNOPQ", "A\\B", "A,ABCDEFGHIJKLMNOPQ"],
    ),
    "ProxyProtocolFrom": (
        ["", "10.0.0.0/24", "10.0.0.0/24,10.0.1.0/24", "10.0.0.7/32"],
        [",", "10.0.0.0", "10.0.0.0/24,", "10.0.0.0/24, 10.0.1.0/24", "0.0.0.0/0", "10.0.0.0/24,0.0.0.0/0", "fd00::/8"],
    ),
    "SCPAETitle": (
        ["A", "STORESCP", "MY SCP", "ABCDEFGHIJKLMNOP", "A,B", "a[b]~!"],
        ["", " ", "A ", " A", "ABCDEFGHIJKLMNOPQ", "A\\B", "Ä", "A\nB", "A\tB", "A\n"],
    ),
    "SupportedSOPClassUIDs": (
        ["", "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.2,1.2.840.10008.5.1.4.1.1.4", "2.25.0", LONG_UID],
        [f"{LONG_UID}3", f"1.2,{LONG_UID}3", "CT", "1", "1.2.", "1.02", "1.2,", "1.2, 1.3", "3.1"],
    ),
    "ImageURI": (
        [TAGGED, DIGESTED],
        [
            *("", "store-scp", "nginx:latest", "public.ecr.aws/x/y:1", TAGGED.removesuffix(":1.0"), TAGGED[1:]),
            *(TAGGED.upper(), DIGESTED[:-1], TAGGED.replace(".com", ".com.example.com"), TAGGED.replace(":", "/:")),
        ],
    ),
    "TLSCertificateARN": (["", CERTIFICATE], ["x", "arn:aws:iam::123456789012:server-certificate/x"]),
    **dict.fromkeys(
        ("KMSKeyARN", "DataKMSKeyARN", "DatastoreKMSKeyARN"),
        (
            ["", "arn:aws:kms:us-east-1:123456789012:key/mrk-1234"],
            ["alias/x", "arn:aws:kms:us-east-1:123456789012:alias/x"],
        ),
    ),
    "AlarmTopicARN": (
        ["", "arn:aws:sns:eu-west-1:123456789012:alarms", "arn:aws-us-gov:sns:us-gov-west-1:123456789012:A_b-1"],
        ["alarms", "arn:aws:sqs:eu-west-1:123456789012:alarms", "arn:aws:sns:eu-west-1:123456789012:alarms.fifo"],
    ),
    "DicomBucketName": (["dicom-store-scp-dicom-123456789012-us-east-1"], ["", "a", "A_b", "s3://x", "x/y"]),
    "PrivateRouteTableIDs": (
        ["", ROUTE_TABLE, f"rtb-01234567,{ROUTE_TABLE}"],
        ["rtb", "subnet-01234567", f"{ROUTE_TABLE}, {ROUTE_TABLE}", f"{ROUTE_TABLE},"],
    ),
    **dict.fromkeys(
        ("S3PrefixListID", "DynamoDBPrefixListID"), (["", "pl-63a5400a"], ["0.0.0.0/0", "pl-", "pl-XYZ"])
    ),
    "CommitmentPeers": (
        ["", "[]", '[{"aeTitle": "CT 1", "host": "10.1.2.3", "port": 104}]'],
        ["CT1", "{}", '[{"aeTitle": "CT1"}', "[\n]", '[{"aeTitle": "Ä"}]'],
    ),
    **dict.fromkeys(
        [f"CommitmentPeerCIDR{number}" for number in (1, 2, 3)], (["", "10.1.0.0/16"], [" ", "10.0.0.1", "0.0.0.0/0"])
    ),
    "BucketPrefix": (["dicom-store-scp", "a1", "a" * 25], ["", "a", "a" * 26, "A1", "-a", "a.b", "a_b"]),
    "CommitmentTableName": (["DicomCommitmentTable", "a.b", "a" * 255], ["", "ab", "a" * 256, "a b", "a/b"]),
    "InstanceTableName": (["DicomInstanceTable", "a.b", "a" * 255], ["", "ab", "a" * 256, "a b", "a/b"]),
    "StudyTableName": (["DicomStudyTable", "a.b", "a" * 255], ["", "ab", "a" * 256, "a b", "a/b"]),
    "EventBusName": (["default", "imaging-1.b_c"], ["", "a b", "aws.partner/example.com/x", "a" * 257]),
    **dict.fromkeys(
        ("EventQueueTypes", "EventTopicTypes", "WebhookTypes"),
        (
            ["", "Study Settled", "Delivery Imported,Delivery Partial,Delivery Failed,Delivery Rejected,Study Settled"],
            ["Delivery", "study settled", "Delivery Failed, Study Settled", "Delivery Failed,", ",Study Settled"],
        ),
    ),
    "WebhookURL": (["", "https://example.org/events?a=b"], ["http://example.org", "https://", "https://a b", "example.org"]),
    "WebhookHeader": (["X-API-Key", "Authorization"], ["", "X API", "X-Key:", "x" * 129]),
    "WebhookKey": (["", "secret", "!~"], ["a b", "ä", "a" * 513, "a\n"]),
    "TableName": (["DicomImportJobTable", "a.b", "a" * 255], ["", "ab", "a" * 256, "a b", "a/b"]),
    "AllowedDatastoreIds": (
        ["", DATASTORE, f"{DATASTORE} {DATASTORE[::-1]}"],
        [" ", DATASTORE[1:], f"{DATASTORE},{DATASTORE}", f"{DATASTORE} ", DATASTORE.upper()],
    ),
    "DatastoreId": (["", "0" * 16 + "z" * 16], ["0" * 31, "0" * 33, "A" * 32]),
    **{f"DatastoreId{it}": (["", "0" * 32], ["0" * 31, "default"]) for it in range(2, 6)},
    "RoutesKey": (
        ["", "settings/routes.json"],
        ["routes.json", "settings/", "settings/a/b", "deliveries/routes.json", "inbox/routes", "settings/*", "settings/${x}"],
    ),
    "RouteMetrics": (
        ["", "research", "a.b,trial-2,x_y", ",".join(["r"] * 20)],
        ["a b", "a, b", "a,", ",a", "(others)", "a" * 33, ",".join(["r"] * 21)],
    ),
    **{
        f"SilentSender{it}": (
            ["", "CT1", "CT 1 (E/R)", "a" * 16, "$.x", "[]"],
            [" CT1", "CT1 ", "a" * 17, "CT*", 'C"T', "C\\T", "C%T", "Größe"],
        )
        for it in (1, 2, 3)
    },
    "DatastoreName": (["", "hospital", "A.b_c/d#e-1", "a" * 256], ["a" * 257, "a b", "ä"]),
    "AlarmEmail": (["", "pacs@example.com"], ["pacs", "a@b c", "a@b@c"]),
    "AccessLogBucketName": (["", "logs.example-1"], ["ab", "Logs", "s3://logs", "-logs"]),
}
# Types that CloudFormation looks up in the account, so their values cannot be empty. The root has patterns for these.
LOOKED_UP = {"AWS::EC2::VPC::Id", "List<AWS::EC2::Subnet::Id>"}
SUBNET = "subnet-0123456789abcdef0"
SUBNETS = ["", SUBNET, f"subnet-01234567,{SUBNET}"], ["subnet-", "vpc-01234567", f"{SUBNET},", f"{SUBNET}, {SUBNET}"]
TEXT_IN_THE_ROOT = {
    "VpcID": (["", "vpc-01234567", "vpc-0123456789abcdef0"], ["vpc-", "subnet-01234567", "vpc-01234567,vpc-01234567"]),
    **{"PublicSubnetIDs": SUBNETS, "PrivateSubnetIDs": SUBNETS, "EndpointSubnetIDs": SUBNETS},
}

# Fargate's own table, from AWS's "Task CPU and memory": units of CPU, MiB of memory.
FARGATE = {
    256: [512, 1024, 2048],
    512: range(1024, 4096 + 1, 1024),
    1024: range(2048, 8192 + 1, 1024),
    2048: range(4096, 16384 + 1, 1024),
    4096: range(8192, 30720 + 1, 1024),
    8192: range(16384, 61440 + 1, 4096),
    16384: range(32768, 122880 + 1, 8192),
}


# MARK: Parameters


def is_taken(parameter: dict, value: str) -> bool:
    """Whether CloudFormation accepts the value; a pattern must match the whole value."""
    if "AllowedPattern" in parameter and not re.fullmatch(parameter["AllowedPattern"], value):
        return False
    if "AllowedValues" in parameter and value not in map(str, parameter["AllowedValues"]):
        return False
    if parameter["Type"] == "Number":
        try:
            number = float(value)
        except ValueError:
            return False
        return parameter.get("MinValue", number) <= number <= parameter.get("MaxValue", number)
    return True


def examples(name: str) -> tuple[list[str], list[str]]:
    """Values that the parameter must accept, and values that it must refuse."""
    parameter = PARAMETERS[name]
    if name in PATTERNS:
        return PATTERNS[name]
    if "AllowedValues" in parameter:
        values = [str(value) for value in parameter["AllowedValues"]]
        return values, ["", "yes", *(f"{value}7" for value in values), *({it.swapcase() for it in values} - {*values})]
    least, most = parameter["MinValue"], parameter["MaxValue"]
    return [str(least), str(most)], ["", "x", str(least - 1), str(most + 1)]


@pytest.mark.parametrize("name", [name for name, it in PARAMETERS.items() if it["Type"] not in LOOKED_UP])
def test_a_parameter_accepts_valid_values_and_refuses_invalid_ones(name):
    right, wrong = examples(name)
    assert right and wrong
    for template in TEMPLATES.values():
        if parameter := template["Parameters"].get(name):
            assert [value for value in right if not is_taken(parameter, value)] == []
            assert [value for value in wrong if is_taken(parameter, value)] == []


@pytest.mark.parametrize("name", TEXT_IN_THE_ROOT)
def test_the_root_accepts_ids_or_empty_values(name):
    right, wrong = TEXT_IN_THE_ROOT[name]
    assert [value for value in right if not is_taken(ROOT["Parameters"][name], value)] == []
    assert [value for value in wrong if is_taken(ROOT["Parameters"][name], value)] == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_parameter_has_a_description_bounds_and_a_group(name):
    template = TEMPLATES[name]
    for key, parameter in template["Parameters"].items():
        assert parameter["Description"], key
        bounds = parameter.keys() & {"AllowedPattern", "AllowedValues", "MinValue", "MaxValue"}
        assert parameter["Type"] in LOOKED_UP or bounds, key
        assert "AllowedPattern" not in parameter or key in PATTERNS or key in TEXT_IN_THE_ROOT, key
        if "Default" in parameter:
            assert is_taken(parameter, str(parameter["Default"])), key
    groups = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    assert sorted(key for group in groups for key in group["Parameters"]) == sorted(template["Parameters"])


# MARK: Rules


def broken_rules(**values: str) -> list[str]:
    """The receiver's rules that refuse these parameters."""
    given = {
        **{"VpcID": "vpc-1", "PublicSubnetIDs": "subnet-1", "PrivateSubnetIDs": "subnet-2,subnet-3"},
        **{"EndpointSubnetIDs": "subnet-2,subnet-3", "PrivateRouteTableIDs": ROUTE_TABLE, "DatastoreId": DATASTORE},
        **values,
    }
    subnets = {"subnet-1": "vpc-1", "subnet-2": "vpc-1", "subnet-3": "vpc-1", "subnet-4": "vpc-2"}
    return Evaluation(RECEIVER, given, subnets=subnets).broken_rules()


@pytest.mark.parametrize(
    ("values", "broken"),
    [
        ({}, []),
        ({"PublicSubnetIDs": "subnet-4"}, ["SubnetsAreOfTheVPC"]),
        ({"PrivateSubnetIDs": "subnet-2,subnet-4"}, ["SubnetsAreOfTheVPC"]),
        ({"EndpointSubnetIDs": "subnet-4"}, ["SubnetsAreOfTheVPC"]),
        ({"PrivateRouteTableIDs": ""}, ["EndpointsHaveRouteTables"]),
        ({"PrivateRouteTableIDs": "", "CreateVPCEndpoints": "false"}, []),
        ({"RequireTLS": "true"}, ["TLSHasCertificate"]),
        ({"RequireTLS": "true", "TLSCertificateARN": CERTIFICATE}, []),
        ({"TLSCertificateARN": CERTIFICATE}, []),
        ({"TLSCertificateARN": CERTIFICATE, "SCPPort": "2762"}, ["PortsDiffer"]),
        ({"SCPPort": "2762"}, []),
        ({"DatastoreId": ""}, ["CommitmentHasDatastore"]),
        ({"DatastoreId": "", "Commitment": "off"}, []),
        ({"InstanceIndex": "off"}, ["CommitmentHasIndex"]),
        ({"InstanceIndex": "off", "Commitment": "off"}, []),
        *(({f"SilentSender{it}": "CT1", "LogLevel": "WARN"}, ["SilentSendersAreLogged"]) for it in (1, 2, 3)),
        ({"SilentSender1": "CT1", "LogLevel": "DEBUG"}, []),
        ({"LogLevel": "ERROR"}, []),
        (PREFIX_LISTS, []),
        ({**PREFIX_LISTS, "DynamoDBPrefixListID": ""}, ["CommitmentReachesDynamoDB"]),
        ({**PREFIX_LISTS, "DynamoDBPrefixListID": "", "Commitment": "off"}, []),
        ({**PREFIX_LISTS, "DynamoDBPrefixListID": "", "CreateVPCEndpoints": "false"}, []),
        ({"TaskCPU": "256"}, []),
        ({"TaskCPU": "4096"}, ["MemoryOfCPU4096"]),
    ],
)
def test_contradicting_parameters_are_refused_by_a_rule(values, broken):
    assert broken_rules(**values) == broken


@pytest.mark.parametrize("cpu", FARGATE)
def test_a_cpu_accepts_exactly_the_memory_sizes_that_fargate_offers(cpu):
    parameter = RECEIVER["Parameters"]["TaskMemoryLimit"]
    taken = []
    for memory in range(0, 131072 + 1, 256):
        if is_taken(parameter, str(memory)) and not broken_rules(TaskCPU=str(cpu), TaskMemoryLimit=str(memory)):
            taken.append(memory)
    assert taken == list(FARGATE[cpu])


def test_every_cpu_size_of_fargate_is_accepted():
    assert RECEIVER["Parameters"]["TaskCPU"]["AllowedValues"] == list(FARGATE)


def test_the_reserved_concurrency_covers_the_mappings_and_a_sweep():
    """Lambda throttles its queue readers if their mappings allow more concurrency than the function has."""
    reserved = PIPELINE["Parameters"]["TriggerImportReservedConcurrency"]["AllowedValues"]
    maxima = PIPELINE["Parameters"]["ImportConcurrency"]["AllowedValues"]
    inbox = PIPELINE["Resources"]["InboxEvents"]["Properties"]["ScalingConfig"]["MaximumConcurrency"]
    for places, maximum in itertools.product(reserved, maxima):
        values = {"TriggerImportReservedConcurrency": str(places), "ImportConcurrency": str(maximum)}
        fits = places == 0 or maximum + inbox + 1 <= places
        assert Evaluation(PIPELINE, values).broken_rules() == ([] if fits else [f"Reserved{places}HoldsTheMappings"])


# MARK: The root


def test_the_root_has_the_parameters_of_what_it_nests():
    given_by_the_other_stack = {"DicomBucketName", "AlarmTopicARN", "AllowedDatastoreIds"}
    assert ROOT["Parameters"].keys() == PARAMETERS.keys() - given_by_the_other_stack
    for name, parameter in ROOT["Parameters"].items():
        nested = [it["Parameters"][name] for it in NESTED.values() if name in it["Parameters"]]
        if name in TEXT_IN_THE_ROOT:
            assert [it["Type"] in LOOKED_UP for it in nested] == [True]
            continue
        # If several templates have the parameter, the root's description covers all of them.
        own = {} if len(nested) == 1 else {"Description": parameter["Description"]}
        assert all({**it, **own} == parameter for it in nested), name


def test_the_root_has_the_same_rules_except_those_about_ids():
    rules = {name: it for nested in NESTED.values() for name, it in nested["Rules"].items()}
    assert all(RECEIVER["Rules"][name] == it for name, it in NETWORK["Rules"].items())
    of_ids = {"SubnetsAreOfTheVPC", "EndpointsHaveRouteTables", "CommitmentHasDatastore"}
    same = {name: it for name, it in rules.items() if name not in of_ids}
    assert {name: ROOT["Rules"][name] for name in same} == same
    assert ROOT["Rules"].keys() - same.keys() == {"OwnVPCHasSubnets", "SubnetsHaveVPC", "EndpointsHaveRouteTables"}


OWN_VPC = {
    **{"VpcID": "vpc-01234567", "PublicSubnetIDs": SUBNET, "PrivateSubnetIDs": SUBNET},
    **{"PrivateRouteTableIDs": ROUTE_TABLE},
}


@pytest.mark.parametrize(
    ("values", "broken"),
    [
        ({}, []),
        ({"PublicSubnetIDs": SUBNET}, ["SubnetsHaveVPC"]),
        ({"PrivateSubnetIDs": SUBNET}, ["SubnetsHaveVPC"]),
        ({"EndpointSubnetIDs": SUBNET}, ["SubnetsHaveVPC"]),
        ({"PrivateRouteTableIDs": ROUTE_TABLE}, ["SubnetsHaveVPC"]),
        ({"CreateVPCEndpoints": "false"}, ["SubnetsHaveVPC"]),
        ({"CreateVPCEndpoints": "false", "CreateNATGateway": "true"}, []),
        (OWN_VPC, []),
        ({**OWN_VPC, "PublicSubnetIDs": ""}, ["OwnVPCHasSubnets"]),
        ({**OWN_VPC, "PrivateSubnetIDs": ""}, ["OwnVPCHasSubnets"]),
        ({**OWN_VPC, "PrivateRouteTableIDs": ""}, ["EndpointsHaveRouteTables"]),
        ({**OWN_VPC, "PrivateRouteTableIDs": "", "CreateVPCEndpoints": "false"}, []),
        ({"RequireTLS": "true"}, ["TLSHasCertificate"]),
        ({"InstanceIndex": "off"}, ["CommitmentHasIndex"]),
        ({"SilentSender3": "CT1", "LogLevel": "ERROR"}, ["SilentSendersAreLogged"]),
        ({"S3PrefixListID": "pl-63a5400a"}, ["CommitmentReachesDynamoDB"]),
    ],
)
def test_the_root_refuses_half_a_network(values, broken):
    assert Evaluation(ROOT, values).broken_rules() == broken


def made_or_given(name: str) -> dict:
    """An output of the created network, or else the user's own value."""
    return {"Fn::If": ["MakesNetwork", {"Fn::GetAtt": ["Network", f"Outputs.{name}"]}, {"Ref": name}]}


@pytest.mark.parametrize("resource", NESTED)
def test_the_root_passes_every_parameter_on_under_its_name(resource):
    nested = NESTED[resource]
    given = ROOT["Resources"][resource]["Properties"]["Parameters"]
    assert given.keys() == nested["Parameters"].keys()
    special = {
        "DicomBucketName": {"Fn::GetAtt": ["Pipeline", "Outputs.DicomBucketName"]},
        "AlarmTopicARN": {"Fn::GetAtt": ["Pipeline", "Outputs.AlarmTopicArn"]},
        **{name: made_or_given(name) for name in ("VpcID", "PublicSubnetIDs", "PrivateSubnetIDs", "PrivateRouteTableIDs")},
        "EndpointSubnetIDs": made_or_given("EndpointSubnetIDs"),
    }
    if resource == "Events":
        special["EventBusName"] = {"Fn::GetAtt": ["Pipeline", "Outputs.EventBusName"]}
    if resource == "Receiver":
        special["DatastoreId"] = {"Fn::GetAtt": ["Pipeline", "Outputs.DatastoreId"]}
        further = {"Fn::GetAtt": ["Pipeline", "Outputs.AllowedDatastoreIds"]}
        special["AllowedDatastoreIds"] = {"Fn::If": ["HasFurtherDatastores", further, ""]}
    fallback = {"Fn::If": ["HasEndpointSubnets", {"Ref": "EndpointSubnetIDs"}, {"Ref": "PrivateSubnetIDs"}]}
    special["EndpointSubnetIDs"]["Fn::If"][2] = fallback
    for name, value in given.items():
        assert value == special.get(name, {"Ref": name}), name


def test_the_root_asks_nested_stacks_for_outputs_that_they_have():
    text = str(ROOT["Resources"])
    asked = re.findall(r"'Fn::GetAtt': \['(\w+)', 'Outputs\.(\w+)'\]", text)
    assert len(asked) == text.count("'Fn::GetAtt'") > 0
    assert [(stack, name) for stack, name in asked if name not in NESTED[stack]["Outputs"]] == []


def test_the_root_has_the_outputs_of_what_it_nests():
    made = {"Network": {"Condition": "MakesNetwork"}}
    expected = {
        name: {**it, **made.get(stack, {}), "Value": {"Fn::GetAtt": [stack, f"Outputs.{name}"]}}
        for stack, nested in NESTED.items()
        for name, it in nested["Outputs"].items()
    }
    assert len(expected) == sum(len(nested["Outputs"]) for nested in NESTED.values())
    assert ROOT["Outputs"] == expected
    for output in RECEIVER["Outputs"].values():
        if condition := output.get("Condition"):
            assert ROOT["Conditions"][condition] == RECEIVER["Conditions"][condition]


def test_two_receivers_run_by_default():
    """In two zones, so that one receiver remains if a receiver ends or a zone fails."""
    parameters = RECEIVER["Parameters"]
    assert parameters["TaskDesiredCount"]["Default"] == int(NETWORK["Parameters"]["NetworkZones"]["Default"]) == 2
    assert parameters["AutoscaleMaxCapacity"]["Default"] > parameters["TaskDesiredCount"]["Default"]
