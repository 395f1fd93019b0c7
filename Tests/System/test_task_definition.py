# SPDX-License-Identifier: Apache-2.0

"""The receiver's task definition: it uses only settings that the Swift code has, with values that the receiver accepts,
and an image that its role may pull."""

import re

import pytest
from conftest import PROJECT

from aws_calls import MODULES
from evaluation import Evaluation
from templates import RECEIVER, swift, task_environment
from test_receiver_template import DIGESTED, TAGGED


@pytest.mark.parametrize(
    ("image", "repository"),
    [
        (TAGGED, "eu-west-1:123456789012:repository/store-scp"),
        (DIGESTED, "us-east-1:123456789012:repository/a/b_c.d/e"),
    ],
    ids=["tag", "digest"],
)
def test_the_execution_role_may_pull_the_image_and_no_other(image, repository):
    [policy] = RECEIVER["Resources"]["ExecutionRole"]["Properties"]["Policies"]
    [pull] = [it for it in policy["PolicyDocument"]["Statement"] if "ecr:BatchGetImage" in it["Action"]]
    assert Evaluation(RECEIVER, {"ImageURI": image}).of(pull["Resource"]) == f"arn:aws:ecr:{repository}"


def test_the_receiver_reads_every_variable_that_its_task_has():
    read_by_the_receiver = set(re.findall(r'"([A-Z][A-Z0-9_]+)"', swift(*MODULES["StoreSCP"])))
    read_by_the_client_of_aws = set(re.findall(r'settings\["(AWS_[A-Z_]+)"\]', swift("AWS")))
    assert set(task_environment()) - read_by_the_receiver - {"AWS_REGION"} == set()
    assert "AWS_REGION" in read_by_the_client_of_aws


def test_the_receiver_accepts_every_number_that_the_template_accepts():
    """The bounds of each numeric parameter are within the bounds that the receiver checks at its start."""
    # `swift test` compares the page with the code.
    page = (PROJECT / "docs/configuration.md").read_text()
    bounds = {name: bounds for name, *bounds in re.findall(r"^\| `([A-Z_]+)` \| [^|]*\| (\d+) to (\d+) \|", page, re.MULTILINE)}
    checked = set()
    for name, value in task_environment().items():
        if name not in bounds:
            continue
        least, most = (int(bound) for bound in bounds[name])
        for number in numbers(value):
            assert least <= number <= most, name
        checked.add(name)
    assert checked == {
        *("SCP_PORT", "HEALTH_PORT", "DIMSE_TIMEOUT", "NETWORK_TIMEOUT", "MAXIMUM_ASSOCIATIONS", "DRAIN_TIMEOUT"),
        *("DELIVERY_OPENING_SECONDS", "DELIVERY_OPENING_BURST", "COMMITMENT_UNKNOWN_SECONDS"),
    }


def numbers(value) -> list[int]:
    """The least and the largest number that a variable may have. An empty value is the receiver's default."""
    match value:
        case {"Ref": name}:
            return [int(RECEIVER["Parameters"][name][bound]) for bound in ("MinValue", "MaxValue")]
        case {"Fn::If": [_, *choices]}:
            return [int(choice) for choice in choices if choice]
    return [int(value)]


def test_without_pending_rows_an_instance_is_unknown_only_at_the_deadline():
    [default] = re.findall(r"^\| `COMMITMENT_DEADLINE_SECONDS` \| (\d+) \|", (PROJECT / "docs/configuration.md").read_text(), re.MULTILINE)
    assert task_environment()["COMMITMENT_UNKNOWN_SECONDS"] == {"Fn::If": ["IndexesOutcomesOnly", default, ""]}
    outcomes_only = {"Fn::Equals": [{"Ref": "InstanceIndex"}, "outcomes"]}
    assert RECEIVER["Conditions"]["IndexesOutcomesOnly"] == outcomes_only
