"""The notify function as it is deployed: what webhooks, topic, hub and bus got, and what is in the queue."""

from __future__ import annotations

import json
import logging
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from sgwarden.aws.channels import Settings, channels_of
from sgwarden.aws.channels.webhook import seconds_of
from sgwarden.life import Transition
from sgwarden.outcome import Status

from tests.integration.fake_webhook import Reply
from tests.integration.notifying import Notifying, body, notifying
from tests.unit.alerts import alert, daily, note, standing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

_ONLY_SLACK = {
    "SGWARDEN_TEAMS_WEBHOOK": "",
    "SGWARDEN_CHAT_TOPIC_ARN": "",
    "SGWARDEN_SECURITY_HUB": "no",
    "SGWARDEN_EVENT_BUS": "",
}
_ONLY_TEAMS = {**_ONLY_SLACK, "SGWARDEN_SLACK_WEBHOOK": ""}
del _ONLY_TEAMS["SGWARDEN_TEAMS_WEBHOOK"]


@pytest.fixture
def world() -> Iterator[Notifying]:
    with notifying() as there:
        yield there


@pytest.fixture
def slack_world() -> Iterator[Notifying]:
    with notifying(**_ONLY_SLACK) as there:
        yield there


@pytest.fixture
def teams_world() -> Iterator[Notifying]:
    with notifying(**_ONLY_TEAMS) as there:
        yield there


# --- Every channel --------------------------------------------------------------------------------------


def test_an_alert_comes_to_every_channel_once_however_often_it_is_delivered(world: Notifying) -> None:
    assert world.deliver(alert(), alert()) == []
    assert world.deliver(alert()) == []
    ((slack,), (teams,), (chat,), (event,), (finding,)) = (
        world.slack(),
        world.teams(),
        world.chat(),
        world.events(),
        world.hub(),
    )
    assert "prod-1" in slack["text"]
    assert teams["attachments"][0]["content"]["type"] == "AdaptiveCard"
    assert chat["metadata"]["threadId"] == alert().thread
    assert (event["Source"], event["EventBusName"]) == ("sgwarden", "default")
    assert finding["RecordState"] == "ACTIVE"
    assert world.waiting() == []
    assert world.function.metrics()["Notices"] == [2, 1]


def test_a_daily_report_comes_to_all_that_take_reports(world: Notifying) -> None:
    assert world.deliver(daily(standing())) == []
    assert [len(each) for each in (world.slack(), world.teams(), world.chat(), world.events())] == [1] * 4
    assert world.hub() == []


def test_a_finding_of_the_hub_is_archived_with_its_end(world: Notifying) -> None:
    opened = alert()
    over = alert(
        note(transition=Transition.RESOLVED),
        id="b1",
        time=opened.time + timedelta(hours=1),
        status=Status.IN_SYNC,
        changes=(),
    )
    world.deliver(opened)
    world.deliver(over)
    (finding,) = world.hub()
    assert finding["RecordState"] == "ARCHIVED"


def test_only_what_is_on_is_told() -> None:
    nothing = {**_ONLY_SLACK, "SGWARDEN_SLACK_WEBHOOK": ""}
    with notifying(**nothing) as world:
        assert world.deliver(alert()) == []
        assert (world.webhook.received, world.chat(), world.events(), world.hub()) == ([], [], [], [])


def test_what_is_not_understood_is_in_the_log_whole_and_counted(world: Notifying) -> None:
    alarm = json.dumps({"AlarmName": "sgwarden-paused", "NewStateValue": "ALARM"})
    assert world.deliver(alarm, alert()) == []
    (line,) = world.function.logged("dropped")
    assert line["body"] == alarm
    assert world.function.metrics()["MessagesDropped"] == [1]
    assert len(world.slack()) == 1


# --- A webhook that has troubles ------------------------------------------------------------------------


def test_what_is_refused_for_a_moment_is_waited_for(slack_world: Notifying) -> None:
    slack_world.webhook.replies = [Reply(429, "rate_limited", {"Retry-After": "1"})]
    before = time.monotonic()
    assert slack_world.deliver(alert()) == []
    assert time.monotonic() - before >= 1
    assert len(slack_world.slack()) == 1
    assert slack_world.waiting() == []


