"""What people are told of one outcome: a subject, a text, and attributes to filter by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.change import Authorize, Modify, Revoke, SetTag
from sgwarden.finding import ABOUT_ATTACHMENT, SEVERITIES, Kind, worst
from sgwarden.outcome import Status
from sgwarden.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgwarden.change import Change
    from sgwarden.finding import Finding
    from sgwarden.outcome import Outcome
    from sgwarden.traffic import Rule
    from sgwarden.trigger import Cause

_SUBJECT_LIMIT = 99  # SNS: fewer than 100 ASCII characters, no control characters
_FINDINGS_SHOWN = 20
_CALLS_SHOWN = 40
_CHANGES_SHOWN = 12

_DONE = {
    Status.REMEDIATED: "put right",
    Status.DRIFTED: "not touched (observing)",
    Status.FAILED: "NOT put right",
    Status.REFUSED: "not touched (refused)",
    Status.IN_SYNC: "in order, but",
}
_MISSED = "Missed   by events: a sweep found it, no event did. After a new policy or Mode that is normal."
_PAUSED = "not touched (paused)"


def subject(outcome: Outcome) -> str:
    """One line of fewer than 100 ASCII characters: how bad, where, what became of it, and the worst of it."""
    group = f" {outcome.group.id}" if outcome.cluster.additional else ""
    start = f"[{worst(outcome.findings)}] {outcome.cluster.name}{group} {_became(outcome)}: "
    # That it failed is said already; what is open or missing for it is not.
    about = [each for each in outcome.findings if each.kind is not Kind.REMEDIATION_FAILED]
    first = min(about or outcome.findings, key=lambda finding: SEVERITIES.index(finding.severity))
    line = printable(start + first.headline, 500).encode("ascii", "replace").decode()
    return line if len(line) <= _SUBJECT_LIMIT else line[: _SUBJECT_LIMIT - 3] + "..."


def _became(outcome: Outcome) -> str:
    if any(each.kind is Kind.CLUSTER_GROUP_DELETED for each in outcome.findings):
        return "beyond repair"
    return _PAUSED if outcome.paused and outcome.status is Status.DRIFTED else _DONE[outcome.status]


def _is_about_attachment(outcome: Outcome) -> bool:
    """And about nothing else."""
    return bool(outcome.findings) and all(each.kind in ABOUT_ATTACHMENT for each in outcome.findings)


def attributes(outcome: Outcome) -> dict[str, str]:
    """What a subscription's filter policy can ask for."""
    return {
        "severity": str(worst(outcome.findings)),
        "status": str(outcome.status),
        "cluster": outcome.cluster.name,
        "account": outcome.cluster.account,
        "region": outcome.cluster.region,
        **({"missed_by_events": "true"} if outcome.missed else {}),
    }


def text(outcome: Outcome, causes: Sequence[Cause]) -> str:
    """The outcome in plain words; `causes` are the calls that led to this look, whether or not to blame."""
    return (
        "\n".join([*_what(outcome), "", *_where(outcome), *_who(outcome, causes), "", *_done(outcome)]) + "\n"
    )


def _what(outcome: Outcome) -> Iterator[str]:
    ordered = sorted(outcome.findings, key=lambda finding: SEVERITIES.index(finding.severity))
    return _at_most(_FINDINGS_SHOWN, list(map(_finding, ordered)))


def _finding(finding: Finding) -> str:
    """What it is, and below it what breaks."""
    breaks = f"\n{'':9}{finding.impact[0].upper()}{finding.impact[1:]}." if finding.impact else ""
    return f"{finding.severity.upper():8} {finding.summary}{breaks}"


def _where(outcome: Outcome) -> Iterator[str]:
    cluster = outcome.cluster
    group = outcome.group.id
    if cluster.additional:
        group = f"its additional group {printable(outcome.group.name)} ({group})"
    yield f"Where    cluster {cluster.name}, {group}, {cluster.region}, account {cluster.account}"
    yield f"Policy   {outcome.policy} ({'paused' if outcome.paused else outcome.mode})"


def _who(outcome: Outcome, causes: Sequence[Cause]) -> Iterator[str]:
    missed = [_MISSED] if outcome.missed else []
    blamed = dict.fromkeys(finding.cause for finding in outcome.findings if finding.cause)
    # What EKS did on an update is told as its own, though it was somebody's call that began it.
    known = {(cause.event, cause.event_id, cause.time) for cause in blamed}
    others = (each for each in dict.fromkeys(causes) if (each.event, each.event_id, each.time) not in known)
    who, seen = (f"Who      {_call(each)}" for each in blamed), (f"Seen     {_call(each)}" for each in others)
    return _at_most(_CALLS_SHOWN, [*missed, *who, *seen])


def _call(cause: Cause) -> str:
    when = f", {cause.time:%Y-%m-%d %H:%M:%S} UTC" if cause.time else ""
    where = f" from {cause.source_ip}" if cause.source_ip else ""
    return f"{cause.actor}{where}: {cause.event}{when}"


def _done(outcome: Outcome) -> Iterator[str]:
    changes = [change_line(change, outcome.group.id) for change in outcome.changes]
    match outcome.status:
        case _ if _is_about_attachment(outcome):
            yield "Done     Nothing: what carries the group is for people to change."
        case Status.REMEDIATED:
            yield f"Done     The group is as the policy wants it again{':' if changes else '.'}"
        case Status.DRIFTED:
            why = "only observes here" + (f" ({outcome.barred})" if outcome.barred else "")
            if outcome.paused:
                why = f"is paused ({outcome.paused})"
            yield f"Done     Nothing: sgwarden {why}. It would:"
        case Status.FAILED:
            yield f"Done     It FAILED, look at it now. Changes made{':' if changes else ': none.'}"
        case _:
            yield "Done     Nothing."
    yield from _at_most(_CHANGES_SHOWN, [f"         {line}" for line in changes])


def _at_most(number: int, lines: Sequence[str]) -> Iterator[str]:
    yield from lines[:number]
    if len(lines) > number:
        yield f"         and {len(lines) - number} more"


def change_line(change: Change, self_id: str) -> str:
    """A change as people write it: `+` made, `-` taken away, `~` changed in place."""
    match change:
        case SetTag(key, value, None):
            return f"+ tag {printable(key)}={printable(value)}"
        case SetTag(key, value, before):
            return f"~ tag {printable(key)}={printable(before)} -> {printable(value)}"
        case Authorize(rule):
            return f"+ {rule.direction} {rule.text(self_id)}"
        case Revoke(rule):
            return f"- {rule.direction} {rule.text(self_id)}{_id(rule)}"
        case Modify(rule, into):
            return f"~ {rule.direction} {rule.text(self_id)} -> {into.text(self_id)}{_id(rule)}"


def _id(rule: Rule) -> str:
    return f" ({rule.id})" if rule.id else ""
