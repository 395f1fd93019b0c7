# SPDX-License-Identifier: Apache-2.0

"""The templates, and the Swift code that they are compared with."""

import json

from cfnlint.decode import cfn_yaml

from aws_calls import MODULES
from conftest import PROJECT

SOURCES = PROJECT / "Sources"


def load_template(name: str) -> dict:
    """A template whose tags are expanded to CloudFormation's functions: `!Ref X` becomes `{"Ref": "X"}`, and `!GetAtt`
    has a list."""
    return json.loads(json.dumps(cfn_yaml.load(str(PROJECT / "template" / name))))


NETWORK = load_template("network.yaml")
RECEIVER = load_template("receiver.yaml")
PIPELINE = load_template("pipeline.yaml")
EVENTS = load_template("events.yaml")
ROOT = load_template("dicom-store-scp.yaml")
TEMPLATES = {
    "network.yaml": NETWORK,
    "receiver.yaml": RECEIVER,
    "pipeline.yaml": PIPELINE,
    "events.yaml": EVENTS,
    "dicom-store-scp.yaml": ROOT,
}


def resources(template: dict, kind: str) -> dict[str, dict]:
    return {name: it for name, it in template["Resources"].items() if it["Type"] == f"AWS::{kind}"}


def swift(*parts: str) -> str:
    """The Swift code of these parts, or below these folders of Sources."""
    folders = [module for part in parts for module in MODULES.get(part, (part,))]
    files = [path for folder in folders for path in sorted((SOURCES / folder).rglob("*.swift"))]
    assert files
    return "\n".join(path.read_text() for path in files)


def task_environment() -> dict:
    """The variables of the receiver's container."""
    [container] = RECEIVER["Resources"]["TaskDefinition"]["Properties"]["ContainerDefinitions"]
    return {variable["Name"]: variable["Value"] for variable in container["Environment"]}