@pytest.mark.parametrize(("asked", "delay"), [("300", 300), ("86400", 900), ("nonsense", 30)])
def test_what_is_refused_for_longer_comes_again_when_it_may(
    slack_world: Notifying, asked: str, delay: int
) -> None:
    slack_world.webhook.replies = [Reply(429, "rate_limited", {"Retry-After": asked})]
    assert slack_world.deliver(alert()) == []
    assert slack_world.slack() == []
    ((left, waits),) = slack_world.waiting()
    assert (left["channel"], left["tries"], waits) == ("slack", 1, delay)
    assert slack_world.deliver(json.dumps({"sgwarden-notify": left})) == []
    assert len(slack_world.slack()) == 1


def test_a_wait_that_does_not_fit_into_the_time_left_is_the_queues(slack_world: Notifying) -> None:
    slack_world.webhook.replies = [Reply(429, "rate_limited", {"Retry-After": "20"})]
    slack_world.function.seconds_left = lambda: 30
    assert slack_world.deliver(alert()) == []
    assert [delay for _, delay in slack_world.waiting()] == [20]


@pytest.mark.parametrize(
    "reply", [Reply(500, "rollup_error"), Reply(503, ""), Reply(408, ""), Reply(429, "")]
)
def test_a_fault_of_theirs_comes_again_to_them_alone(world: Notifying, reply: Reply) -> None:
    world.webhook.replies = [reply]
    assert world.deliver(alert()) == []
    assert (world.slack(), len(world.teams()), len(world.events())) == ([], 1, 1)
    ((left, delay),) = world.waiting()
    assert (left["channel"], delay) == ("slack", 30)
    assert world.deliver(json.dumps({"sgwarden-notify": left})) == []
    assert (len(world.slack()), len(world.teams()), len(world.events())) == (1, 1, 1)


@pytest.mark.parametrize("channel", ["slack", "teams"])
def test_one_that_does_not_answer_comes_again(channel: str) -> None:
    settings = _ONLY_SLACK if channel == "slack" else _ONLY_TEAMS
    with notifying(**settings) as world, patch(f"sgwarden.aws.channels.{channel}.TIMEOUT", 0.2):
        world.webhook.replies = [Reply(hangs=1)]
        assert world.deliver(alert()) == []
        ((left, delay),) = world.waiting()
    assert (left["channel"], delay) == (channel, 30)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(404, "no_service"),
        Reply(410, "channel_is_archived"),
        Reply(403, "action_prohibited"),
        Reply(400, "invalid_payload"),
        Reply(200, "not what Slack says"),
    ],
)
def test_a_refusal_for_good_is_counted_and_not_tried_again(world: Notifying, reply: Reply) -> None:
    world.webhook.replies = [reply]
    assert world.deliver(alert()) == []
    assert (world.waiting(), len(world.teams()), len(world.events())) == ([], 1, 1)
    assert world.function.metrics()["NotificationsFailed"] == [1]
    (line,) = world.function.logged("not told")
    assert (line["channel"], line["alert"]) == ("slack", alert().id)
    assert json.loads(line["body"])["sgwarden-notify"]["alert"] == alert().as_json()
    if "_" in reply.body:
        assert reply.body in line["error"]


def test_a_webhook_that_was_replaced_is_found_at_once(slack_world: Notifying) -> None:
    assert slack_world.deliver(alert(id="a1")) == []
    slack_world.replace_slack_webhook(slack_world.webhook.url("slack/new"))
    slack_world.webhook.replies = [Reply(404, "no_service")]
    assert slack_world.deliver(alert(id="a2")) == []
    assert [path for path, _ in slack_world.webhook.received] == ["/slack/T000/B000/secret", "/slack/new"]
    assert "NotificationsFailed" not in slack_world.function.metrics()


