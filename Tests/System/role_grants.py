# SPDX-License-Identifier: Apache-2.0

"""The calls that each part of the system makes, and the actions that its role allows.

The calls are read from the Swift code and the state machine. The tables here say on which resources they are made, and
what AWS's own services do with a role."""

import json
import re

from aws_calls import MODULES, BucketLayout, SwiftCode, read_sources
from conftest import PROJECT
from templates import load_template, resources

SOURCES = read_sources(PROJECT / "Sources")
CODE = SwiftCode(SOURCES)
STATE_MACHINE = json.loads((PROJECT / "statemachine" / "import.asl.json").read_text())
TEMPLATES = {name: load_template(name) for name in ("pipeline.yaml", "receiver.yaml", "network.yaml", "events.yaml")}
PARTS = tuple(MODULES)

# An action and its resource: the resource's name in the template; for buckets followed by the keys.
Grant = tuple[str, str]

# The actions that an operation needs, if not the action of the same name. A copy reads in one place and writes in
# another; it needs no right to tags because it does not copy them. The right to write an object covers the parts of its
# upload.
ACTIONS = {
    "s3:ListObjectsV2": {"at": ["s3:ListBucket"]},
    "s3:HeadObject": {"at": ["s3:GetObject"]},
    "s3:CreateMultipartUpload": {"at": ["s3:PutObject"]},
    "s3:UploadPart": {"at": ["s3:PutObject"]},
    "s3:CompleteMultipartUpload": {"at": ["s3:PutObject"]},
    "s3:CopyObject": {"from": ["s3:GetObject"], "to": ["s3:PutObject"]},
    "s3:UploadPartCopy": {"from": ["s3:GetObject"], "to": ["s3:PutObject"]},
    # The job runs in a role that is passed to it.
    "medical-imaging:StartDICOMImportJob": {"at": ["medical-imaging:StartDICOMImportJob"], "role": ["iam:PassRole"]},
}

