"""Alarms and dashboards look at what is written, and at nothing else."""

import itertools
import json
import re

import pytest

from templates import RECEIVER, TEMPLATES, resources, swift, task_environment

NAMESPACE = "DICOMStoreSCP"
# Metrics of two stacks do not meet, because their dimension is the stack's name: each template may name only what its own
# parts write.
WRITERS = {
    "receiver.yaml": ["StoreSCP"],
    "pipeline.yaml": ["TriggerImport", "StartImportJob", "CheckStatus", "ImportPipeline"],
}


def dashboard(template: dict) -> list[dict]:
    """The widgets of the template's only dashboard, with a word for everything that is filled in."""
    [it] = resources(template, "CloudWatch::Dashboard").values()
    return json.loads(re.sub(r"\$\{[\w:.]+\}", "filled-in", it["Properties"]["DashboardBody"]["Fn::Sub"]))["widgets"]


def dashboard_metrics(widgets: list[dict]) -> set[tuple[str, str]]:
    """Namespace and name of each; a dot stands for what the line before has there."""
    metrics = set()
    for widget in widgets:
        before: list[str] = []
        for line in widget["properties"]["metrics"]:
            texts = [text for text in line if isinstance(text, str)]
            before = [before[place] if text == "." else text for place, text in enumerate(texts)]
            metrics.add((before[0], before[1]))
    return metrics


def metric_nodes(node) -> list[dict]:
    """Each metric that alarms and scaling policies below here use."""
    if isinstance(node, list):
        return [metric for below in node for metric in metric_nodes(below)]
    if not isinstance(node, dict):
        return []
    own = [node] if "MetricName" in node else []
    return own + metric_nodes(list(node.values()))


def metrics_in(node) -> set[tuple[str, str]]:
    """Namespace and name of each of them."""
    return {(metric["Namespace"], metric["MetricName"]) for metric in metric_nodes(node)}


def written_metrics(name: str) -> set[str]:
    return set(re.findall(r'\.init\(\s*"([A-Z]\w+)"', swift(*WRITERS[name])))


def unknown_metrics(name: str, template: dict) -> set[str]:
    """Our own metrics that the template uses and nothing of its stack writes."""
    used = metrics_in(template["Resources"]) | dashboard_metrics(dashboard(template))
    return {metric for namespace, metric in used if namespace == NAMESPACE} - written_metrics(name)


@pytest.mark.parametrize("name", WRITERS)
def test_no_alarm_nor_dashboard_looks_at_a_metric_that_nothing_writes(name):
    assert unknown_metrics(name, TEMPLATES[name]) == set()


@pytest.mark.parametrize(
    ("name", "metric"),
    [
        ("receiver.yaml", "InstancesFailed"),
        ("receiver.yaml", "AssociationsActive"),
        ("receiver.yaml", "StoreLatency"),
        ("pipeline.yaml", "ImportsFailed"),
        ("pipeline.yaml", "DeliveriesRecovered"),
    ],
)
def test_a_metric_that_is_misspelt_is_noticed(name, metric):
    """In the receiver's template: of an alarm, of a scaling policy, of the dashboard alone."""
    misspelt = json.loads(json.dumps(TEMPLATES[name]).replace(metric, f"{metric}s"))
    assert unknown_metrics(name, misspelt) == {f"{metric}s"}


def test_the_dashboard_shows_all_that_the_receiver_counts():
    shown = {metric for namespace, metric in dashboard_metrics(dashboard(RECEIVER)) if namespace == NAMESPACE}
    assert shown == written_metrics("receiver.yaml")


@pytest.mark.parametrize("name", WRITERS)
def test_a_dashboards_widgets_lie_beside_each_other(name):
    cells: set[tuple[int, int]] = set()
    for widget in dashboard(TEMPLATES[name]):
        columns = range(widget["x"], widget["x"] + widget["width"])
        rows = range(widget["y"], widget["y"] + widget["height"])
        own = set(itertools.product(columns, rows))
        assert columns.stop <= 24 and not own & cells, widget["properties"]["title"]
        cells |= own


def test_the_receivers_alarms_need_a_topic_and_are_told_to_it():
    alarms = resources(RECEIVER, "CloudWatch::Alarm")
    about = ("RejectedAssociations", "FailedInstances", "RunningTasks", "HealthyHosts")
    assert alarms.keys() == {f"{it}Alarm" for it in about}
    for alarm in alarms.values():
        assert alarm["Condition"] == "HasAlarmTopic"
        assert alarm["Properties"]["AlarmActions"] == alarm["Properties"]["OKActions"] == [{"Ref": "AlarmTopicARN"}]
    assert RECEIVER["Conditions"]["HasAlarmTopic"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "AlarmTopicARN"}, ""]}]}


def test_a_receiver_that_gets_nothing_is_no_alarm_but_one_that_is_gone_is():
    for name, alarm in resources(RECEIVER, "CloudWatch::Alarm").items():
        properties = alarm["Properties"]
        counts_what_came = properties["Namespace"] == NAMESPACE
        assert properties["ComparisonOperator"].startswith("Greater" if counts_what_came else "Less"), name
        assert properties["TreatMissingData"] == ("notBreaching" if counts_what_came else "breaching"), name


@pytest.mark.parametrize("name", WRITERS)
def test_alarms_of_our_own_metrics_look_at_the_dimension_that_is_written(name):
    template = TEMPLATES[name]
    service = [{"Name": "Service", "Value": {"Ref": "AWS::StackName"}}]
    for key, alarm in resources(template, "CloudWatch::Alarm").items():
        for metric in metric_nodes(alarm):
            if metric["Namespace"] == NAMESPACE:
                assert metric["Dimensions"] == service, key
    functions = resources(template, "Lambda::Function").values()
    environments = [it["Properties"]["Environment"]["Variables"] for it in functions]
    if name == "receiver.yaml":
        environments = [task_environment()]
    assert environments
    for environment in environments:
        assert environment["METRICS_NAMESPACE"] == NAMESPACE
        assert environment["METRICS_SERVICE"] == {"Ref": "AWS::StackName"}
