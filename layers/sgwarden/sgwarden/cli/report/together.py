"""Several documents put together: each group as the latest of them tells of it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sgwarden.cli.report.group import Group, of_alerts, of_look, of_standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sgwarden.alert import Alert
    from sgwarden.cli.report.documents import Document
    from sgwarden.cli.report.look import Look


def groups(documents: Sequence[Document]) -> list[Group]:
    """All groups.

    A result that stands by itself was asked for, and counts more than what was told of the group before. Of
    several documents with results of one group the last counts; those of one document all stand, and so does
    each event of a replay.
    """
    looks = _last_looks(each.asked for each in documents)
    seen = {look.place.group for look in looks if not look.event}
    told = {group: found for group, found in _told(documents).items() if group not in seen}
    return [*map(of_look, looks), *told.values()]


def alerts(documents: Iterable[Document]) -> list[Alert]:
    """Every alert once, the oldest first."""
    found = {alert.id: alert for document in documents for alert in document.alerts}
    return sorted(found.values(), key=lambda alert: alert.time)


def _last_looks(of: Iterable[Sequence[Look]]) -> list[Look]:
    last: list[Look] = []
    for looks in of:
        here = {look.place.group for look in looks if not look.event}
        last = [look for look in last if look.event or look.place.group not in here] + list(looks)
    return last


def _told(documents: Sequence[Document]) -> dict[str, Group]:
    """What alerts and standings tell of each group."""
    by_group: defaultdict[str, list[Alert]] = defaultdict(list)
    for alert in alerts(documents):
        by_group[alert.group].append(alert)
    looks = {
        (alert.id, look.place.group): look
        for document in documents
        for alert in document.alerts
        for look in document.looks
    }
    found = {group: of_alerts(each, looks.get((each[-1].id, group))) for group, each in by_group.items()}
    for standing in (each for document in documents for each in document.standings):
        found[standing.group] = of_standing(standing, found.get(standing.group))
    return found
