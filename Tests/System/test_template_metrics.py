# SPDX-License-Identifier: Apache-2.0

"""Alarms and dashboards use only metrics that are written."""

import itertools
import json
import re

import pytest

from aws_calls import MODULES
from sample_events import FUNCTIONS
from templates import PIPELINE, RECEIVER, TEMPLATES, resources, swift, task_environment

NAMESPACE = "DICOMStoreSCP"
SILENT_SENDERS = [f"SilentSender{number}" for number in (1, 2, 3)]
SEARCH = re.compile(r'Namespace="([^"]+)" MetricName="([^"]+)"')
# The dimension of the metrics is the stack's name, so a template may use only the metrics that its own parts write.
WRITERS = {
    "receiver.yaml": [*MODULES["StoreSCP"]],
    "pipeline.yaml": [*MODULES["TriggerImport"], *MODULES["StartImportJob"], *MODULES["CheckStatus"], "ImportPipeline"],
}


def dashboard(template: dict) -> list[dict]:
    """The widgets of the template's only dashboard, with a word in place of every substitution."""
    [it] = resources(template, "CloudWatch::Dashboard").values()
    body = it["Properties"]["DashboardBody"]["Fn::Sub"]
    text = body if isinstance(body, str) else body[0]
    return json.loads(re.sub(r"\$\{[\w:.]+\}", "filled-in", text))["widgets"]


def dashboard_metrics(widgets: list[dict]) -> set[tuple[str, str]]:
    """The namespace and name of each metric; a dot repeats the value of the line before."""
    metrics = set()
    for widget in widgets:
        before: list[str] = []
        for line in widget["properties"]["metrics"]:
            texts = [text for text in line if isinstance(text, str)]
            if not texts:  # a search
                metrics.add(SEARCH.search(line[0]["expression"]).groups())
                continue
            before = [before[place] if text == "." else text for place, text in enumerate(texts)]
            metrics.add((before[0], before[1]))
    return metrics


def metric_nodes(node) -> list[dict]:
    """The metrics that alarms and scaling policies below this node use."""
    if isinstance(node, list):
        return [metric for below in node for metric in metric_nodes(below)]
    if not isinstance(node, dict):
        return []
    own = [node] if {"Namespace", "MetricName"} <= node.keys() else []
    return own + metric_nodes(list(node.values()))


def metrics_in(node) -> set[tuple[str, str]]:
    """The namespace and name of each of these metrics."""
    return {(str(metric["Namespace"]), metric["MetricName"]) for metric in metric_nodes(node)}


def written_metrics(name: str) -> set[str]:
    return set(re.findall(r'\.init\(\s*"([A-Z]\w+)"', swift(*WRITERS[name])))


def unknown_metrics(name: str, template: dict) -> set[str]:
    """Our own metrics that the template uses but no part of its stack writes."""
    used = metrics_in(template["Resources"]) | dashboard_metrics(dashboard(template))
    return {metric for namespace, metric in used if namespace == NAMESPACE} - written_metrics(name)


@pytest.mark.parametrize("name", WRITERS)
def test_alarms_and_dashboards_use_only_metrics_that_are_written(name):
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
def test_a_misspelt_metric_is_reported(name, metric):
    """The receiver's metrics are those of an alarm, of a scaling policy, and of the dashboard only."""
    misspelt = json.loads(json.dumps(TEMPLATES[name]).replace(metric, f"{metric}s"))
    assert unknown_metrics(name, misspelt) == {f"{metric}s"}


def test_the_dashboard_shows_all_that_the_receiver_counts():
    shown = {metric for namespace, metric in dashboard_metrics(dashboard(RECEIVER)) if namespace == NAMESPACE}
    assert shown == written_metrics("receiver.yaml")


def test_the_dashboard_shows_all_that_the_functions_count():
    shown = {metric for namespace, metric in dashboard_metrics(dashboard(PIPELINE)) if namespace == NAMESPACE}
    # An import is shown when its job has been started, and when it has ended.
    assert shown == written_metrics("pipeline.yaml") - {"ImportsStarted"}


