"""The roles may do what the functions do and nothing else: each call is allowed, each permission needed."""

import pytest

from tests.template.application import DEFAULTS, EVERYTHING, Json, Stack, deployed, statements
from tests.template.at_work import notifying, reconciling, sweeping
from tests.template.authorization import Request
from tests.template.iam import allowed, applies


def _by_lambda(stack: Stack, logs: str) -> list[Request]:
    """What Lambda and the runtime do with the role of a function, without the code having a part in it."""
    stream = stack.arn(logs).removesuffix("*") + "log-stream:2026/11/22/[$LATEST]365f86ea"
    return [
        Request("logs:CreateLogStream", stream),
        Request("logs:PutLogEvents", stream),
        Request("xray:PutTraceSegments"),  # Tracing: Active
        Request("xray:PutTelemetryRecords"),
    ]


def _by_the_poller(stack: Stack, queue: str = "Changes") -> list[Request]:
    """What Lambda's poller does with the role of a function that a queue feeds."""
    calls = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
    return [Request(action, stack.arn(queue)) for action in calls]


def _remediating(stack: Stack) -> list[Request]:
    return [*reconciling(stack), *_by_lambda(stack, "ReconcileLogs"), *_by_the_poller(stack)]


def _observing(stack: Stack) -> list[Request]:
    return [*reconciling(stack, "[ek]*"), *_by_lambda(stack, "ReconcileLogs"), *_by_the_poller(stack)]


def _sweeping(stack: Stack) -> list[Request]:
    return [*sweeping(stack), *_by_lambda(stack, "SweepLogs")]


def _notifying(stack: Stack) -> list[Request]:
    return [*notifying(stack), *_by_lambda(stack, "NotifyLogs"), *_by_the_poller(stack, "Notices")]


_WORK = {
    "remediate": (EVERYTHING, "ReconcileRole", _remediating),
    "observe": (DEFAULTS, "ReconcileRole", _observing),
    "sweep": (EVERYTHING, "SweepRole", _sweeping),
    "notify": (EVERYTHING, "NotifyRole", _notifying),
}


@pytest.fixture(scope="module", params=_WORK)
def used(request: pytest.FixtureRequest) -> "Used":
    given, role, work = _WORK[request.param]
    stack = deployed(given)
    return Used(statements(stack, role), work(stack))


class Used:
    """The statements of a role, and all that was asked of it."""

    def __init__(self, granted: list[Json], asked: list[Request]) -> None:
        self.granted = granted
        self.asked = asked

    def needed(self) -> set[tuple[str, str]]:
        """The statement and the action in it, as it is written, by which each request is allowed."""
        return {
            (statement["Sid"], action)
            for statement in self.granted
            if statement["Effect"] == "Allow"
            for action in _list(statement["Action"])
            if any(
                applies({**statement, "Action": action}, one.action, one.resource, one.context)
                for one in self.asked
            )
        }


def test_every_call_is_allowed(used: Used) -> None:
    refused = {
        (one.action, one.resource)
        for one in used.asked
        if not allowed(used.granted, one.action, one.resource, one.context)
    }
    assert not refused


def test_every_permission_is_needed(used: Used) -> None:
    granted = {
        (statement["Sid"], action)
        for statement in used.granted
        if statement["Effect"] == "Allow"
        for action in _list(statement["Action"])
    }
    assert granted == used.needed()


def test_every_permission_to_write_is_needed_where_it_remediates_only() -> None:
    beyond = {
        statement["Sid"]
        for statement in statements(deployed(EVERYTHING), "ReconcileRole")
        if statement not in statements(deployed({**EVERYTHING, "Mode": "observe"}), "ReconcileRole")
    }
    assert beyond == {
        "WriteClusterSecurityGroups",
        "TagClusterSecurityGroups",
        "WriteAdditionalGroups",
        "TagAdditionalGroups",
        "WriteTheirRules",
        "TagTheirNewRules",
        "NamePrefixListsInThem",
        "ReadTheSwitch",
        "NeverWriteTagsOfAws",
        "NeverConsentForPeople",
    }


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
