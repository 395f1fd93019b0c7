# SPDX-License-Identifier: Apache-2.0

"""The sums of docs/costs.md are correct, and their counts are those of the templates."""

import math
import re

from conftest import PROJECT
from templates import PIPELINE, RECEIVER, resources
from test_template_metrics import WRITERS, metric_nodes, written_metrics

COSTS = (PROJECT / "docs/costs.md").read_text()
DEPLOY = (PROJECT / "docs/deploy.md").read_text()
ALARMS_OF_A_SCALING_POLICY = 2


def table(heading: str) -> list[list[str]]:
    """The cells of each row of the first table below the heading."""
    section = COSTS.split(f"\n## {heading}\n")[1]
    [lines, *_] = re.findall(r"(?:^\|.*\n)+", section, re.MULTILINE)
    return [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines.splitlines()[2:]]


def dollars(text: str) -> float:
    return float(text.strip("*$").replace(",", ""))


def value(formula: str) -> float:
    """The value of a formula, in which words say what is counted."""
    arithmetic = re.sub(r"[A-Za-z$,]", "", formula).replace("·", "*")
    assert re.fullmatch(r"[\d.()+*/ ]+", arithmetic), formula
    return eval(arithmetic)


def formula_of(beginning: str) -> str:
    [formula] = [row[1] for row in table("By the month") if row[0].startswith(beginning)]
    return formula


def test_each_sum_of_a_month_is_its_formulas():
    *rows, [_, _, total] = table("By the month")
    for _, formula, amount in rows:
        assert math.isclose(value(formula), dollars(amount), abs_tol=0.00501), formula
    assert math.isclose(sum(dollars(row[2]) for row in rows), dollars(total), abs_tol=0.001)


def test_a_months_counts_are_those_of_the_templates():
    templates = (RECEIVER, PIPELINE)
    types = [it["Properties"]["VpcEndpointType"] for it in resources(RECEIVER, "EC2::VPCEndpoint").values()]
    metrics = sum(len(written_metrics(name)) for name in WRITERS)
    # Nobody is watched by default.
    all_alarms = {name: it for template in templates for name, it in resources(template, "CloudWatch::Alarm").items()}
    alarms = sum(len(metric_nodes(it)) for name, it in all_alarms.items() if not name.startswith("SilentSender"))
    scaling = len(resources(RECEIVER, "ApplicationAutoScaling::ScalingPolicy")) * ALARMS_OF_A_SCALING_POLICY
    mappings = len(resources(PIPELINE, "Lambda::EventSourceMapping"))
    tasks = RECEIVER["Parameters"]["TaskDesiredCount"]["Default"]
    assert formula_of("Fargate").startswith(f"{tasks} · ")
    assert formula_of("leases").startswith(f"{tasks} · ")
    assert formula_of("interface endpoints").startswith(f"{types.count('Interface')} · 2 · ")
    assert formula_of("custom metrics").startswith(f"{metrics} · ")
    assert formula_of("metrics of alarms").startswith(f"({alarms} + {scaling}) · ")
    assert formula_of("Lambda's polling").startswith(f"{mappings} · 5 · ")
    assert sum(len(resources(template, "CloudWatch::Dashboard")) for template in templates) == 2


def test_the_sums_of_a_million_images_are_their_rows():
    *rows, sums = table("A million images")
    for column in (3, 5):
        assert math.isclose(sum(dollars(row[column]) for row in rows), dollars(sums[column]), abs_tol=0.001)


def test_the_deployment_guide_repeats_the_sums():
    studies, one_by_one = (dollars(table("A million images")[-1][column]) for column in (3, 5))
    month = dollars(table("By the month")[-1][2])
    text = " ".join(DEPLOY.split())
    [told] = re.findall(r"cost about \$(\d+) for .{,80}? about \$(\d+)\. An idle stack costs about \$(\d+) a month", text)
    assert [int(amount) for amount in told] == [round(amount) for amount in (studies, one_by_one, month)]
