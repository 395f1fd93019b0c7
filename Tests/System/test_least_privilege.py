# SPDX-License-Identifier: Apache-2.0

"""Each role allows exactly the calls that its part of the system makes, on exactly the resources that they need."""

import fnmatch
import re

import pytest

from aws_calls import MODULES, BucketLayout
from role_grants import (
    ACCOUNT,
    AUDITS,
    CODE,
    COMMITMENTS,
    DATASTORES,
    DATES,
    DELIVERIES,
    EVERYWHERE,
    FOLDERS,
    INBOX,
    MAY_BE_ABSENT,
    OPEN,
    PARTS,
    PLATFORM,
    ROLES,
    ROUTES,
    SOURCES,
    STATE_MACHINE,
    SWEEPS,
    TAKEN,
    TASKS,
    TEMPLATES,
    WHERE,
    as_list,
    conditions,
    differences,
    granted,
    place,
    statements,
    users,
)
from conftest import PROJECT
from templates import load_template, resources
from test_template_metrics import NAMESPACE

[SOURCE] = re.findall(r'static let source = "(.+)"', SOURCES["ImportPipeline/Studies/StudyEvent.swift"])
LINTED = sorted(path.name for path in (PROJECT / "template").glob("*.yaml"))


# The conditions under which a role uses a table and what belongs to it, or the routes.
COMMITMENT_PLACES = (
    *(COMMITMENTS, "DicomCommitmentTable", "DicomInstanceTable"),
    *(f"DicomCommitmentTable/index/{name}" for name in ("due", "unreported")),
)
TABLE_CONDITIONS = {
    "TriggerImportRole": {"DicomInstanceTable": "IndexesPending"},
    "CheckStatusRole": {"DicomInstanceTable": "HasInstanceIndex"},
    "TaskRole": {ROUTES: "HasRoutes", **dict.fromkeys(COMMITMENT_PLACES, "HasCommitment")},
}
FURTHER_PARAMETERS = tuple(f"DatastoreId{number}" for number in range(2, 6))
KEY_CONDITIONS = {"DataKMSKeyARN": "HasDataKMSKey", "DatastoreKMSKeyARN": "HasDatastoreKMSKey"}


@pytest.mark.parametrize(("name", "role"), ROLES)
def test_a_role_allows_what_is_called_and_nothing_else(name, role):
    assert differences(role, TEMPLATES[name]) == set()


def test_every_part_of_the_system_has_a_role_and_every_role_a_user():
    parts = [part for template in TEMPLATES.values() for part in users(template).values()]
    assert sorted(parts) == sorted([*PARTS, "state machine"])
    used = {role for template in TEMPLATES.values() for role in users(template)}
    assert {role for _, role in ROLES} == used | PLATFORM.keys()
    for name in ("IAM::Policy", "IAM::ManagedPolicy", "IAM::User", "IAM::UserPolicy", "IAM::RolePolicy"):
        assert not any(resources(template, name) for template in TEMPLATES.values())


@pytest.mark.parametrize("part", PARTS)
def test_the_tables_name_exactly_the_calls_that_are_made(part):
    assert WHERE[part].keys() == CODE.operations(part)
    looks_for_absence = any(re.search(r"statusCode == 404|s3\.\w+IfPresent\(", text) for text in CODE.part(part))
    assert looks_for_absence == (part in MAY_BE_ABSENT)


def test_every_call_in_the_code_is_found():
    """Each function of a client sends a request, the receiver of each call is known, and no other modules have clients.
    The clients of AWSCredentials assume roles of a user's own profile, which no template creates. Those of the command
    have the caller's rights (test_command_rights.py)."""
    assert CODE.silent_functions() == []
    assert {part: CODE.unresolved_calls(part) for part in PARTS} == {part: [] for part in PARTS}
    # The receiver's process leaves the clients to its library.
    modules = {*sum(MODULES.values(), ())} - {"StoreSCP"}
    command = {"AWSManagement", "Inspection"}
    assert CODE.folders_with_clients() == {"AWS", "AWSCredentials", "ImportPipeline", *modules, *command}


@pytest.mark.parametrize("part", PARTS)
def test_a_role_reaches_those_folders_of_the_bucket_that_the_code_names(part):
    [(template, role)] = [(it, role) for it in TEMPLATES.values() for role, user in users(it).items() if user == part]
    places = {where for _, where in granted(template["Resources"][role])}
    texts = CODE.part(part)
    # It chooses the keys itself; the parts that use it do not name the folder.
    if any("ManifestWriter(" in text for text in texts):
        texts.append(SOURCES["ImportPipeline/ManifestWriter.swift"])
    named = BucketLayout(SOURCES).folders("\n".join(texts))
    # The key of the routes is a parameter of the template, below a folder that no part of the code names.
    folders = {it for it in places if it.startswith("DicomBucket/")} - {ROUTES}
    assert folders == {f"DicomBucket/{folder}*" for folder in named}


