"""What people read: a line for a phone, a text for five seconds, and attributes to filter by.

The whole texts are in tests/unit/texts: what differs from them is a change to be read before it is kept.
"""

from __future__ import annotations

import string
import unicodedata
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sgwarden.alert import Others
from sgwarden.ceiling import NO_ADDITIONAL
from sgwarden.daily import Daily
from sgwarden.finding import Kind
from sgwarden.life import State, Transition
from sgwarden.outcome import Status
from sgwarden.policy.types import Mode, Severity
from sgwarden.rendering.plain import attributes, sms, subject, text
from sgwarden.rendering.plain_daily import daily_attributes, daily_subject, daily_text
from sgwarden.rendering.verdict import nth

from tests.unit.alerts import MADE, SINCE, alert, daily, note, standing
from tests.unit.hostile import HOSTILE, hostile_alert, hostile_standing
from tests.unit.outcomes import TIME, cause

if TYPE_CHECKING:
    from sgwarden.alert import Alert
    from sgwarden.daily import Standing

GOLDEN = Path(__file__).parent / "texts"
GSM = set(string.ascii_letters + string.digits + " @$!\"#%&'()*+,-./:;<=>?_")
ASCII = set(string.ascii_letters + string.digits + string.punctuation + " ")

BOB = cause(
    "role Deploy, session bob, with Terraform", "RevokeSecurityGroupEgress", event_id="e2", source_ip=""
)
MISSING_TAG = note(
    "Tag missing: team, which must be platform.",
    kind=str(Kind.MISSING_TAG),
    severity=Severity.MEDIUM,
    statement="team",
    direction="",
    causes=(),
)
OPEN = note(impact="anybody on the internet can try passwords")
REMEDIATE = {"mode": Mode.REMEDIATE, "status": Status.REMEDIATED}
PUT_RIGHT = replace(OPEN, transition=Transition.REMEDIATED)
WHOLE: dict[str, Alert] = {
    "opened-and-observed": alert(OPEN, MISSING_TAG, causes=(cause(), BOB)),
    "remediated": alert(PUT_RIGHT, replace(MISSING_TAG, transition=Transition.REMEDIATED), **REMEDIATE),
    "remediated-after-a-run-broke-off": alert(
        PUT_RIGHT, **REMEDIATE, changes=MADE[:1], earlier=MADE[1:2], causes=()
    ),
    "paused-after-a-run-broke-off": alert(
        PUT_RIGHT, MISSING_TAG, changes=MADE[4:], earlier=MADE[1:2], paused="until noon"
    ),
    "resolved-with-others-open": alert(
        replace(OPEN, transition=Transition.RESOLVED, since=SINCE),
        status=Status.DRIFTED,
        changes=(),
        others=Others(2, Severity.HIGH, "Outbound missing: all to 0.0.0.0/0, which eks-minimum requires."),
    ),
    "failed": alert(
        note(
            "Not put right: RevokeSecurityGroupIngress failed with UnauthorizedOperation.",
            kind=str(Kind.REMEDIATION_FAILED),
            transition=Transition.FAILED,
            causes=(),
        ),
        replace(OPEN, transition=Transition.FAILED),
        mode=Mode.REMEDIATE,
        status=Status.FAILED,
        changes=MADE[:1],
    ),
    "resolved": alert(
        replace(OPEN, transition=Transition.RESOLVED, since=SINCE),
        status=Status.IN_SYNC,
        changes=(),
        causes=(BOB,),
    ),
    "reminded": alert(
        replace(OPEN, transition=Transition.REMINDED, since=SINCE), changes=MADE[1:2], causes=()
    ),
    "reopened-by-two": alert(
        replace(OPEN, transition=Transition.REOPENED, times=3, causes=(cause(), BOB)), changes=MADE[1:2]
    ),
    "additional-group": alert(OPEN, additional=True, group_name="nodes <b>", barred=NO_ADDITIONAL),
    "paused": alert(OPEN, paused="by arn:aws:sts::111122223333:assumed-role/oncall/alice: EKS upgrade"),
    "missed": alert(replace(PUT_RIGHT, causes=()), **REMEDIATE, missed=True, causes=()),
    "held": alert(OPEN, held=("all to 0.0.0.0/0",), changes=()),
}
STANDINGS = (
    standing("stage-2", "sg-0e7b9d3c5a1f28460", severity=Severity.LOW, findings=1, additional=True),
    standing(),
    standing(
        "prod-2", "sg-0a9e3d7c5b1f86240", state=State.FAILED, since=SINCE - timedelta(days=9), findings=4
    ),
)


