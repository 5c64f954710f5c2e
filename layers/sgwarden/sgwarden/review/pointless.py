"""Warnings of what a policy says in vain."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sgwarden.policy.errors import Problem
from sgwarden.policy.peers import Builtin
from sgwarden.policy.ready_made import ready_made_sets
from sgwarden.policy.resolve import DEFAULT_SEVERITY
from sgwarden.policy.types import DirectionPolicy, Effect, Otherwise, Severity
from sgwarden.review.minimum import is_below
from sgwarden.review.provable import is_in_vain
from sgwarden.review.shadow import cover_of, effect_of, is_denied, without_effect
from sgwarden.review.spared import sparing_only
from sgwarden.traffic import Direction

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from sgwarden.policy.types import Policy, Statement
    from sgwarden.review.shadow import Unit

_PARTICIPLES = {Effect.REQUIRE: "required by", Effect.ALLOW: "allowed by", Effect.DENY: "denied by"}
_FROM_THE_WORST = tuple(Severity)
_OF_OTHERWISE = Severity.HIGH  # as findings have it


def pointless(policy: Policy) -> Iterator[Problem]:
    """Statements and ready-made sets that change nothing, and a permission that is not needed.

    All of them may go together: of two that stand in for each other one is told of.
    """
    own = [
        each
        for direction in Direction
        for each in policy.direction(direction)
        if not each.ready_made and not is_in_vain(each, direction)
    ]
    sets = {name: unit for name in policy.use if (unit := _of_set(policy, name))}
    idle = _idle(policy, [*((each.id,) for each in own), *sets.values()])
    gone = _removable(policy, [each for each in own if (each.id,) in idle])
    left = _without(policy, gone)
    for each in own:
        side = _side_of(_without(policy, gone - {each.id}) if each.id in gone else left, each)
        denials = _denials_of(side, each)
        if each.id in gone:
            yield _never_matters(side, each, denials)
        elif denials:
            yield _matters_in_a_vpc(each, denials)
    for name, unit in sets.items():
        if unit in idle and unit in _idle(left, [unit]) and not _set_counts(left, name):
            said = f'the set "{name}" adds nothing to policy "{policy.name}"'
            hint = "other statements say, or undo, all that it says"
            yield Problem.at(policy.mark, said, hint, warning=True)
            left = _without(left, unit)
    if policy.below_eks_minimum and not is_below(policy):
        said = f'policy "{policy.name}" does not go below the EKS minimum'
        yield Problem.at(policy.mark, said, "remove below_eks_minimum: true", warning=True)


def _removable(policy: Policy, statements: Sequence[Statement]) -> set[str]:
    """The ids of as many of the statements as may go together, of two that are equal the later one.

    What is allowed comes last: it is denied by something only as long as this is there.
    """
    allowed = [each for each in statements if each in (*policy.ingress.allow, *policy.egress.allow)]
    others = [each for each in statements if each not in allowed]
    gone = _joint(policy, others)
    return gone | _joint(_without(policy, gone), allowed)


def _joint(policy: Policy, statements: Sequence[Statement]) -> set[str]:
    """As many of them as may go together, the last ones rather than the first."""
    ids = {each.id for each in statements}
    if not ids or _may_go(policy, statements):
        return ids
    if len(ids) == 1:
        return set()
    half = len(statements) // 2
    later = _joint(policy, statements[half:])
    return later | _joint(_without(policy, later), statements[:half])


def _may_go(policy: Policy, statements: Sequence[Statement]) -> bool:
    """Whether nothing changes if all of them go, and no finding gets less grave."""
    ids = {each.id for each in statements}
    unit = tuple(ids)
    return unit in _idle(policy, [unit]) and not any(
        _counts(policy, _side_of(_without(policy, ids - {each.id}), each), each) for each in statements
    )


def _side_of(policy: Policy, statement: Statement) -> DirectionPolicy:
    return policy.ingress if statement in tuple(policy.ingress) else policy.egress


def _without(policy: Policy, ids: Collection[str]) -> Policy:
    def rest(side: DirectionPolicy) -> DirectionPolicy:
        require, allow, deny = (
            tuple(each for each in side.of(effect) if each.id not in ids) for effect in Effect
        )
        return DirectionPolicy(side.otherwise, require, allow, deny)

    return replace(policy, ingress=rest(policy.ingress), egress=rest(policy.egress))


def _never_matters(side: DirectionPolicy, statement: Statement, denials: Sequence[Statement]) -> Problem:
    reason = f"its traffic is denied by {_named(denials)}" if denials else _reason(side, statement)
    said = f'statement "{statement.id}" can never matter: {reason}'
    return Problem.at(
        statement.mark, said, _to_let_through(denials) if denials else "remove it", warning=True
    )


def _matters_in_a_vpc(statement: Statement, denials: Sequence[Statement]) -> Problem:
    reason = f"its traffic is denied by {_named(denials)}"
    said = f'statement "{statement.id}" can matter only for addresses of the VPC: {reason}'
    return Problem.at(statement.mark, said, _to_let_through(denials), warning=True)


def _denials_of(side: DirectionPolicy, statement: Statement) -> tuple[Statement, ...]:
    """What denies all that a statement allows, if anything does, where a VPC has private addresses."""
    if statement not in side.allow:
        return ()
    sparing = sparing_only(side, (Builtin.PRIVATE,))
    return cover_of(sparing, statement, (Effect.DENY,)).statements if is_denied(sparing, statement) else ()


def _to_let_through(denials: Sequence[Statement]) -> str:
    own = [each for each in denials if not each.ready_made]
    sets = dict.fromkeys(each.ready_made for each in denials if each.ready_made)
    ways = [f"leave it out of {_named(own)} with except"] if own else []
    ways += [f"deny by a statement of your own, with except, in place of the set {name}" for name in sets]
    return f"a denial wins: {' and '.join(ways)}; or remove it"


def _named(statements: Iterable[Statement]) -> str:
    return ", ".join(f'"{each.id}"' for each in statements)


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
        f"{participle} {names}"
        for covering, participle in _PARTICIPLES.items()
        if (names := _named(each for each in cover.statements if each in side.of(covering)))
    ]
    if not cover.whole:
        parts.append("allowed by nothing (otherwise: deny)")
    return f"its traffic is {' and '.join(parts)}" if parts else "it speaks of no traffic"