@pytest.mark.parametrize(
    ("key", "where"),
    [
        ("2026/11/23/20261123T101112Z-0123456789abcdef/1.2/1.3/1.4.dcm", DATES),
        ("deliveries/20261123T101112Z-0123456789abcdef.json", DELIVERIES),
        ("open/0123456789abcdef/20261123T101112-0123456789abcdef01234567", OPEN),
        ("tasks/0123456789abcdef", TASKS),
        ("inbox/1.2/1.3/1.4.dcm", INBOX),
        ("taken/1.2/1.3/1.4.dcm", TAKEN),
        ("audits/20261123T101112-0123456789abcdef01234567", AUDITS),
        ("sweeps/position", SWEEPS),
        ("commitments/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.json", COMMITMENTS),
    ],
)
def test_a_key_belongs_only_to_its_own_folder(key, where):
    """In a policy, a question mark matches any character and a star any characters, including slashes."""
    assert [it for it in FOLDERS if fnmatch.fnmatchcase(f"DicomBucket/{key}", it)] == [where]


def test_the_receiver_neither_replaces_a_manifest_nor_deletes_an_instance():
    receiver = TEMPLATES["receiver.yaml"]["Resources"]["TaskRole"]
    writing = [
        statement.get("Condition")
        for statement in statements(receiver)
        if "s3:PutObject" in as_list(statement["Action"]) and DELIVERIES in map(place, as_list(statement["Resource"]))
    ]
    assert writing == [{"StringEquals": {"s3:if-none-match": "*"}}]
    assert {where for action, where in granted(receiver) if action == "s3:DeleteObject"} == {OPEN, TASKS}


# MARK: Keys


@pytest.mark.parametrize(("name", "role"), ROLES)
def test_a_role_may_use_a_key_only_if_there_is_one(name, role):
    """The key's ARN is a parameter that may be empty. AWS would refuse the whole template for an empty resource."""
    resource = TEMPLATES[name]["Resources"][role]
    keys = {where for action, where in granted(resource) if action.startswith("kms:")}
    assert conditions(resource) == {key: KEY_CONDITIONS[key] for key in keys} | TABLE_CONDITIONS.get(role, {})
    assert all(not where.endswith("KMSKeyARN") or action.startswith("kms:") for action, where in granted(resource))


@pytest.mark.parametrize("name", ["pipeline.yaml", "receiver.yaml", "events.yaml"])
def test_the_condition_of_a_key_is_that_it_is_given(name):
    template = TEMPLATES[name]
    for key, condition in KEY_CONDITIONS.items():
        if key in template["Parameters"]:
            assert template["Conditions"][condition] == {"Fn::Not": [{"Fn::Equals": [{"Ref": key}, ""]}]}


