# SPDX-License-Identifier: Apache-2.0

"""docs/operations.md: each alarm has its section, and what the page quotes exists."""

import re

import pytest

from conftest import PROJECT
from documents import code_spans
from templates import ROOT, TEMPLATES, resources, swift
from test_template_metrics import metric_nodes

PAGE = PROJECT / "docs/operations.md"
TEXT = PAGE.read_text()
ALARMS = {name: alarm for template in TEMPLATES.values() for name, alarm in resources(template, "CloudWatch::Alarm").items()}
SWIFT = swift(*(folder.name for folder in (PROJECT / "Sources").iterdir() if any(folder.glob("**/*.swift"))))
# What a line of the log may begin with, and the names of its members.
LITERALS = re.findall(r'"((?:[^"\\\n]|\\.)*)"', SWIFT)
SETTINGS = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
AWS_WORDS = {
    # Errors of HealthImaging, and of ECS when a task cannot run.
    *("AccessDeniedException", "ResourceNotFoundException", "InternalServerException"),
    *("CannotPullContainerError", "exec format error", "OutOfMemory"),
    # Metrics that the dashboard finds by a search.
    "Throttles",
    # What Lambda logs, and what it asks of a policy.
    *("Task timed out", "AWS:SourceAccount"),
    # Fields of CloudWatch Logs.
    *("@log", "level"),
}


def section(heading: str) -> str:
    """The text below a heading, up to the next heading of the same level or above."""
    level = heading.split()[0]
    return re.split(rf"\n#{{2,{len(level)}}} ", TEXT.split(f"\n{heading}\n")[1])[0]


def literal(text: str) -> bool:
    return any(it.startswith(text) for it in LITERALS)


# Alarms


def test_each_alarm_has_a_section_and_each_section_an_alarm():
    headings = re.findall(r"^### (\w+)$", section("## Alarms"), re.MULTILINE)
    assert sorted(f"{heading}Alarm" for heading in headings) == sorted(ALARMS)


@pytest.mark.parametrize("alarm", ALARMS)
def test_a_section_names_the_metrics_of_its_alarm_and_says_what_to_do(alarm):
    text = section(f"### {alarm.removesuffix('Alarm')}")
    for metric in {it["MetricName"] for it in metric_nodes(ALARMS[alarm])}:
        assert f"`{metric}`" in text, f"the metric {metric} is not named"
    if "](#" not in text:
        assert "*Look at:*" in text and "*Do:*" in text


def test_the_checklist_names_the_alarms_that_cannot_wait():
    assert re.findall(r"\]\(#(\w+)\)", section("## On call").split("3. ")[0]) == [
        *("healthyhosts", "runningtasks", "failedinstances", "rejectedassociations", "silentsender1")
    ]


# What the page quotes

PARTS = ("Parameters", "Outputs", "Resources")
PARAMETERS = {name for template in TEMPLATES.values() for part in PARTS for name in template.get(part, {})}
METRICS = {it["MetricName"] for template in TEMPLATES.values() for it in metric_nodes(template["Resources"])}
OUR_METRICS = {*re.findall(r'\.init\(\s*"([A-Z]\w+)"', SWIFT)}


def is_known(span: str) -> bool:
    """Whether the templates or the code have what stands between backticks."""
    name = span.partition("=")[0]
    if span in AWS_WORDS or name in PARAMETERS or span in METRICS or span in OUR_METRICS:
        return True
    if SETTINGS.fullmatch(name):
        return f'"{name}"' in SWIFT
    if "/" in span and " " not in span:
        first = span.split("/")[0]
        return "{" in first or first.startswith("…") or f'"{first}/' in SWIFT or (PROJECT / first).exists()
    if re.search(rf"\b(case|let|var) {re.escape(span)}\b", SWIFT):  # a member of a document
        return True
    return literal(span) or span in ("…-receiver", "…-imports", "…", "Alarm")


def is_command(span: str) -> bool:
    return bool(re.match(r"-|(aws|logs|output|make|dicomstore|scripts/\w+|docker|git|rm|change|debsecan) ", span))


@pytest.mark.parametrize("heading", ["## On call", "## Alarms", "## Following one image", "## Capacity"])
def test_every_metric_setting_and_log_line_that_the_page_quotes_exists(heading):
    spans = [span for span in code_spans(section(heading)) if not is_command(span)]
    assert len(spans) > 1
    assert [span for span in spans if not is_known(span)] == []


FILTERS = [span.removeprefix("logs ").strip("'") for span in code_spans(TEXT) if span.startswith("logs '")]


@pytest.mark.parametrize("query", FILTERS)
def test_a_filter_for_the_log_finds_a_line_that_is_written(query):
    for message in re.findall(r'message = "([^"]+)"', query):
        assert message in LITERALS
    for pattern in re.findall(r"message like /([^/]+)/", query):
        assert any(re.search(pattern, it) for it in LITERALS)
    for name in {*re.findall(r"(\w+) (?:=|like|>) ", query), *re.findall(r"ispresent\((\w+)\)", query)} - {"message", "level"}:
        assert f'"{name}"' in SWIFT, name


def test_a_misspelt_quotation_is_reported():
    assert not is_known("instance refusd") and not is_known("InstancesFaild") and not is_known("MAX_POOL_CONECTIONS")


def test_the_outputs_that_commands_use_exist():
    used = {*re.findall(r"\$\(output (\w+)\)", TEXT + (PROJECT / "docs/deploy.md").read_text())}
    assert len(used) > 10
    assert used - ROOT["Outputs"].keys() == set()
