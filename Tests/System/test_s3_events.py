"""S3's notifications: the text that lands in a queue is S3's."""

import json
import re
import uuid

import pytest

from waiting import wait_for


@pytest.fixture
def bucket(aws):
    """A bucket whose deliveries/*.json are announced in a queue: (bucket, function that reads one record)."""
    name = f"bucket-{uuid.uuid4().hex[:8]}"
    sqs, s3 = aws.client("sqs"), aws.client("s3")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    s3.create_bucket(Bucket=name)
    rules = [{"Name": "prefix", "Value": "deliveries/"}, {"Name": "suffix", "Value": ".json"}]
    configuration = {"QueueArn": arn, "Events": ["s3:ObjectCreated:*"], "Filter": {"Key": {"FilterRules": rules}}}
    s3.put_bucket_notification_configuration(
        Bucket=name, NotificationConfiguration={"QueueConfigurations": [configuration]}
    )

    def receive() -> dict:
        messages = wait_for("a message", lambda: sqs.receive_message(QueueUrl=url).get("Messages"))
        sqs.delete_message(QueueUrl=url, ReceiptHandle=messages[0]["ReceiptHandle"])
        return json.loads(messages[0]["Body"])

    assert receive()["Event"] == "s3:TestEvent"
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


def test_sequencers_grow(aws, bucket):
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
