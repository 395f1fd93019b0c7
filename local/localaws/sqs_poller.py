# SPDX-License-Identifier: Apache-2.0

"""SQS as an event source: moto calls the function inside SendMessage, with one message, and ignores partial failures.

Here a thread polls each mapped queue as Lambda does: batches, the batching window, the maximum concurrency,
ReportBatchItemFailures. A mapping that Lambda would refuse is refused; polling pauses while the function's role lacks
rights on the queue. Messages that are not deleted, because the function failed or was throttled, become visible again
when their visibility timeout ends, and go to the dead-letter queue after `maxReceiveCount`.
"""

import contextlib
import json
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from moto.awslambda.exceptions import InvalidParameterValueException, UnknownFunctionException
from moto.awslambda.models import EventSourceMapping, LambdaBackend, LambdaFunction
from moto.awslambda.utils import get_backend
from moto.sqs.models import Message, Queue, SQSBackend, sqs_backends

from localaws import permissions
from localaws.reserved_concurrency import TooManyRequestsException

LOG = logging.getLogger("localaws.sqs")
CONCURRENT_BATCHES = 4
MESSAGES_PER_RECEIVE = 10
WAIT_SECONDS = 1
WINDOW_POLL_SECONDS = 0.05
# What Lambda does with the queue, using the function's role.
ACTIONS = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")


def install() -> None:
    create = LambdaBackend.create_event_source_mapping

    def create_event_source_mapping(self: LambdaBackend, spec: dict) -> EventSourceMapping:
        validate(self, spec)
        mapping = create(self, spec)
        sqs = sqs_backends[self.account_id][self.region_name]
        for queue in sqs.queues.values():
            if queue.queue_arn == mapping.event_source_arn:
                queue.lambda_event_source_mappings.clear()  # nothing is called from SendMessage
                poller = Poller(self, sqs, queue, mapping)
                threading.Thread(target=poller.run, name=f"poll {queue.name}", daemon=True).start()
        return mapping

    LambdaBackend.create_event_source_mapping = create_event_source_mapping
    _keep_messages_sent_during_a_deletion()


def validate(functions: LambdaBackend, spec: dict) -> None:
    """Checks a queue's mapping as Lambda does; moto does not."""
    function = functions.get_function(spec["FunctionName"])
    for queue in sqs_backends[functions.account_id][functions.region_name].queues.values():
        if queue.queue_arn != spec.get("EventSourceArn"):
            continue
        if queue.visibility_timeout < int(function.timeout):
            raise InvalidParameterValueException(
                f"Queue visibility timeout: {queue.visibility_timeout} seconds is less than "
                f"Function timeout: {function.timeout} seconds"
            )
        for action in missing_rights(function, queue):
            raise InvalidParameterValueException(
                f"The provided execution role does not have permissions to call {action} on SQS"
            )


def missing_rights(function: LambdaFunction, queue: Queue) -> list[str]:
    return [it for it in ACTIONS if not permissions.role_may(function.role, f"sqs:{it}", queue.queue_arn)]


