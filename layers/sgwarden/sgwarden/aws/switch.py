"""How much may be done now: what the stack lets be done, or while somebody pauses it nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sgwarden.ceiling import Ceiling, read_switch
from sgwarden.failure import CallError
from sgwarden.policy.types import Mode

if TYPE_CHECKING:
    from sgwarden.aws.parameter_store import ParameterStore
    from sgwarden.aws.switch_journal import SwitchJournal

# A batch runs for 30 seconds at most: with these, a pause holds everywhere within a minute.
MAX_AGE = 30


class CeilingSource:
    """Reads the switch of a stack that may change something; for another it makes no difference.

    While it is paused the switch is read for every batch, so that a resume holds from the next one on.
    """

    def __init__(self, most: Ceiling, switch: str, store: ParameterStore, journal: SwitchJournal) -> None:
        self._most = most
        read = switch if most.mode is Mode.REMEDIATE else ""
        self._parameter = store.named(read, MAX_AGE, journal.unreadable)
        self._journal = journal
        self._last: Ceiling | None = None

    def in_force(self) -> Ceiling | CallError:
        """What may be done for a batch; an error where SSM never said whether sgwarden is paused."""
        if self._parameter is None:
            return self._told(self._most, unreadable=False) if self._most.paused else self._most
        try:
            text = self._parameter.text(afresh=self._last is not None and bool(self._last.paused))
        except CallError as error:
            self._journal.state(unreadable=True, paused=None)
            return error
        said = read_switch(text, self._parameter.name)
        ceiling = replace(said, additional_groups=self._most.additional_groups)
        return self._told(ceiling, unreadable=self._parameter.unreadable)

    def _told(self, ceiling: Ceiling, *, unreadable: bool) -> Ceiling:
        if ceiling != self._last:
            self._journal.turned(ceiling)
        self._last = ceiling
        self._journal.state(unreadable=unreadable, paused=bool(ceiling.paused))
        return ceiling
