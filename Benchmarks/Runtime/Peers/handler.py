# SPDX-License-Identifier: Apache-2.0

"""The same work as S3EventFunction, for AWS's Python runtime."""


def handle(event, context):
    entity = event["Records"][0]["s3"]
    return {"bucket": entity["bucket"]["name"], "size": entity["object"]["size"]}
