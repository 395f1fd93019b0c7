# SPDX-License-Identifier: Apache-2.0

"""The local S3 is as strict as S3 about the conditional requests on which manifests and the inbox rely."""

import uuid

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def bucket(aws):
    name = f"bucket-{uuid.uuid4().hex[:8]}"
    aws.client("s3").create_bucket(Bucket=name)
    return name


def refused(call, **arguments) -> int:
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return error.value.response["ResponseMetadata"]["HTTPStatusCode"]


def test_an_object_is_deleted_only_with_the_etag_that_it_has(aws, bucket):
    s3 = aws.client("s3")
    old = s3.put_object(Bucket=bucket, Key="inbox/a.dcm", Body=b"old")["ETag"]
    new = s3.put_object(Bucket=bucket, Key="inbox/a.dcm", Body=b"new")["ETag"]
    assert refused(s3.delete_object, Bucket=bucket, Key="inbox/a.dcm", IfMatch=old) == 412
    assert s3.get_object(Bucket=bucket, Key="inbox/a.dcm")["Body"].read() == b"new"
    s3.delete_object(Bucket=bucket, Key="inbox/a.dcm", IfMatch=new)
    assert refused(s3.delete_object, Bucket=bucket, Key="inbox/a.dcm", IfMatch=new) == 404


def test_an_object_is_created_only_if_it_does_not_exist(aws, bucket):
    s3 = aws.client("s3")
    s3.put_object(Bucket=bucket, Key="deliveries/a.json", Body=b"first", IfNoneMatch="*")
    assert refused(s3.put_object, Bucket=bucket, Key="deliveries/a.json", Body=b"second", IfNoneMatch="*") == 412
    assert s3.get_object(Bucket=bucket, Key="deliveries/a.json")["Body"].read() == b"first"


def test_an_object_is_copied_only_with_the_etag_that_it_has(aws, bucket):
    s3 = aws.client("s3")
    old = s3.put_object(Bucket=bucket, Key="inbox/a.dcm", Body=b"old")["ETag"]
    s3.put_object(Bucket=bucket, Key="inbox/a.dcm", Body=b"new")
    source = {"Bucket": bucket, "Key": "inbox/a.dcm"}
    assert refused(s3.copy_object, Bucket=bucket, Key="b", CopySource=source, CopySourceIfMatch=old) == 412
