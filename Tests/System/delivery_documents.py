# SPDX-License-Identifier: Apache-2.0

"""A delivery's documents as a receiver writes them; a test can change their members."""

TASK = "0123456789abcdef"


def prefix(delivery_id: str) -> str:
    return f"2026/11/23/{delivery_id}/"


def marker_key(delivery_id: str, task: str = TASK) -> str:
    return f"open/{task}/{delivery_id}"


def marker(delivery_id: str, **members) -> dict:
    return {
        "deliveryId": delivery_id,
        "task": TASK,
        "version": 2,
        "studies": [{"studyInstanceUID": "1.2.3"}],
        "callingAETitle": "CT1",
        "calledAETitle": "STORESCP",
        "peer": "127.0.0.1",
        "openedAt": "2026-11-23T23:51:52Z",
        **members,
    }


def manifest(delivery_id: str, *sizes: int, **members) -> dict:
    instances = [
        {
            "key": f"{prefix(delivery_id)}1.2.3/1.2.4/1.2.5.{number}.dcm",
            "size": size,
            "sopInstanceUID": f"1.2.5.{number}",
            "seriesInstanceUID": "1.2.4",
        }
        for number, size in enumerate(sizes or (1,))
    ]
    return {
        **marker(delivery_id),
        "prefix": prefix(delivery_id),
        "closedAt": "2026-11-23T23:52:31Z",
        "closeReason": "quiet",
        "studies": [{"studyInstanceUID": "1.2.3", "instances": instances}],
        **members,
    }
