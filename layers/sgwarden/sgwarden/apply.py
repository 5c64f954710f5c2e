"""Making the changes of a proved plan."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import reduce
from itertools import groupby
from typing import TYPE_CHECKING, Protocol

from sgwarden import simulate
from sgwarden.change import Authorize, Change, Revoke, SetTag
from sgwarden.drift import unmet
from sgwarden.failure import CallError, ConflictError, QuotaError
from sgwarden.prove import ProvedPlan

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sgwarden.plan import Plan


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

    Inbound rules, outbound rules and tags do not depend on one another: an error ends its own part only. What
    follows it there may rely on what failed, except for the removal of rules that nothing legitimate needs:
    these go in any case, unless the plan is about to be made anew.
    """
    if not isinstance(proved, ProvedPlan):
        raise TypeError("only a ProvedPlan can be applied")
    made: list[Change] = []
    errors: list[CallError] = []
    group_id = proved.plan.group.id
    for _, part in groupby(proved.plan.changes, key=_part):
        changes = list(part)
        try:
            _make(changes, group_id, writer, made)
        except CallError as error:
            errors.append(error)
            refused = next(change for change in changes if change not in made)
            if isinstance(refused, Revoke) or isinstance(error, ConflictError | QuotaError):
                continue
            with suppress(CallError):  # the first error is the one to tell of
                _make(_needless(proved.plan, changes, made), group_id, writer, made)
    return Applied(tuple(made), tuple(errors))


def _make(changes: Iterable[Change], group_id: str, writer: Writer, made: list[Change]) -> None:
    for call in _calls(changes):
        writer.change(group_id, call)
        made += call


def _needless(plan: Plan, changes: Iterable[Change], made: list[Change]) -> list[Change]:
    """The removals still to make of rules without which nothing of the goal or required is missed."""
    group = reduce(simulate.after, made, plan.group)
    needless: list[Change] = []
    for change in changes:
        if not isinstance(change, Revoke) or change in made:
            continue
        direction = change.rule.direction
        goal, cluster = plan.desired.goal(direction), plan.cluster
        without = simulate.after(group, change)
        missed = unmet(goal, without.traffic(direction), cluster)
        carries = change.rule.traffic & plan.target(direction).traffic
        if not carries and missed <= unmet(goal, group.traffic(direction), cluster):
            needless.append(change)
            group = without
    return needless


def _part(change: Change) -> str:
    return "tags" if isinstance(change, SetTag) else change.rule.direction


def _calls(changes: Iterable[Change]) -> list[list[Change]]:
    """Neighbours that EC2 takes in one call; new rules share one only if they share their tags."""

    def key(change: Change) -> object:
        return type(change), change.rule.tags if isinstance(change, Authorize) else ()

    return [list(call) for _, call in groupby(changes, key=key)]
