# SPDX-License-Identifier: Apache-2.0

"""The fixture of AWSConfiguration's tests matches the decisions of the installed botocore."""

import json

import configuration_cases


def test_fixture_is_what_botocore_decides():
    assert json.loads(configuration_cases.FIXTURE.read_text()) == json.loads(configuration_cases.fixture())


def test_case_names_are_unique():
    names = [case.name for case in configuration_cases.cases()]
    assert len(names) == len(set(names)) >= 300
