# SPDX-License-Identifier: Apache-2.0

"""The process of the local AWS: two can run side by side, and SIGTERM ends all child processes."""

import json
from pathlib import Path

from functions import create_function
from local_aws import LocalAWS
from waiting import wait_for


def test_two_run_side_by_side_without_sharing_state(aws, tmp_path):
    with LocalAWS(tmp_path) as other:
        assert other.endpoint != aws.endpoint
        aws.client("s3").create_bucket(Bucket="only-in-one")
        names = [bucket["Name"] for bucket in other.client("s3").list_buckets()["Buckets"]]
        assert "only-in-one" not in names


def test_sigterm_ends_every_child(tmp_path):
    with LocalAWS(tmp_path) as local:
        local.client("iam").create_role(RoleName="test", AssumeRolePolicyDocument="{}")
        function = create_function(local.client("lambda"), "def handle(event): return [os.getpid(), os.getppid()]")
        answer = local.client("lambda").invoke(FunctionName=function.name, Payload="{}")
        pids = json.load(answer["Payload"])
        assert all(Path(f"/proc/{pid}").exists() for pid in pids)
    wait_for("bootstrap and emulator to be gone", lambda: not any(map(runs, pids)))


def runs(pid: int) -> bool:
    """Whether the process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
