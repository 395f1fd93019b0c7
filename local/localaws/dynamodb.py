# SPDX-License-Identifier: Apache-2.0

"""DynamoDB, where moto hides mistakes of a client: conditional writes, and BatchGetItem.

moto serves requests side by side, so two conditional writes of an item could both find their condition fulfilled. Its
BatchGetItem answers in the order of the keys, and leaves a key unprocessed only above 16 MB. AWS promises no order, and
leaves keys unprocessed whenever a table is throttled; they come with the request's own parameters.
"""

import itertools
import json
import threading

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.responses import DynamoHandler

# Each request of this number leaves half of its keys unprocessed.
THROTTLED = 5
# moto refuses a request with more keys.
MAXIMUM_KEYS = 100
WRITES = ("put_item", "update_item", "delete_item", "transact_write_items")

_writing = threading.RLock()
_batches = itertools.count(1)


def install() -> None:
    for name in WRITES:
        setattr(DynamoDBBackend, name, one_by_one(getattr(DynamoDBBackend, name)))
    answer = DynamoHandler.batch_get_item

    def batch_get_item(self: DynamoHandler) -> str:
        asked = self.body["RequestItems"]
        is_allowed = sum(len(it["Keys"]) for it in asked.values()) <= MAXIMUM_KEYS
        left = _left_unprocessed(asked) if is_allowed and next(_batches) % THROTTLED == 0 else {}
        for table, rest in left.items():
            asked[table] = {**asked[table], "Keys": asked[table]["Keys"][: -len(rest["Keys"])]}
        result = answer(self).result
        for items in result["Responses"].values():
            items.reverse()
        for table, rest in left.items():
            keys = result["UnprocessedKeys"].get(table, {"Keys": []})["Keys"]
            result["UnprocessedKeys"][table] = {**rest, "Keys": [*keys, *rest["Keys"]]}
        # Already in its form on the wire: moto's serializer would take more time than all the rest.
        return json.dumps(result)

    DynamoHandler.batch_get_item = batch_get_item


def _left_unprocessed(asked: dict) -> dict:
    """The second half of each table's keys, with the other parameters of the request."""
    halves = {table: {**it, "Keys": it["Keys"][(len(it["Keys"]) + 1) // 2 :]} for table, it in asked.items()}
    return {table: it for table, it in halves.items() if it["Keys"]}


def one_by_one(original):
    """Lets only one write of any kind be made at a time."""

    def write(*arguments, **named):
        with _writing:
            return original(*arguments, **named)

    return write
