"""Alerts as plain text: an e-mail with its subject, a text message, and attributes to filter by."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

from sgwarden.life import Transition
from sgwarden.outcome import Status
from sgwarden.printable import printable
from sgwarden.rendering.advice import steps
from sgwarden.rendering.links import links_of
from sgwarden.rendering.undo import undo_of
from sgwarden.rendering.verdict import (
    became,
    blamed,
    is_about_attachment,
    leading,
    nth,
    other_findings,
    seen,
    sentence,
    unnamed,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sgwarden.alert import Alert, Made
    from sgwarden.life import Note
    from sgwarden.trigger import Cause

SUBJECT_LIMIT = 99  # SNS: fewer than 100 ASCII characters, no control characters
_SMS_LIMIT = 140
_WIDTH = 110
_NAME_SHOWN = 100
_SENTENCE_SHOWN = 600
_FINDINGS_SHOWN = 20
_CALLS_SHOWN = 40
_CHANGES_SHOWN = 12
_UNDO_SHOWN = 6000  # characters
INDENT = " " * 9
_COMMAND = re.compile(r"`[^`]*`")
_JOINT = "\0"  # which no text has that has been made printable

_MISSED = "Missed   by events: a sweep found it, no event did. After a new policy or Mode that is normal."
BROKE_OFF = "A run broke off; these are the changes that it set out to make:"
"""What goes before the changes that are `earlier`."""
_FIRST = "Let the policy allow it first, or pause sgwarden: else it does the same again. Then:"
_TOO_LONG = (
    "The commands are too long for a message. What was changed is in the log of the reconcile function."
)
# In GSM's alphabet (3GPP TS 23.038) some take the room of two, and ` has no place.
_TO_GSM = str.maketrans("[]{}^~|\\`", "()()'-//'")


def subject(alert: Alert) -> str:
    """One line of fewer than 100 ASCII characters: how bad, where, what became of it, and the worst of it."""
    return fitting(f"[{alert.severity}] {_headline(alert)}", SUBJECT_LIMIT)


def sms(alert: Alert) -> str:
    """The same in at most 140 characters, each of which takes the room of one."""
    return fitting(f"{alert.severity.upper()} {_headline(alert)}", _SMS_LIMIT).translate(_TO_GSM)


def attributes(alert: Alert) -> dict[str, str]:
    """What a subscription's filter policy can ask for; none is empty, which SNS would refuse."""
    said = {
        "severity": str(alert.severity),
        "status": str(alert.status),
        "transition": str(alert.transition),
        "cluster": printable(alert.cluster),
        "account": printable(alert.account),
        "region": printable(alert.region),
        "alert": printable(alert.id),
        "missed_by_events": "true" if alert.missed else "",
    }
    return {name: value for name, value in said.items() if value}


def text(alert: Alert) -> str:
    """The whole story in plain words; its first two lines tell it in short."""
    parts = (_what(alert), [*_where(alert), *_who(alert)], _done(alert), _then(alert), _links(alert))
    return "\n\n".join("\n".join(lines) for lines in map(list, parts) if lines) + "\n"


def fitting(line: str, limit: int) -> str:
    """The line in visible ASCII, cut where it is longer."""
    plain = printable(line, 2 * _SENTENCE_SHOWN).replace("…", "...").encode("ascii", "replace").decode()
    return plain if len(plain) <= limit else f"{plain[: limit - 3].rstrip()}..."


def labelled(label: str, *lines: str) -> Iterator[str]:
    """Lines with a word before them, each wrapped between words, but not within a command."""
    for line in lines:
        wrapped = textwrap.wrap(
            _COMMAND.sub(lambda command: command[0].replace(" ", _JOINT), line),
            _WIDTH,
            initial_indent=f"{label:8} ",
            subsequent_indent=INDENT,
            break_long_words=False,
            break_on_hyphens=False,
        )
        yield from (each.replace(_JOINT, " ") for each in wrapped)
        label = ""


def at_most(number: int, lines: Sequence[str], left_out: int = 0) -> Iterator[str]:
    """The first lines, and how many more there are; so many others were `left_out` before."""
    yield from lines[:number]
    yield from _and_more(max(0, len(lines) - number) + left_out)


def _and_more(number: int) -> Iterator[str]:
    if number > 0:
        yield f"{INDENT}and {number} more"


def _named(alert: Alert) -> str:
    group = f" {printable(alert.group, _NAME_SHOWN)}" if alert.additional else ""
    return f"{printable(alert.cluster, _NAME_SHOWN)}{group}"


def _headline(alert: Alert) -> str:
    first = leading(alert)
    summary = f": {printable(first.short, _SENTENCE_SHOWN)}" if first else ""
    return f"{_named(alert)} {became(alert)}{summary}"


