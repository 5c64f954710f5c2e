"""Statements that can never matter: without them the policy asks the same of every cluster."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from operator import or_
from typing import TYPE_CHECKING

from sgwarden.policy.types import Effect, Otherwise
from sgwarden.review.worlds import World, worlds
from sgwarden.traffic import Traffic, union

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sgwarden.policy.types import DirectionPolicy, Statement

Unit = tuple[str, ...]
"""Ids of statements that would go together."""


@dataclass(frozen=True, slots=True)
class _Part:
    """What some statements say together, effect by effect."""

    required: Traffic
    opened: Traffic
    denied: Traffic

    def __or__(self, other: _Part) -> _Part:
        return _Part(self.required | other.required, self.opened | other.opened, self.denied | other.denied)


_NOTHING = _Part(Traffic.NONE, Traffic.NONE, Traffic.NONE)


def without_effect(direction: DirectionPolicy, units: Iterable[Unit]) -> tuple[Unit, ...]:
    """Those of the units, which share no statement, that could go each by itself.

    That is: at no cluster would other traffic be required or forbidden, whatever rules of owners let through.
    """
    left = list(units)
    apart = {id_ for unit in left for id_ in unit}
    fixed = [each for each in direction if each.id not in apart]
    matters: set[Unit] = set()
    for world in worlds(direction):
        parts = [_part(direction, world, [each for each in direction if each.id in unit]) for unit in left]
        others = _all_but_each(parts, _part(direction, world, fixed))
        for unit, part, other in zip(left, parts, others, strict=True):
            if unit not in matters and _changes(direction.otherwise, part, other):
                matters.add(unit)
    return tuple(unit for unit in left if unit not in matters)


def _part(direction: DirectionPolicy, world: World, statements: Sequence[Statement]) -> _Part:
    def together(effect: Effect) -> Traffic:
        chosen = [each for each in direction.of(effect) if each in statements]
        return union(world.traffic(each) for each in chosen)

    required = together(Effect.REQUIRE)
    return _Part(required, required | together(Effect.ALLOW), together(Effect.DENY))


def _all_but_each(parts: Sequence[_Part], fixed: _Part) -> Iterable[_Part]:
    """What all the others say, for each part."""
    before = [*accumulate(parts, or_, initial=fixed)][:-1]
    after = [*accumulate(reversed(parts), or_, initial=_NOTHING)][-2::-1]
    return (earlier | later for earlier, later in zip(before, after, strict=True))


def _changes(otherwise: Otherwise, part: _Part, others: _Part) -> bool:
    """Whether the part makes a difference beside the others.

    F = D, and where otherwise is deny all outside what is opened: so what the part denies counts as far as it
    would be open without it, what it opens as far as nothing denies it.
    """
    if not part.required <= others.required:
        return True
    newly_denied = part.denied - others.denied
    if otherwise is Otherwise.ALLOW:
        return bool(newly_denied)
    return bool(newly_denied & others.opened) or bool(
        part.opened - others.opened - others.denied - part.denied
    )


@dataclass(frozen=True, slots=True)
class Cover:
    """The statements that share traffic with one, and whether together they have all of it."""

    statements: tuple[Statement, ...]
    whole: bool


def cover_of(
    direction: DirectionPolicy, statement: Statement, effects: Collection[Effect] = tuple(Effect)
) -> Cover:
    """What covers a statement among those that could take its place: one alone where that is enough.

    With `effects` only statements of these are looked at.
    """
    taking = [each for each in _TAKES_PLACE[effect_of(direction, statement)] if each in effects]
    others = [each for effect in taking for each in direction.of(effect) if each != statement]
    met: dict[Statement, None] = {}
    enough = list(others)
    whole = True
    for world in worlds(direction):
        traffic = world.traffic(statement)
        common = {other: world.traffic(other) & traffic for other in others}
        met |= {other: None for other in others if common[other]}
        enough = [other for other in enough if common[other] == traffic]
        whole = whole and traffic <= union(common.values())
    alone = [other for other in enough if other in met][:1]
    return Cover(tuple(alone or met), whole)


def is_denied(direction: DirectionPolicy, statement: Statement) -> bool:
    """Whether denials have all of the statement's traffic at every cluster."""
    return bool(direction.deny) and all(
        world.traffic(statement) <= union(world.traffic(each) for each in direction.deny)
        for world in worlds(direction)
    )


_TAKES_PLACE = {Effect.REQUIRE: (Effect.REQUIRE,), Effect.ALLOW: tuple(Effect), Effect.DENY: (Effect.DENY,)}


def effect_of(direction: DirectionPolicy, statement: Statement) -> Effect:
    """Which list of the direction the statement stands in."""
    return next(effect for effect in Effect if statement in direction.of(effect))
