"""What is watched: every alarm and every line of the dashboard shows a metric that somebody counts."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.template.application import DEFAULTS, EVERYTHING, REGION, ROOT, STACK, Json, deployed, of_type

_STACK = deployed()
_ALARMS = of_type("AWS::CloudWatch::Alarm")

# Of each service's page of metrics in its own developer guide: what AWS counts, and by which dimension.
_AWS = {
    ("AWS/SQS", "ApproximateAgeOfOldestMessage"): "QueueName",
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): "QueueName",
    ("AWS/Lambda", "AsyncEventsDropped"): "FunctionName",
    ("AWS/Lambda", "Duration"): "FunctionName",
    ("AWS/Lambda", "Errors"): "FunctionName",
    ("AWS/Lambda", "Invocations"): "FunctionName",
    ("AWS/SNS", "NumberOfNotificationsFailed"): "TopicName",
}
_OF = {
    "QueueName": "AWS::SQS::Queue",
    "FunctionName": "AWS::Lambda::Function",
    "TopicName": "AWS::SNS::Topic",
}

_SQS, _LAMBDA, _SNS, _OWN = "AWS/SQS", "AWS/Lambda", "AWS/SNS", "sgwarden"
_SILENT, _AS_IT_WAS = "notBreaching", "ignore"
# By the end of its name: the metric, what it is of, how it is looked at, for how many seconds, how often,
# what it must not pass, and what it means where nothing is counted.
_WATCHED: dict[str, tuple[str, str, str, str, int, int, int, str]] = {
    "dead-letters": (
        *(_SQS, "ApproximateNumberOfMessagesVisible", "DeadLetters"),
        *("Maximum", 60, 1, 0, _SILENT),
    ),
    "lost-notices": (
        *(_SQS, "ApproximateNumberOfMessagesVisible", "LostNotices"),
        *("Maximum", 60, 1, 0, _SILENT),
    ),
    "changes-waiting": (
        *(_SQS, "ApproximateAgeOfOldestMessage", "Changes"),
        *("Maximum", 60, 3, 900, _SILENT),
    ),
    "reconcile-errors": (_LAMBDA, "Errors", "Reconcile", "Sum", 300, 2, 0, _SILENT),
    "messages-dropped": (_OWN, "MessagesDropped", "", "Sum", 300, 1, 0, _SILENT),
    "notifications-failed": (_OWN, "NotificationsFailed", "", "Sum", 300, 1, 0, _SILENT),
    "events-missed": (_OWN, "MissedByEvents", "", "Sum", 300, 1, 0, _SILENT),
    "ledger-unavailable": (_OWN, "LedgerUnavailable", "", "Sum", 300, 1, 0, _SILENT),
    "sweep-dropped": (_LAMBDA, "AsyncEventsDropped", "Sweep", "Sum", 300, 1, 0, _SILENT),
    "sweep-missing": (_LAMBDA, "Invocations", "Sweep", "Sum", 86400, 1, 1, "missing"),
    "alerts-undelivered": (_SNS, "NumberOfNotificationsFailed", "Alerts", "Sum", 300, 1, 0, _SILENT),
    # Said with every batch, and with none in between.
    "paused": (_OWN, "Paused", "", "Maximum", 60, 1, 0, _AS_IT_WAS),
    "switch-unreadable": (_OWN, "SwitchUnreadable", "", "Maximum", 60, 1, 0, _AS_IT_WAS),
    "policy-refused": (_OWN, "PolicyRefused", "", "Maximum", 60, 1, 0, _AS_IT_WAS),
    "policy-unreadable": (_OWN, "PolicyUnreadable", "", "Maximum", 60, 1, 0, _AS_IT_WAS),
}
_TOO_FEW = "sweep-missing"
"""The one that speaks where something is not counted."""


def _counted(*places: Path) -> set[str]:
    """The metrics of which the deployed code adds values, by their names."""
    calls = [
        node
        for place in places
        for file in place.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
    return {
        str(call.args[0].value)
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in ("_count", "add_metric")
        and isinstance(call.args[0], ast.Constant)
    }


_COUNTED = _counted(ROOT / "functions", ROOT / "layers/sgwarden/sgwarden/aws")


def _is_counted(namespace: str, metric: str, dimension: str, value: str) -> bool:
    """Whether there is such a metric, of something in this stack."""
    if namespace == "sgwarden":
        return metric in _COUNTED and (dimension, value) == ("service", STACK)
    ours = {_STACK.name(name) for name in _STACK.of_type(_OF[dimension])}
    return _AWS.get((namespace, metric)) == dimension and value in ours


def _suffix(alarm: Json) -> str:
    return str(alarm["AlarmName"]).removeprefix(f"{STACK}-")


def test_the_code_counts_something() -> None:
    assert {"Messages", "DriftFound", "Paused", "SecondsToRemedy", "GroupsSwept"} <= _COUNTED


def test_the_functions_count_where_alarms_look() -> None:
    for function in of_type("AWS::Lambda::Function").values():
        variables = function["Environment"]["Variables"]
        assert variables["POWERTOOLS_METRICS_NAMESPACE"] == "sgwarden"
        assert variables["POWERTOOLS_SERVICE_NAME"] == STACK


@pytest.mark.parametrize("name", _ALARMS)
def test_every_alarm_watches_what_is_counted_in_this_stack(name: str) -> None:
    alarm = _ALARMS[name]
    (dimension,) = alarm["Dimensions"]
    assert _is_counted(alarm["Namespace"], alarm["MetricName"], dimension["Name"], dimension["Value"])


def _expected(suffix: str) -> Json:
    """The alarm without its description; whatever else it had would make another alarm of it."""
    namespace, metric, of, statistic, period, periods, threshold, missing = _WATCHED[suffix]
    people = [_STACK.arn("Alerts")]
    return {
        "AlarmName": f"{STACK}-{suffix}",
        "Namespace": namespace,
        "MetricName": metric,
        "Dimensions": [
            {"Name": _AWS[namespace, metric], "Value": _STACK.name(of)}
            if of
            else {"Name": "service", "Value": STACK}
        ],
        "Statistic": statistic,
        "Period": period,
        "EvaluationPeriods": periods,
        "Threshold": threshold,
        "ComparisonOperator": "LessThanThreshold" if suffix == _TOO_FEW else "GreaterThanThreshold",
        "TreatMissingData": missing,
        "AlarmActions": people,
        "OKActions": people,
        # Lambda counts nothing where nothing calls: there the alarm has no data, and no threshold to pass.
        **({"InsufficientDataActions": people} if suffix == _TOO_FEW else {}),
    }


@pytest.mark.parametrize("name", _ALARMS)
def test_every_alarm_watches_what_its_name_says_and_tells_people_when_it_begins_and_ends(name: str) -> None:
    alarm = dict(_ALARMS[name])
    assert alarm.pop("AlarmDescription")
    assert alarm == _expected(_suffix(alarm))
    assert name == "".join(word.title() for word in _suffix(alarm).split("-")) + "Alarm"


def test_there_is_an_alarm_for_all_that_is_watched() -> None:
    assert sorted(map(_suffix, _ALARMS.values())) == sorted(_WATCHED)


_REMEDIATING = {"events-missed", "paused", "switch-unreadable"}
_OF_THE_PARAMETER = {"policy-refused", "policy-unreadable"}
_OF_CHANNELS = {"notifications-failed", "lost-notices"}


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        (DEFAULTS, {*_REMEDIATING, *_OF_THE_PARAMETER, *_OF_CHANNELS}),
        ({"Mode": "remediate"}, {*_OF_THE_PARAMETER, *_OF_CHANNELS}),
        ({"PolicyParameter": "/sgwarden/policy"}, {*_REMEDIATING, *_OF_CHANNELS}),
        ({"EventBus": "default"}, {*_REMEDIATING, *_OF_THE_PARAMETER}),
        (EVERYTHING, set()),
    ],
)
def test_there_is_an_alarm_only_where_its_metric_comes(given: dict[str, str], missing: set[str]) -> None:
    found = deployed(given).of_type("AWS::CloudWatch::Alarm")
    assert set(map(_suffix, found.values())) == set(_WATCHED) - missing


def test_every_alarm_says_what_to_do_and_nothing_else_does() -> None:
    text = (ROOT / "docs" / "operate.md").read_text()
    assert sorted(re.findall(r"^### (.+)$", text, re.MULTILINE)) == sorted(map(_suffix, _ALARMS.values()))


# --- The dashboard --------------------------------------------------------------------------------------


def _lines() -> Iterator[list[Any]]:
    (dashboard,) = of_type("AWS::CloudWatch::Dashboard").values()
    for widget in json.loads(dashboard["DashboardBody"])["widgets"]:
        assert widget["type"] == "metric"
        assert widget["properties"]["region"] == REGION
        assert widget["properties"]["title"]
        yield from widget["properties"]["metrics"]


@pytest.mark.parametrize("line", list(_lines()), ids=lambda line: f"{line[1]} {line[-1]}")
def test_every_line_of_the_dashboard_is_of_something_that_is_counted(line: list[Any]) -> None:
    namespace, metric, dimension, value, *options = line
    assert _is_counted(namespace, metric, dimension, value)
    assert all(set(each) <= {"stat", "yAxis"} for each in options)


def test_every_line_of_the_dashboard_has_a_statistic() -> None:
    (dashboard,) = of_type("AWS::CloudWatch::Dashboard").values()
    assert dashboard["DashboardName"] == f"{STACK}-{REGION}"
    for widget in json.loads(dashboard["DashboardBody"])["widgets"]:
        shown = widget["properties"]
        named = [line for line in shown["metrics"] if isinstance(line[-1], dict) and "stat" in line[-1]]
        assert "stat" in shown or len(named) == len(shown["metrics"])


def test_there_is_a_dashboard_unless_it_is_not_wanted() -> None:
    assert "Overview" in deployed(DEFAULTS).resources
    assert "Overview" not in deployed({"Dashboard": "no"}).resources