DELIVERIES, OPEN, TASKS, AUDITS, SWEEPS, INBOX, TAKEN, COMMITMENTS, DATES = FOLDERS = tuple(
    f"DicomBucket/{folder}*"
    for folder in (
        *("deliveries/", "open/", "tasks/", "audits/", "sweeps/", "inbox/", "taken/", "commitments/"),
        BucketLayout.DATES,
    )
)
# One object, whose key is a parameter.
ROUTES = "DicomBucket/${RoutesKey}"
# The bus that is told about deliveries and studies, and the executions of the state machine.
EVENT_BUS, EXECUTIONS = "event-bus/${EventBusName}", "ImportStateMachine/executions"
JOB_TIMES = "OutputBucket/recent-job-times/*"
DATASTORE_NAMES = ["Datastore", *(f"Datastore{number}" for number in range(2, 6))]
# The resources on which each part makes its calls.
WHERE: dict[str, dict[str, dict[str, list[str]]]] = {
    "TriggerImport": {
        "s3:ListObjectsV2": {"at": ["DicomBucket"]},
        # Manifests; headers of inbox objects; and for deliveries of ended tasks the marker, the task lease and the
        # audit.
        "s3:GetObject": {"at": [DELIVERIES, INBOX, OPEN, TASKS, AUDITS, SWEEPS]},
        "s3:HeadObject": {"at": [INBOX]},
        # Objects that were taken from the inbox may be kept.
        "s3:CopyObject": {"from": [INBOX], "to": [DATES, TAKEN]},
        "s3:CreateMultipartUpload": {"at": [DATES, TAKEN]},
        "s3:UploadPartCopy": {"from": [INBOX], "to": [DATES, TAKEN]},
        "s3:CompleteMultipartUpload": {"at": [DATES, TAKEN]},
        "s3:AbortMultipartUpload": {"at": [DATES, TAKEN]},
        # Closes a delivery whose task has ended.
        "s3:PutObject": {"at": [DELIVERIES, AUDITS, SWEEPS]},
        "s3:DeleteObject": {"at": [OPEN, AUDITS, SWEEPS, INBOX]},
        "states:StartExecution": {"at": ["ImportStateMachine"]},
        # Whether the imports of a study have ended.
        "states:DescribeExecution": {"at": [EXECUTIONS]},
        # Rejections; instances whose import is under way; studies.
        "dynamodb:PutItem": {"at": ["DicomImportJobTable", "DicomInstanceTable", "DicomStudyTable"]},
        # Whether an object of the inbox was rejected before; studies, and those that are due to settle.
        "dynamodb:GetItem": {"at": ["DicomImportJobTable", "DicomStudyTable"]},
        "dynamodb:Query": {"at": ["DicomStudyTable/index/due"]},
        # Objects that were rejected, and studies that have settled.
        "events:PutEvents": {"at": [EVENT_BUS]},
    },
    "StartImportJob": {
        "medical-imaging:StartDICOMImportJob": {"at": DATASTORE_NAMES, "role": ["ImportRole"]},
        "dynamodb:PutItem": {"at": ["DicomImportJobTable"]},
        # The durations of other jobs.
        "s3:GetObject": {"at": [JOB_TIMES]},
        # A start that it cannot make yet goes back to the head of the queue.
        "sqs:ChangeMessageVisibility": {"at": ["StartQueue"]},
        # The execution that a token belongs to.
        "states:SendTaskSuccess": {"at": ["*"]},
        "states:SendTaskFailure": {"at": ["*"]},
    },
    "CheckStatus": {
        "medical-imaging:GetDICOMImportJob": {"at": DATASTORE_NAMES},
        "s3:ListObjectsV2": {"at": ["OutputBucket"]},
        # The delivery's manifest, and the output of HealthImaging.
        "s3:GetObject": {"at": [DELIVERIES, "OutputBucket/*"]},
        "s3:PutObject": {"at": ["OutputBucket/*/report.json", JOB_TIMES]},
        "s3:PutObjectTagging": {"at": [DATES]},
        "dynamodb:UpdateItem": {"at": ["DicomImportJobTable"]},
        # The outcome of each instance.
        "dynamodb:PutItem": {"at": ["DicomInstanceTable"]},
        # The first delivery of a study.
        "dynamodb:GetItem": {"at": ["DicomStudyTable"]},
        # The last word on a delivery.
        "events:PutEvents": {"at": [EVENT_BUS]},
    },
    "StoreSCP": {
        # Instances and the documents about them; requests for storage commitment and their results.
        "s3:PutObject": {"at": [DATES, DELIVERIES, OPEN, TASKS, COMMITMENTS]},
        # A manifest that exists already; the documents of storage commitment.
        "s3:GetObject": {"at": [DELIVERIES, COMMITMENTS, ROUTES]},
        # The routes.
        "s3:HeadObject": {"at": [ROUTES]},
        # Instances that are larger than a part.
        "s3:CreateMultipartUpload": {"at": [DATES]},
        "s3:UploadPart": {"at": [DATES]},
        "s3:CompleteMultipartUpload": {"at": [DATES]},
        "s3:AbortMultipartUpload": {"at": [DATES]},
        # Task leases at the end of the task, and markers of deliveries without an instance.
        "s3:DeleteObject": {"at": [OPEN, TASKS]},
        # Transactions of storage commitment: their state; those that are due, and those of a peer that has come.
        "dynamodb:PutItem": {"at": ["DicomCommitmentTable"]},
        "dynamodb:Query": {"at": ["DicomCommitmentTable/index/due", "DicomCommitmentTable/index/unreported"]},
        # Their references in the instance index.
        "dynamodb:BatchGetItem": {"at": ["DicomInstanceTable"]},
    },
}
# The buckets from which a part reads objects that may not exist. Without the right to list the bucket, S3 answers 403
# instead of 404.
MAY_BE_ABSENT = {"TriggerImport": ["DicomBucket"], "CheckStatus": ["DicomBucket", "OutputBucket"]}

