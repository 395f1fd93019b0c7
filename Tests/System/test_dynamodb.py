# SPDX-License-Identifier: Apache-2.0

"""DynamoDB of the local AWS: it refuses what AWS refuses, and promises no more than AWS does."""

import sys
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError
from localaws import dynamodb
from moto.dynamodb.exceptions import ConditionalCheckFailed
from moto.dynamodb.models import DynamoDBBackend

WRITERS, ROUNDS = 8, 40
NAMES = {"#k": "key"}
# More requests than it takes until one is throttled.
REQUESTS = 10


@pytest.fixture
def table(aws):
    """The name of a table with one item for each of a hundred keys."""
    client, name = aws.client("dynamodb"), f"table-{uuid.uuid4().hex[:8]}"
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "key", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "key", "KeyType": "HASH"}],
    )
    for number in range(100):
        client.put_item(TableName=name, Item={**key(number), "value": {"N": str(number)}, "more": {"S": "x"}})
    return name


def key(number: int) -> dict:
    return {"key": {"S": f"{number:03}"}}


def batch(aws, table: str, count: int) -> dict:
    asked = {"Keys": [key(number) for number in range(count)], "ProjectionExpression": "#k", "ExpressionAttributeNames": NAMES}
    return aws.client("dynamodb").batch_get_item(RequestItems={table: asked})


def test_a_batch_has_every_item_once_in_another_order_than_its_keys(aws, table):
    answers = [batch(aws, table, 100) for _ in range(REQUESTS)]
    for answer in answers:
        found = [item["key"]["S"] for item in answer["Responses"][table]]
        left = answer["UnprocessedKeys"].get(table, {"Keys": []})
        assert sorted(found + [it["key"]["S"] for it in left["Keys"]]) == [f"{number:03}" for number in range(100)]
        assert found != sorted(found)
        assert all(item.keys() == {"key"} for item in answer["Responses"][table])


def test_some_batches_leave_keys_unprocessed_with_the_parameters_of_the_request(aws, table):
    left = [answer["UnprocessedKeys"] for answer in (batch(aws, table, 100) for _ in range(REQUESTS))]
    throttled = [it[table] for it in left if it]
    assert 0 < len(throttled) < REQUESTS
    for it in throttled:
        assert len(it["Keys"]) == 50
        assert (it["ProjectionExpression"], it["ExpressionAttributeNames"]) == ("#k", NAMES)


def test_a_batch_of_one_key_is_always_processed(aws, table):
    assert not any(batch(aws, table, 1)["UnprocessedKeys"] for _ in range(REQUESTS))


def test_a_batch_of_more_than_a_hundred_keys_is_refused(aws, table):
    for _ in range(REQUESTS):
        with pytest.raises(ClientError, match="ValidationException"):
            batch(aws, table, 101)


def test_of_writes_with_the_same_condition_one_succeeds(monkeypatch):
    """moto's own writes change threads between the check and the write."""
    for name in dynamodb.WRITES:
        monkeypatch.setattr(DynamoDBBackend, name, dynamodb.one_by_one(getattr(DynamoDBBackend, name)))
    backend = DynamoDBBackend("us-east-1", "123456789012")
    absent = ("throughput", "indexes", "global_indexes", "streams", "sse_specification", "warm_throughput")
    attribute, schema = {"AttributeName": "key", "AttributeType": "S"}, {"AttributeName": "key", "KeyType": "HASH"}
    others = {"billing_mode": "PAY_PER_REQUEST", "tags": [], "deletion_protection_enabled": False}
    backend.create_table("table", attr=[attribute], schema=[schema], **dict.fromkeys(absent), **others)

    def write(number: int) -> bool:
        item = {**key(number // WRITERS), "writer": {"N": str(number)}}
        together.wait()
        try:
            backend.put_item(
                "table", item, condition_expression="attribute_not_exists(#k)", expression_attribute_names=NAMES
            )
        except ConditionalCheckFailed:
            return False
        return True

    together, before = threading.Barrier(WRITERS), sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(WRITERS) as writers:
            assert sum(writers.map(write, range(ROUNDS * WRITERS))) == ROUNDS
    finally:
        sys.setswitchinterval(before)