# Metrics of AWS's services, according to their documentation, and the dashboard that must show them.
SHOWN = {
    "receiver.yaml": {
        "AWS/NetworkELB": {
            *("ActiveFlowCount", "NewFlowCount", "RejectedFlowCount", "HealthyHostCount", "UnHealthyHostCount"),
            *("TCP_Client_Reset_Count", "TCP_Target_Reset_Count", "TCP_ELB_Reset_Count", "ClientTLSNegotiationErrorCount"),
        },
    },
    "pipeline.yaml": {
        "AWS/Lambda": {"Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions"},
        "AWS/States": {f"Executions{it}" for it in ("Started", "Succeeded", "Failed", "TimedOut", "Aborted")},
        "AWS/HealthImaging": {
            *("TotalImageSetCount", "PrimaryImageSetCount", "SmallImageSetCount", "StorageBytes", "CallCount"),
            *("DICOMStudyCount", "DICOMSeriesCount", "DICOMInstanceCount"),
        },
    },
}


@pytest.mark.parametrize(("name", "namespace"), [(name, it) for name, shown in SHOWN.items() for it in shown])
def test_the_dashboards_show_what_aws_measures(name, namespace):
    shown = dashboard_metrics(dashboard(TEMPLATES[name]))
    assert {metric for other, metric in shown if other == namespace} == SHOWN[name][namespace]


def test_the_dashboard_shows_each_measure_of_all_three_functions():
    body = resources(TEMPLATES["pipeline.yaml"], "CloudWatch::Dashboard")["Dashboard"]["Properties"]["DashboardBody"]
    counts = {name: body["Fn::Sub"][0].count(f"${{{name}Function}}") for name in FUNCTIONS}
    # The duration is shown twice, as its median and its 99th percentile.
    assert counts == dict.fromkeys(FUNCTIONS, len(SHOWN["pipeline.yaml"]["AWS/Lambda"]) + 1)


@pytest.mark.parametrize("name", WRITERS)
def test_a_dashboards_widgets_do_not_overlap(name):
    cells: set[tuple[int, int]] = set()
    for widget in dashboard(TEMPLATES[name]):
        columns = range(widget["x"], widget["x"] + widget["width"])
        rows = range(widget["y"], widget["y"] + widget["height"])
        own = set(itertools.product(columns, rows))
        assert columns.stop <= 24 and not own & cells, widget["properties"]["title"]
        cells |= own


def test_the_receivers_alarms_need_a_topic_and_are_published_to_it():
    alarms = resources(RECEIVER, "CloudWatch::Alarm")
    about = (
        *("RejectedAssociations", "FailedInstances", "RunningTasks", "HealthyHosts"),
        *("FailedCommitments", "OldestCommitment"),
    )
    assert alarms.keys() == {f"{it}Alarm" for it in (*about, *SILENT_SENDERS)}
    for name, alarm in alarms.items():
        sender = name.removesuffix("Alarm")
        assert alarm["Condition"] == (f"Has{sender}" if sender in SILENT_SENDERS else "HasAlarmTopic")
        assert alarm["Properties"]["AlarmActions"] == alarm["Properties"]["OKActions"] == [{"Ref": "AlarmTopicARN"}]
    assert RECEIVER["Conditions"]["HasAlarmTopic"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "AlarmTopicARN"}, ""]}]}


@pytest.mark.parametrize("sender", SILENT_SENDERS)
def test_a_silent_sender_raises_an_alarm_only_if_it_is_named(sender):
    given = {"Fn::Not": [{"Fn::Equals": [{"Ref": sender}, ""]}]}
    assert RECEIVER["Conditions"][f"Has{sender}"] == {"Fn::And": [{"Condition": "HasAlarmTopic"}, given]}
    [counted] = resources(RECEIVER, "Logs::MetricFilter")[f"{sender}Filter"]["Properties"]["MetricTransformations"]
    alarm = resources(RECEIVER, "CloudWatch::Alarm")[f"{sender}Alarm"]["Properties"]
    assert (alarm["Namespace"], alarm["MetricName"]) == (counted["MetricNamespace"], counted["MetricName"])
    # A metric of zeros would be no missing data, and the filter writes none without a line.
    assert "DefaultValue" not in counted and counted["MetricValue"] == "1"
    # CloudWatch limits the time that an alarm evaluates: seven days, for periods of an hour.
    hours = RECEIVER["Parameters"]["SilentSenderHours"]
    assert alarm["Period"] * hours["MaxValue"] == 7 * 86400 and alarm["EvaluationPeriods"] == {"Ref": "SilentSenderHours"}
    assert (alarm["Statistic"], alarm["ComparisonOperator"], alarm["Threshold"]) == ("Sum", "LessThanThreshold", 1)


def test_a_missing_receiver_raises_an_alarm_but_an_idle_one_does_not():
    for name, alarm in resources(RECEIVER, "CloudWatch::Alarm").items():
        properties = alarm["Properties"]
        counts_what_came = properties["Namespace"] == NAMESPACE
        assert properties["ComparisonOperator"].startswith("Greater" if counts_what_came else "Less"), name
        assert properties["TreatMissingData"] == ("notBreaching" if counts_what_came else "breaching"), name


