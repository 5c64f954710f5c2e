"""Statements that can never matter: without them the policy asks the same of every cluster."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sgwarden.policy.types import Effect, Otherwise
from sgwarden.review.worlds import World, worlds
from sgwarden.traffic import Traffic, union

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sgwarden.policy.types import DirectionPolicy, Statement

Unit = tuple[str, ...]
"""Ids of statements that would go together."""


Said = tuple[Effect, "Statement"]


@dataclass(frozen=True, slots=True)
class _Part:
    """What some statements say together, effect by effect."""

    required: Traffic
    opened: Traffic
    denied: Traffic

    def __or__(self, other: _Part) -> _Part:
        return _Part(self.required | other.required, self.opened | other.opened, self.denied | other.denied)

    @property
    def traffic(self) -> Traffic:
        """All that it speaks of."""
        return self.opened | self.denied

    def within(self, traffic: Traffic) -> _Part:
        """What it says of the traffic."""
        return _Part(self.required & traffic, self.opened & traffic, self.denied & traffic)


def without_effect(direction: DirectionPolicy, units: Iterable[Unit]) -> tuple[Unit, ...]:
    """Those of the units, which share no statement, that could go each by itself.

    That is: at no cluster would other traffic be required or forbidden, whatever rules of owners let through.
    """
    left = list(units)
    said, fixed = _by_unit(direction, left)
    matters: set[Unit] = set()
    for world in worlds(direction):
        parts = [_part(world, each) for each in said]
        others = _all_but_each(parts, _part(world, fixed))
        for unit, part, other in zip(left, parts, others, strict=True):
            if unit not in matters and _changes(direction.otherwise, part, other):
                matters.add(unit)
    return tuple(unit for unit in left if unit not in matters)


def _by_unit(direction: DirectionPolicy, units: Sequence[Unit]) -> tuple[list[list[Said]], list[Said]]:
    """What the statements of each unit say, and what those of none say."""
    places = {id_: place for place, unit in enumerate(units) for id_ in unit}
    of_units: list[list[Said]] = [[] for _ in units]
    fixed: list[Said] = []
    for effect in Effect:
        for each in direction.of(effect):
            (of_units[places[each.id]] if each.id in places else fixed).append((effect, each))
    return of_units, fixed


def _part(world: World, said: Sequence[Said]) -> _Part:
    def together(effect: Effect) -> Traffic:
        return union(world.traffic(each) for each_effect, each in said if each_effect is effect)

    required = together(Effect.REQUIRE)
    return _Part(required, required | together(Effect.ALLOW), together(Effect.DENY))


def _all_but_each(parts: Sequence[_Part], others: _Part) -> list[_Part]:
    """What all the others say, for each part, of the traffic that it speaks of.

    By halves, so that a thousand statements take not a million joins but ten for each.
    """
    if len(parts) < 2:
        return [others] * len(parts)
    half = len(parts) // 2
    first, last = parts[:half], parts[half:]
    of_first, of_last = _together(first), _together(last)
    return [
        *_all_but_each(first, (others | of_last).within(of_first.traffic)),
        *_all_but_each(last, (others | of_first).within(of_last.traffic)),
    ]


def _together(parts: Sequence[_Part]) -> _Part:
    return _Part(
        union(each.required for each in parts),
        union(each.opened for each in parts),
        union(each.denied for each in parts),
    )


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
    alone = replace(direction, require=(), allow=(statement,))  # what else there is makes no difference
    return bool(direction.deny) and all(
        world.traffic(statement) <= union(world.traffic(each) for each in direction.deny)
        for world in worlds(alone)
    )


_TAKES_PLACE = {Effect.REQUIRE: (Effect.REQUIRE,), Effect.ALLOW: tuple(Effect), Effect.DENY: (Effect.DENY,)}


def effect_of(direction: DirectionPolicy, statement: Statement) -> Effect:
    """Which list of the direction the statement stands in."""
    return next(effect for effect in Effect if statement in direction.of(effect))
