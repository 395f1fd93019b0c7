# SPDX-License-Identifier: Apache-2.0

"""The table of docs/configuration.md that compares our names with those of the Python product."""

import re

from aws_calls import MODULES
from conftest import PROJECT
from templates import PIPELINE, RECEIVER, swift


def test_the_names_beside_those_of_the_python_product_are_ours():
    """Reads the Python product's name where the table says "the same", and our name otherwise."""
    text = (PROJECT / "docs/configuration.md").read_text()
    [section] = re.findall(r"## Names of the Python product\n(.*?)\n## ", text, re.DOTALL)
    rows = [line.split("|")[1:3] for line in section.splitlines() if line.startswith("| ")]
    named = {name for there, here in rows for name in re.findall(r"`(\w+)`", there if "the same" in here else here)}
    variables = set(re.findall(r'"([A-Z][A-Z0-9_]+)"', swift(*MODULES["StoreSCP"])))
    assert len(named) > 30
    assert named - variables - PIPELINE["Parameters"].keys() - RECEIVER["Parameters"].keys() - RECEIVER["Outputs"].keys() == set()