def _golden(name: str, subject: str, said: str) -> None:
    assert f"{subject}\n\n{said}" == (GOLDEN / f"{name}.txt").read_text()


@pytest.mark.parametrize("name", WHOLE)
def test_the_whole_text(name: str) -> None:
    """The first two lines tell the story; the worst first, and everybody who was there."""
    _golden(name, subject(WHOLE[name]), text(WHOLE[name]))


@pytest.mark.parametrize(("name", "standings"), [("daily", STANDINGS), ("daily-in-order", ())])
def test_the_whole_daily_report(name: str, standings: tuple[Standing, ...]) -> None:
    report = Daily(TIME, "111122223333", "eu-west-1", standings)
    _golden(name, daily_subject(report), daily_text(report))


def test_every_golden_text_is_of_an_alert() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == {*WHOLE, "daily", "daily-in-order"}


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (alert(), "[critical] prod-1 not touched (observing): "),
        (alert(paused="by alice"), "[critical] prod-1 not touched (paused): "),
        (alert(status=Status.REFUSED), "[critical] prod-1 not touched (refused): "),
        (alert(status=Status.FAILED), "[critical] prod-1 NOT put right: "),
        (alert(status=Status.IN_SYNC), "[critical] prod-1 in order, but: "),
        (alert(status=Status.REMEDIATED), "[critical] prod-1 put right, but: "),
        (alert(PUT_RIGHT, **REMEDIATE), "[critical] prod-1 put right: "),
        (alert(replace(PUT_RIGHT, times=2), **REMEDIATE), "[critical] prod-1 put right again (2nd time): "),
        (
            alert(note(transition=Transition.REOPENED, times=3)),
            "[critical] prod-1 reopened (3rd time), not touched",
        ),
        (
            alert(note(transition=Transition.REMINDED, since=SINCE)),
            "[critical] prod-1 still open since 2026-11-02: ",
        ),
        (
            alert(note(transition=Transition.REMINDED, since=SINCE), status=Status.FAILED),
            "[critical] prod-1 still NOT put right since 2026-11-02: ",
        ),
        (
            alert(
                note(kind=str(Kind.CLUSTER_GROUP_DELETED), transition=Transition.REMINDED, since=SINCE),
                status=Status.REFUSED,
            ),
            "[critical] prod-1 still beyond repair since 2026-11-02: ",
        ),
        (alert(note(transition=Transition.RESOLVED)), "[critical] prod-1 resolved: "),
        (alert(additional=True), "[critical] prod-1 sg-0c1f4a7be2d95083a not touched (observing): "),
        (
            alert(note(kind=str(Kind.CLUSTER_GROUP_DELETED)), status=Status.REFUSED),
            "[critical] prod-1 beyond repair: ",
        ),
    ],
)
def test_the_subject_says_what_became_of_it(told: Alert, said: str) -> None:
    assert subject(told).startswith(said)
    assert sms(told).startswith(said.replace("[critical]", "CRITICAL").rstrip())


def test_the_subject_is_that_of_what_is_wrong() -> None:
    """Not of what others have put right, however bad it was, and not that it failed."""
    over = note("Gone.", transition=Transition.RESOLVED)
    assert subject(alert(over, MISSING_TAG)).startswith(
        "[medium] prod-1 not touched (observing): Tag missing"
    )
    assert "Tag missing" not in subject(alert(MISSING_TAG, note()))
    assert subject(WHOLE["failed"]).startswith("[critical] prod-1 NOT put right: Inbound open")


def test_of_equals_the_one_that_ended_worst_is_told() -> None:
    old = note("Old.", transition=Transition.REMINDED, since=SINCE)
    assert subject(alert(old, note("New."))).startswith("[critical] prod-1 not touched (observing): New")
    assert subject(alert(old, old)).startswith("[critical] prod-1 still open since 2026-11-02: Old")


def test_in_a_mixed_alert_each_finding_says_how_it_stands() -> None:
    told = text(alert(PUT_RIGHT, MISSING_TAG, **REMEDIATE))
    assert "passwords.\n         Put right.\nMEDIUM" in told