def _what(alert: Alert) -> Iterator[str]:
    first = leading(alert)
    # Who opened what is closed by others did not close it.
    calls = () if first is None or first.transition is Transition.RESOLVED else blamed(alert)
    actors = [*dict.fromkeys(printable(each.actor) or "somebody" for each in calls)]
    more = f" and {len(actors) - 1} more" if len(actors) > 1 else ""
    by = f" Changed by {actors[0]}{more}." if actors else ""
    end = " see below" if became(alert).endswith("but") else ""
    yield f"{_named(alert)} {became(alert)}{end}.{by}"
    for note in alert.notes[:_FINDINGS_SHOWN]:
        yield from labelled(note.severity.upper(), *_finding(note, alert))
    yield from _and_more(max(0, len(alert.notes) - _FINDINGS_SHOWN) + alert.left_out)
    if others := other_findings(alert):
        yield from labelled("BESIDES", others)


def _finding(note: Note, alert: Alert) -> Iterator[str]:
    """What it is, what breaks, and how it stands where that is not what the first line says of all."""
    yield printable(note.summary, _SENTENCE_SHOWN) or printable(note.kind) or "A finding without words."
    impact = printable(note.impact, _SENTENCE_SHOWN)
    if impact and note.transition is not Transition.RESOLVED:
        yield sentence(impact)
    since, mixed = f"{note.since:%Y-%m-%d %H:%M} UTC", len({each.transition for each in alert.notes}) > 1
    match note.transition:
        case Transition.REMINDED:
            yield f"Open since {since}."
        case Transition.REOPENED:
            yield f"Open for the {nth(note.times)} time."
        case Transition.RESOLVED:
            yield f"Resolved; it was open since {since}."
        case Transition.REMEDIATED if mixed:
            yield "Put right."


def _where(alert: Alert) -> Iterator[str]:
    names = (alert.cluster, alert.group, alert.region, alert.account)
    cluster, group, region, account = (printable(each, _NAME_SHOWN) for each in names)
    if alert.additional:
        group = f"its additional group {printable(alert.group_name)} ({group})"
    yield f"Where    cluster {cluster}, {group}, {region}, account {account}"
    yield f"Policy   {printable(alert.policy)} ({'paused' if alert.paused else alert.mode})"


def _who(alert: Alert) -> Iterator[str]:
    missed = [_MISSED] if alert.missed else []
    who = (f"Who      {call(each)}" for each in blamed(alert))
    others = (f"Seen     {call(each)}" for each in seen(alert))
    return at_most(_CALLS_SHOWN, [*missed, *who, *others], unnamed(alert))


def call(cause: Cause) -> str:
    """Who did what from where, and when, as far as it is known."""
    when = f", {cause.time:%Y-%m-%d %H:%M:%S} UTC" if cause.time else ""
    address = printable(cause.source_ip)
    where = f" from {address}" if address else ""
    return f"{printable(cause.actor) or 'somebody'}{where}: {printable(cause.event)}{when}"


def _done(alert: Alert) -> Iterator[str]:
    if alert.earlier:
        yield from labelled("Before", BROKE_OFF)
        yield from at_most(_CHANGES_SHOWN, [*map(_change, alert.earlier)])
    yield from labelled("Done", did(alert))
    yield from at_most(_CHANGES_SHOWN, [*map(_change, alert.changes)])
    held = ", ".join(printable(each) for each in alert.held[:_CHANGES_SHOWN])
    if held:
        yield from labelled("Held", f"{held}: until EKS is done with its update of the cluster.")


def _change(made: Made) -> str:
    return f"{INDENT}{printable(made.line, _SENTENCE_SHOWN)}"


def did(alert: Alert) -> str:
    """What was done, in a sentence that ends with a colon where the changes are to follow."""
    changes = bool(alert.changes)
    made, more = ("Made since", " more") if alert.earlier else ("Changes made", "")
    match alert.status:
        case _ if is_about_attachment(alert):
            return "Nothing: what carries the group is for people to change."
        case Status.REMEDIATED:
            return f"The group is as the policy wants it again{':' if changes else '.'}"
        case Status.FAILED:
            return f"It FAILED, look at it now. {made}:{'' if changes else ' none.'}"
        case Status.DRIFTED:
            return f"Nothing{more}: sgwarden {_why(alert)}.{' It would:' if changes else ''}"
        case _:
            return f"Nothing{more}."


def _why(alert: Alert) -> str:
    """Why nothing was touched."""
    if alert.paused:
        return f"is paused ({printable(alert.paused, _SENTENCE_SHOWN)})"
    barred = printable(alert.barred)
    return "only observes here" + (f" ({barred})" if barred else "")


def _then(alert: Alert) -> Iterator[str]:
    """What to do now, and how to take back what was done."""
    yield from labelled("Now", *steps(alert))
    commands = undo_of(alert)
    if sum(map(len, commands)) > _UNDO_SHOWN:
        yield from labelled("Undo", _TOO_LONG)
    elif commands:
        yield from labelled("Undo", _FIRST)
        yield from commands


def _links(alert: Alert) -> Iterator[str]:
    return listed((f"{link.title}: {link.url}" for link in links_of(alert)), "Links")


def listed(lines: Iterable[str], label: str) -> Iterator[str]:
    """Lines that are not to be wrapped, with a word before the first."""
    for number, line in enumerate(lines):
        yield f"{'' if number else label:8} {line}"
