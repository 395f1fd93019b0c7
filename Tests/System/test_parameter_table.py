# SPDX-License-Identifier: Apache-2.0

"""The table of docs/deploy.md that describes the template's parameters."""

import subprocess
import sys

from conftest import PROJECT


def test_the_table_of_parameters_says_what_the_template_says():
    command = [sys.executable, PROJECT / "scripts/template-parameters", "--check"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
