"""An alert made of what a look found and what of it is news."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sgwarden.alert import Alert, Made, Others, read_made
from sgwarden.change import Authorize, Modify, Revoke
from sgwarden.finding import COSTS, SEVERITIES
from sgwarden.life import Transition
from sgwarden.outcome import Status
from sgwarden.policy.types import Mode
from sgwarden.report import change as change_in_words
from sgwarden.traffic import Direction

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sgwarden.change import Change
    from sgwarden.group import SecurityGroup
    from sgwarden.outcome import Outcome
    from sgwarden.settling import Seen, Settled
    from sgwarden.trigger import Cause

_SUMMARY = 300


def announcement(
    alert_id: str, settled: Settled, seen: Seen, where: tuple[str, str], causes: tuple[Cause, ...]
) -> Alert:
    """The alert; `where` is the account and region of the group, `causes` are all calls that led here."""
    page, (account, region) = settled.page, where
    alert = Alert(
        id=alert_id,
        thread=page.thread or alert_id,
        time=seen.now,
        cluster=page.cluster,
        account=account,
        region=region,
        group=page.group,
        policy="",
        mode=Mode.OBSERVE,
        status=Status.IN_SYNC,
        notes=settled.notes,
        additional=page.additional,
        earlier=settled.resumed,
        others=_others(settled),
        causes=causes,
    )
    return _with_outcome(alert, seen.outcome, settled) if seen.outcome else alert


def _others(settled: Settled) -> Others | None:
    """What is open on the page and is not told now."""
    told = {note.id for note in settled.notes}
    known = (entry.note for entry in settled.page.open if entry.note.kind not in COSTS)
    others = [note for note in known if note.id not in told]
    if not others:
        return None
    worst = min(others, key=lambda note: (SEVERITIES.index(note.severity), note.since))
    return Others(len(others), worst.severity, worst.summary[:_SUMMARY])


def _with_outcome(alert: Alert, outcome: Outcome, settled: Settled) -> Alert:
    """With how the group stands; changes only where something that is told is not closed by others."""
    is_in_order = outcome.status is Status.IN_SYNC
    concerned = any(note.transition is not Transition.RESOLVED for note in alert.notes)
    changes = tuple(made(change, alert.group) for change in outcome.changes)
    return replace(
        alert,
        policy=outcome.policy,
        mode=outcome.mode,
        status=Status.REMEDIATED if settled.resumed and is_in_order else outcome.status,
        group_name=outcome.group.name,
        paused=outcome.paused,
        barred=outcome.barred,
        missed=outcome.missed,
        held=outcome.held,
        changes=changes if concerned else (),
        earlier=tuple(_as_far_as_made(settled.resumed, changes, outcome.group)),
    )


def _as_far_as_made(meant: Iterable[Made], changes: Sequence[Made], group: SecurityGroup) -> Iterator[Made]:
    """The changes that may have been made: not those made now, nor those that plainly were not."""
    rules = (rule for direction in Direction for rule in group.rules_of(direction))
    there = {rule.id: rule.text(group.id) for rule in rules if rule.id}
    for each in dict.fromkeys(meant):
        before = each.was or each.rule
        stands = each.action in ("revoke", "modify") and there.get(each.rule_id) == before
        if each not in changes and not stands:
            yield each


def made(change: Change, group: str) -> Made:
    """The change in words."""
    description = change.rule.description if isinstance(change, Authorize | Modify | Revoke) else ""
    return replace(read_made(change_in_words(change, group)), description=description)
