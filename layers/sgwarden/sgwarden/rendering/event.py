"""Events for EventBridge: one for each change of state, and one for each daily report."""

from __future__ import annotations

import json
from datetime import UTC
from typing import TYPE_CHECKING, Any, TypeVar

from sgwarden.printable import printable
from sgwarden.rendering.links import links_of
from sgwarden.rendering.single import cluster_arn, each_alone, group_arn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sgwarden.alert import Alert, Made
    from sgwarden.daily import Daily, Standing
    from sgwarden.life import Note
    from sgwarden.trigger import Cause

    Lists = Mapping[str, tuple[list[Any], int]]

Json = dict[str, Any]
_T = TypeVar("_T")

SOURCE = "sgwarden"
FINDING = "sgwarden finding"
REPORT = "sgwarden daily report"
VERSION = "1"

AT_ONCE = 10
"""PutEvents takes no more entries in a call."""
ROOM = 256 * 1024
"""In bytes, for all entries of a call together."""

_BESIDES = 100
_TEXT_LIMIT = 1000
_LONGEST = 500


def entries(alert: Alert) -> list[Json]:
    """One entry for PutEvents for each finding of the alert, none larger than a call has room for.

    Lists that are too long are cut; then `more` says how many are left out, by the list's name; of findings
    for which the alert had no room there is no event, but their number in the others.
    """
    resources = [group_arn(alert), cluster_arn(alert)]
    return [_entry(FINDING, alert.time, resources, *_of_finding(*each)) for each in each_alone(alert)]


def daily_entries(daily: Daily) -> list[Json]:
    """The report as one entry; of many groups those that there is room for, from the worst."""
    standings = daily.from_the_worst
    said = {
        "version": VERSION,
        "id": _line(f"{daily.account}/{daily.region}/{_moment(daily.time)}"),
        "time": _moment(daily.time),
        "account": _line(daily.account),
        "region": _line(daily.region),
        "severity": str(daily.severity),
        "groups": len(standings) + daily.left_out,
        "findings": sum(each.findings for each in standings),
    }
    return [_entry(REPORT, daily.time, [], said, {"standings": _list(standings, _standing, daily.left_out)})]


def calls(told: Sequence[Json]) -> Iterator[list[Json]]:
    """The entries in as many calls as they need."""
    call: list[Json] = []
    room = ROOM
    for entry in told:
        needed = _size(entry["Detail"], entry["Resources"])
        if call and (len(call) == AT_ONCE or needed > room):
            yield call
            call, room = [], ROOM
        call.append(entry)
        room -= needed
    if call:
        yield call


def _size(detail: str, resources: Sequence[str]) -> int:
    """What PutEvents counts of an entry, in bytes, and a little more: time, source and type."""
    return sum(len(each.encode()) for each in (detail, *resources)) + _BESIDES


def _entry(kind: str, time: datetime, resources: list[str], said: Json, lists: Lists) -> Json:
    """The entry, with as much of the lists as there is room for, of each the same at most."""
    longest = max(len(shown) for shown, _ in lists.values())
    while _size(detail := _detail(said, lists, longest), resources) > ROOM:
        longest //= 2
    return {"Time": time, "Source": SOURCE, "DetailType": kind, "Resources": resources, "Detail": detail}


def _detail(said: Json, lists: Lists, longest: int) -> str:
    shown = {name: lines[:longest] for name, (lines, _) in lists.items()}
    cut = {name: of - len(shown[name]) for name, (_, of) in lists.items() if of > len(shown[name])}
    more = {**said.get("more", {}), **cut}
    return json.dumps({**said, **shown, **({"more": more} if more else {})}, ensure_ascii=False)


def _list(of: Sequence[_T], told: Callable[[_T], Any], left_out: int = 0) -> tuple[list[Any], int]:
    """What is told of each, of the first that can have room, and how many there are with those left out."""
    return list(map(told, of[:_LONGEST])), len(of) + left_out


def _finding(note: Note) -> Json:
    said = {name: _line(getattr(note, name)) for name in _OF_NOTE}
    return {**said, "headline": _line(note.short), "since": _moment(note.since), "times": note.times}


def _of_finding(alert: Alert, note: Note) -> tuple[Json, Lists]:
    """What is said of one change of state, and its lists."""
    said = {
        "version": VERSION,
        "id": _line(f"{alert.id}/{note.id}"),
        "alert": _line(alert.id),
        "thread": _line(alert.thread),
        "time": _moment(alert.time),
        "transition": str(note.transition),
        "state": str(note.transition.state),
        "severity": str(note.severity),
        "account": _line(alert.account),
        "region": _line(alert.region),
        "cluster": {"name": _line(alert.cluster), "arn": cluster_arn(alert)},
        "group": {
            "id": _line(alert.group),
            "name": _line(alert.group_name),
            "arn": group_arn(alert),
            "additional": alert.additional,
        },
        "policy": _line(alert.policy),
        "mode": str(alert.mode),
        "status": str(alert.status),
        "paused": _line(alert.paused),
        "others": alert.others and {**alert.others.as_json(), "summary": _line(alert.others.summary)},
        "finding": _finding(note),
        **({"more": {"findings": alert.left_out}} if alert.left_out else {}),
        "links": [{"title": _line(link.title), "url": link.url} for link in links_of(alert)],
    }
    return said, {
        "traffic": _list(note.traffic, _line),
        "rules": _list(note.rules, _line),
        "actors": _list([*dict.fromkeys(cause.actor for cause in note.causes)], _line),
        "causes": _list(note.causes, _cause, note.left_out),
        "changes": _list(alert.changes, _change),
        "earlier": _list(alert.earlier, _change),
    }


_OF_NOTE = ("id", "kind", "direction", "statement", "summary", "impact")
_OF_CAUSE = ("event", "event_id", "actor", "source_ip")
_OF_CHANGE = ("action", "direction", "rule_id", "rule", "was", "why", "description")


def _cause(cause: Cause) -> Json:
    said = {name: _line(getattr(cause, name)) for name in _OF_CAUSE}
    return {**said, "time": _moment(cause.time) if cause.time else None}


def _change(made: Made) -> Json:
    return {**{name: _line(getattr(made, name)) for name in _OF_CHANGE}, "line": _line(made.line)}


def _standing(standing: Standing) -> Json:
    return {
        "cluster": _line(standing.cluster),
        "group": _line(standing.group),
        "additional": standing.additional,
        "state": str(standing.state),
        "severity": str(standing.severity),
        "findings": standing.findings,
        "since": _moment(standing.since),
        "summary": _line(standing.summary),
    }


def _line(text: str) -> str:
    """One visible line: whatever a stranger wrote goes on to programs that may show it."""
    return printable(text, _TEXT_LIMIT)


def _moment(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
