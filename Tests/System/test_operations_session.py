# SPDX-License-Identifier: Apache-2.0

"""Commands of docs/operations.md and docs/deploy.md, run by bash and AWS's CLI against the local AWS."""

import subprocess

import pydicom
import pytest
from conftest import PROJECT
from deploy import STACK, environment
from documented_commands import commands
from documents import code_spans
from senders import send_with_dcmtk
from waiting import wait_for

pytestmark = pytest.mark.pipeline
OPERATIONS, DEPLOY = PROJECT / "docs/operations.md", PROJECT / "docs/deploy.md"


def documented(page, beginning: str) -> str:
    """The only command of the page that begins like this."""
    [text] = [it.text for it in commands(page) if it.text.startswith(beginning)]
    return text


@pytest.fixture(scope="module")
def shell(pipeline):
    """Runs commands as a person on call does, after the page's own functions. Returns what they print."""
    variables = environment(pipeline.aws.endpoint)
    variables["PATH"] = f"{PROJECT}/.venv/bin:{variables['PATH']}"
    prelude = f"set -u\nSTACK={STACK}\n" + documented(OPERATIONS, "output() {") + "\n"

    def run(*texts: str) -> str:
        command = ["bash", "-c", prelude + "\n".join(texts)]
        result = subprocess.run(command, env=variables, cwd=PROJECT, capture_output=True, text=True, timeout=120)
        assert (result.returncode, result.stderr) == (0, ""), result.stdout + result.stderr
        return result.stdout

    return run


@pytest.fixture(scope="module")
def imported(pipeline, receiver, samples) -> dict[str, str]:
    """The item of a study that was imported, beside those of other tests."""
    others = {it["deliveryId"] for it in pipeline.items()}
    study = pydicom.dcmread(samples[0], specific_tags=["StudyInstanceUID"]).StudyInstanceUID

    def items() -> list[dict[str, str]]:
        ended = [it for it in pipeline.ended_items() if it.get("studyInstanceUID") == study]
        return [it for it in ended if it["deliveryId"] not in others]

    answers = send_with_dcmtk(samples[:1], "127.0.0.1", receiver.port)
    assert [it.status for it in answers] == [0]
    [item] = wait_for("the import", items, 60)
    assert item["outcome"] == "IMPORTED"
    return item


def test_the_table_shows_an_import(shell, imported):
    shown = shell(documented(DEPLOY, "aws dynamodb scan --table-name $(output TableName)"))
    assert imported["deliveryId"] in shown and "IMPORTED" in shown


def test_the_alarms_are_listed(shell):
    assert "MetricAlarms" not in shell(documented(OPERATIONS, "aws cloudwatch describe-alarms"))


def test_imports_are_paused_and_resumed(shell, pipeline):
    client = pipeline.aws.client("lambda")

    def states() -> set[str]:
        found = client.list_event_source_mappings(FunctionName=pipeline.outputs["TriggerImportFunctionName"])
        return {it["State"] for it in found["EventSourceMappings"]}

    loop = documented(OPERATIONS, "for MAPPING in ")
    rule = documented(OPERATIONS, "RULE=")
    assert states() == {"Enabled"}
    shell(loop)
    assert states() == {"Disabled"}
    shell(loop.replace("--no-enabled", "--enabled"))
    assert states() == {"Enabled"}
    disable = documented(OPERATIONS, "aws events disable-rule")
    show = "aws events describe-rule --name $RULE --query State --output text"
    assert shell(rule, disable, show).strip() == "DISABLED"
    assert shell(rule, disable.replace("disable-rule", "enable-rule"), show).strip() == "ENABLED"


def test_a_table_is_restored_beside_the_old_one(shell, pipeline, imported):
    restored = pipeline.outputs["TableName"] + "-restored"
    shell(*(documented(OPERATIONS, f"aws dynamodb {operation}") for operation in ("restore-table", "wait")))
    items = pipeline.aws.client("dynamodb").scan(TableName=restored)["Items"]
    assert imported["jobId"] in {it["jobId"]["S"] for it in items}


def test_the_images_are_copied_to_another_bucket(shell, pipeline, imported):
    s3 = pipeline.aws.client("s3")
    s3.create_bucket(Bucket="your-backup-bucket")
    shell(documented(OPERATIONS, "aws s3 sync").replace("YOUR-BACKUP-BUCKET", "your-backup-bucket"))
    keys = [it["Key"] for it in s3.list_objects_v2(Bucket="your-backup-bucket")["Contents"]]
    assert f"deliveries/{imported['deliveryId']}.json" in keys
    assert any(key.endswith(".dcm") for key in keys)
    assert not any(key.startswith(("tasks/", "open/")) for key in keys)


def test_a_manifest_that_is_copied_onto_itself_starts_nothing_twice(shell, pipeline, imported):
    example = "20261124T170204-4d4a7fc35cb79224d58be0e4"
    manifest = documented(OPERATIONS, "MANIFEST=").replace(example, imported["deliveryId"])
    before = len(pipeline.executions())
    shell(manifest, documented(OPERATIONS, "aws s3 cp $MANIFEST"))
    assert len(pipeline.executions()) == before


def test_calls_in_the_text_are_answered(shell):
    spans = code_spans(OPERATIONS.read_text())
    [policy] = [span for span in spans if span.startswith("aws lambda get-policy")]
    [executions] = [span for span in spans if span.startswith("aws stepfunctions list-executions")]
    assert "events.amazonaws.com" in shell(policy)
    shell(executions)
