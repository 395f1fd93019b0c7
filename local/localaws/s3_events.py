# SPDX-License-Identifier: Apache-2.0

"""S3 events: moto omits `sequencer` and the `Z` of `eventTime`, encodes `/` in keys, and sends a second event, a Put,
for a multipart upload. Here events look like S3's. S3 guarantees neither order nor delay; a test can ask for delays,
duplicates and losses. Two configurations that could match the same key are refused, as S3 does."""

import itertools
import random
import threading
import time
from datetime import datetime, timezone
from urllib.parse import quote_plus

from moto.s3 import notifications
from moto.s3.exceptions import S3ClientError
from moto.s3.models import FakeBucket

_sequence = itertools.count(time.time_ns())


class Disorder:
    """How often each event is delivered, the longest delay, and the share of events that are lost."""

    def __init__(self):
        self.lost_events = 0
        self._lock = threading.Lock()
        self.order(1, 0, 0, 0)

    def order(self, copies: int, seconds: float, lost: float, seed: int) -> None:
        self._copies, self._seconds, self._lost = copies, seconds, lost
        self._drawn = random.Random(f"{seed}/events")

    def delays(self) -> list[float]:
        """The delay of each delivery of the next event; empty if the event is lost."""
        with self._lock:
            if self._drawn.random() < self._lost:
                self.lost_events += 1
                return []
            return [self._drawn.uniform(0, self._seconds) for _ in range(self._copies)]


disorder = Disorder()


def install() -> None:
    original = notifications._get_s3_event
    send_event, send_message = notifications.send_event, notifications._send_sqs_message

    def event(event_name, bucket, key, notification_id) -> dict:
        result = original(event_name, bucket, key, notification_id)
        [record] = result["Records"]
        record["eventTime"] = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        record["userIdentity"] = {"principalId": "AWS:LOCAL"}
        record["requestParameters"] = {"sourceIPAddress": "127.0.0.1"}
        record["responseElements"] = {"x-amz-request-id": "LOCAL", "x-amz-id-2": "LOCAL"}
        record["s3"]["bucket"]["ownerIdentity"] = {"principalId": "LOCAL"}
        record["s3"]["object"]["key"] = quote_plus(key.name, safe="/")
        record["s3"]["object"]["sequencer"] = f"{next(_sequence):016X}"
        return result

    def send_event_once(account_id, event_name, bucket, key) -> None:
        is_put = event_name == notifications.S3NotificationEvent.OBJECT_CREATED_PUT_EVENT
        if not (is_put and key.multipart):
            send_event(account_id, event_name, bucket, key)

    def send_in_disorder(*message) -> None:
        for seconds in disorder.delays():
            if seconds:
                threading.Timer(seconds, send_message, message).start()
            else:
                send_message(*message)

    notifications._get_s3_event = event
    notifications.send_event = send_event_once
    notifications._send_sqs_message = send_in_disorder
    configure = FakeBucket.set_notification_configuration

    def set_notification_configuration(self: FakeBucket, configuration: dict | None) -> None:
        refuse_overlaps((configuration or {}).get("QueueConfiguration") or [])
        configure(self, configuration)

    FakeBucket.set_notification_configuration = set_notification_configuration


def refuse_overlaps(configurations: list[dict]) -> None:
    """The configurations are in the form of the S3 API, as moto parses it."""
    for one, other in itertools.combinations(configurations, 2):
        pairs = zip(_affixes(one), _affixes(other), strict=True)
        if all(it.startswith(that) or that.startswith(it) for it, that in pairs):
            raise S3ClientError(
                "InvalidArgument",
                "Configurations overlap. Configurations on the same bucket cannot share a common event type.",
            )


def _affixes(configuration: dict) -> tuple[str, str]:
    """The prefix, and the reversed suffix."""
    rules = configuration.get("Filter", {}).get("S3Key", {}).get("FilterRule", [])
    values = {rule["Name"].lower(): rule["Value"] for rule in (rules if isinstance(rules, list) else [rules])}
    return values.get("prefix", ""), values.get("suffix", "")[::-1]