def test_an_address_is_not_read_for_every_alert(slack_world: Notifying) -> None:
    slack_world.deliver(alert(id="a1"), alert(id="a2"))
    assert len(slack_world.account.calls("GetSecretValue")) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_teams_follows_no_redirect(teams_world: Notifying, status: int) -> None:
    elsewhere = {"Location": teams_world.webhook.url("elsewhere")}
    teams_world.webhook.replies = [Reply(status, "", elsewhere)]
    assert teams_world.deliver(alert()) == []
    assert (teams_world.webhook.received, teams_world.webhook.others) == ([], [])
    assert teams_world.function.metrics()["NotificationsFailed"] == [1]


@pytest.mark.parametrize("status", [302, 307])
def test_what_answers_behind_a_redirect_of_slack_is_not_slack(slack_world: Notifying, status: int) -> None:
    slack_world.webhook.replies = [Reply(status, "", {"Location": slack_world.webhook.url("elsewhere")})]
    assert slack_world.deliver(alert()) == []
    assert slack_world.webhook.received == []
    assert slack_world.function.metrics()["NotificationsFailed"] == [1]


def test_teams_is_content_with_accepted(teams_world: Notifying) -> None:
    teams_world.webhook.replies = [Reply(202, "")]
    assert teams_world.deliver(alert()) == []
    assert len(teams_world.teams()) == 1
    assert teams_world.waiting() == []


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/x", "", '{"url": "https://x/y"}', "https://", "file:///etc/x"]
)
def test_what_is_no_https_address_is_not_called(slack_world: Notifying, url: str) -> None:
    slack_world.replace_slack_webhook(url or "?")
    assert slack_world.deliver(alert()) == []
    assert slack_world.webhook.received == []
    (line,) = slack_world.function.logged("not told")
    assert "holds no https address" in line["error"]


# --- An address is a secret -----------------------------------------------------------------------------

_TROUBLES = [
    [],
    [Reply(404, "no_service")] * 2,
    [Reply(400, "invalid: https://127.0.0.1/slack/secret")] * 2,
    [Reply(500, "")] * 2,
    [Reply(429, "", {"Retry-After": "900"})] * 2,
    [Reply(hangs=1)] * 2,
    [Reply(302, "", {"Location": "https://127.0.0.1:1/secret"})] * 2,
]


