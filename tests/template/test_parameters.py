"""What people give: which values there are, what each of them changes, and that it changes nothing else."""

import json
import re
from collections.abc import Iterator, Mapping

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from tests.template.application import (
    ACCOUNT,
    DEFAULTS,
    EVERYTHING,
    REGION,
    Json,
    Stack,
    deployed,
    source,
    translated,
)

_PARAMETERS: Json = source()["Parameters"]
_DEFAULTS = {
    "SweepSchedule": "rate(1 hour)",
    "ReminderSchedule": "cron(0 8 * * ? *)",
    "Mode": "observe",
    "State": "running",
    "AdditionalGroups": "no",
    "PolicyParameter": "",
    "TagKeys": "Name,kubernetes.io/cluster/*",
    "AlertEmail": "",
    "SlackWebhook": "",
    "TeamsWebhook": "",
    "AmazonQ": "no",
    "SecurityHub": "no",
    "EventBus": "",
    "RemindAfter": 24,
    "QuietHours": "",
    "DailyReport": "yes",
    "HistoryDays": 365,
    "Dashboard": "yes",
    "LogLevel": "INFO",
    "LogRetention": 90,
    "ReservedConcurrency": "",
    "PermissionsBoundary": "",
}
_OTHERS = {
    **EVERYTHING,
    "SweepSchedule": "rate(2 hours)",
    "ReminderSchedule": "cron(0 6 * * ? *)",
    "State": "paused",
    "TagKeys": "team",
    "RemindAfter": "48",
    "DailyReport": "no",
    "HistoryDays": "30",
    "Dashboard": "no",
    "LogLevel": "DEBUG",
    "LogRetention": "30",
}
"""A value of each parameter that is not its default."""

