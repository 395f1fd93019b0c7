# SPDX-License-Identifier: Apache-2.0

"""Prepares a local AWS for the sample events of events/: the objects that they name, and the environment of a
function."""

import base64
import json
import shlex
import zlib
from pathlib import Path

import deploy
import pydicom
from pipeline import Pipeline

DELIVERY_ID = "20261123T235152-0123456789abcdef01234567"
PREFIX = f"2026/11/23/{DELIVERY_ID}/"
INBOX_KEY = "inbox/from a scanner/CT+small.dcm"
FUNCTIONS = ("TriggerImport", "StartImportJob", "CheckStatus")


def put_objects(pipeline: Pipeline, ct_small: Path) -> None:
    """Writes a delivery of one instance with its manifest, and the same instance to the inbox. The pipeline imports
    both."""
    s3 = pipeline.aws.client("s3")
    body = ct_small.read_bytes()
    manifest = _manifest(pydicom.dcmread(ct_small, stop_before_pixels=True), body)
    s3.put_object(Bucket=pipeline.bucket, Key=manifest["studies"][0]["instances"][0]["key"], Body=body)
    s3.put_object(
        Bucket=pipeline.bucket, Key=f"deliveries/{DELIVERY_ID}.json", Body=json.dumps(manifest).encode()
    )
    s3.put_object(Bucket=pipeline.bucket, Key=INBOX_KEY, Body=body)


def function_environment(pipeline: Pipeline) -> dict[str, str]:
    """The variables of the three functions, and those that lead an AWS client to the local AWS."""
    variables = {name: value for name, value in deploy.environment(pipeline.aws.endpoint).items() if "AWS_" in name}
    functions = pipeline.aws.client("lambda")
    for name in FUNCTIONS:
        configuration = functions.get_function_configuration(FunctionName=pipeline.outputs[f"{name}FunctionName"])
        variables |= configuration["Environment"]["Variables"]
    return variables


def write_environment(pipeline: Pipeline, path: Path) -> None:
    """Writes a file for a shell: `. PATH`. It first unsets the shell's own variables for AWS and for proxies."""
    forgotten = r"unset http_proxy $(env | sed -n 's/^\(AWS_[A-Z0-9_]*\|[A-Za-z]*_[Pp][Rr][Oo][Xx][Yy]\)=.*/\1/p')" "\n"
    lines = (f"export {name}={shlex.quote(value)}\n" for name, value in sorted(function_environment(pipeline).items()))
    path.write_text(forgotten + "".join(lines))


def _manifest(dataset: pydicom.Dataset, body: bytes) -> dict:
    study, series, instance = dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.SOPInstanceUID
    return {
        "version": 2,
        "deliveryId": DELIVERY_ID,
        "task": "0123456789abcdef",
        "prefix": PREFIX,
        "callingAETitle": "CT1",
        "calledAETitle": "STORESCP",
        "peer": "127.0.0.1",
        "openedAt": "2026-11-23T23:51:52Z",
        "closedAt": "2026-11-23T23:52:31Z",
        "closeReason": "quiet",
        "studies": [
            {
                "studyInstanceUID": study,
                "studyDate": dataset.StudyDate,
                "instances": [
                    {
                        "key": f"{PREFIX}{study}/{series}/{instance}.dcm",
                        "size": len(body),
                        "checksumCRC32": base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode(),
                        "sopClassUID": dataset.SOPClassUID,
                        "sopInstanceUID": instance,
                        "seriesInstanceUID": series,
                        "transferSyntaxUID": dataset.file_meta.TransferSyntaxUID,
                    }
                ],
            }
        ],
    }
