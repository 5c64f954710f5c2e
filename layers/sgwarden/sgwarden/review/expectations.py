"""Judging what is expected of a policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.drift import find_drift
from sgwarden.group import SecurityGroup
from sgwarden.plan import make_plan
from sgwarden.policy.conflict import PolicyConflict, shown
from sgwarden.policy.errors import Problem
from sgwarden.policy.resolve import desired, goal_of
from sgwarden.policy.types import Otherwise
from sgwarden.review.stand_in import SELF, places_of, policy_for
from sgwarden.review.types import Aftermath, Example, Expectation, Verdict
from sgwarden.traffic import Direction, Rule, Traffic, union

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sgwarden.policy.desired import Goal
    from sgwarden.policy.places import Places
    from sgwarden.policy.types import Policy
    from sgwarden.review.types import PolicyFile, TrafficLine


def failures(file: PolicyFile) -> Iterator[Problem]:
    """Each expectation that does not hold, and what holds instead."""
    for each in file.expect:
        example = file.examples.get(each.cluster, Example(each.cluster))
        policy = policy_for(file.document, example)
        if policy is None:
            said = f'no policy is for a cluster named "{each.cluster}"'
            if example.name in file.examples:
                said = f'no policy is for example "{each.cluster}"'
            yield Problem.at(each.mark, said)
            continue
        found = _failure(each, policy, example)
        if found:
            yield Problem.at(each.mark, f'{found[0]}, but policy "{policy.name}" {found[1]}')


def _failure(each: Expectation | Aftermath, policy: Policy, example: Example) -> tuple[str, str] | None:
    """What was expected and what is instead, or None."""
    if isinstance(each, Expectation):
        said = _evaluated(each, policy, example)
        return (f'"{each.line}" should be {each.verdict} for {each.cluster}', said) if said else None
    try:
        said = _after(each, policy, example)
    except PolicyConflict as contradiction:
        said = _contradicted(contradiction)
    lines = ", ".join(f'"{line}"' for line in each.after) or f"nothing in {each.direction}"
    return (f"{lines} should be left for {each.cluster}", said) if said else None


def _evaluated(each: Expectation, policy: Policy, example: Example) -> str | None:
    """What the policy says instead of what is expected, or None; it must hold for all of the traffic."""
    direction = each.line.direction
    places = places_of(example, policy, [each.line.peer])
    goal = goal_of(policy.direction(direction), direction, places)
    traffic, forbidden = _traffic([each.line], places), goal.forbidden()
    if each.verdict is Verdict.DENIED:
        return _said("does not forbid {}", traffic - forbidden, direction)
    if each.verdict is Verdict.REQUIRED:
        return _said("does not require {}", traffic - goal.required_traffic, direction)
    wrong = traffic & forbidden
    return _said("forbids {}", wrong, direction, by_whom(goal, wrong))


def _traffic(lines: Iterable[TrafficLine], places: Places) -> Traffic:
    return union(Traffic.of([line.service], places.peers([line.peer])) for line in lines)


def _said(words: str, traffic: Traffic, direction: Direction, by: str = "") -> str | None:
    if not traffic:
        return None
    return words.format(in_words(traffic, direction)) + (f" ({by})" if by else "")


def in_words(traffic: Traffic, direction: Direction, self_id: str = SELF) -> str:
    """The first few lines of the traffic; the cluster's own group as `self`."""
    return shown(traffic, direction).replace(self_id, "self")


def by_whom(goal: Goal, forbidden: Traffic) -> str:
    """What forbids the traffic: the ids of statements, and `otherwise: deny`."""
    by = [f'"{statement.id}"' for statement in goal.denied if statement.traffic & forbidden]
    if goal.otherwise is Otherwise.DENY and forbidden - goal.denied_traffic:
        by.append("otherwise: deny")
    return ", ".join(by)


def _after(each: Aftermath, policy: Policy, example: Example) -> str | None:
    """How that which remediation leaves of the given rules differs from what is expected, or None."""
    direction = each.direction
    places = places_of(example, policy, [line.peer for line in (*each.given, *each.after)])
    left, wanted = _remediated(each, policy, places), _traffic(each.after, places)
    said = [
        _said("also lets through {}", left - wanted, direction),
        _said("does not let through {}", wanted - left, direction),
    ]
    return " and ".join(filter(None, said)) or None


def _contradicted(contradiction: PolicyConflict) -> str:
    first = contradiction.conflicts[0]
    where = in_words(first.traffic, first.direction)
    return f'requires what it denies: "{first.required}" and "{first.denied}" meet in {where}'


def _remediated(each: Aftermath, policy: Policy, places: Places) -> Traffic:
    """What the plan leaves, whatever the mode; no rule here can be proved to be a controller's."""
    cluster = places.cluster
    rules = tuple(
        Rule(each.direction, line.service, peer)
        for line in each.given
        for peer in places.rule_peers([line.peer])
    )
    group = SecurityGroup(cluster.security_group_id, cluster.security_group_name, cluster.vpc_id, rules)
    wanted = desired(policy, cluster, places.prefix_lists)
    drift = find_drift(wanted, group, cluster, lambda _owner, _rule: False)
    return make_plan(cluster, group, wanted, drift).target(each.direction).traffic