# The actions that the state machine's tasks need, and the parameter that names the resource, or else the resource.
TASKS_OF_THE_STATE_MACHINE = {
    "lambda:invoke": ("lambda:InvokeFunction", "FunctionName"),
    "sqs:sendMessage.waitForTaskToken": ("sqs:SendMessage", "QueueUrl"),
    "dynamodb:updateItem": ("dynamodb:UpdateItem", "TableName"),
    "events:putEvents": ("events:PutEvents", EVENT_BUS),
    "aws-sdk:cloudwatch:putMetricData": ("cloudwatch:PutMetricData", "*"),
}


def log_lines(group: str) -> set[Grant]:
    return {("logs:CreateLogStream", group), ("logs:PutLogEvents", group)}


def taken_messages(*queues: str) -> set[Grant]:
    """What Lambda needs to receive the queues' messages."""
    actions = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
    return {(f"sqs:{action}", queue) for action in actions for queue in queues}


# What AWS's services do with a role, as their documentation requires it.
PLATFORM: dict[str, set[Grant]] = {
    "TriggerImportRole": log_lines("TriggerImportLogGroup") | taken_messages("ImportQueue", "InboxQueue"),
    "StartImportJobRole": log_lines("StartImportJobLogGroup") | taken_messages("StartQueue"),
    "CheckStatusRole": log_lines("CheckStatusLogGroup"),
    # Step Functions' log delivery, which applies to the whole account.
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
    # EventBridge calls the webhook.
    "WebhookRole": {("events:InvokeApiDestination", "WebhookDestination")},
    # The VPC's flow log.
    "FlowLogRole": {
        *log_lines("FlowLogGroup"),
        ("logs:DescribeLogStreams", "FlowLogGroup"),
        ("logs:DescribeLogGroups", "*"),
    },
}
# The rights on the operator's own key that a call needs. S3 and SQS use the key on behalf of the caller, and so does
# DynamoDB for the table's key. S3 decrypts the parts of an upload when it completes the upload; a role that may abort
# uploads also completes some. HealthImaging's developer guide requires rights on its key for every caller.
READ, WRITE, LOOK = "kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"
KEY_USES: dict[str, tuple[str, set[str]]] = {
    "s3:GetObject": ("DataKMSKeyARN", {READ}),
    "s3:PutObject": ("DataKMSKeyARN", {WRITE}),
    "s3:AbortMultipartUpload": ("DataKMSKeyARN", {READ}),
    "sqs:ReceiveMessage": ("DataKMSKeyARN", {READ}),
    "sqs:SendMessage": ("DataKMSKeyARN", {READ, WRITE}),
    **{f"dynamodb:{it}Item": ("DataKMSKeyARN", {READ}) for it in ("Get", "Put", "Update", "BatchGet")},
    "dynamodb:Query": ("DataKMSKeyARN", {READ}),
    "medical-imaging:StartDICOMImportJob": ("DatastoreKMSKeyARN", {READ, WRITE, LOOK}),
    "medical-imaging:GetDICOMImportJob": ("DatastoreKMSKeyARN", {READ, LOOK}),
}
# The actions for which AWS supports no narrower resource.
EVERYWHERE = {
    "cloudwatch:PutMetricData": "a metric has no ARN; a condition names the namespace",
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

DATASTORE_ARN = "arn:${AWS::Partition}:medical-imaging:${AWS::Region}:${AWS::AccountId}:datastore/"
DATASTORE = {
    "Fn::Sub": [
        DATASTORE_ARN + "${Id}",
        {"Id": {"Fn::If": ["CreateDatastore", {"Fn::GetAtt": ["Datastore", "DatastoreId"]}, {"Ref": "DatastoreId"}]}},
    ]
}
FURTHER_DATASTORES = [
    {"Fn::If": [f"HasDatastore{it}", {"Fn::Sub": DATASTORE_ARN + f"${{DatastoreId{it}}}"}, {"Ref": "AWS::NoValue"}]}
    for it in range(2, 6)
]
# The default one first, then the four that routes may name.
DATASTORES = [DATASTORE, *FURTHER_DATASTORES]
ACCOUNT = {"Ref": "AWS::AccountId"}


# MARK: Grants of a template


def as_list(value) -> list:
    return value if isinstance(value, list) else [value]


def place(resource) -> str:
    """The name in the template of a policy's resource."""
    if resource == DATASTORE:
        return "Datastore"
    if resource in FURTHER_DATASTORES:
        return f"Datastore{2 + FURTHER_DATASTORES.index(resource)}"
    match resource:
        case str():
            return resource
        case {"Ref": name} | {"Fn::GetAtt": [name, "Arn"]}:
            return name
        case {"Fn::Sub": [text, _]}:
            return text.rpartition(":")[2]
        case {"Fn::Sub": text}:
            # The receiver's template knows only the names of the bucket and the tables.
            text = text.replace("arn:${AWS::Partition}:s3:::${DicomBucketName}", "DicomBucket")
            if text.endswith(":execution:${ImportStateMachine.Name}:*"):
                return EXECUTIONS
            text = re.sub(r"arn:\$\{AWS::Partition\}:events:.*:(event-bus/)", r"\1", text)
            text = re.sub(r"arn:\$\{AWS::Partition\}:dynamodb:.*:table/\$\{(\w+)Name\}", r"Dicom\1", text)
            return re.sub(r"\$\{(\w+)\.Arn\}", r"\1", text)
    raise AssertionError(f"not understood: {resource}")


def statements(role: dict) -> list[dict]:
    """All statements that the role may have, including those under a condition."""
    found = [it for policy in role["Properties"]["Policies"] for it in policy["PolicyDocument"]["Statement"]]
    return [it["Fn::If"][1] if "Fn::If" in it else it for it in found]


def conditions(role: dict) -> dict[str, str]:
    """The conditions of the role's conditional statements, by the resource of each statement."""
    found = [it for policy in role["Properties"]["Policies"] for it in policy["PolicyDocument"]["Statement"]]
    conditional = [it["Fn::If"] for it in found if "Fn::If" in it]
    assert all(otherwise == {"Ref": "AWS::NoValue"} for _, _, otherwise in conditional)
    return {
        place(resource): condition
        for condition, statement, _ in conditional
        for resource in as_list(statement["Resource"])
    }


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
    """The roles of our own code, and the part that uses each."""
    parts = {}
    for function in resources(template, "Lambda::Function").values():
        code = function["Properties"]["Code"].removeprefix("../dist/").removesuffix(".zip")
        parts[place(function["Properties"]["Role"])] = code
    for task in resources(template, "ECS::TaskDefinition").values():
        parts[place(task["Properties"]["TaskRoleArn"])] = "StoreSCP"
    for machine in resources(template, "StepFunctions::StateMachine").values():
        parts[place(machine["Properties"]["RoleArn"])] = "state machine"
    return parts


# MARK: Needed grants


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
            named = state["Parameters"].get(parameter)
            needed.add((action, place(substitutions[named.strip("${}")]) if named else parameter))
    return needed


def differences(name: str, template: dict, code: SwiftCode = CODE, machine: dict = STATE_MACHINE) -> set[str]:
    """The grants that a role lacks, and those that it does not need."""
    part = users(template).get(name)
    needed = set(PLATFORM.get(name, ()))
    if part == "state machine":
        needed |= needed_by_state_machine(machine, template)
    elif part:
        needed |= needed_by_code(part, code)
    needed |= needed_of_keys(needed)
    allowed = granted(template["Resources"][name])
    missing = {f"missing: {action} at {where}" for action, where in needed - allowed}
    return missing | {f"not needed: {action} at {where}" for action, where in allowed - needed}


# MARK: The comparison


ROLES = [(name, role) for name, template in TEMPLATES.items() for role in resources(template, "IAM::Role")]
