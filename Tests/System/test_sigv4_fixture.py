# SPDX-License-Identifier: Apache-2.0

"""The fixture of the Swift signer's tests matches the installed botocore."""

import json

import sigv4_cases


def test_fixture_is_what_botocore_signs():
    assert json.loads(sigv4_cases.FIXTURE.read_text()) == json.loads(sigv4_cases.fixture())


def test_case_names_are_unique():
    names = [case.name for case in sigv4_cases.cases()]
    assert len(names) == len(set(names)) >= 45
