# SPDX-License-Identifier: Apache-2.0

"""The receiver at a shell and in an orchestrator's hands: its help, its versions, its check of what it needs, what it
says about each mistake, and its readiness."""

import http.client
import json
import os
import re
import socket
import subprocess

import pytest
from conftest import PROJECT, STORE_SCP
from deploy import environment
from folder_receivers import start, statuses, tls_settings
from leased_bucket import LeasedBucket
from pynetdicom import AE
from pynetdicom.sop_class import Verification
from receiver import Receiver
from senders import send_with_pynetdicom
from tls import make_certificate
from tls_clients import CLIENT_SECONDS
from waiting import wait_for

pytestmark = pytest.mark.pipeline
# A row of the generated tables: the setting and its default.
ROW = re.compile(r"^\| `([A-Z_]+)` \| ([^|]*)\|", re.MULTILINE)
COMMAND_SECONDS = 60
NOT_READY = "receiver not ready: until the store takes the task lease, C-STORE is answered with A700H"
SECRET = "not-to-be-printed"
# A lease that is short enough for a test to see it end.
SHORT_LEASE = {"TASK_LEASE_SECONDS": "2", "ALLOW_SHORT_LEASE": "true"}


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess:
    """Runs the receiver's command with these environment variables alone."""
    names = {"PATH": os.environ["PATH"], "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull}
    variables = {**names, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, **variables}
    return subprocess.run(
        [STORE_SCP, *arguments], env=variables, capture_output=True, text=True, timeout=COMMAND_SECONDS
    )


def last(log: str) -> dict[str, str]:
    """The last line of a log."""
    return json.loads(log.splitlines()[-1])


def check(**settings: str) -> tuple[int, list[str]]:
    """The exit status of `--check`, and its lines."""
    result = run("--check", **{"SCP_ADDRESS": "127.0.0.1", "SCP_PORT": "0", **settings})
    assert result.stderr == ""
    return result.returncode, result.stdout.splitlines()


def line(lines: list[str], outcome: str, subject: str) -> str:
    """The only line with this outcome and subject."""
    [found] = [line for line in lines if line.split()[:2] == [outcome, subject]]
    return found


def bucket_settings(endpoint: str, bucket: str) -> dict[str, str]:
    variables = {name: value for name, value in environment(endpoint).items() if name.startswith("AWS_")}
    return {**variables, "DICOM_BUCKET": bucket}


def ask(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=CLIENT_SECONDS)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def verifies(port: int) -> bool:
    """Whether an association is accepted and a C-ECHO answered."""
    ae = AE()
    ae.add_requested_context(Verification)
    association = ae.associate("127.0.0.1", port)
    answer = association.is_established and association.send_c_echo().Status
    association.release()
    return answer == 0


# MARK: Arguments


@pytest.mark.parametrize("argument", ["--help", "-h"])
def test_help_has_every_setting_with_its_default(argument):
    # Settings that cannot be used are no reason not to help.
    result = run(argument, SCP_PORT="x")
    assert (result.returncode, result.stderr) == (0, "")
    assert max(map(len, result.stdout.splitlines())) <= 80
    page = (PROJECT / "docs/configuration.md").read_text().split("## The functions")[0]
    generated = re.findall(r"<!-- generated: .*?<!-- end", page, re.DOTALL)
    rows = [row for table in generated for row in ROW.findall(table)]
    assert len(rows) > 60
    paragraphs = {words[0]: " ".join(words) for words in map(str.split, result.stdout.split("\n\n")) if words}
    for name, default in rows:
        assert default.strip().replace("`", "") in paragraphs[name]
    for name in ("AWS_REGION", "AWS_PROFILE", "AWS_ENDPOINT_URL", "--check", "--version"):
        assert name in result.stdout


@pytest.mark.parametrize("arguments", [["--chek"], ["serve"], ["--check=yes"], ["--help", "--chek"]])
def test_an_unknown_argument_is_an_error_and_starts_nothing(arguments):
    result = run(*arguments)
    assert (result.returncode, result.stdout) == (64, "")
    assert result.stderr.startswith("Error: ")
    assert "--help" in result.stderr


def test_version_names_what_is_linked():
    result = run("--version")
    assert (result.returncode, result.stderr) == (0, "")
    first, *others = result.stdout.splitlines()
    assert re.fullmatch(r"StoreSCP \d+\.\d+\.\d+(-dev)? \(Implementation Version Name SWIFT_STORE_\d+\)", first)
    versions = dict(line.split() for line in others)
    assert {"libcurl", "openssl", "zlib", "isa-l", "glibc", "boringssl"} <= versions.keys()
    pins = json.loads((PROJECT / "Package.resolved").read_text())["pins"]
    resolved = {pin["identity"]: pin["state"]["version"] for pin in pins}
    packages = {name for name in versions if name.startswith("swift-")}
    assert {"swift-nio", "swift-nio-ssl", "swift-argument-parser"} <= packages
    assert {name: versions[name] for name in packages} == {name: resolved[name] for name in packages}


# MARK: Mistyped and wrong settings


def test_a_mistyped_setting_is_a_warning_with_the_nearest_name(tmp_path):
    mistyped = {"SCP_PROT": SECRET, "DELIVERY_QUIT_SECONDS": SECRET, "DICOM_BUCKETS": SECRET, "TLS_CERT": SECRET}
    foreign = {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "DICOM_PORT": "tcp://10.0.0.1:104", "ECS_AGENT_URI": "http://a"}
    with start(tmp_path, **mistyped, **foreign) as scp:
        found = {line["setting"]: line["nearest"] for line in scp.log_lines("setting not known, it has no effect")}
        assert found == {
            "SCP_PROT": "SCP_PORT",
            "DELIVERY_QUIT_SECONDS": "DELIVERY_QUIET_SECONDS",
            "DICOM_BUCKETS": "DICOM_BUCKET",
            "TLS_CERT": "TLS_PORT",
        }
    assert SECRET not in scp.log.read_text()
    status, lines = check(STORAGE_DIRECTORY=str(tmp_path / "storage"), **mistyped, **foreign)
    assert status == 0
    assert "To mend it: rename it to SCP_PORT, or unset it" in line(lines, "warning", "SCP_PROT")
    assert len([line for line in lines if line.startswith("warning")]) == len(mistyped)
    assert SECRET not in "".join(lines)


@pytest.mark.parametrize(
    ("settings", "is_json"),
    [
        ({"SCP_PORT": "x"}, True),
        ({"SCP_PORT": "x", "LOG_FORMAT": "text"}, False),
        ({"SCP_PORT": "0", "LOG_FORMAT": "Text", "STORAGE_DIRECTORY": "/dev/null/storage"}, False),
        ({"LOG_FORMAT": "yaml"}, True),
        ({"LOG_FORMAT": "text", "LOG_LEVEL": "LOUD"}, False),
    ],
)
def test_an_error_at_the_start_has_the_format_of_the_log(settings, is_json):
    result = run(**settings)
    assert (result.returncode, result.stdout) == (1, "")
    [text] = result.stderr.splitlines()
    assert "the receiver cannot run" in text
    assert text.startswith("{") == is_json
    if is_json:
        assert "--check" in json.loads(text)["hint"]


def test_check_names_every_wrong_setting(tmp_path):
    settings = {"SCP_PORT": "dicom", "AE_TITLE": "more than sixteen characters", "ACCESS_RULES": "[{}]", "LOG_LEVEL": "LOUD"}
    status, lines = check(STORAGE_DIRECTORY=str(tmp_path), **settings)
    assert status == 1
    for name in settings:
        assert "expected" in line(lines, "failed", name)
    assert line(lines, "ok", "STORAGE_DIRECTORY")


# MARK: Certificates and ports


def test_a_wrong_certificate_is_named(pair, tmp_path):
    other = make_certificate("other.test", tmp_path / "other")
    result = run(SCP_ADDRESS="127.0.0.1", STORAGE_DIRECTORY=str(tmp_path / "s"), **tls_settings((pair[0], other[1])))
    assert result.returncode == 1
    assert "it does not belong to the certificate" in last(result.stderr)["errorMessage"]
    status, lines = check(STORAGE_DIRECTORY=str(tmp_path), **tls_settings((pair[0], other[1])))
    assert status == 1
    assert "it does not belong to the certificate" in line(lines, "failed", "TLS_PRIVATE_KEY")
    status, lines = check(STORAGE_DIRECTORY=str(tmp_path), **tls_settings((tmp_path / "absent.pem", other[1])))
    assert status == 1
    assert "No such file or directory" in line(lines, "failed", "TLS_CERTIFICATE")


def test_check_says_when_a_certificate_ends(pair, tmp_path):
    status, lines = check(STORAGE_DIRECTORY=str(tmp_path), **tls_settings(pair))
    assert status == 0
    # The test's certificates are valid for two days.
    assert re.search(r"expires on 20\d\d-\d\d-\d\dT", line(lines, "warning", "TLS_CERTIFICATE"))
    assert line(lines, "ok", "TLS_PRIVATE_KEY")


def test_a_port_in_use_is_named(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        settings = {"SCP_PORT": port, "STORAGE_DIRECTORY": str(tmp_path)}
        result = run(SCP_ADDRESS="127.0.0.1", **settings)
        assert result.returncode == 1
        assert f"port {port} of 127.0.0.1 cannot be opened" in last(result.stderr)["errorMessage"]
        status, lines = check(**settings)
        assert status == 1
        assert "or set SCP_PORT to another" in line(lines, "failed", "SCP_PORT")


# MARK: Bucket and credentials


def test_check_writes_into_the_bucket_and_leaves_nothing(aws):
    aws.client("s3").create_bucket(Bucket="checked")
    status, lines = check(**bucket_settings(aws.endpoint, "checked"), COMMITMENT="off")
    assert status == 0, lines
    assert {line.split()[0] for line in lines} == {"ok"}
    assert "AWS_ACCESS_KEY_ID" in line(lines, "ok", "credentials")
    assert "wrote an object below tasks/ and deleted it" in line(lines, "ok", "bucket")
    assert "Contents" not in aws.client("s3").list_objects_v2(Bucket="checked")


def test_check_says_that_the_bucket_is_missing(aws):
    status, lines = check(**bucket_settings(aws.endpoint, "no-such-bucket"), SCP_PROT="104")
    assert status == 1
    found = line(lines, "failed", "bucket")
    assert "NoSuchBucket" in found
    assert "To mend it: create the bucket no-such-bucket, or correct DICOM_BUCKET" in found
    # The other checks went on.
    assert line(lines, "ok", "SCP_PORT")


def test_check_without_credentials_or_region_says_where_they_could_be():
    status, lines = check(DICOM_BUCKET="bucket", AWS_REGION="eu-central-1")
    assert status == 1
    assert "no AWS credentials: set AWS_ACCESS_KEY_ID" in line(lines, "failed", "credentials")
    assert line(lines, "warning", "bucket")
    status, lines = check(DICOM_BUCKET="bucket")
    assert status == 1
    assert "set AWS_REGION" in line(lines, "failed", "region")


def test_check_without_the_right_to_delete_says_what_stays():
    with LeasedBucket() as bucket:
        bucket.refusal_of_deletions = (403, "AccessDenied")
        status, lines = check(**bucket_settings(bucket.endpoint, "bucket"))
    assert status == 0
    assert bucket.written[0].startswith("/bucket/tasks/")
    found = [line for line in lines if line.split()[1] == "bucket"]
    assert [line.split()[0] for line in found] == ["ok", "warning"]
    assert bucket.written[0].removeprefix("/bucket/") in found[1]
    assert "s3:DeleteObject" in found[1]


def test_check_without_the_right_to_write_names_the_right():
    with LeasedBucket() as bucket:
        bucket.refusal_of_writes = (403, "AccessDenied")
        status, lines = check(**bucket_settings(bucket.endpoint, "bucket"))
    assert (status, bucket.deleted) == (1, [])
    assert "allow s3:PutObject on arn:aws:s3:::bucket/tasks/*" in line(lines, "failed", "bucket")


def test_check_does_not_wait_for_an_s3_that_hangs():
    with LeasedBucket() as bucket:
        bucket.hangs = True
        status, lines = check(**bucket_settings(bucket.endpoint, "bucket"))
    assert status == 1
    assert "check the way to S3" in line(lines, "failed", "bucket")


def not_ready(receiver: Receiver) -> dict:
    return wait_for("the line", lambda: receiver.log_lines(NOT_READY))[-1]


def test_a_receiver_without_its_bucket_is_not_ready_until_there_is_one(aws, instance, tmp_path):
    with Receiver(STORE_SCP, aws.endpoint, "late-bucket", tmp_path / "log", HEALTH_PORT="0", **SHORT_LEASE) as scp:
        line = not_ready(scp)
        assert (line["level"], line["errorType"]) == ("ERROR", "NoSuchBucket")
        assert line["hint"] == "create the bucket late-bucket, or correct DICOM_BUCKET"
        assert scp.log_lines("receiver ready") == []
        assert ask(scp.health_port, "/ready") == (503, "the store does not take the task lease\n")
        assert ask(scp.health_port, "/health") == (200, "healthy\n")
        assert statuses(send_with_pynetdicom([instance], "127.0.0.1", scp.port)) == [0xA700]
        aws.client("s3").create_bucket(Bucket="late-bucket")
        wait_for("the lease", lambda: scp.log_lines("receiver ready"))
        assert ask(scp.health_port, "/ready") == (200, "ready\n")
        assert statuses(send_with_pynetdicom([instance], "127.0.0.1", scp.port)) == [0]


def test_a_receiver_without_credentials_says_so(tmp_path):
    settings = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "HEALTH_PORT": "0"}
    with Receiver(STORE_SCP, "http://127.0.0.1:9", "bucket", tmp_path / "log", **settings) as scp:
        line = not_ready(scp)
        assert "no AWS credentials" in line["errorMessage"]
        assert line["hint"].startswith("give the task a role")
        assert scp.log_lines("receiver ready") == []
        assert ask(scp.health_port, "/ready")[0] == 503


def test_an_outage_of_s3_ends_readiness_and_nothing_else(tmp_path):
    log = tmp_path / "log"
    with LeasedBucket() as bucket, Receiver(STORE_SCP, bucket.endpoint, "bucket", log, HEALTH_PORT="0", **SHORT_LEASE) as scp:
        ready = lambda: ask(scp.health_port, "/ready")[0] == 200  # noqa: E731
        wait_for("readiness", ready)
        bucket.refusal_of_writes = (503, "ServiceUnavailable")
        wait_for("the end of the lease", lambda: not ready())
        assert ask(scp.health_port, "/health") == (200, "healthy\n")
        # The load balancer's TCP check, and what lies behind it.
        assert verifies(scp.port)
        wait_for("the line", lambda: scp.log_lines("task lease lost: nothing is acknowledged until it is written again"))
        assert scp.log_lines("receiver ready") and not scp.log_lines(NOT_READY)
        bucket.refusal_of_writes = None
        wait_for("readiness", ready)
        wait_for("the line", lambda: scp.log_lines("task lease regained: instances are acknowledged again"))
        assert scp.stop() == 0


def test_an_s3_that_does_not_answer_is_reported_after_seconds(tmp_path):
    with LeasedBucket() as bucket:
        bucket.hangs = True
        with Receiver(STORE_SCP, bucket.endpoint, "bucket", tmp_path / "log", HEALTH_PORT="0") as scp:
            line = not_ready(scp)
            assert line["level"] == "WARN"
            assert line["hint"].startswith("check the way to S3")
            assert ask(scp.health_port, "/ready")[0] == 503


def test_a_folder_is_ready_without_waiting(tmp_path):
    with start(tmp_path, HEALTH_PORT="0") as scp:
        assert ask(scp.health_port, "/ready") == (200, "ready\n")
        assert ask(scp.health_port, "/readiness")[0] == 404
