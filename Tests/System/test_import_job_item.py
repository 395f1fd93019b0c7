# SPDX-License-Identifier: Apache-2.0

"""Whatever reads or writes the items of import jobs outside of Swift spells their attributes as Swift does.

The list is ImportPipelineTests' own, which compares it with `ImportJobAttribute` and with the state machine."""

import json
import re

from conftest import PROJECT
from templates import PIPELINE

ATTRIBUTES = json.loads((PROJECT / "Tests/ImportPipelineTests/Fixtures/import-job-attributes.json").read_text())
# Rows of the instance index, and members of other answers and documents, that a variable called `item` holds as well.
OTHERS = {"executionArn", "incomplete", "inputFile", "itemIdentifier", "key", "purl", "sha256", "size"}
# The function of test_template.py's own writes it.
OTHERS |= {"queue"}


def names_in_python(text: str) -> set[str]:
    """The names that are read of a variable called `item`, by itself or in a loop over names. AWS's own begin with a capital."""
    loops = re.findall(r"\bitem\.get\(name\b[^)]*\) for name in \(([^)]*)\)", text)
    names = re.findall(r"""\bitem(?:\[|\.get\()f?["'](\w+)["']""", text)
    names += [name for loop in loops for name in re.findall(r'"(\w+)"', loop)]
    return {name for name in names if name[0].islower()}


def test_python_reads_attributes_that_there_are():
    folders = (PROJECT / "local", PROJECT / "Tests" / "System")
    texts = {path.name: path.read_text() for folder in folders for path in sorted(folder.glob("*.py"))}
    names = {file: names_in_python(text) - OTHERS - ATTRIBUTES.keys() for file, text in texts.items()}
    assert {file: unknown for file, unknown in names.items() if unknown} == {}
    assert {"outcome", "warningCount"} <= names_in_python(texts["run.py"])


def test_the_tables_key_is_the_items():
    table = PIPELINE["Resources"]["DicomImportJobTable"]["Properties"]
    defined = {it["AttributeName"]: it["AttributeType"] for it in table["AttributeDefinitions"]}
    [key] = [it["AttributeName"] for it in table["KeySchema"]]
    assert defined == {key: ATTRIBUTES["jobId"]} == {"jobId": "S"}