_LOGS = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, "AWS::Logs::LogGroup").schema
_VALUES = {
    "Mode": ["observe", "remediate"],
    "State": ["running", "paused"],
    "AdditionalGroups": ["yes", "no"],
    "AmazonQ": ["yes", "no"],
    "SecurityHub": ["yes", "no"],
    "DailyReport": ["yes", "no"],
    "Dashboard": ["yes", "no"],
    "LogLevel": ["DEBUG", "INFO"],
    "LogRetention": _LOGS["properties"]["RetentionInDays"]["enum"],
}
_SCHEDULES = (
    ["rate(1 hour)", "cron(0 8 * * ? *)"],
    ["", "1 hour", "rate()", "cron()", "at(2026-11-22T08:00:00)", "rate(1 hour", "every rate(1 hour)"],
)
_POLICY = f"arn:aws:iam::{ACCOUNT}:policy"
_WEBHOOKS = (
    [
        "",
        f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:sgwarden/slack-a1B2c3",
        f"arn:aws-us-gov:secretsmanager:us-gov-west-1:{ACCOUNT}:secret:slack-a1B2c3",
        f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/sgwarden/teams",
    ],
    [
        "https://hooks.slack.com/services/T0/B0/x",  # anybody who may read the stack could write there
        "/sgwarden/teams",
        f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:*",
        f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/*",
        f"arn:aws:ssm:{REGION}:{ACCOUNT}:document/sgwarden",
        f"arn:aws:kms:{REGION}:{ACCOUNT}:key/x",
        f"arn:aws:secretsmanager:{REGION}:1111:secret:slack",
    ],
)
_PATTERNS = {
    "SweepSchedule": _SCHEDULES,
    "ReminderSchedule": _SCHEDULES,
    "PolicyParameter": (
        [
            "",
            "/sgwarden/policy",
            "/policy_1.b-c",
            "/team/aws/policy",
            "/" + "/".join("abcdefghijklmno"),
        ],
        [
            "/" + "/".join("abcdefghijklmnop"),
            "sgwarden/policy",  # it would be another ARN
            "policy",
            "/",
            "/sgwarden/",
            "/sgwarden//policy",
            "/sgwarden/*",
            "/sgwarden/policy:3",
            "/AWS/policy",
            "/ssm-policy",
            f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/sgwarden/policy",
        ],
    ),
    "AlertEmail": (
        ["", "oncall@example.com", "on.call+eks@ops.example.com", "o@localhost"],
        [
            "oncall",
            "@example.com",
            "oncall@",
            "on call@example.com",
            "a@example.com,b@example.com",
            "a@b@c",
            " ",
        ],
    ),
    "SlackWebhook": _WEBHOOKS,
    "TeamsWebhook": _WEBHOOKS,
    "EventBus": (
        ["", "default", "alerts/of-eks_1.x"],
        ["a bus", "*", "default,other", f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default", "x" * 257],
    ),
    "QuietHours": (
        ["", "22:00-07:00", "00:00-23:59", "09:30-09:31"],
        ["22:00", "22:00-24:00", "22:60-07:00", "7:00-22:00", "22:00-22:00", "22:00 - 07:00", "22:00-07:00Z"],
    ),
    "ReservedConcurrency": (
        ["", "2", "9", "10", "99", "100", "1000", "9999"],
        ["0", "1", "-2", "02", "2.0", " 2", "10000", "two"],
    ),
    "PermissionsBoundary": (
        [
            "",
            f"{_POLICY}/boundary",
            f"{_POLICY}/teams/eks/Boundary_1",
            "arn:aws:iam::aws:policy/PowerUserAccess",
            f"arn:aws-cn:iam::{ACCOUNT}:policy/boundary",
            f"arn:aws-us-gov:iam::{ACCOUNT}:policy/boundary",
        ],
        [
            "boundary",
            "policy/boundary",
            f"{_POLICY}/",
            f"arn:aws:iam::{ACCOUNT}:role/boundary",
            "arn:aws:iam::11112222333:policy/boundary",
            f"arn:aws:iam:{REGION}:{ACCOUNT}:policy/boundary",
            f"arn:aws:iam::{ACCOUNT[1:]}x:policy/boundary",
            f"x{_POLICY}/boundary",
        ],
    ),
}
"""What each may be, and what it may not."""
_RANGES = {"RemindAfter": (1, 8760), "HistoryDays": (1, 3653)}

_CONDITIONS = {
    "Mode": "Remediates",
    "AdditionalGroups": "KeepsAdditionalGroups",
    "PolicyParameter": "HasPolicyParameter",
    "AlertEmail": "HasAlertEmail",
    "SlackWebhook": "HasSlackWebhook",
    "TeamsWebhook": "HasTeamsWebhook",
    "AmazonQ": "HasAmazonQ",
    "SecurityHub": "HasSecurityHub",
    "EventBus": "HasEventBus",
    "DailyReport": "HasDailyReport",
    "Dashboard": "HasDashboard",
    "ReservedConcurrency": "HasReservedConcurrency",
    "PermissionsBoundary": "HasPermissionsBoundary",
}
"""The only condition that each of these parameters decides; the others decide none."""

_TOGETHER = {"ReadsWebhooks", "Notifies"}
"""The conditions that several parameters decide together."""
_NOTIFY = "Notify/Environment/Variables"
_RECONCILE, _SWEEP = "Reconcile/Environment/Variables", "Sweep/Environment/Variables"
_CHANGES = {
    "SweepSchedule": {"SweepRegularly/ScheduleExpression"},
    "ReminderSchedule": {"SweepToRemind/ScheduleExpression"},
    "Mode": {
        f"{_RECONCILE}/SGWARDEN_MODE",
        "ReconcileRole/ReadTheSwitch",
        "RemediatePolicy",
        "EventsMissedAlarm",
        "PausedAlarm",
        "SwitchUnreadableAlarm",
    },
    "State": {f"{_RECONCILE}/SGWARDEN_STATE"},
    "AdditionalGroups": {
        f"{_RECONCILE}/SGWARDEN_ADDITIONAL_GROUPS",
        "RemediatePolicy/WriteAdditionalGroups",
        "RemediatePolicy/TagAdditionalGroups",
    },
    "PolicyParameter": {
        f"{_RECONCILE}/SGWARDEN_POLICY_PARAMETER",
        f"{_SWEEP}/SGWARDEN_POLICY_PARAMETER",
        "ReconcileRole/ReadThePolicyParameter",
        "SweepRole/ReadThePolicyParameter",
        "PolicyRefusedAlarm",
        "PolicyUnreadableAlarm",
    },
    "TagKeys": {"RemediatePolicy/TagClusterSecurityGroups", "RemediatePolicy/TagAdditionalGroups"},
    "AlertEmail": {"AlertEmailSubscription"},
    "SlackWebhook": {f"{_NOTIFY}/SGWARDEN_SLACK_WEBHOOK", "NotifyRole/ReadTheAddressesOfWebhooks"},
    "TeamsWebhook": {f"{_NOTIFY}/SGWARDEN_TEAMS_WEBHOOK", "NotifyRole/ReadTheAddressesOfWebhooks"},
    "AmazonQ": {
        f"{_NOTIFY}/SGWARDEN_CHAT_TOPIC_ARN",
        "NotifyRole/TellAmazonQ",
        "NotifyRole/EncryptWhatAmazonQIsTold",
        "Chat",
    },
    "SecurityHub": {f"{_NOTIFY}/SGWARDEN_SECURITY_HUB", "NotifyRole/ImportFindings"},
    "EventBus": {f"{_NOTIFY}/SGWARDEN_EVENT_BUS", "NotifyRole/PutEvents"},
    "RemindAfter": {f"{_RECONCILE}/SGWARDEN_REMIND_AFTER"},
    "QuietHours": {f"{_RECONCILE}/SGWARDEN_QUIET_HOURS"},
    "DailyReport": {
        f"{_RECONCILE}/SGWARDEN_DAILY_REPORT",
        f"{_SWEEP}/SGWARDEN_DAILY_REPORT",
        "SweepRole/TellPeopleDaily",
        "SweepRole/EncryptWhatPeopleAreTold",
    },
    "HistoryDays": {f"{_RECONCILE}/SGWARDEN_HISTORY_DAYS"},
    "Dashboard": {"Overview"},
    "LogLevel": {f"{each}/POWERTOOLS_LOG_LEVEL" for each in (_RECONCILE, _SWEEP, _NOTIFY)},
    "LogRetention": {f"{each}Logs/RetentionInDays" for each in ("Reconcile", "Sweep", "Notify")},
    "ReservedConcurrency": {
        "Reconcile/ReservedConcurrentExecutions",
        "Sweep/ReservedConcurrentExecutions",
    },
    "PermissionsBoundary": {f"{each}Role/PermissionsBoundary" for each in ("Reconcile", "Sweep", "Notify")},
}
"""The settings, statements and whole resources that depend on each parameter."""


# --- Which values there are -----------------------------------------------------------------------------


def test_every_parameter_has_the_default_that_was_decided_on() -> None:
    assert {name: each["Default"] for name, each in _PARAMETERS.items()} == _DEFAULTS
    deployed(DEFAULTS)  # raises ValueError for one that it does not allow itself


@pytest.mark.parametrize("name", _PARAMETERS)
def test_a_parameter_says_what_it_may_be_and_in_words_where_a_pattern_says_it(name: str) -> None:
    declared = {"Type", "Description", "Default"}
    if name in _VALUES:
        declared |= {"AllowedValues"}
    if name in _PATTERNS:
        declared |= {"AllowedPattern", "ConstraintDescription"}
    if name in _RANGES:
        declared |= {"MinValue", "MaxValue"}
    assert set(_PARAMETERS[name]) == declared
    assert sum(name in each for each in (_VALUES, _PATTERNS, _RANGES)) == (name != "TagKeys")


def test_what_can_be_listed_is_listed() -> None:
    assert {name: each["AllowedValues"] for name, each in _PARAMETERS.items() if name in _VALUES} == _VALUES


def test_what_is_a_number_has_its_bounds() -> None:
    found = {name: (_PARAMETERS[name]["MinValue"], _PARAMETERS[name]["MaxValue"]) for name in _RANGES}
    assert found == _RANGES
    assert {_PARAMETERS[name]["Type"] for name in _RANGES} == {"Number"}


@pytest.mark.parametrize(
    ("name", "value", "right"),
    [
        (name, value, right)
        for name, (good, bad) in _PATTERNS.items()
        for right, values in ((True, good), (False, bad))
        for value in values
    ],
)
def test_what_cannot_be_listed_is_held_to_its_form(name: str, value: str, right: bool) -> None:
    assert bool(re.fullmatch(_PARAMETERS[name]["AllowedPattern"], value)) is right


# --- What they change -----------------------------------------------------------------------------------


def _holding(stack: Stack) -> set[str]:
    return {condition for condition in source()["Conditions"] if stack.holds(condition)}


def _decided_by(name: str) -> set[str]:
    return {_CONDITIONS[name]} if name in _CONDITIONS else set()


def _settings(place: str, value: object) -> Iterator[tuple[str, str]]:
    """Every setting below a place by where it is; a statement of a policy is one, and is named by its Sid."""
    match value:
        case {"Sid": str(name)}:
            yield f"{place.partition('/')[0]}/{name}", json.dumps(value)
        case dict():
            for key, inner in value.items():
                yield from _settings(f"{place}/{key}", inner)
        case [*values] if any(isinstance(each, dict) for each in values):
            for number, inner in enumerate(values):
                yield from _settings(f"{place}/{number}", inner)
        case _:
            yield place, json.dumps(value)


def _changed(one: Stack, other: Stack) -> set[str]:
    made = one.resources.keys() ^ other.resources.keys()
    both = one.resources.keys() & other.resources.keys()
    settings = [
        {pair for name in both for pair in _settings(name, each.resources[name]["Properties"])}
        for each in (one, other)
    ]
    return made | {place for place, _ in settings[0] ^ settings[1]}


def _under(condition: str) -> set[str]:
    """The resources that are there where it holds."""
    resources = translated()["Resources"].items()
    return {name for name, each in resources if each.get("Condition") == condition}


def _turned(name: str, given: Mapping[str, str]) -> dict[str, str]:
    """The parameters, but that this one is its default where it was not, and not where it was."""
    if name in given:
        return {key: value for key, value in given.items() if key != name}
    return {**given, name: _OTHERS[name]}


@pytest.mark.parametrize("given", [DEFAULTS, EVERYTHING], ids=["by default", "with everything"])
@pytest.mark.parametrize("name", _PARAMETERS)
def test_a_parameter_changes_what_depends_on_it_and_nothing_else(name: str, given: dict[str, str]) -> None:
    before, after = deployed(given), deployed(_turned(name, given))
    turned = _holding(before) ^ _holding(after)
    there = before.resources.keys() | after.resources.keys()
    # With the first channel comes the whole function, its settings with it.
    whole = _under("Notifies") if "Notifies" in turned else set()
    settings = {each for each in _CHANGES[name] if each.partition("/")[0] in there - whole}
    assert _changed(before, after) == settings | whole
    assert turned - _TOGETHER == _decided_by(name)


@pytest.mark.parametrize("given", [DEFAULTS, EVERYTHING], ids=["by default", "with everything"])
@pytest.mark.parametrize("name", _PARAMETERS)
def test_no_value_of_a_parameter_decides_what_another_is_for(name: str, given: dict[str, str]) -> None:
    good, _ = _PATTERNS.get(name, ([], []))
    for value in (*_VALUES.get(name, ()), *good):
        turned = _holding(deployed(given)) ^ _holding(deployed({**given, name: str(value)}))
        assert turned - _TOGETHER <= _decided_by(name)


@pytest.mark.parametrize("parameter", _CONDITIONS)
def test_a_condition_asks_for_one_parameter_and_for_nothing_else(parameter: str) -> None:
    asked = re.findall(
        r'"(?:Ref|Condition)": "(.*?)"', json.dumps(source()["Conditions"][_CONDITIONS[parameter]])
    )
    assert asked == [parameter]


def test_the_conditions_hold_where_their_parameters_ask_for_something() -> None:
    assert _holding(deployed(DEFAULTS)) == {"HasDailyReport", "HasDashboard"}
    assert _holding(deployed(EVERYTHING)) == {*_CONDITIONS.values(), *_TOGETHER}


@pytest.mark.parametrize("name", ["SlackWebhook", "TeamsWebhook", "AmazonQ", "SecurityHub", "EventBus"])
def test_any_channel_is_reason_enough_to_notify(name: str) -> None:
    holding = _holding(deployed({name: EVERYTHING[name]}))
    assert "Notifies" in holding
    assert ("ReadsWebhooks" in holding) is name.endswith("Webhook")
