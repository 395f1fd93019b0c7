# SPDX-License-Identifier: Apache-2.0

"""Counts by sender and by route: what the log has, what the documented queries and the alarms for silent senders read of
it, and the metrics."""

import json
import re

import folder_receivers
import pytest

from conftest import PROJECT
from documents import blocks
from evaluation import Evaluation
from pydicom.uid import ExplicitVRLittleEndian
from senders import send_with_pynetdicom
from synthetic import synthetic_instance
from templates import RECEIVER
from test_metrics import metric_lines

TITLE = "CT 1 (E/R) $.x&&"
TOPIC = "arn:aws:sns:us-east-1:123456789012:alarms"
# What a query says beside the fields of lines.
WORDS = {"filter", "and", "stats", "count", "sum", "latest", "as", "by", "sort", "desc"}
QUERIES = ["\n".join(it.text for it in lines) for language, lines in blocks(PROJECT / "docs/operations.md") if language == "insights"]
ROUTES = [
    {"name": "blocked", "calledAETitles": ["BLOCKED"], "refuse": "0124H"},
    {"name": "bin", "calledAETitles": ["BIN"], "discard": True},
    {"name": "research", "calledAETitles": ["RESEARCH"], "datastore": "b" * 32},
]


@pytest.fixture(scope="module")
def log(tmp_path_factory) -> str:
    """The log of a receiver to which one sender has sent an instance under each of four titles."""
    folder = tmp_path_factory.mktemp("counts")
    instance = synthetic_instance(folder / "instance.dcm", ExplicitVRLittleEndian)
    settings = {"ROUTES": json.dumps(ROUTES), "METRICS_NAMESPACE": "DICOMStoreSCP", "METRICS_ROUTES": "research,bin"}
    with folder_receivers.start(folder, **settings) as receiver:
        for called in ("STORESCP", "RESEARCH", "BLOCKED", "BIN"):
            send_with_pynetdicom([instance], "127.0.0.1", receiver.port, called=called, calling=TITLE)
        receiver.stop()
    return (folder / "receiver.log").read_text()


def lines(log: str) -> list[dict]:
    return [line for line in map(json.loads, log.splitlines()) if "message" in line]


def matches(pattern: str, line: dict) -> bool:
    """Whether a filter pattern of CloudWatch Logs matches: comparisons of members with texts, all of which must hold."""
    comparison = r'\$\.(\w+) = "([^"*%\\]*)"'
    assert re.fullmatch(rf"{{ {comparison}( && {comparison})* }}", pattern), pattern
    return all(line.get(name) == text for name, text in re.findall(comparison, pattern))


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_filter_of_a_silent_sender_matches_its_deliveries_and_those_of_no_other_sender(log, number):
    def pattern(title: str) -> str:
        properties = RECEIVER["Resources"][f"SilentSender{number}Filter"]["Properties"]
        return Evaluation(RECEIVER, {f"SilentSender{number}": title}).of(properties["FilterPattern"])

    # What was refused or discarded is no delivery.
    assert sum(matches(pattern(TITLE), line) for line in lines(log)) == 2
    assert not any(matches(pattern(title), line) for title in ("CT 1", "OTHER") for line in lines(log))


@pytest.mark.parametrize(
    ("given", "watched"),
    [
        ({}, []),
        ({"AlarmTopicARN": TOPIC}, []),
        ({"SilentSender1": TITLE}, []),
        ({"SilentSender2": TITLE, "AlarmTopicARN": TOPIC}, [2]),
    ],
)
def test_a_sender_is_watched_only_if_it_is_named_and_somebody_is_told(given, watched):
    evaluation = Evaluation(RECEIVER, given)
    for kind in ("Filter", "Alarm"):
        conditions = {it: RECEIVER["Resources"][f"SilentSender{it}{kind}"]["Condition"] for it in (1, 2, 3)}
        assert [it for it, name in conditions.items() if evaluation.of({"Condition": name})] == watched


def test_the_page_has_a_query_of_associations_and_one_of_deliveries():
    assert [re.findall(r'message = "([^"]+)"', it) for it in QUERIES] == [["association ended"], ["delivery closed"]]


@pytest.mark.parametrize("query", QUERIES)
def test_each_field_of_a_documented_query_is_in_the_lines_that_it_counts(log, query):
    [message] = re.findall(r'message = "([^"]+)"', query)
    counted = [line for line in lines(log) if line["message"] == message]
    names = {*re.findall(r"(?<![@\w])[A-Za-z]\w*", re.sub(r'"[^"]*"', "", query))} - WORDS
    made = {*re.findall(r" as (\w+)", query)}
    used = names - made
    assert len(used) > 3 and "callingAE" in used
    assert [name for name in used if not any(name in line for line in counted)] == []
    sums = re.findall(r"sum\((\w+)\)", query)
    assert sums and all(line[name].isdigit() for name in sums for line in counted if name in line)
    assert {line["callingAE"] for line in counted} == {TITLE}


def test_the_counts_of_associations_are_what_the_sender_was_told(log):
    ended = [line for line in lines(log) if line["message"] == "association ended"]
    counts = {it["calledAE"]: tuple(it.get(f"instances{name}", "0") for name in ("Stored", "Failed", "Discarded")) for it in ended}
    assert counts == {"STORESCP": ("1", "0", "0"), "RESEARCH": ("1", "0", "0"), "BLOCKED": ("0", "1", "0"), "BIN": ("1", "0", "1")}


def test_metrics_by_route_are_those_of_the_named_routes_and_one_for_all_others(log):
    [total, *by_route] = metric_lines("\n".join(line for line in log.splitlines() if '"_aws":' in line))
    assert total["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["Service"]]
    assert (total["InstancesStored"], total["InstancesDiscarded"], total["InstancesRefused"]) == (2, 1, 1)
    assert all(it["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["Route", "Service"]] for it in by_route)
    counts = {it["Route"]: {name: it[name] for name in it if name.startswith("Instances")} for it in by_route}
    assert counts == {"research": {"InstancesStored": 1}, "bin": {"InstancesDiscarded": 1}, "(others)": {"InstancesRefused": 1}}
