"""What an EKS cluster cannot do without, as far as it is there today.

The ready-made sets say what that is. A set is used where every word of it is true today: all that it requires
and allows is open, nothing that it denies is, its tags are there. Of one that is not, what is true is copied.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sgwarden.policy.places import Places
from sgwarden.policy.ready_made import ready_made_sets
from sgwarden.policy.resolve import goal_of
from sgwarden.policy.tags import fill, placeholders
from sgwarden.policy.types import DirectionPolicy, Statement
from sgwarden.traffic import EVERYONE, Direction, Traffic

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sgwarden.cluster import Cluster
    from sgwarden.group import SecurityGroup
    from sgwarden.policy.desired import Goal
    from sgwarden.policy.types import StatementSet

_REQUIRING = ("eks-baseline", "eks-open-egress", "eks-minimum-egress")
_DENYING = ("no-public-ingress", "no-public-admin-ports")
"""The stricter first: where nothing public is open, that it stays so is worth a critical finding."""

TAGS: Mapping[str, str] = ready_made_sets()["eks-baseline"].tags
"""The tags of EKS that can be put back, with their placeholders."""


@dataclass(frozen=True, slots=True)
class Essentials:
    """The ready-made sets to be used, and by direction what is required beside them.

    `covered` is all that these open together.
    """

    use: tuple[str, ...]
    required: Mapping[Direction, tuple[Statement, ...]]
    covered: Mapping[Direction, Traffic]


def essentials(cluster: Cluster, group: SecurityGroup) -> Essentials:
    """What of the ready-made sets is true of the cluster today."""
    here = _Here(cluster, group)
    used: list[str] = []
    for name in _REQUIRING:
        each = ready_made_sets()[name]
        if here.is_true(each) and here.adds(each):
            used.append(name)
            here.take(each)
        else:
            here.copy(each)
    here.copy(_mirrored(ready_made_sets()["eks-minimum-egress"]))
    denying = (name for name in _DENYING if here.is_true(ready_made_sets()[name]))
    return Essentials((*used, *list(denying)[:1]), here.copied, here.covered)


def tag_is_there(key: str, value: str, cluster: Cluster, group: SecurityGroup) -> bool:
    """Whether the group has the tag, placeholders filled in; not where nothing is known to fill in."""
    if not cluster.security_group_name and "group_name" in placeholders(key) | placeholders(value):
        return False
    values = {"cluster": cluster.name, "group_name": cluster.security_group_name}
    return group.tags.get(fill(key, values)) == fill(value, values)


class _Here:
    """What is open at a cluster, and how much of it has been said already."""

    def __init__(self, cluster: Cluster, group: SecurityGroup) -> None:
        self.cluster = cluster
        self.group = group
        self.open = {direction: group.traffic(direction) for direction in Direction}
        self.required = dict.fromkeys(Direction, Traffic.NONE)
        self.covered = dict.fromkeys(Direction, Traffic.NONE)
        self.copied: dict[Direction, tuple[Statement, ...]] = dict.fromkeys(Direction, ())

    def is_true(self, each: StatementSet) -> bool:
        """Whether the set is true of today, word by word."""
        return all(
            goal.required_traffic | goal.allowed_traffic <= self.open[direction]
            and not goal.denied_traffic & self.open[direction]
            for direction, goal in self._goals(each)
        ) and all(tag_is_there(key, value, self.cluster, self.group) for key, value in each.tags.items())

    def adds(self, each: StatementSet) -> bool:
        """Whether the set requires what is not required yet."""
        return any(
            not goal.required_traffic <= self.required[direction] for direction, goal in self._goals(each)
        )

    def take(self, each: StatementSet) -> None:
        """The set is used as it is."""
        for direction, goal in self._goals(each):
            self.required[direction] |= goal.required_traffic
            self.covered[direction] |= goal.required_traffic | goal.allowed_traffic

    def copy(self, each: StatementSet) -> None:
        """What the set requires is required, so far as it is open and nothing said before requires it."""
        for direction in Direction:
            for statement in _side(each, direction).require:
                kept = self._true_part(statement, direction)
                if kept.services:
                    self.copied[direction] += (kept,)

    def _true_part(self, statement: Statement, direction: Direction) -> Statement:
        goal = self._goal(DirectionPolicy(require=(statement,)), direction)
        kept = []
        for service in statement.services if goal.required else ():
            traffic = goal.required_traffic & Traffic.of([service], EVERYONE)
            if traffic <= self.open[direction] and not traffic <= self.required[direction]:
                kept.append(service)
                self.required[direction] |= traffic
                self.covered[direction] |= traffic
        return replace(statement, services=tuple(kept), ip_family=None, ready_made="")

    def _goals(self, each: StatementSet) -> Iterator[tuple[Direction, Goal]]:
        return ((direction, self._goal(_side(each, direction), direction)) for direction in Direction)

    def _goal(self, side: DirectionPolicy, direction: Direction) -> Goal:
        return goal_of(side, direction, Places(self.cluster, {}))


def _side(each: StatementSet, direction: Direction) -> DirectionPolicy:
    return each.ingress if direction is Direction.INGRESS else each.egress


def _mirrored(each: StatementSet) -> StatementSet:
    """The set the other way round: what leaves one interface of the group must be let into another."""
    require = tuple(replace(statement, id=f"{statement.id}-in") for statement in each.egress.require)
    return replace(each, ingress=DirectionPolicy(require=require), egress=DirectionPolicy())
