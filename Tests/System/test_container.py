# SPDX-License-Identifier: Apache-2.0

"""The receiver's image, run as in production: it contains only the receiver, and the container may use only the
network."""

import json
import re
import tarfile
import threading
import time
from pathlib import Path

import deploy
import pytest
from container import HARDENED, HOST, IMAGE, STOP_SECONDS, Podman, ReceiverContainer
from part10 import data_set_bytes
from pipeline import instances_of
from pydicom.uid import generate_uid
from senders import Acknowledgement, send_with_dcmtk
from synthetic import synthetic_instance
from waiting import wait_for

pytestmark = pytest.mark.pipeline
INSTANCES = 500
USER = 10001
MAXIMUM_BYTES = 60_000_000


@pytest.fixture(scope="module")
def podman():
    with Podman() as podman:
        yield podman


@pytest.fixture(scope="module")
def built(podman) -> str:
    """The output of scripts/build-image."""
    return podman.build_image()


@pytest.fixture
def container(podman, built, tmp_path):
    """A function that makes a container with the given podman options and receiver settings."""
    return lambda *options, **settings: ReceiverContainer(podman, tmp_path / "receiver.log", *options, **settings)


@pytest.fixture
def bucket_settings(pipeline) -> dict[str, str]:
    """The settings with which a container stores into the pipeline's bucket."""
    endpoint = pipeline.aws.endpoint.replace("127.0.0.1", HOST)
    variables = {name: value for name, value in deploy.environment(endpoint).items() if name.startswith("AWS_")}
    return {**variables, "DICOM_BUCKET": pipeline.bucket, "DELIVERY_QUIET_SECONDS": "2"}


@pytest.fixture
def study(tmp_path) -> list[Path]:
    uids = {"StudyInstanceUID": generate_uid(), "SeriesInstanceUID": generate_uid()}
    folder = tmp_path / "study"
    folder.mkdir()
    return [synthetic_instance(folder / f"{number}.dcm", **uids) for number in range(INSTANCES)]


def acknowledged(answers: list[Acknowledgement]) -> set[str]:
    return {answer.sop_instance_uid for answer in answers if answer.status == 0}


def delivered(pipeline, deliveries: list[str]) -> set[str]:
    """The instances that are both in the bucket and in the manifest of their delivery."""
    instances = set()
    for delivery in deliveries:
        manifest = pipeline.manifest(delivery)
        keys = set(pipeline.keys(manifest["prefix"]))
        instances |= {item["sopInstanceUID"] for item in instances_of(manifest) if item["key"] in keys}
    return instances


def assert_imported(pipeline, deliveries: list[str]) -> None:
    """Waits until the deliveries are imported; none of their markers may remain."""
    mine = lambda: [item for item in pipeline.ended_items() if item["deliveryId"] in deliveries]  # noqa: E731
    wait_for("the imports", lambda: len(mine()) == len(deliveries), 90)
    assert {item["outcome"] for item in mine()} == {"IMPORTED"}
    assert not [key for key in pipeline.keys("open/") if any(delivery in key for delivery in deliveries)]


def opened(receiver: ReceiverContainer) -> list[str]:
    return [line["deliveryId"] for line in receiver.log_lines("delivery opened")]


def test_the_image_holds_only_the_receiver_and_its_certificate_authorities(podman, built, tmp_path):
    container = podman.run("create", IMAGE).strip()
    podman.run("export", "--output", tmp_path / "image.tar", container)
    podman.run("rm", container)
    with tarfile.open(tmp_path / "image.tar") as image:
        members = image.getmembers()
    files = {member.name for member in members if not member.isdir()}
    assert files == {"StoreSCP", "etc/passwd", "etc/ssl/certs/ca-certificates.crt"}
    assert {member.name for member in members if member.uid == USER} == {"app", "app/storage"}
    assert not [member.name for member in members if member.mode & 0o6022]


def test_the_image_names_its_user_and_stop_signal(podman, built):
    [image] = json.loads(podman.run("image", "inspect", IMAGE))
    config = image["Config"]
    assert (config["User"], config["StopSignal"]) == (f"{USER}:{USER}", "SIGTERM")
    assert (config["Entrypoint"], config.get("Cmd")) == (["/StoreSCP"], None)
    assert list(config["ExposedPorts"]) == ["11112/tcp"]


def test_the_image_is_small(built):
    [size] = re.findall(rf"^{IMAGE}: (\d+) bytes compressed$", built, re.MULTILINE)
    assert 0 < int(size) <= MAXIMUM_BYTES


def test_there_is_no_shell_to_run(podman, built):
    with pytest.raises(RuntimeError, match="/bin/sh.*no such file"):
        podman.run("run", "--rm", "--network=none", "--entrypoint=/bin/sh", IMAGE, "-c", "true")


def test_the_image_is_a_command_too(podman, built):
    assert "SCP_PORT (default: 11112; 0 to 65535)" in podman.run("run", "--rm", "--network=none", IMAGE, "--help")
    assert podman.run("run", "--rm", "--network=none", IMAGE, "--version").startswith("StoreSCP ")
    lines = podman.run("run", "--rm", "--network=none", *HARDENED, "--volume=checked:/app/storage", IMAGE, "--check")
    assert {line.split()[0] for line in lines.splitlines()} == {"ok"}


@pytest.mark.parametrize(
    "options", [(), (*HARDENED, "--volume=storage:/app/storage")], ids=["as it is", "read-only but for a volume"]
)
def test_without_a_bucket_it_stores_into_app_storage(container, study, tmp_path, options):
    sent = study[:3]
    with container(*options) as receiver:
        assert len(acknowledged(send_with_dcmtk(sent, "127.0.0.1", receiver.port))) == len(sent)
        receiver.copy("/app/storage", tmp_path / "copy")
        assert receiver.stop() == 0
    stored = {path.stem: data_set_bytes(path) for path in (tmp_path / "copy").rglob("*.dcm")}
    assert sorted(stored.values()) == sorted(data_set_bytes(path) for path in sent)


def test_five_hundred_images_go_through_a_read_only_container(container, bucket_settings, pipeline, study):
    with container(*HARDENED, **bucket_settings) as receiver:
        uids = acknowledged(send_with_dcmtk(study, "127.0.0.1", receiver.port))
        assert len(uids) == INSTANCES
        wait_for("the delivery to close", lambda: receiver.log_lines("delivery closed"))
        assert delivered(pipeline, opened(receiver)) == uids
        assert receiver.stop() == 0
    assert_imported(pipeline, opened(receiver))


def test_instances_acknowledged_before_a_stop_are_delivered(container, bucket_settings, pipeline, study):
    answers: list[Acknowledgement] = []
    with container(*HARDENED, **bucket_settings) as receiver:
        sender = threading.Thread(target=lambda: answers.extend(send_with_dcmtk(study, "127.0.0.1", receiver.port)))
        sender.start()
        [delivery] = wait_for("the delivery", lambda: opened(receiver))
        prefix = f"{delivery[:4]}/{delivery[4:6]}/{delivery[6:8]}/{delivery}/"
        wait_for("a hundred instances", lambda: len(pipeline.keys(prefix)) >= 100)
        began = time.monotonic()
        status = receiver.stop()
        seconds = time.monotonic() - began
        sender.join()
    assert status == 0 and seconds < STOP_SECONDS
    uids = acknowledged(answers)
    assert 100 <= len(uids) < INSTANCES
    assert uids <= delivered(pipeline, opened(receiver))
    assert_imported(pipeline, opened(receiver))
    print(f"{len(uids)} acknowledged, ended in {seconds:.1f} s")
