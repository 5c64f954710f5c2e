"""Making the changes of a proved plan."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Protocol

from sgwarden.change import Authorize, Change, SetTag
from sgwarden.failure import CallError
from sgwarden.prove import ProvedPlan

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Writer(Protocol):
    """What changes security groups: one call for changes of one kind and direction, all of them or none."""

    def change(self, group_id: str, changes: Sequence[Change]) -> None:
        """Make the changes; raises CallError where AWS refuses them."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What was made of a plan, and what stopped the rest."""

    made: tuple[Change, ...]
    errors: tuple[CallError, ...]


def apply(proved: ProvedPlan, writer: Writer) -> Applied:
    """Make the changes in order; raises TypeError for a plan that was not proved.

    Inbound rules, outbound rules and tags do not depend on one another: an error ends its own part only, as
    what follows it there may rely on what failed.
    """
    if not isinstance(proved, ProvedPlan):
        raise TypeError("only a ProvedPlan can be applied")
    made: list[Change] = []
    errors: list[CallError] = []
    for _, part in groupby(proved.plan.changes, key=_part):
        try:
            for call in _calls(part):
                writer.change(proved.plan.group.id, call)
                made += call
        except CallError as error:
            errors.append(error)
    return Applied(tuple(made), tuple(errors))


def _part(change: Change) -> str:
    return "tags" if isinstance(change, SetTag) else change.rule.direction


def _calls(changes: Iterable[Change]) -> list[list[Change]]:
    """Neighbours that EC2 takes in one call; new rules share one only if they share their tags."""

    def key(change: Change) -> object:
        return type(change), change.rule.tags if isinstance(change, Authorize) else ()

    return [list(call) for _, call in groupby(changes, key=key)]
