"""A security group that changes can be tried on."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate
from operator import or_
from typing import TYPE_CHECKING

from sgwarden.change import Authorize, Change, Modify, Revoke, SetTag, is_reserved
from sgwarden.traffic import Direction, Rule, Traffic, union
from sgwarden.traffic.rule import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sgwarden.group import SecurityGroup


class RefusedError(Exception):
    """EC2 would refuse the change; says why."""


def after(group: SecurityGroup, change: Change) -> SecurityGroup:
    """The group once the change is made; raises RefusedError where EC2 would refuse it."""
    match change:
        case SetTag(key, value):
            _may_write([key])
            return replace(group, tags={**group.tags, key: value})
        case Authorize(rule):
            _may_write(key for key, _ in rule.tags)
            return replace(group, rules=(*group.rules, _new(rule, group.rules)))
        case Revoke(rule):
            return replace(group, rules=_without(rule, group.rules))
        case Modify(rule, into):
            others = _without(rule, group.rules)
            if kind_of(rule.peer) != kind_of(into.peer):
                raise RefusedError(f"{rule.text()} cannot change its kind of peer in place")
            return replace(group, rules=(*others, _new(into, others)))


def _may_write(tag_keys: Iterable[str]) -> None:
    for key in tag_keys:
        if is_reserved(key):
            raise RefusedError(f"the tag {key} belongs to AWS")


def _new(rule: Rule, rules: tuple[Rule, ...]) -> Rule:
    if any(_same(rule, other) for other in rules):
        raise RefusedError(f"{rule.text()} is there already")
    return rule


def _without(rule: Rule, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    if rule not in rules:
        raise RefusedError(f"{rule.text()} is not there")
    return tuple(other for other in rules if other != rule)


def _same(left: Rule, right: Rule) -> bool:
    """Whether EC2 takes both for one rule: it compares all but the description and tags."""
    return (left.direction, left.service, left.peer) == (right.direction, right.service, right.peer)


def traffic_on_the_way(states: Sequence[SecurityGroup], direction: Direction) -> list[Traffic]:
    """What each of the successive states lets through in one direction.

    Neighbours share all rules but one or two, so sums run forward over the rules that come to stay and
    backward over those that go, instead of starting anew at each state.
    """
    coming, going = [Traffic.NONE] * len(states), [Traffic.NONE] * len(states)
    passing = []
    for rule, first, last in _stays(states, direction):
        if last == len(states) - 1:
            coming[first] |= rule.traffic
        elif first == 0:
            going[last] |= rule.traffic
        else:
            passing.append((rule, first, last))
    come = list(accumulate(coming, or_))
    left = list(accumulate(reversed(going), or_))[::-1]
    brief = [
        union(rule.traffic for rule, first, last in passing if first <= k <= last) for k in range(len(states))
    ]
    return [a | b | c for a, b, c in zip(come, left, brief, strict=True)]


def _stays(states: Sequence[SecurityGroup], direction: Direction) -> Iterator[tuple[Rule, int, int]]:
    """Each rule with the first and the last state of each while that it is there."""
    seen: dict[Rule, tuple[int, int]] = {}
    for k, state in enumerate(states):
        for rule in state.rules_of(direction):
            first, last = seen.get(rule, (k, k))
            if last < k - 1:
                yield rule, first, last
                first = k
            seen[rule] = first, k
    for rule, (first, last) in seen.items():
        yield rule, first, last
