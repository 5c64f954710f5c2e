"""What people are told is what became of it: by whom and by how many, and with what else is open."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from sgwarden.alert import Alert, read_alert
from sgwarden.page import LEASE
from sgwarden.rendering.undo import undo_of

from tests.integration.deployed import (
    ACCOUNT,
    GROUP,
    WRITES,
    Deployed,
    Json,
    changed,
    close,
    cluster,
    open_to,
    running,
)
from tests.integration.dying import Life, life
from tests.integration.test_attachment import with_two_tags

if TYPE_CHECKING:
    from collections.abc import Iterator

SSH, RDP, OUT, HTTPS = (
    "tcp/22 from 0.0.0.0/0",
    "tcp/3389 from 0.0.0.0/0",
    "all to 0.0.0.0/0",
    "tcp/443 to 0.0.0.0/0",
)
DAY = 24 * 60 * 60
SWEEP: Json = {"sgwarden-sweep": {"group": GROUP, "remind": False}}
REMIND: Json = {"sgwarden-sweep": {"group": GROUP, "remind": True}}


@contextmanager
def at_work(**settings: object) -> Iterator[tuple[Deployed, Life]]:
    with running(receipts=True, **settings) as function, life(function.account) as time:  # type: ignore[arg-type]
        yield function, time


def alerts(function: Deployed) -> list[Alert]:
    bodies = (json.loads(each.body) for each in function.account.published())
    return [read_alert(json.loads(body["default"])["alert"]) for body in bodies]


def told(alert: Alert) -> dict[str, str]:
    return {note.kind: str(note.transition) for note in alert.notes}


def by(name: str, number: int) -> str:
    who = {"type": "IAMUser", "accountId": ACCOUNT, "userName": name}
    return json.dumps(changed(eventID=f"00000000-0000-4000-8000-{number:012d}", userIdentity=who))


@pytest.mark.parametrize("switch", [{"SGWARDEN_STATE": "paused"}, {"SGWARDEN_MODE": "observe"}])
def test_a_write_is_not_denied_by_whoever_may_not_write_any_more(switch: dict[str, str]) -> None:
    with at_work() as (function, time):
        open_to(function, SSH)
        function.account.fail("TransactWriteItems", "AccessDeniedException", times=100)
        assert function.deliver(changed()) == ["m1"]
        assert SSH not in function.account.lines(GROUP)
        function.account.recover("TransactWriteItems")
        time.pass_by(LEASE.total_seconds())
        open_to(function, RDP)
        with patch.dict(os.environ, switch):
            time.run([json.dumps(changed())])
        (alert,) = alerts(function)
        assert RDP in function.account.lines(GROUP)
        assert [made.rule for made in alert.earlier] == [SSH]
        assert [made.rule for made in alert.changes] == [RDP]
        (command,) = undo_of(alert)
        assert '"FromPort":22,"ToPort":22' in command


def test_what_others_put_right_is_not_the_whole_group() -> None:
    with at_work(mode="observe") as (function, time):
        open_to(function, SSH)
        close(function, OUT)
        time.run([by("alice", 1)])
        time.settle()
        open_to(function, OUT)
        time.run([by("bob", 2)])
        (second,) = alerts(function)
        assert told(second) == {"MissingTraffic": "resolved"}
        assert second.others
        assert (second.others.findings, str(second.others.severity)) == (1, "critical")
        assert not second.is_over


def test_trouble_does_not_end_with_the_permission_to_write() -> None:
    with at_work() as (function, time):
        open_to(function, SSH)
        for operation in WRITES:
            function.account.fail(operation, "UnauthorizedOperation", times=100)
        time.run([by("alice", 1)])
        time.waiting.clear()
        time.pass_by(60 * 60)
        with patch.dict(os.environ, {"SGWARDEN_MODE": "observe"}):
            time.run([json.dumps(SWEEP)])
        once = {alert.id: alert for alert in alerts(function)}  # what nobody has confirmed comes again
        assert [set(told(alert).values()) for alert in once.values()] == [{"failed"}]


def test_that_the_last_of_it_is_lost_too_is_told() -> None:
    """It is written as before: as the policy has it."""
    lines = ("all from self", HTTPS, "all to self")
    with at_work(mode="observe", clusters=(cluster(*lines),)) as (function, time):
        time.run([by("alice", 1)])
        time.settle()
        (first,) = alerts(function)
        close(function, HTTPS)
        time.run([by("bob", 2)])
        (second,) = alerts(function)
        assert told(first) == told(second) == {"MissingTraffic": "opened"}
        assert [note.present for alert in (first, second) for note in alert.notes] == [(HTTPS,), ()]


def test_every_actor_is_in_it() -> None:
    with at_work(mode="observe", daily_report="no") as (function, time):
        open_to(function, SSH)
        names = ("alice", "bob", "carol", "dave", "erin")
        time.run([by(name, number) for number, name in enumerate(names[:3])])
        time.settle()
        time.run([by(name, number) for number, name in enumerate(names[3:], 3)])
        time.settle()
        time.pass_by(1.1 * DAY)
        time.run([json.dumps(REMIND)])
        for alert, known in zip(alerts(function), (names[:3], names), strict=True):
            (causes,) = (note.causes for note in alert.notes if note.kind == "ForbiddenTraffic")
            assert [each.actor.partition(" ")[0] for each in causes] == list(known)


@pytest.mark.parametrize("lines", [(), (SSH,)], ids=["in order", "in disorder"])
def test_people_are_reminded_of_what_carries_the_group_though_that_cannot_be_read(
    lines: tuple[str, ...],
) -> None:
    with (
        with_two_tags(mode="observe", daily_report="no", receipts=True) as function,
        life(function.account) as time,
    ):
        for line in lines:
            open_to(function, line)
        time.run([json.dumps(REMIND)])
        time.settle()
        function.account.fail("DescribeNetworkInterfaces", "UnauthorizedOperation", times=100)
        before = len(alerts(function))
        for hours in (23, 2):
            time.pass_by(hours * 60 * 60)
            time.run([json.dumps(REMIND)])
            time.settle()
        said = [told(alert) for alert in alerts(function)[before:]]
        assert {"AmbiguousClusterTag": "reminded"} in said
        assert len(said) == 1 + len(lines)
