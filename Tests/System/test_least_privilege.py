"""Each role allows what its part of the system calls, and where it does so: nothing is missing, nothing is to spare.

What the parts call is read from the Swift code and the state machine; where they do so, and what AWS's own services do in
a role's name, stands in tables here."""

import copy
import fnmatch
import json
import re

import pytest

from aws_calls import BucketLayout, SwiftCode, read_sources
from conftest import PROJECT
from test_receiver_template import load_template

SOURCES = read_sources(PROJECT / "Sources")
CODE = SwiftCode(SOURCES)
STATE_MACHINE = json.loads((PROJECT / "statemachine" / "import.asl.json").read_text())
TEMPLATES = {name: load_template(name) for name in ("pipeline.yaml", "receiver.yaml")}
PARTS = ("TriggerImport", "StartImportJob", "CheckStatus", "StoreSCP")

# An action, and the resource that it is done to: a resource's name in the template, behind a bucket's the keys.
Grant = tuple[str, str]

# What an operation needs where it is not the action of its own name. A copy reads at one place and writes to another, and S3
# takes the object's tags along, but not when it is copied in parts. Parts of an upload are written by the right to write the
# object.
ACTIONS = {
    "s3:ListObjectsV2": {"at": ["s3:ListBucket"]},
    "s3:CreateMultipartUpload": {"at": ["s3:PutObject"]},
    "s3:UploadPart": {"at": ["s3:PutObject"]},
    "s3:CompleteMultipartUpload": {"at": ["s3:PutObject"]},
    "s3:CopyObject": {"from": ["s3:GetObject", "s3:GetObjectTagging"], "to": ["s3:PutObject", "s3:PutObjectTagging"]},
    "s3:UploadPartCopy": {"from": ["s3:GetObject"], "to": ["s3:PutObject"]},
    # The job runs in a role that is handed over.
    "medical-imaging:StartDICOMImportJob": {"at": ["medical-imaging:StartDICOMImportJob"], "role": ["iam:PassRole"]},
}

DELIVERIES, OPEN, TASKS, INBOX, DATES = (
    f"DicomBucket/{folder}*" for folder in ("deliveries/", "open/", "tasks/", "inbox/", BucketLayout.DATES)
)
# Where each part does what it calls.
WHERE: dict[str, dict[str, dict[str, list[str]]]] = {
    "TriggerImport": {
        "s3:ListObjectsV2": {"at": ["DicomBucket"]},
        # Manifests, headers of what came by the inbox; of open deliveries the marker and the task's lease.
        "s3:GetObject": {"at": [DELIVERIES, INBOX, OPEN, TASKS]},
        "s3:CopyObject": {"from": [INBOX], "to": [DATES]},
        "s3:CreateMultipartUpload": {"at": [DATES]},
        "s3:UploadPartCopy": {"from": [INBOX], "to": [DATES]},
        "s3:CompleteMultipartUpload": {"at": [DATES]},
        "s3:AbortMultipartUpload": {"at": [DATES]},
        # Closes a delivery whose task is gone.
        "s3:PutObject": {"at": [DELIVERIES]},
        "s3:DeleteObject": {"at": [OPEN]},
        "states:StartExecution": {"at": ["ImportStateMachine"]},
        "dynamodb:PutItem": {"at": ["DicomImportJobTable"]},
    },
    "StartImportJob": {
        "medical-imaging:StartDICOMImportJob": {"at": ["Datastore"], "role": ["ImportRole"]},
        "dynamodb:PutItem": {"at": ["DicomImportJobTable"]},
    },
    "CheckStatus": {
        "medical-imaging:GetDICOMImportJob": {"at": ["Datastore"]},
        "s3:ListObjectsV2": {"at": ["OutputBucket"]},
        # The delivery's manifest, and what HealthImaging wrote.
        "s3:GetObject": {"at": [DELIVERIES, "OutputBucket/*"]},
        "s3:PutObject": {"at": ["OutputBucket/*/report.json"]},
        "s3:PutObjectTagging": {"at": [DATES]},
        "dynamodb:UpdateItem": {"at": ["DicomImportJobTable"]},
    },
    "StoreSCP": {
        # Instances, and the documents about them.
        "s3:PutObject": {"at": [DATES, INBOX, DELIVERIES, OPEN, TASKS]},
        # Instances that are larger than a part.
        "s3:CreateMultipartUpload": {"at": [DATES, INBOX]},
        "s3:UploadPart": {"at": [DATES, INBOX]},
        "s3:CompleteMultipartUpload": {"at": [DATES, INBOX]},
        "s3:AbortMultipartUpload": {"at": [DATES, INBOX]},
        # Markers and leases when they are done with; an instance that its delivery had no room for.
        "s3:DeleteObject": {"at": [OPEN, TASKS, DATES]},
    },
}
# Where a part reads what may not be there. Without the right to list the bucket S3 answers 403 to that and not 404.
MAY_BE_ABSENT = {"TriggerImport": ["DicomBucket"], "CheckStatus": ["DicomBucket", "OutputBucket"]}

