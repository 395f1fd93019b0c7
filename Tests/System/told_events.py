# SPDX-License-Identifier: Apache-2.0

"""Compares the events that EventBridge accepted with what the pipeline's table and its manifests say."""

from collections import defaultdict
from datetime import datetime, timezone

from pipeline import Pipeline
from schedule import invoke_schedule
from subscriber import SOURCE
from waiting import wait_for

SETTLED = "Study Settled"
TYPES = {f"Delivery {outcome.title()}": outcome for outcome in ("IMPORTED", "PARTIAL", "FAILED", "REJECTED")}
COUNTS = ("studyCount", "instanceCount", "importedCount", "failedCount", "missingCount", "warningCount", "imageSetCount")


class ToldEvents:
    """The details of the pipeline's events, in the order in which EventBridge accepted them."""

    def __init__(self, pipeline: Pipeline):
        self._pipeline = pipeline
        self.events = [event for event in pipeline.aws.accepted_events() if event["source"] == SOURCE]
        self.deliveries = [event["detail"] for event in self.events if event["detail-type"] != SETTLED]
        self.settled = [event["detail"] for event in self.events if event["detail-type"] == SETTLED]
        self.ids = {event["detail"]["id"] for event in self.events}

    def untold(self) -> list[dict]:
        """The items of imports that had their last word, but of which there is no event. A job that is started again,
        as one of the next attempt, was not the last word."""
        told = {key(detail) for detail in self.deliveries}
        return [item for item in self._pipeline.ended_items() if "startedAgain" not in item and key(item) not in told]

    def wrong(self) -> list[tuple[dict, str]]:
        """The events that say something else than the table and the manifest, and what it is. Of several events about
        an import the last one counts: see docs/events.md."""
        items = {key(item): item for item in self._pipeline.ended_items()}
        last = {key(event["detail"])[0]: event for event in self.events if event["detail-type"] != SETTLED}
        found = []
        for event in last.values():
            detail = event["detail"]
            item = items.get(key(detail))
            problems = ["no item says so"] if item is None else self._problems(event["detail-type"], detail, item)
            found += [(detail, problem) for problem in problems]
        return found

    def _problems(self, detail_type: str, detail: dict, item: dict[str, str]) -> list[str]:
        problems = []
        if TYPES[detail_type] != detail["outcome"]:
            problems.append(f"the detail type is {detail_type}")
        same = ["deliveryId", "outcome", "datastoreId", "studyInstanceUID", "reportS3Uri", *COUNTS]
        for name in same:
            if detail.get(name) is not None and name in item and str(detail[name]) != item[name]:
                problems.append(f"{name} is {detail[name]}, the item says {item[name]}")
        for name in ("importedCount", "failedCount"):
            if name in item and detail.get(name) is None:
                problems.append(f"{name} is missing")
        if detail["outcome"] != "REJECTED" and self._is_of_receiver(detail):
            problems += self._differences(detail)
        return problems

    def _is_of_receiver(self, detail: dict) -> bool:
        return bool(self._pipeline.keys(f"deliveries/{detail['deliveryId']}"))

    def _differences(self, detail: dict) -> list[str]:
        """What differs from the manifest."""
        manifest = self._pipeline.manifest(detail["deliveryId"])
        problems = []
        for name in ("callingAETitle", "calledAETitle", "route"):
            if detail.get(name) != manifest.get(name):
                problems.append(f"{name} is {detail.get(name)}, the manifest says {manifest.get(name)}")
        listed = {study["studyInstanceUID"] for study in manifest["studies"]}
        if not {study["studyInstanceUID"] for study in detail.get("studies") or []} <= listed:
            problems.append("a study is not in the manifest")
        return problems

    def settlings(self) -> dict[tuple[str, str], list[dict]]:
        """By data store and study: the events of its settling, those of one id once, in their order."""
        found: defaultdict[tuple[str, str], dict[str, dict]] = defaultdict(dict)
        for detail in self.settled:
            found[detail["datastoreId"], detail["studyInstanceUID"]].setdefault(detail["id"], detail)
        return {study: list(details.values()) for study, details in found.items()}

    def settled_too_early(self) -> list[tuple[str, str]]:
        """Settlings that came before the event of one of their deliveries: the id and the import."""
        told: set[str] = set()
        early = []
        for event in self.events:
            detail = event["detail"]
            if event["detail-type"] == SETTLED:
                imports = detail["importedDeliveries"] + detail["incompleteDeliveries"]
                early += [(detail["id"], it) for it in imports if it not in told]
            elif detail.get("importId"):
                told.add(detail["importId"])
        return early


def key(told: dict) -> tuple[str, str]:
    """What an item and the event of the same import share."""
    if told["outcome"] == "REJECTED":
        return told["deliveryId"], "REJECTED"
    return told["jobId"], told["outcome"]


def study_items(pipeline: Pipeline) -> list[dict]:
    """The items of the table of studies."""
    pages = pipeline.aws.client("dynamodb").get_paginator("scan").paginate(TableName=pipeline.outputs["StudyTableName"])
    return [item for page in pages for item in page["Items"]]


def wait_for_settling(pipeline: Pipeline, seconds: float) -> None:
    """Sweeps whenever a study is due, until each study has settled."""

    def settled() -> bool:
        due = [study["due"]["S"] for study in study_items(pipeline) if "open" in study]
        if due and min(due) <= f"{datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%SZ}":
            invoke_schedule(pipeline)
        return not due

    wait_for("each study to settle", settled, seconds)
