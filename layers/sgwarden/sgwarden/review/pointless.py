"""Warnings of what a policy says in vain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.policy.errors import Problem
from sgwarden.policy.ready_made import ready_made_sets
from sgwarden.policy.resolve import DEFAULT_SEVERITY
from sgwarden.policy.types import Effect, Otherwise, Severity
from sgwarden.review.minimum import is_below
from sgwarden.review.shadow import cover_of, effect_of, without_effect
from sgwarden.traffic import Direction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgwarden.policy.types import DirectionPolicy, Policy, Statement
    from sgwarden.review.shadow import Unit

_PARTICIPLES = {Effect.REQUIRE: "required by", Effect.ALLOW: "allowed by", Effect.DENY: "denied by"}
_FROM_THE_WORST = tuple(Severity)
_OF_OTHERWISE = Severity.HIGH  # as findings have it


def pointless(policy: Policy) -> Iterator[Problem]:
    """Statements and ready-made sets that change nothing, and a permission that is not needed."""
    own = [(each.id,) for each in (*policy.ingress, *policy.egress) if not each.ready_made]
    sets = {name: unit for name in policy.use if (unit := _of_set(policy, name))}
    idle = _idle(policy, [*own, *sets.values()])
    for direction in Direction:
        side = policy.direction(direction)
        for each in side:
            if (each.id,) in idle and not each.ready_made and not _counts(policy, side, each):
                said = f'statement "{each.id}" can never matter: {_reason(side, each)}'
                yield Problem.at(each.mark, said, "remove it", warning=True)
    for name, unit in sets.items():
        if unit in idle and not _set_counts(policy, name):
            said = f'the set "{name}" adds nothing to policy "{policy.name}"'
            yield Problem.at(
                policy.mark, said, "other statements say, or undo, all that it says", warning=True
            )
    if policy.below_eks_minimum and not is_below(policy):
        said = f'policy "{policy.name}" does not go below the EKS minimum'
        yield Problem.at(policy.mark, said, "remove below_eks_minimum: true", warning=True)


def _of_set(policy: Policy, name: str) -> Unit:
    return tuple(each.id for each in (*policy.ingress, *policy.egress) if each.ready_made == name)


def _idle(policy: Policy, units: list[Unit]) -> set[Unit]:
    """The units that have no effect in either direction."""
    idle = set(units)
    for direction in Direction:
        side = policy.direction(direction)
        ids = {each.id for each in side}
        here = [unit for unit in units if ids & set(unit)]
        idle -= set(here) - set(without_effect(side, here))
    return idle


def _set_counts(policy: Policy, name: str) -> bool:
    return bool(ready_made_sets()[name].tags) or any(
        each.ready_made == name and _counts(policy, policy.direction(direction), each)
        for direction in Direction
        for each in policy.direction(direction)
    )


def _counts(policy: Policy, side: DirectionPolicy, statement: Statement) -> bool:
    """Whether a statement that changes no traffic makes findings worse, or has rules revoked whole or not."""
    effect = effect_of(side, statement)
    if effect is Effect.ALLOW:
        return False
    if statement.remedy not in (None, policy.remedy):
        return True
    cover = cover_of(side, statement)
    others = [_severity(each, effect) for each in cover.statements]
    others += [] if cover.whole else [_OF_OTHERWISE]
    return all(_is_worse(_severity(statement, effect), other) for other in others) and bool(others)


def _severity(statement: Statement, effect: Effect) -> Severity:
    return statement.severity or DEFAULT_SEVERITY[effect]


def _is_worse(severity: Severity, other: Severity) -> bool:
    return _FROM_THE_WORST.index(severity) < _FROM_THE_WORST.index(other)


def _reason(side: DirectionPolicy, statement: Statement) -> str:
    effect = effect_of(side, statement)
    if effect is Effect.ALLOW and side.otherwise is Otherwise.ALLOW:
        return "whatever nothing denies is allowed here (otherwise: allow)"
    cover = cover_of(side, statement)
    parts = [
        f"{participle} {', '.join(names)}"
        for covering, participle in _PARTICIPLES.items()
        if (names := [f'"{each.id}"' for each in cover.statements if each in side.of(covering)])
    ]
    if not cover.whole:
        parts.append("allowed by nothing (otherwise: deny)")
    return f"its traffic is {' and '.join(parts)}" if parts else "it speaks of no traffic"
