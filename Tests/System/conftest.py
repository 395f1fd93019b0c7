"""What the system tests run against: a local AWS for the session, and another with the real binaries for `pipeline`."""

import os
from pathlib import Path

import pytest

import sample_data
from deploy import deploy
from local_aws import LocalAWS
from pipeline import Pipeline
from receiver import Receiver

PROJECT = Path(__file__).parents[2]
STORE_SCP = PROJECT / os.environ.get("STORE_SCP", "dist/StoreSCP")
ZIPS = [PROJECT / "dist" / f"{name}.zip" for name in ("TriggerImport", "StartImportJob", "CheckStatus")]
ROLE = "arn:aws:iam::123456789012:role/test"


@pytest.fixture(scope="session")
def aws(tmp_path_factory):
    """The local AWS, empty; tests make what they need under names of their own."""
    with LocalAWS(tmp_path_factory.mktemp("aws"), "--job-seconds", "0.4") as local:
        # moto's Lambda looks whether a role exists.
        local.client("iam").create_role(RoleName="test", AssumeRolePolicyDocument="{}")
        yield local


@pytest.fixture(scope="session")
def samples(tmp_path_factory) -> list[Path]:
    """Real instances."""
    return sample_data.write_samples(tmp_path_factory.mktemp("samples"))


@pytest.fixture(scope="session")
def pipeline(tmp_path_factory):
    """The pipeline, deployed from dist/ on a local AWS of its own."""
    missing = [str(path) for path in [*ZIPS, STORE_SCP] if not path.exists()]
    assert not missing, f"build them first: {missing}"
    with LocalAWS(tmp_path_factory.mktemp("pipeline")) as local:
        yield Pipeline(local, deploy(local.endpoint, {"PollSeconds": "1"}))


@pytest.fixture(scope="session")
def receiver(pipeline):
    """The receiver that most tests share."""
    log = pipeline.aws.state_dir / "logs" / "receiver.log"
    with Receiver(STORE_SCP, pipeline.aws.endpoint, pipeline.bucket, log) as scp:
        yield scp
