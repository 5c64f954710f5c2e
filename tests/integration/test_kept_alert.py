"""What SNS refuses stays in the ledger, and people hear of it once, in its turn, when SNS is back."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.integration.deployed import GROUP, Deployed, changed, close, open_to, running
from tests.integration.dying import VISIBILITY, Life, life
from tests.integration.test_bookkeeping import page

if TYPE_CHECKING:
    from collections.abc import Iterator

SSH, RDP = "tcp/22 from 0.0.0.0/0", "tcp/3389 from 0.0.0.0/0"
EVENT = json.dumps(changed())
DENIED = "AccessDeniedException"
ALWAYS = 10_000
TRIES = 5  # of a message, before it is a dead letter, as template.yaml has it


@contextmanager
def outage(mode: str = "remediate", *broken: str) -> Iterator[tuple[Deployed, Life]]:
    """The topic, or whatever else is broken, refuses all from now on."""
    with running(mode=mode, receipts=True) as function, life(function.account) as time:
        open_to(function, SSH)
        for operation in broken or ("Publish",):
            code = "AuthorizationError" if operation == "Publish" else DENIED
            function.account.fail(operation, code, times=ALWAYS)
        yield function, time


def told(time: Life) -> list[tuple[str, list[str]]]:
    return [(note["transition"], note["traffic"]) for note in time.notes()]


@pytest.mark.parametrize(("mode", "said"), [("remediate", "remediated"), ("observe", "opened")])
def test_the_message_comes_again_and_the_alert_is_sent_once_when_sns_is_back(mode: str, said: str) -> None:
    with outage(mode) as (function, time):
        time.run([EVENT])
        assert (SSH in function.account.lines(GROUP)) is (mode == "observe")
        (waits,) = page(function).unsent
        assert [body for _, body in time.waiting] == [EVENT]
        time.pass_by(VISIBILITY)
        time.work()
        assert EVENT not in [body for _, body in time.waiting]  # what waits now is the alert alone
        function.account.recover("Publish")
        time.settle()
        assert time.told() == [waits.alert]
        assert told(time)[0] == (said, [SSH])
        assert page(function).unsent == ()


def test_no_message_dies_however_long_sns_is_away() -> None:
    """A dead letter would be an alert that waits for the next sweep."""
    with outage() as (function, time):
        time.run([EVENT])
        end, failures = time.now.timestamp() + 6 * 3600, 0
        while time.now.timestamp() < end:
            assert 1 <= len(time.waiting) <= 2  # what failed, and the look that is to come
            time.now = max(time.now, min(due for due, _ in time.waiting))
            time.work()
            failed = any((when - time.now).seconds == VISIBILITY for when, _ in time.waiting)
            failures = failures + 1 if failed else 0
            assert failures < 2
        assert time.told() == []
        function.account.recover("Publish")
        time.settle()
        assert len(time.told()) == 1
        assert page(function).unsent == ()


def test_where_all_messages_died_the_hourly_sweep_has_it_sent() -> None:
    with outage() as (function, time):
        time.run([EVENT])
        time.waiting.clear()
        time.pass_by(3600)
        function.account.recover("Publish")
        function.sweep({"remind": False})
        time.collect()
        time.settle()
        assert len(time.told()) == 1
        assert told(time)[0] == ("remediated", [SSH])
        assert page(function).unsent == ()


def test_what_happens_meanwhile_is_told_in_the_order_in_which_it_happened() -> None:
    with outage("observe") as (function, time):
        time.run([EVENT])
        time.pass_by(60)
        open_to(function, RDP)
        time.run([EVENT])
        time.pass_by(60)
        close(function, SSH)
        close(function, RDP)
        time.run([EVENT])
        written = [each.alert for each in page(function).unsent]
        assert len(written) == 3
        function.account.recover("Publish")
        time.settle()
        assert time.told() == written
        found = [each for each in told(time) if SSH in each[1]]
        assert [transition for transition, _ in found] == ["opened", "opened", "resolved"]


def test_where_neither_sns_nor_the_ledger_answers_the_message_comes_again() -> None:
    with outage("observe", "Publish", "GetItem", "PutItem", "TransactWriteItems") as (function, time):
        time.run([EVENT])
        for _ in range(TRIES - 2):
            assert [body for _, body in time.waiting] == [EVENT]
            time.pass_by(VISIBILITY)
            time.work()
        assert time.told() == []
        for operation in ("Publish", "GetItem", "PutItem", "TransactWriteItems"):
            function.account.recover(operation)
        time.settle()
        assert told(time)[0] == ("opened", [SSH])
        assert len(time.told()) == 1


def test_what_was_put_right_with_neither_of_them_there_is_in_the_log() -> None:
    with outage("remediate", "Publish", "GetItem") as (function, time):
        assert function.deliver(EVENT) == ["m1"]
        assert (SSH in function.account.lines(GROUP), time.told()) == (False, [])
        assert function.logged("reconciled")[0]["result"]["status"] == "remediated"
        assert "Publish failed with AuthorizationError" in function.logged("failed")[0]["error"]
