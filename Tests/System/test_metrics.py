# SPDX-License-Identifier: Apache-2.0

"""Metrics as log lines in CloudWatch's embedded metric format, and one delivery followed through all of them."""

import json
from pathlib import Path

import pytest
from conftest import STORE_SCP
from persistent_sender import write_study
from receiver import Receiver
from schedule import invoke_schedule
from senders import send_with_dcmtk
from test_pipeline import Watch

pytestmark = pytest.mark.pipeline


def metric_lines(text: str) -> list[dict]:
    """The lines that CloudWatch would extract from a log, checked against its specification."""
    lines = [json.loads(line) for line in text.splitlines() if '"_aws":' in line]
    for line in lines:
        [definition] = line["_aws"]["CloudWatchMetrics"]
        assert isinstance(line["_aws"]["Timestamp"], int)
        assert definition["Namespace"] == "DICOMStoreSCP"
        assert all(name in line for names in definition["Dimensions"] for name in names)
        for metric in definition["Metrics"]:
            value = line[metric["Name"]]
            assert isinstance(value, int | float) or len(value) <= 100
    return lines


def test_the_receiver_writes_its_metrics_when_it_ends(pipeline, tmp_path):
    log = pipeline.aws.state_dir / "logs" / "metrics-receiver.log"
    files, watch = write_study(tmp_path / "study"), Watch(pipeline)
    settings = {"METRICS_NAMESPACE": "DICOMStoreSCP", "METRICS_SERVICE": "scp", "REQUIRE_CALLED_AE_TITLE": "true"}
    with Receiver(STORE_SCP, pipeline.aws.endpoint, pipeline.bucket, log, **settings) as scp:
        assert {answer.status for answer in send_with_dcmtk(files, "127.0.0.1", scp.port)} == {0}
        assert {answer.status for answer in send_with_dcmtk(files, "127.0.0.1", scp.port, called="OTHER")} == {None}
        scp.stop()
        watch.ended(len(files))
    [line] = metric_lines(log.read_text())
    assert line["Service"] == "scp"
    counts = [line[name] for name in ("AssociationsAccepted", "AssociationsRejected", "AssociationsActive")]
    assert counts == [1, 1, 0]
    assert (line["InstancesStored"], line["InstancesFailed"], line["DeliveriesClosed"]) == (len(files), 0, 1)
    assert line["BytesStored"] > sum(path.stat().st_size for path in files) * 0.9
    assert len(line["StoreLatency"]) == len(files) and min(line["StoreLatency"]) > 0


def test_a_sweep_writes_a_metric_when_it_has_ended(pipeline):
    [log] = (pipeline.aws.state_dir / "logs").glob("*TriggerImportFunction*.log")
    before = sweeps_ended(log)
    assert "FunctionError" not in invoke_schedule(pipeline)
    assert sweeps_ended(log) == before + 1


def sweeps_ended(log: Path) -> int:
    return sum(line.get("SweepsEnded", 0) for line in metric_lines(log.read_text()))


def test_a_delivery_is_followed_by_its_id_through_every_log(pipeline, receiver, tmp_path):
    watch = Watch(pipeline)
    files = write_study(tmp_path / "study")
    assert {answer.status for answer in send_with_dcmtk(files, "127.0.0.1", receiver.port)} == {0}
    [item] = watch.ended(len(files))
    logs = pipeline.aws.state_dir / "logs"
    parts = ("receiver", "TriggerImport", "StartImportJob", "CheckStatus")
    for part in parts:
        text = "".join(path.read_text() for path in logs.iterdir() if part in path.name)
        assert item["deliveryId"] in text, part
    lines = [line for path in logs.glob("dicom-store-scp-*.log") for line in metric_lines(path.read_text())]
    of_delivery = [line for line in lines if line.get("deliveryId") == item["deliveryId"]]
    assert sum(line.get("ImportsStarted", 0) for line in of_delivery) == 1
    assert sum(line.get("ImportsImported", 0) for line in of_delivery) == 1
    assert sum(line.get("InstancesImported", 0) for line in of_delivery) == len(files)