class Poller:
    """Polls one queue for one function until the mapping, the queue or the function is deleted."""

    def __init__(self, functions: LambdaBackend, sqs: SQSBackend, queue: Queue, mapping: EventSourceMapping):
        self._functions, self._sqs, self._queue, self._mapping = functions, sqs, queue, mapping
        scaling = mapping.scaling_config or {}
        self._concurrency = min(CONCURRENT_BATCHES, int(scaling.get("MaximumConcurrency", CONCURRENT_BATCHES)))
        self._room = threading.Semaphore(self._concurrency)

    def run(self) -> None:
        with contextlib.suppress(UnknownFunctionException), ThreadPoolExecutor(self._concurrency) as batches:
            while self._queue.name in self._sqs.queues and self._functions.get_event_source_mapping(self._mapping.uuid):
                if not self._mapping.enabled or self._lacks_rights():
                    time.sleep(WAIT_SECONDS)
                    continue
                self._room.acquire()
                messages = self._receive_batch()
                if messages:
                    batches.submit(self._process, messages)
                else:
                    self._room.release()

    def _lacks_rights(self) -> bool:
        missing = missing_rights(self._function(), self._queue)
        if missing:
            LOG.error("the role of %s may not do %s on %s", self._mapping.function_arn, ", ".join(missing), self._queue.name)
        return bool(missing)

    def _function(self) -> LambdaFunction:
        return get_backend(self._queue.account_id, self._queue.region).get_function(self._mapping.function_arn)

    def _receive_batch(self) -> list[Message]:
        """Receives up to BatchSize messages. After the first one, waits for more until the batching window ends."""
        messages = self._receive(self._mapping.batch_size, WAIT_SECONDS)
        window_ends = time.monotonic() + int(self._mapping.max_batch_window or 0)
        while messages and len(messages) < self._mapping.batch_size and time.monotonic() < window_ends:
            time.sleep(WINDOW_POLL_SECONDS)
            messages += self._receive(self._mapping.batch_size - len(messages), 0)
        return messages

    def _receive(self, count: int, wait_seconds: int) -> list[Message]:
        return self._sqs.receive_message(
            self._queue.name, min(count, MESSAGES_PER_RECEIVE), wait_seconds, self._queue.visibility_timeout
        )

    def _process(self, messages: list[Message]) -> None:
        try:
            failed = self._invoke(messages)
            for message in messages:
                if message.id not in failed:
                    self._sqs.delete_message(self._queue.name, message.receipt_handle)
        except TooManyRequestsException:
            LOG.info("%s is throttled: a batch of %s will be received again", self._mapping.function_arn, self._queue.name)
        except Exception:
            LOG.exception("batch of %s", self._queue.name)
        finally:
            self._room.release()

    def _invoke(self, messages: list[Message]) -> set[str]:
        """Invokes the function. Returns the ids of the messages that must stay in the queue."""
        event = {"Records": [record(message, self._queue) for message in messages]}
        headers: dict[str, str] = {}
        answer = self._function().invoke(json.dumps(event), {}, headers)
        everything = {message.id for message in messages}
        if "x-amz-function-error" in headers:
            return everything
        if "ReportBatchItemFailures" not in (self._mapping.function_response_types or []):
            return set()
        return failures(answer, everything)


def failures(answer: bytes, everything: set[str]) -> set[str]:
    """The ids of the failed messages. If Lambda would not understand the answer, all messages have failed."""
    try:
        reported = [item["itemIdentifier"] for item in (json.loads(answer) or {}).get("batchItemFailures") or []]
    except (ValueError, TypeError, KeyError, AttributeError):
        return everything
    return set(reported) if set(reported) <= everything else everything


def record(message: Message, queue: Queue) -> dict:
    """The message in the form in which the function receives it."""
    return {
        "messageId": message.id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": str(message.approximate_receive_count),
            "SentTimestamp": str(message.sent_timestamp),
            "SenderId": message.sender_id,
            "ApproximateFirstReceiveTimestamp": str(message.approximate_first_receive_timestamp),
            **fifo_attributes(message),
        },
        "messageAttributes": {},
        "md5OfBody": message.body_md5,
        "eventSource": "aws:sqs",
        "eventSourceARN": queue.queue_arn,
        "awsRegion": queue.region,
    }


def fifo_attributes(message: Message) -> dict[str, str]:
    """Further attributes that a message of a FIFO queue has."""
    if message.group_id is None:
        return {}
    return {
        "MessageGroupId": message.group_id,
        "MessageDeduplicationId": message.deduplication_id,
        "SequenceNumber": message.sequence_number,
    }


def _keep_messages_sent_during_a_deletion() -> None:
    """moto's deletion replaces the list of messages without holding the lock under which messages are added."""
    delete = Queue.delete_message

    def delete_message(self: Queue, receipt_handle: str) -> None:
        with self._messages_lock:
            delete(self, receipt_handle)
            self._messages_lock.notify_all()  # a group may be free now

    Queue.delete_message = delete_message