@pytest.mark.parametrize("replies", _TROUBLES, ids=range(len(_TROUBLES)))
def test_no_line_of_the_log_has_the_address_in_it(
    replies: list[Reply], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with (
        notifying() as world,
        patch("sgwarden.aws.channels.slack.TIMEOUT", 0.2),
        patch("sgwarden.aws.channels.teams.TIMEOUT", 0.2),
    ):
        world.webhook.replies = list(replies)
        world.deliver(alert())
        written = world.function.out.getvalue() + json.dumps(world.waiting())
    assert not [each.name for each in caplog.records if each.name.startswith(("slack_sdk", "sgwarden.slack"))]
    assert "secret" not in written.replace("secretsmanager", "").replace(":secret:", "")
    assert "127.0.0.1" not in written


# --- The ledger, the hub and the bus --------------------------------------------------------------------


def test_without_the_ledger_people_are_told_all_the_same(slack_world: Notifying) -> None:
    for operation in ("GetItem", "UpdateItem"):
        slack_world.account.fail(operation, "AccessDeniedException", times=99)
    assert slack_world.deliver(alert()) == []
    assert slack_world.deliver(alert()) == []
    assert len(slack_world.slack()) == 2
    assert slack_world.function.logged("unrecorded")


def test_who_was_told_is_forgotten_in_a_month(slack_world: Notifying) -> None:
    slack_world.deliver(alert())
    account = slack_world.account
    (item,) = account.client("dynamodb").scan(TableName=account.table_name)["Items"]
    assert item["channels"] == {"SS": ["slack"]}
    assert item["pk"] == {"S": f"SENT#{alert().id}"}
    assert set(item) == {"pk", "sk", "channels", "ttl"}


def test_a_throttled_bus_comes_again(world: Notifying) -> None:
    world.account.fail("PutEvents", "ThrottlingException", times=99)
    assert world.deliver(alert()) == []
    ((left, delay),) = world.waiting()
    assert (left["channel"], delay) == ("event-bus", 30)


def test_what_the_bus_takes_in_part_is_put_once_more() -> None:
    with notifying(**{**_ONLY_SLACK, "SGWARDEN_SLACK_WEBHOOK": "", "SGWARDEN_EVENT_BUS": "default"}) as world:
        many = alert(*(note(id=f"n{number}") for number in range(23)))
        put, answers = _partly_taken(world, failing={3, 4})
        with put:
            assert world.deliver(many) == []
        assert answers == [10, 2, 10, 3]
        assert world.waiting() == []


def test_what_the_bus_never_takes_comes_again() -> None:
    with notifying(**{**_ONLY_SLACK, "SGWARDEN_SLACK_WEBHOOK": "", "SGWARDEN_EVENT_BUS": "default"}) as world:
        put, answers = _partly_taken(world, failing={0}, always=True)
        with put:
            assert world.deliver(alert()) == []
        assert answers == [1, 1]
        assert [left["channel"] for left, _ in world.waiting()] == ["event-bus"]


def _partly_taken(
    world: Notifying, failing: set[int], *, always: bool = False
) -> tuple[AbstractContextManager[Any], list[int]]:
    """EventBridge that takes not all entries of the first call, or of any; and how many each call had."""
    (channel,) = world.function.app._desk.channels
    answers: list[int] = []

    def put_events(Entries: list[object]) -> dict[str, object]:  # noqa: N803  its name in AWS
        refused = failing if always or not answers else set()
        answers.append(len(Entries))
        said = [
            {"ErrorCode": "InternalFailure"} if place in refused else {"EventId": str(place)}
            for place in range(len(Entries))
        ]
        return {"FailedEntryCount": len(refused & set(range(len(Entries)))), "Entries": said}

    return patch.object(channel._events, "put_events", put_events), answers


@pytest.mark.parametrize(
    ("code", "again"),
    [("InternalException", True), ("LimitExceededException", True), ("InvalidInput", False)],
)
def test_what_the_hub_takes_in_part_is_looked_at(code: str, again: bool) -> None:
    with notifying(**{**_ONLY_SLACK, "SGWARDEN_SLACK_WEBHOOK": "", "SGWARDEN_SECURITY_HUB": "yes"}) as world:
        (channel,) = world.function.app._desk.channels
        failed = {"Id": "x", "ErrorCode": code, "ErrorMessage": "so it is"}
        answer = {"FailedCount": 1, "SuccessCount": 0, "FailedFindings": [failed]}
        with patch.object(channel._hub, "batch_import_findings", return_value=answer):
            assert world.deliver(alert()) == []
        assert [left["channel"] for left, _ in world.waiting()] == (["security-hub"] if again else [])
        assert ("NotificationsFailed" in world.function.metrics()) is not again


def test_the_hub_takes_a_hundred_findings_in_a_call() -> None:
    with notifying(**{**_ONLY_SLACK, "SGWARDEN_SLACK_WEBHOOK": "", "SGWARDEN_SECURITY_HUB": "yes"}) as world:
        assert world.deliver(alert(*(note(id=f"n{number}") for number in range(120)))) == []
        calls = world.account.calls("BatchImportFindings")
        assert [len(call.parameters["Findings"]) for call in calls] == [100, 20]


# --- Parts ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(None, None), ("30", 30.0), ("0", 0.0), ("-1", None), ("soon", None), ("", None)],
)
def test_what_a_retry_after_asks_for(header: str | None, seconds: float | None) -> None:
    assert seconds_of(header) == seconds


def test_a_retry_after_can_be_a_date() -> None:
    assert seconds_of("Sun, 06 Nov 1994 08:49:37 GMT") == 0.0
    found = seconds_of(format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True))
    assert found is not None
    assert 50 < found <= 60


def test_nothing_is_on_where_nothing_is_named() -> None:
    assert channels_of(Settings(), "eu-west-1") == ()


def test_a_body_is_as_the_topic_has_it() -> None:
    assert set(json.loads(body(alert()))) == {"schema", "alert", "results"}
