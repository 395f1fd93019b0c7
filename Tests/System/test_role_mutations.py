"""The comparison of roles and code notices each change of either."""

import copy

import pytest

from aws_calls import SwiftCode
from role_grants import (
    DATES,
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
            "ImportIntake/RejectionItems.swift",
            "try await table.isRejected(delivery)",
            "false",
            "TriggerImportRole",
            {"to spare: dynamodb:GetItem at DicomImportJobTable"},
        ),
        (
            "ImportIntake/RejectionItems.swift",
            "table.rejected(rejection, at: date)",
            'table.jobProgressed("", setting: [:])',
            "TriggerImportRole",
            # It writes items only elsewhere.
            {"missing: dynamodb:UpdateItem at no place in WHERE"},
        ),
        (
            "ImportPipeline/Instances/InstanceTable.swift",
            "try await dynamoDB.putItem(table: name, item: item, if: condition)",
            ".written",
            "CheckStatusRole",
            {"to spare: dynamodb:PutItem at DicomInstanceTable"},
        ),
        (
            "AWS/Services/S3Client+Copy.swift",
            "try? await abortMultipartUpload(bucket: bucket, key: toKey, uploadID: uploadID)",
            "",
            "TriggerImportRole",
            {f"to spare: s3:AbortMultipartUpload at {where}" for where in (DATES, TAKEN)},
        ),
        (
            "ImportPipeline/Documents/S3DocumentStore.swift",
            "try await s3.deleteObject(bucket: bucket, key: key)",
            "",
            "TaskRole",
            {f"to spare: s3:DeleteObject at {where}" for where in (OPEN, TASKS)},
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
        ("try await s3.headObject(", "try await objects.headObject("),
        ("try await s3.headObject(", "try await S3Client(client: client).headObject("),
    ],
    ids=["by an unknown name", "without a name"],
)
def test_a_call_that_the_reading_cannot_follow_is_an_error(old, new):
    code = code_with("ImportIntake/S3InboxBucket.swift", old, new)
    assert [it for it in code.unresolved_calls("TriggerImport") if it.endswith(".headObject")]


def test_an_operation_that_the_reading_does_not_find_is_an_error():
    code = code_with("AWS/Services/S3Client.swift", 'send("DeleteObject"', "send(Self.deletion")
    assert code.silent_functions() == ["S3Client.deleteObject"]
