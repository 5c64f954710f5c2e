"""Every way in which tests.template.breaks breaks what the template says."""

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.template.broken import Break, Json, Path, leaves, one_letter


def breaks(template: Json) -> Iterator[Break]:
    """All of them."""
    for name, resource in template["Resources"].items():
        place: Path = ("Resources", name)
        yield Break(place, gone=True, likely="graph")
        if "Condition" in resource:
            yield Break((*place, "Condition"), gone=True, likely="alarms")
        yield from _of_resource(resource["Type"], (*place, "Properties"), resource.get("Properties", {}))
    for name in template["Outputs"]:
        yield Break(("Outputs", name, "Export"), {"Name": name}, likely="graph")
        yield Break(("Outputs", name, "Value"), {"Ref": "ReconcileRole"}, likely="functions")
    for name in ("POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "POWERTOOLS_LOG_LEVEL"):
        yield Break(("Globals", "Function", "Environment", "Variables", name), gone=True, likely="functions")


def _of_resource(kind: str, place: Path, properties: Json) -> Iterator[Break]:
    match kind:
        case "AWS::Events::Rule":
            yield from _of_rule(place, properties)
        case "AWS::CloudWatch::Alarm":
            yield from _of_alarm(place, properties)
        case "AWS::CloudWatch::Dashboard":
            yield from _of_dashboard(place, properties["DashboardBody"]["Fn::Sub"])
        case "AWS::Serverless::Function":
            yield from _of_function(place, properties)
        case "AWS::SQS::Queue":
            for key in properties:
                yield Break((*place, key), gone=True, likely="wiring")
    for path, statement in _statements(place, properties):
        yield from _of_statement(path, statement)


def _of_rule(place: Path, rule: Json) -> Iterator[Break]:
    yield Break((*place, "State"), "DISABLED", likely="wiring")
    yield Break((*place, "Targets", 0, "Arn"), {"Fn::GetAtt": ["DeadLetters", "Arn"]}, likely="wiring")
    yield Break((*place, "Targets", 0, "DeadLetterConfig"), gone=True, likely="wiring")
    yield Break((*place, "Targets", 0, "InputPath"), "$.detail", likely="wiring")
    pattern = (*place, "EventPattern")
    for path, value in leaves(pattern, rule["EventPattern"]):
        changed = one_letter(value) if isinstance(value, str) else not value
        yield Break(path, changed, likely="rules")
        if isinstance(path[-1], int):
            yield Break(path, gone=True, likely="rules")
    for path, inner in _objects(pattern, rule["EventPattern"]):
        for key in inner:
            renamed = {one_letter(each) if each == key else each: inner[each] for each in inner}
            yield Break(path, renamed, likely="rules")


def _of_alarm(place: Path, alarm: Json) -> Iterator[Break]:
    yield Break((*place, "MetricName"), one_letter(alarm["MetricName"]), likely="alarms")
    swapped = "Failures" if alarm["Namespace"] == "sgwarden" else "ApproximateNumberOfMessagesDelayed"
    yield Break((*place, "MetricName"), swapped, likely="alarms")
    for key in ("Namespace", "Dimensions", "TreatMissingData", "AlarmActions", "OKActions"):
        yield Break((*place, key), gone=True, likely="alarms")
    yield Break((*place, "Dimensions", 0, "Value"), {"Ref": "SweepLogs"}, likely="alarms")
    yield Break((*place, "AlarmName"), {"Fn::Sub": "${AWS::StackName}-other"}, likely="alarms")


def _of_dashboard(place: Path, body: str) -> Iterator[Break]:
    widgets = json.loads(_without_variables(body))["widgets"]
    lines = [line for widget in widgets for line in widget["properties"]["metrics"]]
    for word in sorted({word for line in lines for word in line[:3]}):
        broken = body.replace(f'"{word}"', f'"{one_letter(word)}"')
        yield Break((*place, "DashboardBody", "Fn::Sub"), broken, likely="alarms", told=one_letter(word))
    cut_off = body.rstrip()[:-1]
    yield Break((*place, "DashboardBody", "Fn::Sub"), cut_off, likely="alarms", told="no JSON")


def _of_function(place: Path, function: Json) -> Iterator[Break]:
    for name, value in function["Environment"]["Variables"].items():
        path = (*place, "Environment", "Variables", name)
        yield Break(path, gone=True, likely="functions")
        yield Break(path, one_letter(value) if isinstance(value, str) else "", likely="functions")
    for name, event in function["Events"].items():
        path = (*place, "Events", name)
        yield Break(path, gone=True, likely="wiring")
        for key, value in event["Properties"].items():
            inner = (*path, "Properties", key)
            other = {"Fn::GetAtt": ["DeadLetters", "Arn"]} if key == "Queue" else _other(value)
            yield Break(inner, other, likely="wiring")
    for key in ("Role", "Timeout", "Handler", "CodeUri", "FunctionName", "LoggingConfig"):
        yield Break((*place, key), _other(function[key]), likely="functions")


def _of_statement(place: Path, statement: Json) -> Iterator[Break]:
    likely = "used_and_granted" if statement["Effect"] == "Allow" else "permissions"
    yield Break(place, gone=True, likely=likely)
    if isinstance(statement["Action"], list):
        for number in range(len(statement["Action"])):
            yield Break((*place, "Action", number), gone=True, likely=likely)
    else:
        yield Break((*place, "Action"), one_letter(statement["Action"]), likely=likely)
    everything = f"{_first(statement['Action']).partition(':')[0]}:*"
    if statement["Action"] != everything:
        yield Break((*place, "Action"), everything, likely="permissions")
    yield Break((*place, "Effect"), "Deny" if statement["Effect"] == "Allow" else "Allow", likely=likely)
    if statement.get("Resource", "*") != "*":
        yield Break((*place, "Resource"), "*", likely="permissions")
    for operator, keys in statement.get("Condition", {}).items():
        yield Break((*place, "Condition", operator), gone=True, likely="permissions")
        for key in keys:
            yield Break((*place, "Condition", operator, key), gone=True, likely="permissions")


def _first(value: str | list[str]) -> str:
    return value if isinstance(value, str) else value[0]


def _statements(place: Path, value: Any) -> Iterator[tuple[Path, Json]]:  # noqa: ANN401  JSON
    """Every statement below a place, those in an If included."""
    match value:
        case {"Effect": _, "Action": _}:
            yield place, value
        case dict():
            for key, inner in value.items():
                yield from _statements((*place, key), inner)
        case list():
            for number, inner in enumerate(value):
                yield from _statements((*place, number), inner)


def _objects(place: Path, value: Any) -> Iterator[tuple[Path, Json]]:  # noqa: ANN401  JSON
    if isinstance(value, dict):
        yield place, value
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(inner, dict | list):
            yield from _objects((*place, key), inner)


def _other(value: object) -> object:
    match value:
        case str():
            return one_letter(value)
        case int():
            return value * 7
    return {"Ref": "DeadLetters"}


def _without_variables(body: str) -> str:
    return re.sub(r"\$\{[^}]*\}", "", body)
