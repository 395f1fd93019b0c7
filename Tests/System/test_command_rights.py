# SPDX-License-Identifier: Apache-2.0

"""The policies of docs/command.md allow exactly what `dicomstore` calls."""

import json
import re

import pytest
from aws_calls import read_sources
from conftest import PROJECT

SOURCES = read_sources(PROJECT / "Sources")
# The clients of Sources/AWSManagement, and the service of each as IAM calls it.
SERVICES = {
    "CloudFormationClient": "cloudformation",
    "DynamoDBClient": "dynamodb",
    "LogsClient": "logs",
    "SQSClient": "sqs",
    "StepFunctionsClient": "states",
}
# Operations of Sources/AWS/Services that the command uses as well, and what IAM calls them.
SHARED = {
    r"s3\.listObjects\(": "s3:ListBucket",
    r"s3\.get(?:Object|Document)IfPresent\(": "s3:GetObject",
    r"stepFunctions\.startExecution\(": "states:StartExecution",
}
# Operations of Sources/AWSManagement that only the receiver's storage commitment calls.
OF_THE_RECEIVER = {"dynamodb:BatchGetItem"}
CHANGING = {
    "dynamodb:UpdateItem",
    "sqs:DeleteMessage",
    "sqs:ReceiveMessage",
    "sqs:SendMessage",
    "states:StartExecution",
}


def called() -> set[str]:
    actions = set()
    for path, text in SOURCES.items():
        if path.startswith("AWSManagement/"):
            client = re.search(r"\b(?:struct|extension) (\w+Client)\b", text)
            names = re.findall(r'\b(?:send|request)\(\s*"(\w+)"', text)
            assert client or not names, path
            actions |= {f"{SERVICES[client[1]]}:{name}" for name in names}
        if path.startswith("Inspection/"):
            actions |= {action for call, action in SHARED.items() if re.search(call, text)}
    return actions - OF_THE_RECEIVER


def policy(name: str) -> list[dict]:
    text = (PROJECT / "docs/command.md").read_text()
    [document] = re.findall(rf"<!-- rights: {name} -->\n```json\n(.*?)```", text, re.DOTALL)
    return json.loads(document)["Statement"]


def actions(name: str) -> set[str]:
    lists = [it["Action"] if isinstance(it["Action"], list) else [it["Action"]] for it in policy(name)]
    return set(sum(lists, []))


def test_the_policies_allow_what_is_called():
    assert called() == actions("read") | actions("redrive")
    assert actions("redrive") == CHANGING


def test_only_the_redrive_changes_anything():
    """The calls that change something are in one file, which only the redrive uses."""
    changing = r"\.(?:startExecution|updateItem|sendMessage|deleteMessage|receiveMessages|putObject\w*|deleteObject|putItem\w*)\("
    folders = ("Inspection/", "Console/", "DICOMStore/")
    files = {path for path, text in SOURCES.items() if path.startswith(folders) and re.search(changing, text)}
    assert files == {"Inspection/Redriving/StackRedriveServices.swift"}
    users = {path for path, text in SOURCES.items() if re.search(r"\bStackRedriveServices\(", text)}
    assert users == {"DICOMStore/RedriveCommand.swift"}


@pytest.mark.parametrize("name", ["read", "redrive"])
def test_every_right_is_about_this_stack(name):
    for statement in policy(name):
        resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
        assert all(re.search("STACK|PREFIX|Dicom|STATE_MACHINE", it) for it in resources), statement
