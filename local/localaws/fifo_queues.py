# SPDX-License-Identifier: Apache-2.0

"""FIFO queues of SQS. A message group is blocked while one of its messages is in flight. Messages that become visible
again are received in the order in which they were sent. A deduplication id is remembered for five minutes.

moto unblocks a group message by message when a batch becomes visible again, so it returns the last one first; it
busy-waits while all visible messages are blocked; and it forgets the deduplication id of a deleted message.
"""

import copy
import time

from moto.sqs.models import DEDUPLICATION_TIME_IN_SECONDS, Message, Queue, SQSBackend

# Between two checks: nothing signals the end of a visibility timeout.
LOOK_SECONDS = 0.1


def install() -> None:
    receive, add = SQSBackend.receive_message, Queue.add_message

    def receive_message(self: SQSBackend, queue_name, count, wait_seconds, visibility, attribute_names=None) -> list[Message]:
        queue = self.get_queue(queue_name)
        if not queue.fifo_queue:
            return receive(self, queue_name, count, wait_seconds, visibility, attribute_names)
        return _receive(queue, count, wait_seconds or 0, visibility)

    def add_message(self: Queue, message: Message) -> None:
        if not self.fifo_queue or _is_new(self, message):
            add(self, message)

    SQSBackend.receive_message = receive_message
    Queue.add_message = add_message


def _receive(queue: Queue, count: int, wait_seconds: float, visibility: int) -> list[Message]:
    """Waits for messages; returns copies of up to `count` of them."""
    deadline = time.monotonic() + wait_seconds
    with queue._messages_lock:
        while True:
            messages = _available(queue, count)
            if messages or (left := deadline - time.monotonic()) <= 0:
                break
            queue._messages_lock.wait(min(left, LOOK_SECONDS))
        for message in messages:
            message.mark_received(visibility_timeout=visibility)
        return copy.deepcopy(messages)


def _available(queue: Queue, count: int) -> list[Message]:
    """The next messages in order, from groups without a message in flight."""
    blocked = {message.group_id for message in queue._messages if not message.visible}
    found: list[Message] = []
    for message in queue._messages:
        if len(found) == count:
            break
        if message.group_id in blocked:
            continue
        if message.delayed:
            blocked.add(message.group_id)
        else:
            found.append(message)
    return found


def _is_new(queue: Queue, message: Message) -> bool:
    """Whether no message with the same deduplication id was sent in the last five minutes."""
    sent = queue.__dict__.setdefault("_deduplication_ids", {})
    oldest = message.sent_timestamp - DEDUPLICATION_TIME_IN_SECONDS * 1000
    with queue._messages_lock:
        is_new = sent.get(message.deduplication_id, oldest) <= oldest
        if is_new:
            sent[message.deduplication_id] = message.sent_timestamp
        return is_new
