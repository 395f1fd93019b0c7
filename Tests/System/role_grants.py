"""What each part of the system calls, and what its role allows.

What the parts call is read from the Swift code and the state machine; where they do so, and what AWS's own services do in
a role's name, stands in tables here."""

import json
import re

from aws_calls import MODULES, BucketLayout, SwiftCode, read_sources
from conftest import PROJECT
from templates import load_template, resources

SOURCES = read_sources(PROJECT / "Sources")
CODE = SwiftCode(SOURCES)
STATE_MACHINE = json.loads((PROJECT / "statemachine" / "import.asl.json").read_text())
TEMPLATES = {name: load_template(name) for name in ("pipeline.yaml", "receiver.yaml", "network.yaml")}
PARTS = tuple(MODULES)

# An action, and the resource that it is done to: a resource's name in the template, behind a bucket's the keys.
Grant = tuple[str, str]

# What an operation needs where it is not the action of its own name. A copy reads at one place and writes to another; it
# needs no right to tags, since it leaves them behind. Parts of an upload are written by the right to write the object.
ACTIONS = {
    "s3:ListObjectsV2": {"at": ["s3:ListBucket"]},
    "s3:HeadObject": {"at": ["s3:GetObject"]},
    "s3:CreateMultipartUpload": {"at": ["s3:PutObject"]},
    "s3:UploadPart": {"at": ["s3:PutObject"]},
    "s3:CompleteMultipartUpload": {"at": ["s3:PutObject"]},
    "s3:CopyObject": {"from": ["s3:GetObject"], "to": ["s3:PutObject"]},
    "s3:UploadPartCopy": {"from": ["s3:GetObject"], "to": ["s3:PutObject"]},
    # The job runs in a role that is handed over.
    "medical-imaging:StartDICOMImportJob": {"at": ["medical-imaging:StartDICOMImportJob"], "role": ["iam:PassRole"]},
}

DELIVERIES, OPEN, TASKS, AUDITS, SWEEPS, INBOX, TAKEN, DATES = FOLDERS = tuple(
    f"DicomBucket/{folder}*"
    for folder in (
        *("deliveries/", "open/", "tasks/", "audits/", "sweeps/", "inbox/", "taken/"),
        BucketLayout.DATES,
    )
)
JOB_TIMES = "OutputBucket/recent-job-times/*"
# Where each part does what it calls.
WHERE: dict[str, dict[str, dict[str, list[str]]]] = {
    "TriggerImport": {
        "s3:ListObjectsV2": {"at": ["DicomBucket"]},
        # Manifests, headers of what came by the inbox; of deliveries that were left the marker, the task's lease and the audit.
        "s3:GetObject": {"at": [DELIVERIES, INBOX, OPEN, TASKS, AUDITS, SWEEPS]},
        "s3:HeadObject": {"at": [INBOX]},
        # What is taken may be kept.
        "s3:CopyObject": {"from": [INBOX], "to": [DATES, TAKEN]},
        "s3:CreateMultipartUpload": {"at": [DATES, TAKEN]},
        "s3:UploadPartCopy": {"from": [INBOX], "to": [DATES, TAKEN]},
        "s3:CompleteMultipartUpload": {"at": [DATES, TAKEN]},
        "s3:AbortMultipartUpload": {"at": [DATES, TAKEN]},
        # Closes a delivery whose task is gone.
        "s3:PutObject": {"at": [DELIVERIES, AUDITS, SWEEPS]},
        "s3:DeleteObject": {"at": [OPEN, AUDITS, SWEEPS, INBOX]},
        "states:StartExecution": {"at": ["ImportStateMachine"]},
        # Rejections; instances whose import is under way.
        "dynamodb:PutItem": {"at": ["DicomImportJobTable", "DicomInstanceTable"]},
        # Whether an object of the inbox was rejected before.
        "dynamodb:GetItem": {"at": ["DicomImportJobTable"]},
    },
    "StartImportJob": {
        "medical-imaging:StartDICOMImportJob": {"at": ["Datastore"], "role": ["ImportRole"]},
        "dynamodb:PutItem": {"at": ["DicomImportJobTable"]},
        # How long other jobs took.
        "s3:GetObject": {"at": [JOB_TIMES]},
        # What it cannot start yet goes back to the head of the queue.
        "sqs:ChangeMessageVisibility": {"at": ["StartQueue"]},
        # The execution that a token belongs to.
        "states:SendTaskSuccess": {"at": ["*"]},
        "states:SendTaskFailure": {"at": ["*"]},
    },
    "CheckStatus": {
        "medical-imaging:GetDICOMImportJob": {"at": ["Datastore"]},
        "s3:ListObjectsV2": {"at": ["OutputBucket"]},
        # The delivery's manifest, and what HealthImaging wrote.
        "s3:GetObject": {"at": [DELIVERIES, "OutputBucket/*"]},
        "s3:PutObject": {"at": ["OutputBucket/*/report.json", JOB_TIMES]},
        "s3:PutObjectTagging": {"at": [DATES]},
        "dynamodb:UpdateItem": {"at": ["DicomImportJobTable"]},
        # What became of each instance.
        "dynamodb:PutItem": {"at": ["DicomInstanceTable"]},
    },
    "StoreSCP": {
        # Instances, and the documents about them.
        "s3:PutObject": {"at": [DATES, DELIVERIES, OPEN, TASKS]},
        # A manifest that somebody else has written.
        "s3:GetObject": {"at": [DELIVERIES]},
        # Instances that are larger than a part.
        "s3:CreateMultipartUpload": {"at": [DATES]},
        "s3:UploadPart": {"at": [DATES]},
        "s3:CompleteMultipartUpload": {"at": [DATES]},
        "s3:AbortMultipartUpload": {"at": [DATES]},
        # Leases when they are done with, and markers of deliveries without an instance.
        "s3:DeleteObject": {"at": [OPEN, TASKS]},
    },
}
# Where a part reads what may not be there. Without the right to list the bucket S3 answers 403 to that and not 404.
MAY_BE_ABSENT = {"TriggerImport": ["DicomBucket"], "CheckStatus": ["DicomBucket", "OutputBucket"]}

