# SPDX-License-Identifier: Apache-2.0

"""`StoreSCP --check` makes every call to DynamoDB that storage commitment makes: against moto, and by AWS's own model
of each operation."""

import pytest
from request_shapes import RequestShapes
from test_receiver_command import bucket_settings, check, line

pytestmark = pytest.mark.pipeline
DATASTORE = "0" * 32
CALLS = {"dynamodb:PutItem", "dynamodb:Query", "dynamodb:BatchGetItem"}


@pytest.fixture(scope="module")
def tables(aws) -> dict[str, str]:
    """The two tables as the template has them, and a bucket."""
    aws.client("s3").create_bucket(
        Bucket="commitment-check", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    dynamodb = aws.client("dynamodb")
    create(dynamodb, "commitment-check-instances", ["sopInstanceUID", "datastoreId"])
    create(dynamodb, "commitment-check", ["callingAETitle", "transactionUID"], due="open", unreported="unreported")
    return {
        **bucket_settings(aws.endpoint, "commitment-check"),
        "COMMITMENT_TABLE_NAME": "commitment-check",
        "INSTANCE_TABLE_NAME": "commitment-check-instances",
        "DATASTORE_ID": DATASTORE,
    }


def create(dynamodb, name: str, keys: list[str], **indexes: str) -> None:
    """`indexes`: the partition key of each; the sort key is `dueAt`."""
    names = {*keys, *indexes.values(), *(["dueAt"] if indexes else [])}
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": it, "AttributeType": "S"} for it in sorted(names)],
        KeySchema=schema(keys),
        **(
            {
                "GlobalSecondaryIndexes": [
                    {"IndexName": index, "KeySchema": schema([key, "dueAt"]), "Projection": {"ProjectionType": "ALL"}}
                    for index, key in indexes.items()
                ]
            }
            if indexes
            else {}
        ),
    )


def schema(keys: list[str]) -> list[dict[str, str]]:
    return [{"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, ("HASH", "RANGE"))]


def test_the_tables_answer_and_every_request_has_the_shape_that_aws_knows(tables, aws):
    with RequestShapes(aws.endpoint) as shapes:
        status, lines = check(**{**tables, "AWS_ENDPOINT_URL": shapes.endpoint})
    assert status == 0, lines
    assert sum("answers, with the rights on it" in it for it in lines) == 2, lines
    assert shapes.problems == []
    assert shapes.operations >= CALLS
    assert aws.client("dynamodb").scan(TableName="commitment-check")["Count"] == 0


def test_a_table_that_is_missing_fails_and_the_other_is_still_checked(tables):
    status, lines = check(**{**tables, "COMMITMENT_TABLE_NAME": "no-such-table"})
    assert status == 1
    assert "no-such-table" in line(lines, "failed", "commitment")
    assert "commitment-check-instances answers" in line(lines, "ok", "commitment")


def test_without_the_tables_it_says_what_to_set(tables):
    settings = {name: value for name, value in tables.items() if name != "INSTANCE_TABLE_NAME"}
    status, lines = check(**settings)
    assert status == 0
    assert "set COMMITMENT_TABLE_NAME, INSTANCE_TABLE_NAME and DATASTORE_ID" in line(lines, "warning", "commitment")


def test_peers_are_counted_and_their_certificates_are_read(tables, tmp_path):
    peers = '[{"aeTitle": "CT1", "host": "127.0.0.1", "port": 104, "tls": true}]'
    status, lines = check(**{**tables, "COMMITMENT_PEERS": peers})
    assert (status, "1 addresses" in line(lines, "ok", "COMMITMENT_PEERS")) == (0, True)
    missing = str(tmp_path / "missing.pem")
    status, lines = check(**{**tables, "COMMITMENT_PEERS": peers, "COMMITMENT_TLS_CA_CERTIFICATES": missing})
    assert status == 1
    assert missing in line(lines, "failed", "COMMITMENT_TLS_CA_CERTIFICATES")
