# SPDX-License-Identifier: Apache-2.0

"""Deploys template/pipeline.yaml with the CLI, as a user would: `aws cloudformation package`, then `deploy`.

    python local/deploy.py http://127.0.0.1:4566 --parameter PollSeconds=1

prints the stack's Outputs as JSON. The code zips are taken from dist/, where the template expects them.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import boto3
import clean_environment
from botocore.config import Config

REGION = "us-east-1"
STACK = "dicom-store-scp"
CODE_BUCKET = "dicom-store-scp-code"
TEMPLATE = Path(__file__).parent.parent / "template" / "pipeline.yaml"


def environment(endpoint: str) -> dict[str, str]:
    """Environment variables that lead an AWS client to the local AWS. The user's own AWS settings are left out."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {
        **kept,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def client(service: str, endpoint: str, config: Config | None = None):
    """A boto3 client of the local AWS."""
    return boto3.session.Session().client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=config,
    )


def deploy(endpoint: str, parameters: dict[str, str], template: Path = TEMPLATE) -> dict[str, str]:
    """Deploys `template` and returns the Outputs."""
    client("s3", endpoint).create_bucket(Bucket=CODE_BUCKET)
    with tempfile.TemporaryDirectory() as folder:
        packaged = Path(folder) / "packaged.yaml"
        _aws(
            endpoint,
            *("package", "--template-file", template, "--s3-bucket", CODE_BUCKET),
            *("--output-template-file", packaged),
        )
        overrides = [f"{name}={value}" for name, value in parameters.items()]
        _aws(
            endpoint,
            *("deploy", "--template-file", packaged, "--s3-bucket", CODE_BUCKET, "--stack-name", STACK),
            *("--capabilities", "CAPABILITY_IAM"),
            *(["--parameter-overrides", *overrides] if overrides else []),
        )
    [stack] = client("cloudformation", endpoint).describe_stacks(StackName=STACK)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def _aws(endpoint: str, *arguments: str | Path) -> None:
    """Runs the CLI that is installed beside this Python. If it fails, the error holds its output."""
    command = [Path(sys.executable).parent / "aws", "cloudformation", *arguments]
    result = subprocess.run(command, env=environment(endpoint), capture_output=True, text=True)
    if result.returncode:
        raise RuntimeError(f"aws cloudformation {arguments[0]} failed:\n{result.stdout}{result.stderr}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("endpoint")
    parser.add_argument("--parameter", action="append", default=[], metavar="NAME=VALUE")
    options = parser.parse_args()
    clean_environment.enter()
    parameters = dict(item.split("=", 1) for item in options.parameter)
    print(json.dumps(deploy(options.endpoint, parameters), indent=2))


if __name__ == "__main__":
    main()
