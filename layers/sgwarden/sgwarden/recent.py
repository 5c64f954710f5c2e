"""What the process remembers of the last minutes: rules that were taken away, and what people were told.

Only of this process: another that runs at the same time, or after it, knows nothing of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sgwarden.traffic import Rule
    from sgwarden.trigger import Trigger

WITHIN = timedelta(minutes=10)
_MOST = 5000  # of all groups: more than ten minutes of a busy region


@dataclass(frozen=True, slots=True)
class Removal:
    """A rule that was taken from a group, when and by whom."""

    group: str
    rule: Rule
    actor: str
    time: datetime


@dataclass(slots=True)
class Recent:
    """Memory that goes by the time of the calls, not by when their events arrive."""

    _removals: dict[tuple[str, str, Rule], Removal] = field(default_factory=dict)
    _told: dict[str, datetime] = field(default_factory=dict)

    def note(self, group: str, triggers: Iterable[Trigger]) -> None:
        """Remember what the calls took from the group; the same event twice counts once."""
        for trigger in triggers:
            cause = trigger.cause
            if cause.time is None:
                continue
            for rule in trigger.removed:
                key = group, cause.event_id, rule
                self._removals.setdefault(key, Removal(group, rule, cause.actor, cause.time))
        self._forget()

    def removals(self, group: str) -> tuple[Removal, ...]:
        """What was taken from the group, within `WITHIN` of what was taken last, oldest first."""
        return tuple(sorted((each for each in self._removals.values() if each.group == group), key=_time))

    def was_told(self, finding: str, group: str) -> bool:
        """Whether people were told of this, and what was taken since is part of the same."""
        told, removals = self._told.get(finding), self.removals(group)
        return told is not None and bool(removals) and removals[-1].time < told + WITHIN

    def tell(self, group: str, findings: Iterable[str]) -> None:
        """People have been told of these."""
        if removals := self.removals(group):
            self._told |= dict.fromkeys(findings, removals[-1].time)

    def _forget(self) -> None:
        """Keep of each group what is within `WITHIN` of its last, and of all what came last."""
        last: dict[str, datetime] = {}
        for each in self._removals.values():
            last[each.group] = max(each.time, last.get(each.group, each.time))
        kept = {key: each for key, each in self._removals.items() if each.time > last[each.group] - WITHIN}
        self._removals = dict(list(kept.items())[-_MOST:])
        self._told = dict(list(self._told.items())[-_MOST:])


def _time(removal: Removal) -> datetime:
    return removal.time
