"""Requirements that take more rules than a security group has room for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.cluster import IpFamily
from sgwarden.policy.errors import Problem
from sgwarden.policy.resolve import goal_of
from sgwarden.review.scopes import group_in_words
from sgwarden.review.stand_in import any_cluster, places_of
from sgwarden.traffic import Cidr, Direction, Group

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sgwarden.policy.places import Places
    from sgwarden.policy.types import Policy, Statement
    from sgwarden.traffic import Peer, Rule

# Source: Amazon VPC user guide, "Amazon VPC quotas" and "AWS-managed prefix list weight". Inbound and
# outbound, IPv4 and IPv6 are counted apart, a reference to a group in both; a prefix list counts its maximum
# size, one of AWS's own its weight. The quota may be raised; so many rules are hardly meant to be put back.
ROOM = 60
_WEIGHTS = {"cloudfront.origin-facing": 55, "groundstation": 5, "vpc-lattice": 10}
_VERSIONS = {IpFamily.IPV4: 4, IpFamily.IPV6: 6}
_HINT = "require the blocks that you mean, or allow it instead"


def without_room(policy: Policy) -> Iterator[Problem]:
    """Requirements that take too many rules whatever the cluster."""
    told: set[str] = set()
    for example in any_cluster(policy):
        for statement, rules in _too_many(policy, places_of(example, policy)):
            if statement.id not in told:
                yield _as_problem(policy, statement, rules)
            told.add(statement.id)


def without_room_at(policy: Policy, places: Places) -> Iterator[Problem]:
    """The same at one cluster; nothing that is told of for all of them already."""
    if any(without_room(policy)):
        return
    for statement, rules in _too_many(policy, places):
        yield _as_problem(policy, statement, rules, f" at {group_in_words(places.cluster)}")


def _too_many(policy: Policy, places: Places) -> Iterator[tuple[Statement, int]]:
    """Each requirement without room, and how many rules it takes in all."""
    for direction in Direction:
        side = policy.direction(direction)
        statements = {each.id: each for each in side.require}
        for required in goal_of(side, direction, places).required:
            rules = frozenset(required.rules)
            if any(_weight_of(rules, family) > ROOM for family in IpFamily):
                yield statements[required.id], sum(_size(rule.peer) for rule in rules)


def _weight_of(rules: Iterable[Rule], family: IpFamily) -> int:
    """How many rules of the quota of one IP family they take."""
    return sum(_size(rule.peer) for rule in rules if _counts_in(rule.peer, family))


def _counts_in(peer: Peer, family: IpFamily) -> bool:
    if isinstance(peer, Cidr):
        return peer.network.version == _VERSIONS[family]
    return isinstance(peer, Group) or bool(
        peer.addresses.ipv4 if family is IpFamily.IPV4 else peer.addresses.ipv6
    )


def _size(peer: Peer) -> int:
    if isinstance(peer, Cidr | Group):
        return 1
    return next((weight for name, weight in _WEIGHTS.items() if peer.name.endswith(f".{name}")), peer.size)


def _as_problem(policy: Policy, statement: Statement, rules: int, at: str = "") -> Problem:
    mark = policy.mark if statement.ready_made else statement.mark
    said = f"it takes {rules} rules, and a security group has room for {ROOM} of an IP family"
    return Problem.at(mark, f'statement "{statement.id}" cannot be required{at}: {said}', _HINT)
