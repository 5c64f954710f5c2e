"""What became of recorded calls is told in full, also where nothing came of it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from sgwarden.cli.replay.inputs import Recording
from sgwarden.cli.replay.replayed import Replayed
from sgwarden.cli.replay.text import show_replayed, show_summary
from sgwarden.record import Record

Json = dict[str, Any]
STATE: Json = {"ingress": ["all from self"], "egress": [], "tags": {"Name": "x"}}
RESULT: Json = {
    "cluster": {"name": "prod-1", "account": "111122223333", "region": "eu-west-1"},
    "security_group": "sg-1",
    "policy": "production",
    "mode": "remediate",
    "status": "in_sync",
    "findings": [],
    "changes": [],
    "after": STATE,
    "event": "events/a.json",
    "before": STATE,
    "alert": None,
}
FINDING: Json = {"kind": "ForbiddenTraffic", "severity": "high", "summary": "Too open."}


def recording(file: str = "events/a.json", number: int = 0, **record: object) -> Recording:
    return Recording(Path(file), Record({"eventName": "CreateTags", **record}), number)


def shown(replayed: Replayed, *, whole: bool = False) -> list[str]:
    out = Console(file=io.StringIO(), force_terminal=False)
    show_replayed(out, replayed, whole=whole)
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue().splitlines()


def summed_up(*replayed: Replayed) -> list[str]:
    out = Console(file=io.StringIO(), force_terminal=False)
    show_summary(out, replayed)
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue().splitlines()


def test_a_look_that_found_nothing() -> None:
    assert shown(Replayed(recording(), changed=("made x",), results=(RESULT,))) == [
        "events/a.json",
        "  event     CreateTags by an unknown caller",
        "  change    made x",
        "  cluster   prod-1, sg-1, eu-west-1, policy production (remediate)",
        "  before    ingress  all from self",
        "            egress   nothing",
        "  finding   none",
        "  plan      nothing to change",
        "  after     as before",
        "  status    in sync",
        "  alert     none",
        "",
    ]


def test_after_shows_what_differs_and_tags_only_where_they_matter() -> None:
    tagged = {
        **RESULT,
        "findings": [{**FINDING, "kind": "MissingTag"}],
        "before": {**STATE, "tags": {}},
    }
    lines = shown(Replayed(recording(), results=(tagged,)))
    assert "            tags     nothing" in lines
    assert "  after     tags     Name=x" in lines
    opened = {**RESULT, "before": {**STATE, "egress": ["all to self"]}}
    lines = shown(Replayed(recording(), results=(opened,)))
    assert "  after     egress   nothing" in lines
    assert not any("tags" in line for line in lines)


def test_a_second_look_is_told_apart_from_the_first() -> None:
    lines = shown(Replayed(recording(), results=(RESULT, RESULT, {**RESULT, "security_group": "sg-2"})))
    assert [line[2:9] for line in lines if "policy" in line] == ["cluster", "later  ", "cluster"]


def test_the_whole_alert_is_the_mail_below_its_subject() -> None:
    alert = {
        "subject": "[high] put right",
        "text": "HIGH     Too open.\n\nDone     It was:\n         - a rule\n",
    }
    replayed = Replayed(recording(), results=({**RESULT, "findings": [FINDING], "alert": alert},))
    assert shown(replayed, whole=True)[-7:] == [
        "  alert     [high] put right",
        "",
        "            HIGH     Too open.",
        "",
        "            Done     It was:",
        "                     - a rule",
        "",
    ]
    assert shown(replayed)[-2:] == ["  alert     [high] put right", ""]


def test_what_is_ignored_says_why_once() -> None:
    reason = "CreateTags failed with Client.X, so it changed nothing"
    assert shown(Replayed(recording(), changed=(reason,), reason=reason))[2:] == [f"  ignored   {reason}", ""]
    assert shown(Replayed(recording(), reason="why"))[2:] == ["  change    none", "  ignored   why", ""]


def test_a_message_that_was_given_up_says_the_error_in_short() -> None:
    lines = shown(Replayed(recording(), undelivered="no " * 1000))
    assert lines[3].startswith("  given up  the message went to the dead letters: no no")
    assert len(lines[3]) < 500


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"sourceIPAddress": ""}, "CreateTags by an unknown caller"),
        ({"sourceIPAddress": "192.0.2.1"}, "CreateTags by an unknown caller from 192.0.2.1"),
        (
            {"eventTime": "2026-11-03T14:21:37Z"},
            "CreateTags by an unknown caller, 2026-11-03 14:21:37 UTC",
        ),
        ({"eventName": None}, "a call without a name by an unknown caller"),
    ],
)
def test_an_event_says_who_from_where_and_when_as_far_as_it_is_known(record: Json, said: str) -> None:
    assert shown(Replayed(recording(**record)))[1] == f"  event     {said}"


STATUSES = {
    "ignored": ((), ""),
    "in_sync": (("in_sync",), ""),
    "remediated": (("in_sync", "remediated"), ""),
    "drifted": (("drifted", "remediated"), ""),
    "refused": (("refused", "drifted"), ""),
    "failed": (("failed", "refused"), ""),
}


@pytest.mark.parametrize(("status", "of"), STATUSES.items(), ids=STATUSES)
def test_the_worst_status_counts(status: str, of: tuple[tuple[str, ...], str]) -> None:
    statuses, undelivered = of
    results = tuple({**RESULT, "status": each} for each in statuses)
    assert Replayed(recording(), results=results, undelivered=undelivered).status == status
    assert Replayed(recording(), results=results, undelivered="error").status == "failed"


def test_the_table_has_the_worst_of_each_and_short_names_in_one_folder() -> None:
    found = {**RESULT, "status": "remediated", "findings": [FINDING, {**FINDING, "severity": "critical"}]}
    first, second = Replayed(recording(), results=(found,)), Replayed(recording("events/b.json.gz", 2))
    assert summed_up(first, second) == [
        "remediated  critical  prod-1  a",
        "ignored     -         -       b.json.gz#2",
        "",
        "1 remediated, 1 ignored",
    ]
    elsewhere = Replayed(recording("other/a.json"))
    assert [line.split()[-1] for line in summed_up(first, elsewhere)[:2]] == ["events/a.json", "other/a.json"]
