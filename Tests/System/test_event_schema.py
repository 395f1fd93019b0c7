# SPDX-License-Identifier: Apache-2.0

"""docs/events.schema.json: it accepts the sample events, refuses wrong ones, and says the same as docs/events.md."""

import copy
import json
import re

import pytest
from conftest import PROJECT

from event_schema import SCHEMA, SOURCE, problems, subscribers_problems

PAGE = (PROJECT / "docs/events.md").read_text()
SAMPLES = {path.stem: json.loads(path.read_text()) for path in sorted((PROJECT / "events").glob("study-event-*.json"))}
IMPORTED, SETTLED = SAMPLES["study-event-imported"], SAMPLES["study-event-settled"]
DETAIL_TYPES = json.loads(SCHEMA.read_text())["properties"]["detail-type"]["enum"]
MISSING = object()


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_an_event_of_the_schema(name):
    assert problems(SAMPLES[name]) == []
    assert subscribers_problems(SAMPLES[name]) == []


def test_each_detail_type_has_a_sample_which_the_page_shows():
    assert sorted(it["detail-type"] for it in SAMPLES.values()) == sorted(DETAIL_TYPES)
    shown = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
    assert [it for it in shown if it.get("source") == SOURCE] == [
        it for type_ in DETAIL_TYPES for it in SAMPLES.values() if it["detail-type"] == type_
    ]


def test_the_page_and_the_code_name_the_same_detail_types():
    code = (PROJECT / "Sources/ImportPipeline/Studies/StudyEvent.swift").read_text()
    assert re.findall(r'case \w+ = "([\w ]+)"', code) == DETAIL_TYPES
    assert re.findall(r"^\| `([A-Z]\w+ \w+)` \|", PAGE, re.MULTILINE) == DETAIL_TYPES


@pytest.mark.parametrize(("heading", "name"), [("delivery", "delivery"), ("settled study", "studySettled")])
def test_the_page_and_the_schema_name_the_same_members(heading, name):
    section = PAGE.split(f"## The detail of a {heading}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (`[^|]*`) \|", section, re.MULTILINE)
    told = [member for row in rows for member in re.findall(r"`(\w+)`", row)]
    assert sorted(told) == sorted(json.loads(SCHEMA.read_text())["$defs"][name]["properties"])


def test_every_object_in_a_list_is_described_by_the_page():
    members = json.loads(SCHEMA.read_text())["$defs"]["delivery"]["properties"]
    for name in ("studies", "imageSets", "failed"):
        [row] = re.findall(rf"^\| `{name}` \| (.*) \|$", PAGE, re.MULTILINE)
        [told] = re.findall(r"`\{(.*?)\}`", row)
        assert re.findall(r"\w+", re.sub(r"\(.*?\)", "", told)) == list(members[name]["items"]["properties"])


def test_the_limits_of_the_schema_are_those_of_the_code():
    code = (PROJECT / "Sources/ImportPipeline/Studies/DeliveryEvent.swift").read_text()
    limits = {name: int(value) for name, value in re.findall(r"static let maximum(\w+) = (\d+)", code)}
    members = json.loads(SCHEMA.read_text())["$defs"]["delivery"]["properties"]
    assert limits == {
        "Studies": members["studies"]["maxItems"],
        "Series": members["studies"]["items"]["properties"]["seriesInstanceUIDs"]["maxItems"],
        "ImageSets": members["imageSets"]["maxItems"],
        "Failed": members["failed"]["maxItems"],
        "ErrorTypeLength": members["failed"]["items"]["properties"]["errorType"]["maxLength"],
    }


def changed(event: dict, path: str, value) -> dict:
    event = copy.deepcopy(event)
    *parents, last = path.split(".")
    place = event
    for name in parents:
        place = place[int(name) if name.isdigit() else name]
    if value is MISSING:
        del place[last]
    else:
        place[last] = value
    return event


@pytest.mark.parametrize(
    ("event", "path", "value"),
    [
        (IMPORTED, "source", "aws.medical-imaging"),
        (IMPORTED, "detail-type", "Delivery Partial"),
        (IMPORTED, "detail-type", "Study Settled"),
        (IMPORTED, "detail", MISSING),
        (IMPORTED, "detail.version", 2),
        (IMPORTED, "detail.id", MISSING),
        (IMPORTED, "detail.id", IMPORTED["detail"]["id"].replace("IMPORTED", "FAILED")),
        (IMPORTED, "detail.outcome", "PARTIAL"),
        (IMPORTED, "detail.deliveryId", None),
        (IMPORTED, "detail.importId", None),
        (IMPORTED, "detail.jobId", ""),
        (IMPORTED, "detail.datastoreId", "default"),
        (IMPORTED, "detail.studyInstanceUID", "Doe^John"),
        (IMPORTED, "detail.studies", IMPORTED["detail"]["studies"] * 101),
        (IMPORTED, "detail.studies.0.seriesInstanceUIDs", ["Doe^John"]),
        (IMPORTED, "detail.studies.0.hasEarlierDeliveries", MISSING),
        (IMPORTED, "detail.imageSets.0.isPrimary", "true"),
        (IMPORTED, "detail.failed", [{"sopInstanceUID": "1.2", "errorType": "x"}]),
        (IMPORTED, "detail.instanceCount", "1"),
        (IMPORTED, "detail.importedCount", 0),
        (IMPORTED, "detail.listsAreComplete", MISSING),
        (IMPORTED, "detail.reportS3Uri", "report.json"),
        (IMPORTED, "detail.endedAt", "23 November 2026"),
        (SAMPLES["study-event-partial"], "detail.failed.0.errorType", "x" * 65),
        (SAMPLES["study-event-partial"], "detail.message", MISSING),
        (SAMPLES["study-event-failed"], "detail.message", None),
        (SAMPLES["study-event-failed"], "detail.redrive", "0 1"),
        (SAMPLES["study-event-rejected"], "detail.jobId", "1"),
        (SAMPLES["study-event-rejected"], "detail.message", MISSING),
        (SETTLED, "detail.id", "7"),
        (SETTLED, "detail.isComplete", MISSING),
        (SETTLED, "detail.importedDeliveries", SETTLED["detail"]["importedDeliveries"] * 101),
        (SETTLED, "detail.settledAt", None),
    ],
)
def test_a_wrong_event_is_refused(event, path, value):
    assert subscribers_problems(changed(event, path, value)) != []


@pytest.mark.parametrize("path", ["more", "detail.patientName", "detail.studies.0.studyDate", "detail.imageSets.0.more"])
def test_a_member_that_the_schema_does_not_name_is_accepted_by_subscribers_only(path):
    event = changed(IMPORTED, path, "x")
    assert subscribers_problems(event) == []
    assert problems(event) != []


@pytest.mark.parametrize("name", ["route", "redrive", "studyInstanceUID", "studies", "imageSets", "failed", "message"])
def test_a_member_without_a_value_is_missing_or_null(name):
    for value in (None, MISSING):
        event = changed(changed(IMPORTED, f"detail.{name}", None), f"detail.{name}", value)
        assert problems(event) == []