def test_buckets_queues_and_tables_are_encrypted_by_the_key_if_there_is_one():
    pipeline = TEMPLATES["pipeline.yaml"]
    key, none = {"Ref": "DataKMSKeyARN"}, {"Ref": "AWS::NoValue"}
    for bucket in resources(pipeline, "S3::Bucket").values():
        [rule] = bucket["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        with_key = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
        assert rule["ServerSideEncryptionByDefault"] == {"Fn::If": ["HasDataKMSKey", with_key, {"SSEAlgorithm": "AES256"}]}
        assert rule["BucketKeyEnabled"] == {"Fn::If": ["HasDataKMSKey", True, none]}
    queues = [it for name in ("pipeline.yaml", "events.yaml") for it in resources(TEMPLATES[name], "SQS::Queue").values()]
    assert len(queues) == 7
    for queue in queues:
        assert queue["Properties"]["KmsMasterKeyId"] == {"Fn::If": ["HasDataKMSKey", key, none]}
        assert queue["Properties"]["SqsManagedSseEnabled"] == {"Fn::If": ["HasDataKMSKey", none, True]}
    [topic] = resources(TEMPLATES["events.yaml"], "SNS::Topic").values()
    assert topic["Properties"]["KmsMasterKeyId"] == {"Fn::If": ["HasDataKMSKey", key, none]}
    tables = resources(pipeline, "DynamoDB::Table").values()
    assert len(tables) == 4
    for table in tables:
        assert table["Properties"]["SSESpecification"] == {
            "SSEEnabled": True,
            "SSEType": {"Fn::If": ["HasDataKMSKey", "KMS", none]},
            "KMSMasterKeyId": {"Fn::If": ["HasDataKMSKey", key, none]},
        }


# MARK: Trust policies

# The services that assume roles here, and whether AWS lets a trust policy check on whose behalf they do so. A
# function's role does not need this check: a user who creates a function must be allowed to pass its role
# (iam:PassRole), which must belong to the function's own account.
ASKED_FOR_WHOM = {
    "medical-imaging.amazonaws.com": True,
    "states.amazonaws.com": True,
    "ecs-tasks.amazonaws.com": True,
    "vpc-flow-logs.amazonaws.com": True,
    "events.amazonaws.com": True,
    "lambda.amazonaws.com": False,
}


def trust(name: str, role: str) -> dict:
    """The only statement of the role's trust policy."""
    [statement] = TEMPLATES[name]["Resources"][role]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    return statement


@pytest.mark.parametrize(("name", "role"), ROLES)
def test_one_service_may_assume_a_role_and_only_for_this_account(name, role):
    statement = trust(name, role)
    assert (statement["Effect"], statement["Action"]) == ("Allow", "sts:AssumeRole")
    [(kind, service)] = statement["Principal"].items()
    assert kind == "Service"
    account = statement.get("Condition", {}).get("StringEquals", {}).get("aws:SourceAccount")
    assert account == (ACCOUNT if ASKED_FOR_WHOM[service] else None)


def test_a_role_is_passed_only_to_its_service():
    passing = [
        statement
        for name, role in ROLES
        for statement in statements(TEMPLATES[name]["Resources"][role])
        if "iam:PassRole" in as_list(statement["Action"])
    ]
    assert [it["Condition"] for it in passing] == [
        {"StringEquals": {"iam:PassedToService": "medical-imaging.amazonaws.com"}}
    ]


def test_healthimaging_assumes_the_import_role_only_for_our_data_stores():
    assert trust("pipeline.yaml", "ImportRole")["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnEquals": {"aws:SourceArn": DATASTORES},
    }


def test_a_resource_that_a_parameter_may_leave_out_is_only_there_if_it_is_given():
    pipeline, receiver = TEMPLATES["pipeline.yaml"], TEMPLATES["receiver.yaml"]
    given = {name: {"Fn::Not": [{"Fn::Equals": [{"Ref": name}, ""]}]} for name in ("RoutesKey", *FURTHER_PARAMETERS)}
    assert receiver["Conditions"]["HasRoutes"] == given["RoutesKey"]
    for number in range(2, 6):
        assert pipeline["Conditions"][f"HasDatastore{number}"] == given[f"DatastoreId{number}"]


@pytest.mark.parametrize("queue", ["ImportQueue", "InboxQueue"])
def test_a_queue_accepts_events_only_of_our_bucket(queue):
    pipeline = TEMPLATES["pipeline.yaml"]["Resources"]
    policy = pipeline[f"{queue}Policy"]["Properties"]["PolicyDocument"]["Statement"]
    [allowed] = [statement for statement in policy if statement["Effect"] == "Allow"]
    assert allowed["Principal"] == {"Service": "s3.amazonaws.com"}
    assert allowed["Action"] == "sqs:SendMessage"
    assert place(allowed["Resource"]) == queue
    name = pipeline["DicomBucket"]["Properties"]["BucketName"]["Fn::Sub"]
    assert allowed["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnEquals": {"aws:SourceArn": {"Fn::Sub": "arn:${AWS::Partition}:s3:::" + name}},
    }


# MARK: How much a statement covers


def test_the_functions_never_replace_a_manifest():
    role = TEMPLATES["pipeline.yaml"]["Resources"]["TriggerImportRole"]
    writing = [
        statement
        for statement in statements(role)
        if "s3:PutObject" in as_list(statement["Action"])
        and DELIVERIES in [place(it) for it in as_list(statement["Resource"])]
    ]
    assert [it.get("Condition") for it in writing] == [{"StringEquals": {"s3:if-none-match": "*"}}]


@pytest.mark.parametrize(
    ("action", "key", "value", "roles"),
    [
        ("events:PutEvents", "events:source", SOURCE, {"TriggerImportRole", "CheckStatusRole", "ImportStateMachineRole"}),
        ("cloudwatch:PutMetricData", "cloudwatch:namespace", NAMESPACE, {"ImportStateMachineRole"}),
    ],
)
def test_events_and_metrics_may_be_sent_only_as_ours(action, key, value, roles):
    """The bus may belong to others too, and a metric has no resource."""
    sending = {
        role: statement["Condition"]
        for name, role in ROLES
        for statement in statements(TEMPLATES[name]["Resources"][role])
        if action in as_list(statement["Action"])
    }
    assert sending == dict.fromkeys(roles, {"StringEquals": {key: value}})


def test_the_state_machine_sends_events_as_ours_to_the_same_bus_as_the_functions():
    [entry] = STATE_MACHINE["States"]["TellFailure"]["Parameters"]["Entries"]
    assert (entry["Source"], entry["EventBusName"]) == (SOURCE, "${EventBusName}")
    pipeline = TEMPLATES["pipeline.yaml"]
    [machine] = resources(pipeline, "StepFunctions::StateMachine").values()
    functions = [it["Properties"]["Environment"]["Variables"] for it in resources(pipeline, "Lambda::Function").values()]
    buses = [it["EVENT_BUS_NAME"] for it in functions if "EVENT_BUS_NAME" in it]
    assert buses == [machine["Properties"]["DefinitionSubstitutions"]["EventBusName"]] * 2


@pytest.mark.parametrize(("name", "role"), ROLES)
def test_no_role_may_delete_an_instance(name, role):
    assert ("s3:DeleteObject", DATES) not in granted(TEMPLATES[name]["Resources"][role])


@pytest.mark.parametrize(("name", "role"), ROLES)
def test_an_action_is_allowed_on_all_resources_only_if_aws_supports_nothing_narrower(name, role):
    grants = granted(TEMPLATES[name]["Resources"][role])
    assert {action for action, where in grants if where == "*"} <= EVERYWHERE.keys()
    assert not any("*" in action for action, _ in grants)


def test_every_action_of_the_list_is_used():
    grants = {grant for name, role in ROLES for grant in granted(TEMPLATES[name]["Resources"][role])}
    assert EVERYWHERE.keys() == {action for action, where in grants if where == "*"}


def test_a_resource_policy_names_all_principals_only_to_deny():
    kinds = ("S3::BucketPolicy", "SQS::QueuePolicy", "SNS::TopicPolicy", "EC2::VPCEndpoint")
    found = set()
    for template in TEMPLATES.values():
        for kind in kinds:
            for name, resource in resources(template, kind).items():
                policy = resource["Properties"].get("PolicyDocument", {"Statement": []})
                statements = [it["Fn::If"][1] if "Fn::If" in it else it for it in policy["Statement"]]
                effects = {it["Effect"] for it in statements if it["Principal"] in ("*", {"AWS": "*"})}
                found |= {(name, effect) for effect in effects if effect != "Deny"}
    # An endpoint's policy grants nothing: it limits which of the actions that roles allow may go through the endpoint.
    assert found == {("S3Endpoint", "Allow"), ("DynamoDBEndpoint", "Allow")}


def test_the_s3_endpoint_allows_only_the_receivers_requests_and_its_image_layers():
    receiver = TEMPLATES["receiver.yaml"]["Resources"]
    *ours, layers = receiver["S3Endpoint"]["Properties"]["PolicyDocument"]["Statement"]
    ours = [it["Fn::If"][1] if "Fn::If" in it else it for it in ours]
    let_through = {
        (action, place(resource))
        for statement in ours
        for action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    }
    writing = {("s3:PutObject", "DicomBucket/*"), ("s3:AbortMultipartUpload", "DicomBucket/*")}
    others = {it for it in granted(receiver["TaskRole"]) if it[0] in ("s3:GetObject", "s3:DeleteObject")}
    assert let_through == writing | others
    # ECR's own bucket, according to AWS's documentation.
    assert layers["Action"] == "s3:GetObject"
    assert place(layers["Resource"]) == "arn:${AWS::Partition}:s3:::prod-${AWS::Region}-starport-layer-bucket/*"


def test_the_endpoint_of_dynamodb_allows_exactly_the_receivers_requests():
    receiver = TEMPLATES["receiver.yaml"]["Resources"]
    let_through = {
        (action, place(resource))
        for statement in receiver["DynamoDBEndpoint"]["Properties"]["PolicyDocument"]["Statement"]
        for action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    }
    assert let_through == {it for it in granted(receiver["TaskRole"]) if it[0].startswith("dynamodb:")}


# MARK: Rules that call functions


@pytest.mark.parametrize("name", LINTED)
def test_no_permission_of_an_eventbridge_rule_asks_for_the_account(name):
    """No linter checks this: EventBridge passes no account, so such a permission would silently refuse every call."""
    permissions = resources(load_template(name), "Lambda::Permission").values()
    assert [it for it in permissions if is_refused_by_eventbridge(it)] == []


def is_refused_by_eventbridge(permission: dict) -> bool:
    properties = permission["Properties"]
    return properties["Principal"] == "events.amazonaws.com" and "SourceAccount" in properties


def test_every_rule_that_calls_a_function_has_the_permission_to():
    pipeline = TEMPLATES["pipeline.yaml"]
    calls = {
        (name, target["Arn"]["Fn::GetAtt"][0])
        for name, rule in resources(pipeline, "Events::Rule").items()
        for target in rule["Properties"]["Targets"]
    }
    permissions = [it["Properties"] for it in resources(pipeline, "Lambda::Permission").values()]
    assert all(it["Principal"] == "events.amazonaws.com" for it in permissions)
    assert calls == {(place(it["SourceArn"]), place(it["FunctionName"])) for it in permissions}


# MARK: The comparison notices mistakes
