# SPDX-License-Identifier: Apache-2.0

"""Fixtures of the system tests: a local AWS for the session, and another one with the real binaries for `pipeline`."""

import contextlib
import json
import os
import threading
import zipfile
from pathlib import Path

import pytest

import clean_environment
import dcmtk
import sample_data
import sample_events
from deploy import deploy
from local_aws import LocalAWS
from machine import Machine
from pipeline import Pipeline
from pydicom.uid import ExplicitVRLittleEndian
from receiver import Receiver
from slow_s3 import SlowS3Server
from synthetic import synthetic_instance
from tls import make_certificate
from tls_clients import HOST
from waiting import wait_for

clean_environment.enter()

PROJECT = Path(__file__).parents[2]
STORE_SCP = PROJECT / os.environ.get("STORE_SCP", "dist/StoreSCP")
DICOMSTORE = PROJECT / os.environ.get("DICOMSTORE", "dist/dicomstore")
ZIPS = {name: PROJECT / "dist" / f"{name}.zip" for name in sample_events.FUNCTIONS}
DCMTK_PROGRAMS = ("storescu", "echoscu", "dcmsend", "storescp", "dcmdump", "dcmftest")
# With `make test-long`, tests use the numbers that the docs name; otherwise smaller ones.
LONG_FORM = os.environ.get("LONG_FORM") == "yes"
# They have the tests that take longest.
LONG_FILES = ("test_chaos", "test_study_events", "test_start_queue", "test_results", "test_told_deliveries", "test_many_studies")
ROLE = "arn:aws:iam::123456789012:role/test"


def pytest_report_header() -> list[str]:
    """Prints which of DCMTK's programs the tests use."""
    try:
        found = [dcmtk.find(name) for name in DCMTK_PROGRAMS]
    except dcmtk.NoDCMTK as error:
        return [str(error)]
    return ["DCMTK: " + ", ".join(f"{program.path} {program.version}" for program in found)]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begins with the files that take longest, so that no process is left alone with one of them in the end."""
    items.sort(key=lambda item: item.path.stem not in LONG_FILES)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item):
    """If pytest-xdist runs tests side by side, a test waits for the machine before its fixtures are created."""
    if not hasattr(item.config, "workerinput"):
        return (yield)
    with Machine(Path(item.config.option.basetemp).parent).use(alone=item.get_closest_marker("alone") is not None):
        return (yield)


def unpack_function(name: str, folder: Path) -> Path:
    """Unpacks the `bootstrap` of a function's zip and makes it executable."""
    with zipfile.ZipFile(ZIPS[name]) as package:
        executable = Path(package.extract("bootstrap", folder))
    executable.chmod(0o755)
    return executable


@pytest.fixture(scope="session")
def aws(tmp_path_factory):
    """An empty local AWS; each test creates what it needs under its own names."""
    with LocalAWS(tmp_path_factory.mktemp("aws"), "--job-seconds", "0.4") as local:
        # moto's Lambda checks that the role exists; a mapping checks that the role may receive a queue's messages.
        local.client("iam").create_role(RoleName="test", AssumeRolePolicyDocument="{}")
        rights = [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]
        document = json.dumps({"Version": "2012-10-17", "Statement": rights})
        local.client("iam").put_role_policy(RoleName="test", PolicyName="sqs", PolicyDocument=document)
        yield local


@pytest.fixture(scope="session")
def samples(tmp_path_factory) -> list[Path]:
    """Real instances."""
    return sample_data.write_samples(tmp_path_factory.mktemp("samples"))


@pytest.fixture(scope="session")
def instance(tmp_path_factory) -> Path:
    """A synthetic instance."""
    return synthetic_instance(tmp_path_factory.mktemp("instance") / "sent.dcm", ExplicitVRLittleEndian)


@pytest.fixture(scope="session")
def pair(tmp_path_factory) -> tuple[Path, Path]:
    """A receiver's certificate and its key, which is RSA: for other keys DCMTK offers no suite under TLS 1.2."""
    return make_certificate(HOST, tmp_path_factory.mktemp("pair"), key_type="rsa")


@pytest.fixture(scope="session")
def pipeline(tmp_path_factory):
    """The pipeline, deployed from dist/ on its own local AWS."""
    missing = [str(path) for path in [*ZIPS.values(), STORE_SCP] if not path.exists()]
    assert not missing, f"build them first: {missing}"
    with LocalAWS(tmp_path_factory.mktemp("pipeline")) as local:
        yield Pipeline(local, deploy(local.endpoint, {"PollSeconds": "1"}))


@pytest.fixture(scope="session")
def receiver(pipeline):
    """The receiver that most tests share. Each study has its own delivery, however many are sent at once."""
    log = pipeline.aws.state_dir / "logs" / "receiver.log"
    with Receiver(STORE_SCP, pipeline.aws.endpoint, pipeline.bucket, log, DELIVERY_OPENING_SECONDS="0") as scp:
        yield scp


@pytest.fixture
def folder_receiver(tmp_path):
    """A function that starts a receiver with the given settings; it stores into `tmp_path / "storage"` and needs no
    AWS."""
    with contextlib.ExitStack() as running:

        def start(**settings: str) -> Receiver:
            number = len(list(tmp_path.glob("receiver-*.log")))
            settings = {"DICOM_BUCKET": "", "STORAGE_DIRECTORY": str(tmp_path / "storage"), **settings}
            log = tmp_path / f"receiver-{number}.log"
            return running.enter_context(Receiver(STORE_SCP, "http://127.0.0.1:9", "", log, **settings))

        yield start


@pytest.fixture
def slow_s3():
    server = SlowS3Server()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def sample_delivery(pipeline, samples):
    """Writes the objects that the sample events name, and waits until their delivery is imported."""
    [ct_small] = [path for path in samples if path.name == "CT_small.dcm"]
    sample_events.put_objects(pipeline, ct_small)

    def outcome() -> str | None:
        items = (item for item in pipeline.items() if item["deliveryId"] == sample_events.DELIVERY_ID)
        return next((item["outcome"] for item in items), None)

    wait_for("the sample delivery's import", lambda: outcome() == "IMPORTED", 60)
