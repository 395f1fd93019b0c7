# SPDX-License-Identifier: Apache-2.0

"""The comparison of roles and code notices each change of either."""

import copy

import pytest

from aws_calls import SwiftCode
from role_grants import (
    DATES,
    EXECUTIONS,
    OPEN,
    ROLES,
    SOURCES,
    STATE_MACHINE,
    TAKEN,
    TASKS,
    TEMPLATES,
    as_list,
    differences,
    place,
    statements,
)

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
def test_a_removed_action_is_reported(name, role, index, action):
    template = copy.deepcopy(TEMPLATES[name])
    statement = statements(template["Resources"][role])[index]
    statement["Action"] = [it for it in as_list(statement["Action"]) if it != action]
    places = map(place, as_list(statement["Resource"]))
    assert differences(role, template) == {f"missing: {action} at {where}" for where in places}


@pytest.mark.parametrize(("name", "role", "index"), STATEMENTS)
def test_an_added_action_is_reported(name, role, index):
    template = copy.deepcopy(TEMPLATES[name])
    statement = statements(template["Resources"][role])[index]
    statement["Action"] = [*as_list(statement["Action"]), "s3:DeleteObjectVersion"]
    places = map(place, as_list(statement["Resource"]))
    assert differences(role, template) == {f"not needed: s3:DeleteObjectVersion at {where}" for where in places}


@pytest.mark.parametrize(("name", "role", "index"), STATEMENTS)
def test_an_added_resource_is_reported(name, role, index):
    template = copy.deepcopy(TEMPLATES[name])
    statement = statements(template["Resources"][role])[index]
    statement["Resource"] = [*as_list(statement["Resource"]), {"Fn::Sub": "${DicomBucket.Arn}/elsewhere/*"}]
    actions = as_list(statement["Action"])
    assert differences(role, template) == {f"not needed: {it} at DicomBucket/elsewhere/*" for it in actions}


@pytest.mark.parametrize(("name", "role", "index"), STATEMENTS)
def test_a_removed_resource_is_reported(name, role, index):
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
            "ImportIntake/StepFunctionsExecutions.swift",
            "try await stepFunctions.executionStatus(stateMachineARN: stateMachineARN, name: name)",
            ".failed",
            "TriggerImportRole",
            {f"not needed: states:DescribeExecution at {EXECUTIONS}"},
        ),
        (
            "ImportIntake/RejectionItems.swift",
            "table.rejected(rejection, at: date)",
            'table.jobProgressed("", ImportJobUpdate())',
            "TriggerImportRole",
            # It writes items only elsewhere.
            {"missing: dynamodb:UpdateItem at no place in WHERE"},
        ),
        (
            "ImportPipeline/Instances/InstanceTable.swift",
            "try await dynamoDB.putItem(table: name, item: item, if: condition)",
            ".written",
            "CheckStatusRole",
            {"not needed: dynamodb:PutItem at DicomInstanceTable"},
        ),
        (
            "AWS/Services/S3Client+Copy.swift",
            "try? await abortMultipartUpload(bucket: bucket, key: toKey, uploadID: uploadID)",
            "",
            "TriggerImportRole",
            {f"not needed: s3:AbortMultipartUpload at {where}" for where in (DATES, TAKEN)},
        ),
        (
            "ImportPipeline/Documents/S3DocumentStore.swift",
            "try await s3.deleteObject(bucket: bucket, key: key)",
            "",
            "TaskRole",
            {f"not needed: s3:DeleteObject at {where}" for where in (OPEN, TASKS)},
        ),
    ],
)
def test_an_added_or_removed_call_in_the_code_is_reported(path, old, new, role, difference):
    [template] = [it for it in TEMPLATES.values() if role in it["Resources"]]
    assert differences(role, template, code=code_with(path, old, new)) == difference


def test_a_removed_task_of_the_state_machine_is_reported():
    machine = copy.deepcopy(STATE_MACHINE)
    del machine["States"]["CheckStatus"]
    found = differences("ImportStateMachineRole", TEMPLATES["pipeline.yaml"], machine=machine)
    assert found == {"not needed: lambda:InvokeFunction at CheckStatusFunction"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("try await s3.headObject(", "try await objects.headObject("),
        ("try await s3.headObject(", "try await S3Client(client: client).headObject("),
    ],
    ids=["by an unknown name", "without a name"],
)
def test_a_call_that_cannot_be_resolved_is_an_error(old, new):
    code = code_with("ImportIntake/S3InboxBucket.swift", old, new)
    assert [it for it in code.unresolved_calls("TriggerImport") if it.endswith(".headObject")]


def test_a_client_function_without_an_operation_is_an_error():
    code = code_with("AWS/Services/S3Client.swift", 'send("DeleteObject"', "send(Self.deletion")
    assert code.silent_functions() == ["S3Client.deleteObject"]
