"""Judging what is expected of a policy."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from sgwarden.drift import find_drift
from sgwarden.group import SecurityGroup
from sgwarden.plan import make_plan
from sgwarden.policy.conflict import PolicyConflict, shown
from sgwarden.policy.errors import Problem
from sgwarden.policy.peers import Builtin
from sgwarden.policy.resolve import desired, goal_of
from sgwarden.policy.types import Otherwise
from sgwarden.review.assumed import assumed, meeting
from sgwarden.review.stand_in import OWN, SELF, places_of, policy_for
from sgwarden.review.types import Aftermath, Example, Expectation, Verdict
from sgwarden.traffic import Rule, Traffic, union

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sgwarden.policy.desired import Goal
    from sgwarden.policy.places import Places
    from sgwarden.policy.types import Policy
    from sgwarden.review.types import PolicyFile, TrafficLine
    from sgwarden.traffic import Direction


def failures(file: PolicyFile) -> Iterator[Problem]:
    """Each expectation that does not hold, and what holds instead."""
    for each in file.expect:
        example = replace(file.examples.get(each.cluster, Example(each.cluster)), group=each.group)
        policy = policy_for(file.document, example)
        if policy is None:
            said = f'a cluster named "{each.cluster}"'
            if example.name in file.examples:
                said = f'example "{each.cluster}"'
            of = f'an additional group named "{each.group}" of ' if each.group else ""
            yield Problem.at(each.mark, f"no policy is for {of}{said}")
            continue
        lines = [each.line] if isinstance(each, Expectation) else [*each.given, *each.after]
        peers = [line.peer for line in lines]
        places = places_of(example, policy, peers)
        found = tuple(_instead(each, policy, places))
        if found:
            said = " and ".join(instead.said for instead in found)
            wrong = union(instead.traffic for instead in found)
            statements = meeting(policy.direction(each.direction), wrong, places)
            made_up = "; ".join(assumed(statements, peers, example, places))
            hint = f"assumed: {made_up}" if made_up else ""
            yield Problem.at(each.mark, f'{_expected(each)}, but policy "{policy.name}" {said}', hint)


def _expected(each: Expectation | Aftermath) -> str:
    whom = f"{each.group} of {each.cluster}" if each.group else each.cluster
    if isinstance(each, Expectation):
        return f'"{each.line}" should be {each.verdict} for {whom}'
    lines = ", ".join(f'"{line}"' for line in each.after) or f"nothing in {each.direction}"
    return f"{lines} should be left for {whom}"


class _Instead(NamedTuple):
    """What a policy says of some traffic, against what is expected."""

    said: str
    traffic: Traffic


def _instead(each: Expectation | Aftermath, policy: Policy, places: Places) -> Iterator[_Instead]:
    """All of it; it must hold for all of the traffic."""
    if isinstance(each, Expectation):
        yield from _evaluated(each, policy, places)
        return
    try:
        yield from _after(each, policy, places)
    except PolicyConflict as contradiction:
        yield _contradicted(contradiction)


def _evaluated(each: Expectation, policy: Policy, places: Places) -> Iterator[_Instead]:
    goal = goal_of(policy.direction(each.direction), each.direction, places)
    traffic, forbidden = _traffic([each.line], places), goal.forbidden()
    if each.verdict is Verdict.DENIED:
        yield from _said("does not forbid {}", traffic - forbidden, each.direction)
    elif each.verdict is Verdict.REQUIRED:
        yield from _said("does not require {}", traffic - goal.required_traffic, each.direction)
    else:
        wrong = traffic & forbidden
        yield from _said("forbids {}", wrong, each.direction, by_whom(goal, wrong))


def _traffic(lines: Iterable[TrafficLine], places: Places) -> Traffic:
    return union(Traffic.of([line.service], places.peers([line.peer])) for line in lines)


def _said(words: str, traffic: Traffic, direction: Direction, by: str = "") -> Iterator[_Instead]:
    """That, where there is any such traffic."""
    if traffic:
        yield _Instead(words.format(in_words(traffic, direction)) + (f" ({by})" if by else ""), traffic)


def in_words(traffic: Traffic, direction: Direction, self_id: str = SELF) -> str:
    """The first few lines of the traffic; the group that is looked at as `self`."""
    return shown(traffic, direction).replace(self_id, "self").replace(OWN, Builtin.CLUSTER_SECURITY_GROUP)


def by_whom(goal: Goal, forbidden: Traffic) -> str:
    """What forbids the traffic: the ids of statements, and `otherwise: deny`."""
    by = [f'"{statement.id}"' for statement in goal.denied if statement.traffic & forbidden]
    if goal.otherwise is Otherwise.DENY and forbidden - goal.denied_traffic:
        by.append("otherwise: deny")
    return ", ".join(by)


def _after(each: Aftermath, policy: Policy, places: Places) -> Iterator[_Instead]:
    """How that which remediation leaves of the given rules differs from what is expected."""
    left, wanted = _remediated(each, policy, places), _traffic(each.after, places)
    yield from _said("also lets through {}", left - wanted, each.direction)
    yield from _said("does not let through {}", wanted - left, each.direction)


def _contradicted(contradiction: PolicyConflict) -> _Instead:
    first = contradiction.conflicts[0]
    where = in_words(first.traffic, first.direction)
    said = f'requires what it denies: "{first.required}" and "{first.denied}" meet in {where}'
    return _Instead(said, first.traffic)


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
