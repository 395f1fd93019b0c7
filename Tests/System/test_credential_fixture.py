# SPDX-License-Identifier: Apache-2.0

"""The fixture of the tests of credentials matches what the installed botocore finds."""

import json

import credential_cases


def test_fixture_is_what_botocore_finds():
    assert json.loads(credential_cases.FIXTURE.read_text()) == json.loads(credential_cases.fixture())


def test_case_names_are_unique():
    names = [case.name for case in credential_cases.cases()]
    assert len(names) == len(set(names)) >= 70
