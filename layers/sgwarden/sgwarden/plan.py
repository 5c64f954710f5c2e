"""From drift to the changes that mend it.

The goal of a direction is T = (A - F) | R. Rules inside T stay as they are. A rule that is partly forbidden
is trimmed: narrowed in place where it can be, with further rules beside it where what is left needs them.
Where that would take more rules than the policy's limit, or the policy says `revoke`, the rule goes whole.
A rule that comes back gets the description that it had, where that is known: controllers know theirs by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sgwarden.change import Authorize, Change, Order, Revoke, RuleChange, SetTag
from sgwarden.drift import as_written, unmet
from sgwarden.order import in_order
from sgwarden.traffic import Direction, Rule, Traffic, union
from sgwarden.trim import trim

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sgwarden.cluster import Cluster
    from sgwarden.drift import DirectionDrift, Drift
    from sgwarden.group import SecurityGroup
    from sgwarden.policy.desired import Desired, Goal
    from sgwarden.traffic import Peer, Service

    Descriptions = Mapping[tuple[Direction, Service, Peer], str]

_DESCRIPTION = 255  # characters that EC2 takes


@dataclass(frozen=True, slots=True)
class Target:
    """Where one direction is to end: what is kept of the legitimate traffic, and all that is let through.

    `lost` is the legitimate traffic that goes with rules revoked whole.
    """

    kept: Traffic
    traffic: Traffic
    lost: Traffic


@dataclass(frozen=True, slots=True)
class Plan:
    """Changes to one security group, in the order in which they are to be made."""

    cluster: Cluster
    group: SecurityGroup
    desired: Desired
    drift: Drift
    changes: tuple[Change, ...]
    ingress: Target
    egress: Target
    order: Order = Order.ADDITIONS_FIRST

    def __bool__(self) -> bool:
        return bool(self.changes)

    def target(self, direction: Direction) -> Target:
        return self.ingress if direction is Direction.INGRESS else self.egress


def make_plan(
    cluster: Cluster,
    group: SecurityGroup,
    desired: Desired,
    drift: Drift,
    order: Order = Order.ADDITIONS_FIRST,
    known: Iterable[Rule] = (),
) -> Plan:
    """The changes that take the group from what was observed to the goal.

    `known` are rules that were there, the latest last; of them come descriptions, and nothing else.
    """
    descriptions = {(rule.direction, rule.service, rule.peer): rule.description for rule in known}
    changes: list[Change] = []
    targets = []
    for side in drift.directions:
        rule_changes, target = _direction(side, group, desired, cluster, order, descriptions)
        changes += rule_changes
        targets.append(target)
    changes += [SetTag(tag.key, tag.required, tag.actual) for tag in drift.tags]
    ingress, egress = targets
    return Plan(cluster, group, desired, drift, tuple(changes), ingress, egress, order)


def _direction(
    side: DirectionDrift,
    group: SecurityGroup,
    desired: Desired,
    cluster: Cluster,
    order: Order,
    descriptions: Descriptions,
) -> tuple[list[RuleChange], Target]:
    if not side:
        return [], Target(side.observed, side.observed, Traffic.NONE)
    rules = group.rules_of(side.direction)
    changes, left = _rid_of_the_forbidden(side, rules, desired)
    missing = unmet(side.goal, left, cluster)
    end = left | missing
    changes += _additions(side.direction, side.goal, missing, left, descriptions)

    def missed(now: Traffic) -> Traffic:
        return ((side.observed & end) - now) | unmet(side.goal, now, cluster)

    target = Target(left, end, side.observed - side.forbidden - end)
    return in_order(changes, rules, missed, order), target


def _rid_of_the_forbidden(
    side: DirectionDrift, rules: Sequence[Rule], desired: Desired
) -> tuple[list[RuleChange], Traffic]:
    """The changes that take out what is forbidden, and the traffic that they leave."""
    changes, left, gone = _trimmed(side, rules, desired)
    rest = side.without({change.rule for change in gone})
    if not left & rest.forbidden:
        return changes, left
    # Rules of others are left that were allowed because of an owner's rule, and that is revoked whole.
    others = [rule for rule in rules if rule not in {change.rule for change in gone}]
    more, left = _rid_of_the_forbidden(rest, others, desired)
    return [*gone, *more], left


def _trimmed(
    side: DirectionDrift, rules: Sequence[Rule], desired: Desired
) -> tuple[list[RuleChange], Traffic, list[RuleChange]]:
    """The changes rule by rule, the traffic that they leave, and the trusted rules that go whole.

    A trusted rule gives way only to what is allowed without it, or other rules would lose what allows them.
    """
    allowed_for = dict(side.trusted)
    unasked = side.goal.forbidden()
    offending = [rule for rule in rules if rule.traffic & side.forbidden]
    fine = [rule for rule in rules if rule not in offending]
    left = union(rule.traffic for rule in fine)
    stands = (left - unasked) | union(allowed_for.get(rule, Traffic.NONE) for rule in fine)
    changes: list[RuleChange] = []
    gone: list[RuleChange] = []
    for rule in sorted(offending, key=lambda rule: rule not in allowed_for):
        made = trim(rule, side, desired, stands if rule in allowed_for else left)
        brought = union(change.brings for change in made)
        left |= brought
        if rule in allowed_for:
            stands |= (brought - unasked) | (brought & allowed_for[rule])
            gone += made if len(made) == 1 and isinstance(made[0], Revoke) else []
        changes += made
    return changes, left, gone


def _additions(
    direction: Direction, goal: Goal, missing: Traffic, left: Traffic, descriptions: Descriptions
) -> list[RuleChange]:
    """Rules that bring back what is missing, each with the description that the same rule had."""
    changes: list[RuleChange] = []
    for line in as_written(goal.required, missing, left):
        why = _reasons(goal, line.traffic & missing)
        ours = f"sgwarden: {why}"[:_DESCRIPTION]
        description = descriptions.get((direction, line.service, line.peer), ours)
        changes.append(Authorize(Rule(direction, line.service, line.peer, description=description), why))
    return changes


def _reasons(goal: Goal, traffic: Traffic) -> str:
    return ", ".join(statement.id for statement in goal.required if statement.traffic & traffic)
