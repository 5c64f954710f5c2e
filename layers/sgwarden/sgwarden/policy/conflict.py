"""Policies that contradict themselves: what is required and what is denied must not meet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sgwarden.traffic import Traffic, cover

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgwarden.policy.desired import Goal
    from sgwarden.traffic import Direction

_LINES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Conflict:
    """Traffic that one statement requires and another denies."""

    direction: Direction
    required: str
    denied: str
    traffic: Traffic

    def __str__(self) -> str:
        where = shown(self.traffic, self.direction)
        return f'"{self.required}" requires what "{self.denied}" denies in {self.direction}: {where}'


class PolicyConflict(Exception):  # noqa: N818 - it is the contradiction itself that is told of
    """A policy requires and denies the same traffic, so that nothing can be true to it."""

    def __init__(self, policy: str, conflicts: tuple[Conflict, ...]) -> None:
        self.policy = policy
        self.conflicts = conflicts
        super().__init__(f'policy "{policy}": ' + "; ".join(str(conflict) for conflict in conflicts))


def conflicts(goal: Goal, direction: Direction) -> Iterator[Conflict]:
    """Where what is required and what is denied meet, statement by statement."""
    for required in goal.required:
        for denied in goal.denied:
            if traffic := required.traffic & denied.traffic:
                yield Conflict(direction, required.id, denied.id, traffic)


def shown(traffic: Traffic, direction: Direction) -> str:
    """Traffic for a person to read: its first few lines."""
    lines = [f"{line.service} {direction.preposition} {line.peer}" for line in cover(traffic)]
    more = f" and {len(lines) - _LINES_SHOWN} more" if len(lines) > _LINES_SHOWN else ""
    return ", ".join(lines[:_LINES_SHOWN]) + more
