# SPDX-License-Identifier: Apache-2.0

"""S3's notifications in a queue have S3's own form."""

import functools
import json
import re
import uuid

import pytest
from botocore.exceptions import ClientError

from waiting import wait_for


def announce(aws, bucket: str, *filters: tuple[str, str]) -> list:
    """Sends events for keys of each prefix and suffix to a separate queue. Returns functions that read one record of
    each queue."""
    sqs, s3 = aws.client("sqs"), aws.client("s3")
    urls, configurations = [], []
    for prefix, suffix in filters:
        urls.append(sqs.create_queue(QueueName=f"queue-{uuid.uuid4().hex[:8]}")["QueueUrl"])
        attributes = sqs.get_queue_attributes(QueueUrl=urls[-1], AttributeNames=["QueueArn"])["Attributes"]
        rules = [{"Name": "prefix", "Value": prefix}, {"Name": "suffix", "Value": suffix}]
        filtered = {"Filter": {"Key": {"FilterRules": rules}}}
        configurations.append({"QueueArn": attributes["QueueArn"], "Events": ["s3:ObjectCreated:*"], **filtered})
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"QueueConfigurations": configurations}
    )

    def receive(url: str) -> dict:
        messages = wait_for("a message", lambda: sqs.receive_message(QueueUrl=url).get("Messages"))
        sqs.delete_message(QueueUrl=url, ReceiptHandle=messages[0]["ReceiptHandle"])
        return json.loads(messages[0]["Body"])

    receivers = [functools.partial(receive, url) for url in urls]
    assert all(it()["Event"] == "s3:TestEvent" for it in receivers)
    return receivers


@pytest.fixture
def bucket(aws):
    """A bucket whose events for deliveries/*.json go to a queue, and a function that reads one record."""
    name = f"bucket-{uuid.uuid4().hex[:8]}"
    [receive] = announce(aws, name, ("deliveries/", ".json"))
    return name, receive


def test_a_put_is_announced_as_s3_does(aws, bucket):
    name, receive = bucket
    aws.client("s3").put_object(Bucket=name, Key="deliveries/a b+c.json", Body=b"{}")
    [record] = receive()["Records"]
    assert record["eventSource"] == "aws:s3"
    assert record["eventName"] == "ObjectCreated:Put"
    assert record["awsRegion"] == "us-east-1"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", record["eventTime"])
    assert record["s3"]["bucket"] == {
        "name": name,
        "arn": f"arn:aws:s3:::{name}",
        "ownerIdentity": {"principalId": "LOCAL"},
    }
    announced = record["s3"]["object"]
    assert announced["key"] == "deliveries/a+b%2Bc.json"
    assert announced["size"] == 2 and re.fullmatch("[0-9a-f]{32}", announced["eTag"])
    assert re.fullmatch("[0-9A-F]{16}", announced["sequencer"])


def test_sequencers_increase(aws, bucket):
    name, receive = bucket
    for _ in range(2):
        aws.client("s3").put_object(Bucket=name, Key="deliveries/x.json", Body=b"{}")
    first, second = (receive()["Records"][0]["s3"]["object"]["sequencer"] for _ in range(2))
    assert first < second


def test_a_multipart_upload_is_announced_by_its_own_name(aws, bucket):
    name, receive = bucket
    s3 = aws.client("s3")
    key = {"Bucket": name, "Key": "deliveries/large.json"}
    upload = {**key, "UploadId": s3.create_multipart_upload(**key)["UploadId"]}
    etag = s3.upload_part(**upload, PartNumber=1, Body=b"x")["ETag"]
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]})
    assert receive()["Records"][0]["eventName"] == "ObjectCreated:CompleteMultipartUpload"


def test_other_keys_are_not_announced(aws, bucket):
    name, receive = bucket
    for key in ("open/1.json", "deliveries/1.txt", "deliveries/last.json"):
        aws.client("s3").put_object(Bucket=name, Key=key, Body=b"")
    assert receive()["Records"][0]["s3"]["object"]["key"] == "deliveries/last.json"


def test_events_are_lost_and_duplicated_if_a_test_asks_for_it(aws, bucket):
    name, receive = bucket
    lost = aws.lost_events()
    try:
        for key, part in (("lost", 1), ("doubled", 0)):
            aws.disorder_events(copies=2, seconds=0, lost=part)
            aws.client("s3").put_object(Bucket=name, Key=f"deliveries/{key}.json", Body=b"")
    finally:
        aws.disorder_events(copies=1, seconds=0)
    assert [receive()["Records"][0]["s3"]["object"]["key"] for _ in range(2)] == ["deliveries/doubled.json"] * 2
    assert aws.lost_events() == lost + 1


def test_each_queue_gets_events_only_for_its_own_keys(aws):
    name = f"bucket-{uuid.uuid4().hex[:8]}"
    deliveries, inbox = announce(aws, name, ("deliveries/", ".json"), ("inbox/", ".dcm"))
    for key in ("inbox/1.json", "deliveries/1.dcm", "inbox/deliveries/1.dcm", "deliveries/inbox/1.json"):
        aws.client("s3").put_object(Bucket=name, Key=key, Body=b"")
    assert deliveries()["Records"][0]["s3"]["object"]["key"] == "deliveries/inbox/1.json"
    assert inbox()["Records"][0]["s3"]["object"]["key"] == "inbox/deliveries/1.dcm"


def test_two_queues_cannot_get_events_for_the_same_key(aws):
    with pytest.raises(ClientError, match="InvalidArgument.*overlap"):
        announce(aws, f"bucket-{uuid.uuid4().hex[:8]}", ("in", ".dcm"), ("inbox/", "m"))
