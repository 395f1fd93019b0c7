# SPDX-License-Identifier: Apache-2.0

"""The functions' zips: their contents, their size, and code that they must not contain."""

import json
import os
import subprocess
import sys
import zipfile

import pytest
from conftest import PROJECT, ZIPS

pytestmark = pytest.mark.pipeline
CHECK = PROJECT / "scripts/check-function-symbols"
BUILT = PROJECT / ".build-static"


@pytest.mark.parametrize("name", ZIPS)
def test_a_zip_holds_one_static_executable_of_at_most_seven_megabytes(name):
    assert ZIPS[name].stat().st_size <= 7_000_000
    with zipfile.ZipFile(ZIPS[name]) as package:
        [member] = package.infolist()
        content = package.read(member)
    assert member.filename == "bootstrap"
    assert member.external_attr >> 16 & 0o777 == 0o755
    assert member.date_time == (2000, 1, 1, 0, 0, 0)
    assert content.startswith(b"\x7fELF") and b"ld-linux" not in content[:4096]


def test_the_functions_hold_no_forbidden_symbol():
    subprocess.run([CHECK, *(BUILT / name for name in ZIPS)], check=True)


def test_the_check_finds_nio_and_icu_where_they_are():
    information = json.loads(subprocess.run(["swift", "-print-target-info"], capture_output=True).stdout)
    icu = f"{information['paths']['runtimeResourcePath']}_static/linux/lib_FoundationICU.a"
    for holder in (BUILT / "StoreSCP", icu):
        result = subprocess.run([CHECK, holder], capture_output=True, text=True)
        assert (result.returncode, "contains code that a Lambda function must not contain" in result.stderr) == (1, True), result.stderr


def test_the_check_refuses_what_it_cannot_read():
    for unreadable in (PROJECT / "dist/StoreSCP", PROJECT / "no-such-file"):
        assert subprocess.run([CHECK, unreadable], capture_output=True).returncode == 2


@pytest.mark.alone
def test_packing_again_gives_the_same_bytes():
    """`scripts/check-reproducible` checks that a build in another folder gives the same bytes; this needs a second
    build."""
    before = ZIPS["CheckStatus"].read_bytes()
    ZIPS["CheckStatus"].unlink()
    subprocess.run([PROJECT / "scripts/package-functions"], check=True, capture_output=True)
    assert ZIPS["CheckStatus"].read_bytes() == before


@pytest.mark.parametrize(
    ("event", "status", "answer"),
    [("s3-test-event", 0, {"imports": []}), ("check-status", 1, {"errorType": "Runtime.UnmarshalError"})],
)
def test_a_zip_is_invoked_by_hand(event, status, answer):
    variables = {"DICOM_BUCKET": "dicom", "TABLE_NAME": "table", "OUTPUT_S3_URI": "s3://output/", "STATE_MACHINE_ARN": "arn"}
    command = [sys.executable, PROJECT / "local/invoke.py", ZIPS["TriggerImport"], PROJECT / f"events/{event}.json"]
    environment = {"PATH": os.environ["PATH"], "AWS_REGION": "us-east-1", **variables}
    result = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert result.returncode == status, result.stderr
    assert answer.items() <= json.loads(result.stdout).items()
    assert "REPORT RequestId" in result.stderr