@pytest.mark.parametrize("name", WRITERS)
def test_alarms_on_our_own_metrics_use_the_dimension_that_is_written(name):
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


def test_an_alarm_is_raised_when_no_sweep_has_ended_for_three_intervals():
    """CloudWatch limits the time that an alarm evaluates: a day, for periods of less than an hour."""
    alarm = resources(PIPELINE, "CloudWatch::Alarm")["SweepsAlarm"]["Properties"]
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Statistic"]) == (NAMESPACE, "SweepsEnded", "Sum")
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 1)
    assert alarm["TreatMissingData"] == "breaching"
    assert (alarm["Period"], alarm["EvaluationPeriods"]) == (3 * 60, {"Ref": "RecoveryMinutes"})
    assert alarm["Period"] * PIPELINE["Parameters"]["RecoveryMinutes"]["MaxValue"] <= 86400


@pytest.mark.parametrize(
    ("namespace", "metric", "dimension"),
    [
        ("AWS/Events", "FailedInvocations", {"Name": "RuleName", "Value": {"Ref": "RecoverySchedule"}}),
        ("AWS/States", "ExecutionsFailed", {"Name": "StateMachineArn", "Value": {"Ref": "ImportStateMachine"}}),
        ("AWS/States", "ExecutionsTimedOut", {"Name": "StateMachineArn", "Value": {"Ref": "ImportStateMachine"}}),
        ("AWS/States", "ExecutionsAborted", {"Name": "StateMachineArn", "Value": {"Ref": "ImportStateMachine"}}),
    ],
)
def test_one_event_is_enough_for_an_alarm(namespace, metric, dimension):
    alarms = [it["Properties"] for it in resources(PIPELINE, "CloudWatch::Alarm").values()]
    [alarm] = [it for it in alarms if (it.get("Namespace"), it.get("MetricName")) == (namespace, metric)]
    assert alarm["Dimensions"] == [dimension]
    assert (alarm["Statistic"], alarm["ComparisonOperator"], alarm["Threshold"]) == ("Sum", "GreaterThanThreshold", 0)


# The number of starts and the age of the oldest start in five minutes.
@pytest.mark.parametrize(
    ("starts", "age", "rings"),
    [(0, 0, False), (300, 0, False), (300, 864_000, False), (0, 600, False), (0, 1200, True)],
)
def test_waiting_starts_raise_an_alarm_only_if_none_is_made(starts, age, rings):
    alarm = resources(PIPELINE, "CloudWatch::Alarm")["StandingStartsAlarm"]["Properties"]
    [math, *metrics] = alarm["Metrics"]
    functions = {"FILL": lambda value, _: value, "IF": lambda condition, yes, no: yes if condition else no}
    values = dict(zip([it["Id"] for it in metrics], [age, starts], strict=True))
    told = eval(math["Expression"], functions, values)
    assert (told > alarm["Threshold"]) == rings
    assert alarm["EvaluationPeriods"] * 300 == alarm["Threshold"]


# Invocations in five minutes: of both functions, their errors, and the checks that HealthImaging was too busy for.
@pytest.mark.parametrize(
    ("calls", "errors", "busy", "rings"),
    [
        ((10, 90), (0, 0), 0, False),
        ((100, 900), (0, 780), 780, False),  # a backlog: almost all errors are due to a busy service
        ((100, 900), (10, 780), 770, False),  # the two metrics count some of the errors at different times
        ((100, 900), (80, 700), 500, True),
        ((3, 0), (3, 0), 0, True),  # at night: little is sent, but nothing is imported
    ],
)
def test_the_error_alarm_ignores_a_backlog(calls, errors, busy, rings):
    alarm = resources(PIPELINE, "CloudWatch::Alarm")["ImportErrorsAlarm"]["Properties"]
    assert (alarm["EvaluationPeriods"], alarm.get("DatapointsToAlarm", 3)) == (3, 3)
    [math, *metrics] = alarm["Metrics"]
    ids = [it["Id"] for it in metrics]
    assert ids == ["startErrors", "checkErrors", "busy", "starts", "checks"]
    values = dict(zip(ids, [*errors, busy, *calls], strict=True))
    percent = eval(math["Expression"], {"FILL": lambda value, _: value}, values)
    assert (percent > alarm["Threshold"]) == rings
