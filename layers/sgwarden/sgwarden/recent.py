"""What the process remembers: rules taken away of late, and what is suspected for it.

Only of this process: another that runs at the same time, or after it, knows nothing of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sgwarden.traffic import Rule
    from sgwarden.trigger import Cause, Trigger

WITHIN = timedelta(minutes=10)
_UNSURE = timedelta(minutes=3)  # as long as a suspicion waits; what was taken since is new
_MOST = 5000  # of all groups: more than ten minutes of a busy region


@dataclass(frozen=True, slots=True)
class Removal:
    """A rule that was taken from a group, and the call that took it."""

    group: str
    rule: Rule
    cause: Cause
    time: datetime


@dataclass(slots=True)
class Recent:
    """Memory that goes by the time of the calls, not by when their events arrive."""

    _removals: dict[tuple[str, str, Rule], Removal] = field(default_factory=dict)
    _suspected: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def note(self, group: str, triggers: Iterable[Trigger]) -> None:
        """Remember what the calls took from the group; the same event twice counts once."""
        for trigger in triggers:
            cause = trigger.cause
            if cause.time is None:
                continue
            for rule in trigger.removed:
                key = group, cause.event_id, rule
                self._removals.setdefault(key, Removal(group, rule, cause, cause.time))
        self._forget()

    def removals(self, group: str) -> tuple[Removal, ...]:
        """What was taken from the group, within `WITHIN` of what was taken last, oldest first."""
        return tuple(sorted((each for each in self._removals.values() if each.group == group), key=_time))

    def is_suspected(self, finding: str, group: str) -> bool:
        """Whether this is to be looked at again, and what was taken since is part of the same."""
        return self._is_of_now(self._suspected.get((group, finding)), group, _UNSURE)

    def suspect(self, group: str, findings: Iterable[str]) -> None:
        """These are to be looked at again before people are told."""
        self._suspected |= self._now(group, findings)

    def see(self, group: str, findings: Collection[str]) -> None:
        """Of all that was suspected of the group, no more than these are true now."""
        for key in [each for each in self._suspected if each[0] == group and each[1] not in findings]:
            del self._suspected[key]

    def _now(self, group: str, findings: Iterable[str]) -> dict[tuple[str, str], datetime]:
        removals = self.removals(group)
        return {(group, each): removals[-1].time for each in findings} if removals else {}

    def _is_of_now(self, then: datetime | None, group: str, within: timedelta) -> bool:
        removals = self.removals(group)
        return then is not None and bool(removals) and removals[-1].time < then + within

    def _forget(self) -> None:
        """Keep of each group what is within `WITHIN` of its last, and of all what came last."""
        last: dict[str, datetime] = {}
        for each in self._removals.values():
            last[each.group] = max(each.time, last.get(each.group, each.time))
        kept = {key: each for key, each in self._removals.items() if each.time > last[each.group] - WITHIN}
        self._removals = dict(list(kept.items())[-_MOST:])
        self._suspected = dict(list(self._suspected.items())[-_MOST:])


def _time(removal: Removal) -> datetime:
    return removal.time
