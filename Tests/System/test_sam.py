# SPDX-License-Identifier: Apache-2.0

"""Builds and deploys the template with AWS's SAM CLI, and runs the functions."""

import json
import subprocess

import pytest
from conftest import PROJECT
from deploy import CODE_BUCKET, TEMPLATE, environment
from local_aws import LocalAWS

pytestmark = pytest.mark.pipeline
SAM = PROJECT / ".venv-sam/bin/sam"


def test_sam_builds_and_deploys_the_packed_functions(tmp_path):
    with LocalAWS(tmp_path / "aws") as aws:
        aws.client("s3").create_bucket(Bucket=CODE_BUCKET)

        def sam(*arguments) -> None:
            variables = {**environment(aws.endpoint), "SAM_CLI_TELEMETRY": "0", "HOME": str(tmp_path)}
            result = subprocess.run([SAM, *arguments], env=variables, cwd=tmp_path, capture_output=True, text=True)
            assert result.returncode == 0, result.stdout + result.stderr

        sam("build", "--template-file", TEMPLATE)
        sam(*("deploy", "--stack-name", "by-sam", "--s3-bucket", CODE_BUCKET, "--capabilities", "CAPABILITY_IAM"))

        [stack] = aws.client("cloudformation").describe_stacks(StackName="by-sam")["Stacks"]
        outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
        answer = aws.client("lambda").invoke(
            FunctionName=outputs["TriggerImportFunctionName"],
            Payload=(PROJECT / "events/s3-test-event.json").read_bytes(),
        )
        assert json.load(answer["Payload"]) == {"imports": []}