# What the state machine's tasks need, and the parameter that says where.
TASKS_OF_THE_STATE_MACHINE = {
    "lambda:invoke": ("lambda:InvokeFunction", "FunctionName"),
    "sqs:sendMessage.waitForTaskToken": ("sqs:SendMessage", "QueueUrl"),
    "dynamodb:updateItem": ("dynamodb:UpdateItem", "TableName"),
}


def log_lines(group: str) -> set[Grant]:
    return {("logs:CreateLogStream", group), ("logs:PutLogEvents", group)}


def taken_messages(*queues: str) -> set[Grant]:
    """Lambda takes the queues' messages."""
    actions = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
    return {(f"sqs:{action}", queue) for action in actions for queue in queues}


# What AWS's services do in a role's name, as their documentation asks for it.
PLATFORM: dict[str, set[Grant]] = {
    "TriggerImportRole": log_lines("TriggerImportLogGroup") | taken_messages("ImportQueue", "InboxQueue"),
    "StartImportJobRole": log_lines("StartImportJobLogGroup") | taken_messages("StartQueue"),
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
# What a call asks of the key, where the data have one of the operator's own: S3 and SQS use it in the caller's name, as DynamoDB
# does for the table's key. Parts of an upload are put together by what was encrypted: who may abort an upload makes them.
# HealthImaging's developer guide asks for its own key's rights of everybody who calls it.
READ, WRITE, LOOK = "kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"
KEY_USES: dict[str, tuple[str, set[str]]] = {
    "s3:GetObject": ("DataKMSKeyARN", {READ}),
    "s3:PutObject": ("DataKMSKeyARN", {WRITE}),
    "s3:AbortMultipartUpload": ("DataKMSKeyARN", {READ}),
    "sqs:ReceiveMessage": ("DataKMSKeyARN", {READ}),
    "sqs:SendMessage": ("DataKMSKeyARN", {READ, WRITE}),
    **{f"dynamodb:{it}Item": ("DataKMSKeyARN", {READ}) for it in ("Get", "Put", "Update")},
    "medical-imaging:StartDICOMImportJob": ("DatastoreKMSKeyARN", {READ, WRITE, LOOK}),
    "medical-imaging:GetDICOMImportJob": ("DatastoreKMSKeyARN", {READ, LOOK}),
}
# The actions that AWS defines for no narrower resource.
EVERYWHERE = {
    "ecr:GetAuthorizationToken": "the token is for the whole registry",
    "logs:DescribeLogGroups": "it searches among all groups, and names them",
    **dict.fromkeys(("states:SendTaskFailure", "states:SendTaskSuccess"), "a token names the execution, and no ARN does"),
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
    """All that the role may have: those of a condition are there when it holds."""
    found = [it for policy in role["Properties"]["Policies"] for it in policy["PolicyDocument"]["Statement"]]
    return [it["Fn::If"][1] if "Fn::If" in it else it for it in found]


def conditions(role: dict) -> dict[str, str]:
    """By what they name, the condition of the role's conditional statements."""
    found = [it for policy in role["Properties"]["Policies"] for it in policy["PolicyDocument"]["Statement"]]
    conditional = [it["Fn::If"] for it in found if "Fn::If" in it]
    assert all(otherwise == {"Ref": "AWS::NoValue"} for _, _, otherwise in conditional)
    return {place(statement["Resource"]): condition for condition, statement, _ in conditional}


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


def needed_of_keys(grants: set[Grant]) -> set[Grant]:
    uses = [KEY_USES[action] for action, _ in grants if action in KEY_USES]
    return {(action, key) for key, actions in uses for action in actions}


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
    needed |= needed_of_keys(needed)
    allowed = granted(template["Resources"][name])
    missing = {f"missing: {action} at {where}" for action, where in needed - allowed}
    return missing | {f"to spare: {action} at {where}" for action, where in allowed - needed}


# MARK: The comparison


ROLES = [(name, role) for name, template in TEMPLATES.items() for role in resources(template, "IAM::Role")]
