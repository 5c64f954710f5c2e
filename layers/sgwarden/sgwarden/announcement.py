"""An alert made of what a look found and what of it is news."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sgwarden.alert import Alert, Made
from sgwarden.change import Authorize, Modify, Revoke
from sgwarden.life import Transition
from sgwarden.outcome import Status
from sgwarden.policy.types import Mode
from sgwarden.report import change as change_in_words

if TYPE_CHECKING:
    from sgwarden.change import Change
    from sgwarden.outcome import Outcome
    from sgwarden.settling import Seen, Settled
    from sgwarden.trigger import Cause


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
        causes=causes,
    )
    return _with_outcome(alert, seen.outcome, settled) if seen.outcome else alert


def _with_outcome(alert: Alert, outcome: Outcome, settled: Settled) -> Alert:
    """With how the group stands; changes only where something that is told is not closed by others."""
    concerned = any(note.transition is not Transition.RESOLVED for note in alert.notes)
    changes = tuple(made(change, alert.group) for change in outcome.changes) if concerned else ()
    return replace(
        alert,
        policy=outcome.policy,
        mode=outcome.mode,
        status=Status.REMEDIATED if settled.resumed and not outcome.changes else outcome.status,
        group_name=outcome.group.name,
        paused=outcome.paused,
        barred=outcome.barred,
        missed=outcome.missed,
        held=outcome.held,
        resumed=bool(settled.resumed),
        changes=tuple(dict.fromkeys((*settled.resumed, *changes))),
    )


def made(change: Change, group: str) -> Made:
    """The change in words."""
    said = change_in_words(change, group)
    description = change.rule.description if isinstance(change, Authorize | Modify | Revoke) else ""
    return Made(
        action=said["action"],
        direction=said["direction"] or "",
        rule_id=said["rule_id"],
        rule=said["rule"],
        was=said.get("was", ""),
        why=said["why"],
        description=description,
    )