def test_long_texts_end_with_how_much_more_there_is() -> None:
    notes = [note(f"Inbound open: tcp/{n} from 0.0.0.0/0.") for n in range(25)]
    causes = tuple(cause(f"person-{n}", event_id=f"e{n}") for n in range(44))
    told = text(alert(*notes, changes=MADE * 3, causes=causes)).splitlines()
    assert [line.strip() for line in told if line.strip().startswith("and ")] == [
        "and 5 more",
        "and 5 more",
        "and 3 more",
    ]


def test_commands_that_are_too_long_for_a_message_are_left_out() -> None:
    many = tuple(replace(MADE[2], rule=f"tcp/{n} to self", rule_id=f"sgr-0{n}") for n in range(90))
    told = text(alert(PUT_RIGHT, **REMEDIATE, changes=many))
    assert "Undo     The commands are too long for a message." in told
    assert "aws ec2" not in told


def test_lines_are_not_longer_than_people_read() -> None:
    """But for addresses and commands, which are not to be broken."""
    long = "a sentence of many words " * 20
    told = text(alert(note(long, impact=long), paused=long, changes=()))
    assert all(len(line) <= 110 or "https://" in line for line in told.splitlines())


def test_attributes_are_what_filters_ask_for() -> None:
    assert attributes(alert(missed=True)) == {
        "severity": "critical",
        "status": "drifted",
        "transition": "opened",
        "cluster": "prod-1",
        "account": "111122223333",
        "region": "eu-west-1",
        "alert": "fedcba9876543210",
        "missed_by_events": "true",
    }
    assert "missed_by_events" not in attributes(alert())


def test_the_daily_report_has_at_most_a_hundred_lines_of_groups() -> None:
    told = daily_text(daily(*(standing(f"prod-{n}") for n in range(130))))
    assert told.count("\nCRITICAL ") == 100
    assert "\n         and 30 more\n" in told
    assert told.startswith("130 groups of 130 clusters not in order: 130 critical. 260 findings in all.\n")


def test_what_a_message_had_no_room_for_is_counted() -> None:
    report = replace(daily(*(standing(f"prod-{n}") for n in range(130))), left_out=70)
    assert daily_subject(report).startswith("[critical] 200 groups not in order")
    assert "130 critical, 70 more." in daily_text(report)
    assert "\n         and 100 more\n" in daily_text(report)


def test_attributes_of_the_daily_report() -> None:
    assert daily_attributes(daily()) == {
        "report": "daily",
        "severity": "info",
        "account": "111122223333",
        "region": "eu-west-1",
    }


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_strangers_write_is_text_on_its_line(hostile: str, status: Status) -> None:
    told = hostile_alert(hostile, status=status, region="eu-west-1")
    _is_plain(text(told))
    labels = ("Where", "Policy", "Who", "Done", "Now", "Undo", "Links")
    for label in labels:
        assert sum(line.startswith(f"{label:8} ") for line in text(told).splitlines()) <= (
            1 if label != "Who" else 3
        )
    assert 0 < len(subject(told)) < 100
    assert set(subject(told)) <= ASCII
    assert subject(told)[0] == "["
    assert 0 < len(sms(told)) <= 140
    assert set(sms(told)) <= GSM
    assert all(value and value.isprintable() for value in attributes(told).values())


@pytest.mark.parametrize("hostile", HOSTILE)
def test_the_daily_report_is_as_safe(hostile: str) -> None:
    report = Daily(TIME, hostile, hostile, (hostile_standing(hostile),))
    _is_plain(daily_text(report))
    assert 0 < len(daily_subject(report)) < 100
    assert set(daily_subject(report)) <= ASCII
    assert all(value and value.isprintable() for value in daily_attributes(report).values())


def _is_plain(told: str) -> None:
    """No control characters, bidirectional marks or others that are not seen; a line feed ends each line."""
    assert told.endswith("\n")
    assert not {each for each in told if unicodedata.category(each).startswith("C")} - {"\n"}
    told.encode()


@given(st.text(), st.sampled_from(Status), st.sampled_from(Transition))
def test_any_subject_is_one_that_sns_takes(summary: str, status: Status, transition: Transition) -> None:
    told = alert(note(summary, transition=transition), status=status)
    assert 0 < len(subject(told)) < 100
    assert set(subject(told)) <= ASCII
    assert set(sms(told)) <= GSM
    _is_plain(text(told))


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (22, "22nd"),
        (113, "113th"),
    ],
)
def test_numbers_as_people_say_them(number: int, said: str) -> None:
    assert nth(number) == said
