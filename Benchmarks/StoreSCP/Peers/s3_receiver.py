# SPDX-License-Identifier: Apache-2.0

"""pynetdicom as a receiver that puts the received bytes into S3 and then answers: `s3_receiver.py PORT BUCKET`."""

import sys

import boto3
from botocore.config import Config
from pynetdicom import evt

from server import serve

s3 = boto3.client("s3", config=Config(max_pool_connections=50, s3={"addressing_style": "path"}))


def store(event: evt.Event) -> int:
    key = f"inbox/{event.request.AffectedSOPInstanceUID}.dcm"
    event.request.DataSet.seek(0)
    s3.put_object(Bucket=sys.argv[2], Key=key, Body=event.request.DataSet)
    return 0


serve(int(sys.argv[1]), store)
