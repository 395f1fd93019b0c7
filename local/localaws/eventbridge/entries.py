# SPDX-License-Identifier: Apache-2.0

"""What PutEvents accepts, and the event that becomes of an entry.

An entry for a bus that does not exist is accepted and dropped, without an error: EventBridge does so.
"""

import json
import re
import uuid
from datetime import datetime, timezone

from moto.events.exceptions import ValidationException

MAXIMUM_ENTRIES = 10
# Of the whole request. AWS has raised it to 1 MB; an event of more than this is too large for older subscribers.
MAXIMUM_BYTES = 256 * 1024
MAXIMUM_DETAIL_TYPE_LENGTH = 128
REQUIRED = ("Source", "DetailType", "Detail")
BUS = re.compile(r"(arn:aws[\w-]*:events:[a-z]+-[a-z]+-[\w-]+:\d{12}:event-bus/)?[.\-_A-Za-z0-9]+")
TIME_BYTES = 14


def check_request(entries: list[dict]) -> None:
    """Raises the error of the whole request."""
    if not 1 <= len(entries) <= MAXIMUM_ENTRIES:
        raise ValidationException(
            f"1 validation error detected: Value at 'entries' failed to satisfy constraint: "
            f"Member must have length between 1 and {MAXIMUM_ENTRIES}, got {len(entries)}"
        )
    for entry in entries:
        if not BUS.fullmatch(entry.get("EventBusName") or "default"):
            raise ValidationException(
                "1 validation error detected: Value at 'entries.eventBusName' failed to satisfy constraint: "
                f"Member must satisfy regular expression pattern: {BUS.pattern}"
            )
        if not isinstance(entry.get("Time", 0), (int, float)):
            raise ValidationException("Time: expected seconds since 1970 as a number")
    if sum(map(size, entries)) > MAXIMUM_BYTES:
        raise ValidationException("Total size of the entries in the request is over the limit.")
    if not any(all(entry.get(name) for name in REQUIRED) for entry in entries):
        raise ValidationException(f"Parameter Entries is not valid. Reason: no entry has all of {', '.join(REQUIRED)}.")


def size(entry: dict) -> int:
    """The bytes of an entry as EventBridge counts them."""
    texts = [*(entry.get(name) or "" for name in REQUIRED), *(entry.get("Resources") or [])]
    return sum(len(text.encode()) for text in texts) + (TIME_BYTES if entry.get("Time") is not None else 0)


def error(entry: dict) -> tuple[str, str] | None:
    """Code and message of an entry's error."""
    for name in REQUIRED:
        if not entry.get(name):
            return "InvalidArgument", f"Parameter {name} is not valid. Reason: {name} is a required argument."
    if len(entry["DetailType"]) > MAXIMUM_DETAIL_TYPE_LENGTH:
        return "InvalidArgument", f"DetailType: expected at most {MAXIMUM_DETAIL_TYPE_LENGTH} characters."
    if entry["Source"].startswith("aws."):
        return "NotAuthorizedForSourceException", "Not authorized for the source."
    try:
        is_object = isinstance(json.loads(entry["Detail"]), dict)
    except ValueError:
        is_object = False
    return None if is_object else ("MalformedDetail", "Detail is malformed.")


def event(entry: dict, account: str, region: str) -> dict:
    """The event as subscribers receive it."""
    seconds = entry.get("Time")
    time = datetime.now(timezone.utc) if seconds is None else datetime.fromtimestamp(seconds, timezone.utc)
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": entry["DetailType"],
        "source": entry["Source"],
        "account": account,
        "time": f"{time:%Y-%m-%dT%H:%M:%SZ}",
        "region": region,
        "resources": entry.get("Resources") or [],
        "detail": json.loads(entry["Detail"]),
    }