# What the state machine's tasks need, and the parameter that says where.
TASKS_OF_THE_STATE_MACHINE = {
    "lambda:invoke": ("lambda:InvokeFunction", "FunctionName"),
    "dynamodb:updateItem": ("dynamodb:UpdateItem", "TableName"),
}


def log_lines(group: str) -> set[Grant]:
    return {("logs:CreateLogStream", group), ("logs:PutLogEvents", group)}


# What AWS's services do in a role's name, as their documentation asks for it.
PLATFORM: dict[str, set[Grant]] = {
    "TriggerImportRole": {
        *log_lines("TriggerImportLogGroup"),
        # Lambda takes the queue's messages.
        *((f"sqs:{action}", "ImportQueue") for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")),
    },
    "StartImportJobRole": log_lines("StartImportJobLogGroup"),
    "CheckStatusRole": log_lines("CheckStatusLogGroup"),
    # Step Functions' log delivery, which is set up for the whole account.
    "ImportStateMachineRole": {
        *((f"logs:{verb}LogDelivery", "*") for verb in ("Create", "Delete", "Get", "Update")),
        *((f"logs:{action}", "*") for action in ("ListLogDeliveries", "PutResourcePolicy")),
        *((f"logs:{action}", "*") for action in ("DescribeLogGroups", "DescribeResourcePolicies")),
    },
    # HealthImaging's import job.
    "ImportRole": {
        ("s3:ListBucket", "DicomBucket"),
        ("s3:ListBucket", "OutputBucket"),
        ("s3:GetObject", "DicomBucket/*"),
        ("s3:PutObject", "OutputBucket/*"),
    },
    # ECS starts a task: it pulls the image and writes the log.
    "ExecutionRole": {
        *log_lines("ReceiverLogGroup"),
        ("ecr:GetAuthorizationToken", "*"),
        *(
            (f"ecr:{action}", "repository/${Repository}")
            for action in ("BatchCheckLayerAvailability", "BatchGetImage", "GetDownloadUrlForLayer")
        ),
    },
    # The VPC's flow log.
    "FlowLogRole": {
        *log_lines("FlowLogGroup"),
        ("logs:DescribeLogStreams", "FlowLogGroup"),
        ("logs:DescribeLogGroups", "*"),
    },
}
# The actions that AWS defines for no narrower resource.
EVERYWHERE = {
    "ecr:GetAuthorizationToken": "the token is for the whole registry",
    "logs:DescribeLogGroups": "it searches among all groups, and names them",
    **{
        f"logs:{action}": "a delivery of logs has no ARN that a policy could name"
        for action in (
            *("CreateLogDelivery", "DeleteLogDelivery", "GetLogDelivery", "ListLogDeliveries", "UpdateLogDelivery"),
            *("DescribeResourcePolicies", "PutResourcePolicy"),
        )
    },
}

DATASTORE = {
    "Fn::Sub": [
        "arn:${AWS::Partition}:medical-imaging:${AWS::Region}:${AWS::AccountId}:datastore/${Id}",
        {"Id": {"Fn::If": ["CreateDatastore", {"Fn::GetAtt": ["Datastore", "DatastoreId"]}, {"Ref": "DatastoreId"}]}},
    ]
}
ACCOUNT = {"Ref": "AWS::AccountId"}


# MARK: What a template says


def resources(template: dict, kind: str) -> dict[str, dict]:
    return {name: it for name, it in template["Resources"].items() if it["Type"] == f"AWS::{kind}"}


def as_list(value) -> list:
    return value if isinstance(value, list) else [value]


def place(resource) -> str:
    """A policy's resource by its name in the template."""
    if resource == DATASTORE:
        return "Datastore"
    match resource:
        case str():
            return resource
        case {"Ref": name} | {"Fn::GetAtt": [name, "Arn"]}:
            return name
        case {"Fn::Sub": [text, _]}:
            return text.rpartition(":")[2]
        case {"Fn::Sub": text}:
            # The receiver's template knows the bucket by its name alone.
            text = text.replace("arn:${AWS::Partition}:s3:::${DicomBucketName}", "DicomBucket")
            return re.sub(r"\$\{(\w+)\.Arn\}", r"\1", text)
    raise AssertionError(f"not understood: {resource}")


def statements(role: dict) -> list[dict]:
    return [it for policy in role["Properties"]["Policies"] for it in policy["PolicyDocument"]["Statement"]]


def granted(role: dict) -> set[Grant]:
    assert "ManagedPolicyArns" not in role["Properties"]
    assert all(it["Effect"] == "Allow" for it in statements(role))
    return {
        (action, place(resource))
        for statement in statements(role)
        for action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    }


def users(template: dict) -> dict[str, str]:
    """The roles of our own code, and the part that runs in each."""
    parts = {}
    for function in resources(template, "Lambda::Function").values():
        code = function["Properties"]["Code"].removeprefix("../dist/").removesuffix(".zip")
        parts[place(function["Properties"]["Role"])] = code
    for task in resources(template, "ECS::TaskDefinition").values():
        parts[place(task["Properties"]["TaskRoleArn"])] = "StoreSCP"
    for machine in resources(template, "StepFunctions::StateMachine").values():
        parts[place(machine["Properties"]["RoleArn"])] = "state machine"
    return parts


# MARK: What is needed


def needed_by_code(part: str, code: SwiftCode) -> set[Grant]:
    needed = {("s3:ListBucket", bucket) for bucket in MAY_BE_ABSENT.get(part, [])}
    for operation in code.operations(part):
        places = WHERE[part].get(operation, {})
        for side, actions in ACTIONS.get(operation, {"at": [operation]}).items():
            needed |= {(action, where) for action in actions for where in places.get(side, ["no place in WHERE"])}
    return needed


def needed_by_state_machine(machine: dict, template: dict) -> set[Grant]:
    [it] = resources(template, "StepFunctions::StateMachine").values()
    substitutions = it["Properties"]["DefinitionSubstitutions"]
    needed = set()
    for state in machine["States"].values():
        if state["Type"] == "Task":
            action, parameter = TASKS_OF_THE_STATE_MACHINE[state["Resource"].removeprefix("arn:aws:states:::")]
            needed.add((action, place(substitutions[state["Parameters"][parameter].strip("${}")])))
    return needed


def differences(name: str, template: dict, code: SwiftCode = CODE, machine: dict = STATE_MACHINE) -> set[str]:
    """What a role lacks, and what it allows that nobody needs."""
    part = users(template).get(name)
    needed = set(PLATFORM.get(name, ()))
    if part == "state machine":
        needed |= needed_by_state_machine(machine, template)
    elif part:
        needed |= needed_by_code(part, code)
    allowed = granted(template["Resources"][name])
    missing = {f"missing: {action} at {where}" for action, where in needed - allowed}
    return missing | {f"to spare: {action} at {where}" for action, where in allowed - needed}


# MARK: The comparison

ROLES = [(name, role) for name, template in TEMPLATES.items() for role in resources(template, "IAM::Role")]


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
def test_the_tables_name_no_call_that_is_not_made(part):
    assert WHERE[part].keys() == CODE.operations(part)
    looks_for_absence = any("statusCode == 404" in text for text in CODE.files(part))
    assert looks_for_absence == (part in MAY_BE_ABSENT)


def test_no_call_in_the_code_escapes():
    """Each function of a client sends something, each call's receiver is known, and only these parts have clients."""
    assert CODE.silent_functions() == []
    assert {part: CODE.unresolved_calls(part) for part in PARTS} == {part: [] for part in PARTS}
    assert CODE.folders_with_clients() == {"AWS", "ImportPipeline", *PARTS}


@pytest.mark.parametrize("part", PARTS)
def test_a_role_reaches_those_folders_of_the_bucket_that_the_code_names(part):
    [(template, role)] = [(it, role) for it in TEMPLATES.values() for role, user in users(it).items() if user == part]
    places = {where for _, where in granted(template["Resources"][role])}
    named = BucketLayout(SOURCES).folders("\n".join(CODE.files(part)))
    assert {it for it in places if it.startswith("DicomBucket/")} == {f"DicomBucket/{folder}*" for folder in named}


@pytest.mark.parametrize(
    ("key", "where"),
    [
        ("2026/11/23/20261123T101112Z-0123456789abcdef/1.2/1.3/1.4.dcm", DATES),
        ("deliveries/20261123T101112Z-0123456789abcdef.json", DELIVERIES),
        ("open/20261123T101112Z-0123456789abcdef", OPEN),
        ("tasks/0123456789abcdef", TASKS),
        ("inbox/1.2/1.3/1.4.dcm", INBOX),
    ],
)
def test_a_key_is_among_those_of_its_own_folder_alone(key, where):
    """A question mark stands for any character in a policy, a star for any characters, slashes too."""
    folders = (DELIVERIES, OPEN, TASKS, INBOX, DATES)
    assert [it for it in folders if fnmatch.fnmatchcase(f"DicomBucket/{key}", it)] == [where]


# MARK: Who may act in a role's name

# The services that assume roles here, and whether AWS lets a trust policy ask for whom they do it. A function's role does not
# need to: who makes a function must be allowed to pass its role (iam:PassRole), which must be of the function's own account.
ASKED_FOR_WHOM = {
    "medical-imaging.amazonaws.com": True,
    "states.amazonaws.com": True,
    "ecs-tasks.amazonaws.com": True,
    "vpc-flow-logs.amazonaws.com": True,
    "lambda.amazonaws.com": False,
}


def trust(name: str, role: str) -> dict:
    """The role's only statement about who may assume it."""
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


def test_a_role_is_passed_to_its_service_alone():
    passing = [
        statement
        for name, role in ROLES
        for statement in statements(TEMPLATES[name]["Resources"][role])
        if "iam:PassRole" in as_list(statement["Action"])
    ]
    assert [it["Condition"] for it in passing] == [
        {"StringEquals": {"iam:PassedToService": "medical-imaging.amazonaws.com"}}
    ]


def test_healthimaging_assumes_the_import_role_for_our_data_store_alone():
    assert trust("pipeline.yaml", "ImportRole")["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnEquals": {"aws:SourceArn": DATASTORE},
    }


def test_the_queue_takes_events_of_our_bucket_alone():
    pipeline = TEMPLATES["pipeline.yaml"]["Resources"]
    policy = pipeline["ImportQueuePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    [allowed] = [statement for statement in policy if statement["Effect"] == "Allow"]
    assert allowed["Principal"] == {"Service": "s3.amazonaws.com"}
    assert allowed["Action"] == "sqs:SendMessage"
    assert place(allowed["Resource"]) == "ImportQueue"
    name = pipeline["DicomBucket"]["Properties"]["BucketName"]["Fn::Sub"]
    assert allowed["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnEquals": {"aws:SourceArn": {"Fn::Sub": "arn:${AWS::Partition}:s3:::" + name}},
    }


# MARK: How wide


@pytest.mark.parametrize(("name", "role"), ROLES)
def test_an_action_is_allowed_everywhere_only_where_aws_knows_nothing_narrower(name, role):
    grants = granted(TEMPLATES[name]["Resources"][role])
    assert {action for action, where in grants if where == "*"} <= EVERYWHERE.keys()
    assert not any("*" in action for action, _ in grants)


def test_every_action_of_the_list_is_used():
    grants = {grant for name, role in ROLES for grant in granted(TEMPLATES[name]["Resources"][role])}
    assert EVERYWHERE.keys() == {action for action, where in grants if where == "*"}


def test_a_policy_of_a_resource_names_everybody_only_to_refuse_them():
    kinds = ("S3::BucketPolicy", "SQS::QueuePolicy", "SNS::TopicPolicy", "EC2::VPCEndpoint")
    found = set()
    for template in TEMPLATES.values():
        for kind in kinds:
            for name, resource in resources(template, kind).items():
                policy = resource["Properties"].get("PolicyDocument", {"Statement": []})
                effects = {it["Effect"] for it in policy["Statement"] if it["Principal"] in ("*", {"AWS": "*"})}
                found |= {(name, effect) for effect in effects if effect != "Deny"}
    # An endpoint's policy gives nobody anything: it says what of all that roles allow goes through the endpoint.
    assert found == {("S3Endpoint", "Allow")}


def test_the_endpoint_of_s3_lets_through_what_the_receiver_does_and_the_layers_of_its_image():
    receiver = TEMPLATES["receiver.yaml"]["Resources"]
    instances, layers = receiver["S3Endpoint"]["Properties"]["PolicyDocument"]["Statement"]
    assert set(instances["Action"]) == {action for action, _ in granted(receiver["TaskRole"])}
    assert place(instances["Resource"]) == "DicomBucket/*"
    # ECR's own bucket, by AWS's documentation.
    assert layers["Action"] == "s3:GetObject"
    assert place(layers["Resource"]) == "arn:${AWS::Partition}:s3:::prod-${AWS::Region}-starport-layer-bucket/*"


# MARK: That the comparison would tell

STATEMENTS = [
    pytest.param(name, role, index, id=f"{role}-{index}")
    for name, role in ROLES
    for index in range(len(statements(TEMPLATES[name]["Resources"][role])))
]
GRANTED_ACTIONS = [
    pytest.param(name, role, index, action, id=f"{role}-{index}-{action}")
    for name, role in ROLES
    for index, statement in enumerate(statements(TEMPLATES[name]["Resources"][role]))
    for action in as_list(statement["Action"])
]


@pytest.mark.parametrize(("name", "role", "index", "action"), GRANTED_ACTIONS)
def test_an_action_that_is_taken_away_is_missed(name, role, index, action):
    template = copy.deepcopy(TEMPLATES[name])
    statement = statements(template["Resources"][role])[index]
    statement["Action"] = [it for it in as_list(statement["Action"]) if it != action]
    places = map(place, as_list(statement["Resource"]))
    assert differences(role, template) == {f"missing: {action} at {where}" for where in places}


@pytest.mark.parametrize(("name", "role", "index"), STATEMENTS)
def test_an_action_that_is_added_is_to_spare(name, role, index):
    template = copy.deepcopy(TEMPLATES[name])
    statement = statements(template["Resources"][role])[index]
    statement["Action"] = [*as_list(statement["Action"]), "s3:DeleteObjectVersion"]
    places = map(place, as_list(statement["Resource"]))
    assert differences(role, template) == {f"to spare: s3:DeleteObjectVersion at {where}" for where in places}


@pytest.mark.parametrize(("name", "role", "index"), STATEMENTS)
def test_a_resource_that_is_added_is_to_spare(name, role, index):
    template = copy.deepcopy(TEMPLATES[name])
    statement = statements(template["Resources"][role])[index]
    statement["Resource"] = [*as_list(statement["Resource"]), {"Fn::Sub": "${DicomBucket.Arn}/elsewhere/*"}]
    actions = as_list(statement["Action"])
    assert differences(role, template) == {f"to spare: {it} at DicomBucket/elsewhere/*" for it in actions}


@pytest.mark.parametrize(("name", "role", "index"), STATEMENTS)
def test_a_resource_that_is_taken_away_is_missed(name, role, index):
    template = copy.deepcopy(TEMPLATES[name])
    statement = statements(template["Resources"][role])[index]
    first, *others = as_list(statement["Resource"])
    statement["Resource"] = others
    actions = as_list(statement["Action"])
    assert differences(role, template) == {f"missing: {action} at {place(first)}" for action in actions}


def code_with(path: str, old: str, new: str) -> SwiftCode:
    assert SOURCES[path].count(old) == 1
    return SwiftCode({**SOURCES, path: SOURCES[path].replace(old, new)})


@pytest.mark.parametrize(
    ("path", "old", "new", "role", "difference"),
    [
        (
            "TriggerImport/DeliveryRecovery.swift",
            "try await s3.deleteObject(bucket: bucket, key: markerKey)",
            "",
            "TriggerImportRole",
            {f"to spare: s3:DeleteObject at {OPEN}"},
        ),
        (
            "TriggerImport/ObjectIntake.swift",
            "table.rejected(rejection, at: Date())",
            'table.jobProgressed("", setting: [:])',
            "TriggerImportRole",
            {"missing: dynamodb:UpdateItem at no place in WHERE", "to spare: dynamodb:PutItem at DicomImportJobTable"},
        ),
        (
            "AWS/Services/S3Client+Copy.swift",
            "try? await abortMultipartUpload(bucket: bucket, key: toKey, uploadID: uploadID)",
            "",
            "TriggerImportRole",
            {f"to spare: s3:AbortMultipartUpload at {DATES}"},
        ),
        (
            "StoreSCP/Stores/S3InstanceStore.swift",
            "try await s3.deleteObject(bucket: bucket, key: key)",
            "_ = try await s3.getObject(bucket: bucket, key: key)",
            "TaskRole",
            {
                "missing: s3:GetObject at no place in WHERE",
                *(f"to spare: s3:DeleteObject at {where}" for where in (OPEN, TASKS, DATES)),
            },
        ),
    ],
)
def test_a_call_that_comes_or_goes_in_the_code_is_noticed(path, old, new, role, difference):
    [template] = [it for it in TEMPLATES.values() if role in it["Resources"]]
    assert differences(role, template, code=code_with(path, old, new)) == difference


def test_a_task_that_comes_or_goes_in_the_state_machine_is_noticed():
    machine = copy.deepcopy(STATE_MACHINE)
    del machine["States"]["CheckStatus"]
    found = differences("ImportStateMachineRole", TEMPLATES["pipeline.yaml"], machine=machine)
    assert found == {"to spare: lambda:InvokeFunction at CheckStatusFunction"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("try await s3.deleteObject(", "try await objects.deleteObject("),
        ("try await s3.deleteObject(", "try await S3Client(client: client).deleteObject("),
    ],
    ids=["by an unknown name", "without a name"],
)
def test_a_call_that_the_reading_cannot_follow_is_an_error(old, new):
    code = code_with("TriggerImport/DeliveryRecovery.swift", old, new)
    assert [it for it in code.unresolved_calls("TriggerImport") if it.endswith(".deleteObject")]


def test_an_operation_that_the_reading_does_not_find_is_an_error():
    code = code_with("AWS/Services/S3Client.swift", 'send("DeleteObject"', "send(Self.deletion")
    assert code.silent_functions() == ["S3Client.deleteObject"]
