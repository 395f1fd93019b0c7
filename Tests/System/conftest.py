"""What the system tests run against: one local AWS for the session, and on it, for `pipeline` tests, the real binaries."""

import os
from pathlib import Path

import pytest
import sample_data
from deploy import deploy
from local_aws import LocalAWS
from receiver import Receiver

PROJECT = Path(__file__).parents[2]
STORE_SCP = PROJECT / os.environ.get("STORE_SCP", ".build/release/StoreSCP")
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
def pipeline_aws(tmp_path_factory):
    """A local AWS of its own with the pipeline deployed from dist/; its Outputs are `outputs`."""
    missing = [str(path) for path in [*ZIPS, STORE_SCP] if not path.exists()]
    assert not missing, f"build them first: {missing}"
    with LocalAWS(tmp_path_factory.mktemp("pipeline")) as local:
        local.outputs = deploy(local.endpoint, {"PollSeconds": "1"})
        yield local


@pytest.fixture(scope="session")
def receiver(pipeline_aws):
    """The receiver that most tests share."""
    bucket = pipeline_aws.outputs["DicomBucketName"]
    with Receiver(STORE_SCP, pipeline_aws.endpoint, bucket, pipeline_aws.state_dir / "logs" / "receiver.log") as scp:
        yield scp
