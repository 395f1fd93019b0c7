# SPDX-License-Identifier: Apache-2.0

"""EventBridge: moto calls targets inside PutEvents, tries once, sends an API destination no body, and checks neither
entries nor rights.

Here PutEvents checks each entry (`entries`). A thread delivers the events (`deliveries`) to queues, topics, functions
and API destinations, if these allow it (`targets`), and repeats what fails.
"""

import json
import ssl

from moto.events.models import EventsBackend
from moto.events.responses import EventsHandler

from localaws.eventbridge import entries, targets
from localaws.eventbridge.deliveries import deliveries
from localaws.eventbridge.faults import faults
from localaws.eventbridge.journal import journal


def install(authorities: ssl.SSLContext) -> None:
    """`authorities` has the certificates that API destinations are checked against."""
    targets.authorities = authorities
    deliveries.start()
    EventsBackend.put_events = put_events
    EventsHandler.put_events = answer_put_events


def answer_put_events(self: EventsHandler) -> str:
    faults.refuse_request()
    results = self.events_backend.put_events(self._get_param("Entries") or [])
    faults.lose_answer()
    return json.dumps({"FailedEntryCount": sum("ErrorCode" in it for it in results), "Entries": results})


def put_events(self: EventsBackend, requested: list[dict]) -> list[dict]:
    """Returns a result for each entry."""
    entries.check_request(requested)
    return [_put(self, entry) for entry in requested]


def _put(backend: EventsBackend, entry: dict) -> dict:
    error = entries.error(entry) or faults.next_entry_error()
    if error:
        code, message = error
        return {"ErrorCode": code, "ErrorMessage": message}
    event = entries.event(entry, backend.account_id, backend.region_name)
    name = backend._normalize_event_bus_arn(entry.get("EventBusName"))
    bus = backend.event_buses.get(name)
    journal.add(name, event, bus is not None)
    for rule in list(bus.rules.values()) if bus else []:
        if rule.state == "ENABLED" and rule.event_pattern.get_pattern() and rule.event_pattern.matches_event(event):
            deliveries.add(rule, event)
    return {"EventId": event["id"]}
