# SPDX-License-Identifier: Apache-2.0

"""Shows the events of the pipeline, one line each, as a subscriber receives them: docs/events.md says what they mean."""

import time

from display import Display, shortened
from local_aws import LocalAWS
from subscriber import Subscriber

POLL_SECONDS = 0.25
DELIVERY_SECONDS = 30
STUDY_WIDTH = 24


class ShownEvents:
    def __init__(self, aws: LocalAWS, display: Display):
        self._subscriber, self._display = Subscriber(aws, "make-run"), display
        # The members `id`: an event may come twice.
        self._shown: set[str] = set()
        self._deliveries = 0

    def show(self) -> None:
        """Shows those that have come since the last time."""
        for event in self._subscriber.receive():
            detail = event["detail"]
            if detail["id"] not in self._shown:
                self._shown.add(detail["id"])
                self._deliveries += "deliveryId" in detail
                self._display.note(event_line(event))

    def wait_for_deliveries(self, count: int) -> None:
        """Shows events until there was one for each of so many deliveries."""
        deadline = time.monotonic() + DELIVERY_SECONDS
        while self._deliveries < count:
            if time.monotonic() > deadline:
                self._display.note(
                    f"expected events of {count} deliveries within {DELIVERY_SECONDS} seconds, got {self._deliveries}"
                )
                return
            time.sleep(POLL_SECONDS)
            self.show()


def event_line(event: dict) -> str:
    """What happened to which study, and how much of it was imported."""
    detail = event["detail"]
    parts = [f"event: {event['detail-type']:<17}", f"{_study(detail):<{STUDY_WIDTH}}"]
    if detail.get("instanceCount") is not None:
        imported = detail.get("importedCount")
        parts.append(f"{'?' if imported is None else imported} of {detail['instanceCount']} instances")
    if detail.get("deliveryCount") is not None:
        parts.append(f"{detail['deliveryCount']} deliveries, {'complete' if detail['isComplete'] else 'not complete'}")
    if store := detail.get("datastoreId"):
        parts.append(f"data store {store}")
    return "  ".join(parts)


def _study(detail: dict) -> str:
    """The study's UID, or the number of studies of a bundle."""
    uid, count = detail.get("studyInstanceUID"), detail.get("studyCount")
    if uid is None:
        return f"{count} studies" if count else "no study"
    return shortened(uid, STUDY_WIDTH)
