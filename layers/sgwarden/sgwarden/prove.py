"""Proof, on a simulated security group, that a plan does what it promises and nothing else."""

from __future__ import annotations

from dataclasses import InitVar, dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from sgwarden import simulate
from sgwarden.change import Authorize, Modify, Order, Revoke, SetTag
from sgwarden.drift import find_drift, forbidden_in, unmet
from sgwarden.traffic import Direction, Traffic, union

if TYPE_CHECKING:
    from sgwarden.change import Change, RuleChange
    from sgwarden.drift import Owns
    from sgwarden.group import SecurityGroup
    from sgwarden.plan import Plan
    from sgwarden.traffic import Rule

_KEY = object()


class UnprovedError(Exception):
    """A plan breaks a promise; the message says which, and shows where."""


@dataclass(frozen=True, slots=True)
class ProvedPlan:
    """A plan that holds. Only `prove` makes one, and only one of these can be applied.

    `interrupted` is legitimate traffic that stops for a moment on the way, where the rule quota leaves no
    room to add before removing. It is empty where additions come first.
    """

    plan: Plan
    after: SecurityGroup
    interrupted: tuple[tuple[Direction, Traffic], ...] = ()
    key: InitVar[object] = None

    def __post_init__(self, key: object) -> None:
        if key is not _KEY:
            raise TypeError("a ProvedPlan comes from prove() alone")


def prove(plan: Plan, owns: Owns) -> ProvedPlan:
    """Play the plan through; raises UnprovedError where it breaks a promise."""
    states = [plan.group]
    for change in plan.changes:
        states.append(_played(states[-1], change))
    after = states[-1]
    interrupted = []
    for direction in Direction:
        forbidden = forbidden_in(plan.desired.goal(direction), plan.group.rules_of(direction), owns)
        _ends_at_the_goal(plan, direction, after, forbidden)
        _leaves_the_rest_alone(plan, direction, after, owns)
        interrupted.append((direction, _never_strays(plan, direction, states)))
    if after.tags != {**plan.group.tags, **plan.desired.tags}:
        raise UnprovedError("the tags do not end as the policy requires, or others are touched")
    if find_drift(plan.desired, after, plan.cluster, owns):
        raise UnprovedError("a second run would find something to do")
    return ProvedPlan(plan, after, tuple(gap for gap in interrupted if gap[1]), _KEY)


def _played(group: SecurityGroup, change: Change) -> SecurityGroup:
    try:
        return simulate.after(group, change)
    except simulate.RefusedError as reason:
        raise UnprovedError(f"EC2 would refuse a change: {reason}") from reason


def _ends_at_the_goal(plan: Plan, direction: Direction, after: SecurityGroup, forbidden: Traffic) -> None:
    """T = (A - F) | R, where R is what A - F does not meet, and A - F less what goes with revoked rules."""
    goal, target = plan.desired.goal(direction), plan.target(direction)
    legitimate = plan.group.traffic(direction) - forbidden
    revoked = union(change.rule.traffic for change in _of(plan, direction) if isinstance(change, Revoke))
    if not (target.kept <= legitimate and legitimate - target.kept <= revoked):
        raise UnprovedError(f"{direction} gives up traffic that no revoked rule carried")
    end = after.traffic(direction)
    if end != target.kept | unmet(goal, target.kept, plan.cluster):
        raise UnprovedError(f"{direction} does not end at the goal")
    if target.lost != legitimate - end:
        raise UnprovedError(f"{direction} does not tell what legitimate traffic goes")


def _never_strays(plan: Plan, direction: Direction, states: list[SecurityGroup]) -> Traffic:
    """At each step nothing is open that is neither open now nor in the goal; returns what is interrupted."""
    goal = plan.desired.goal(direction)
    passing = simulate.traffic_on_the_way(states, direction)
    before, end = passing[0], passing[-1]
    if not union(change.brings for change in _of(plan, direction)) <= before | end:
        raise UnprovedError(f"{direction} opens on the way what nobody asked for")
    staying, missing_before = before & end, unmet(goal, before, plan.cluster)
    gaps = Traffic.NONE
    for now, _ in groupby(passing):
        gaps |= staying - now
        gaps |= unmet(goal, now, plan.cluster) - missing_before
    if gaps and plan.order is Order.ADDITIONS_FIRST:
        raise UnprovedError(f"{direction} interrupts traffic that is to stay")
    return gaps


def _leaves_the_rest_alone(plan: Plan, direction: Direction, after: SecurityGroup, owns: Owns) -> None:
    """A rule with nothing forbidden in it is not touched; one narrowed in place keeps all but its traffic.

    Forbidden is what is so at the end: what was allowed because of an owner's rule may be by then.
    """
    forbidden = forbidden_in(plan.desired.goal(direction), after.rules_of(direction), owns)
    for change in _of(plan, direction):
        if isinstance(change, Authorize):
            continue
        if not change.rule.traffic & forbidden:
            raise UnprovedError(f"{change.rule.text()} is touched, though nothing of it is forbidden")
        if isinstance(change, Modify) and _but_traffic(change.into, change.rule) != change.rule:
            raise UnprovedError(f"{change.rule.text()} is to change more than its traffic")


def _of(plan: Plan, direction: Direction) -> list[RuleChange]:
    changes = (change for change in plan.changes if not isinstance(change, SetTag))
    return [change for change in changes if change.rule.direction is direction]


def _but_traffic(rule: Rule, other: Rule) -> Rule:
    """The rule with the traffic of another."""
    return replace(rule, service=other.service, peer=other.peer)
