"""Security groups and policies over a universe small enough to be looked at point by point.

What a rule or a statement lets through is read here from its text-book parts alone, by comparing numbers:
nothing of the algebra's sets is used. A set of points is one whole number with a bit for each point, so that
two thousand cases take seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, reduce
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from operator import or_
from typing import TYPE_CHECKING

from hypothesis import strategies as st
from sgwarden.change import Authorize, Change, Modify, Revoke
from sgwarden.cluster import Cluster, IpFamily
from sgwarden.group import SecurityGroup
from sgwarden.policy.desired import Desired, Goal, Resolved
from sgwarden.policy.types import Otherwise, Remedy
from sgwarden.traffic import (
    Cidr,
    Direction,
    Group,
    Peer,
    PeerSet,
    Point,
    PrefixList,
    Rule,
    Service,
    Traffic,
    cover,
    union,
)
from sgwarden.traffic.service import SLOT

from tests.property.universe import ALL_CORNERS, TCP_PORTS, UNNAMED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from hypothesis.vendor.pretty import RepresentationPrinter

Points = int
SELF = "sg-a"
OWNER = "aws-load-balancer-controller"

_BLOCKS = tuple(
    ip_network(f"{eighth << 5}.0.0.0/{bits}")
    for bits in range(4)
    for eighth in range(0, 8, 8 >> bits)  # all IPv4 blocks down to an eighth of the space
) + tuple(ip_network(text) for text in ("::/0", "::/1", "8000::/1"))
_LISTS = {
    "pl-1": (ip_network("32.0.0.0/3"), ip_network("128.0.0.0/2"), ip_network("::/1")),
    "pl-2": (ip_network("0.0.0.0/1"),),
}
PREFIX_LISTS = tuple(PrefixList(name, PeerSet.of_cidr(*blocks), size=3) for name, blocks in _LISTS.items())
_GROUPS = (SELF, "sg-b")
_ADDRESSES = tuple(
    ip_address(number)
    for block in _BLOCKS
    if block.prefixlen == (3 if block.version == 4 else 1)
    for number in (int(block.network_address), int(block.broadcast_address))
)
_PEERS = (*_ADDRESSES, *_GROUPS, UNNAMED)
_SERVICES = tuple(divmod(place, SLOT) for place in ALL_CORNERS)
EVERY_POINT: Points = (1 << len(_SERVICES) * len(_PEERS)) - 1
_NAMEABLE = Traffic.of([Service.ALL], PeerSet.of_cidr("0.0.0.0/0", "::/0") | PeerSet.of_group(*_GROUPS))
_GROUP_BITS = sum(1 << index for index, peer in enumerate(_PEERS) if isinstance(peer, str))

RULE_SERVICES = tuple(
    Service.parse(text)
    for text in ("all", "tcp", "udp", "icmp", "icmp/3", "icmp/3.4", "proto/50", "udp/53", "udp/54-123")
) + tuple(
    Service(6, first, after - 1)
    for index, first in enumerate(TCP_PORTS)
    for after in (*TCP_PORTS[index + 1 :], SLOT)
)
RULE_PEERS: tuple[Peer, ...] = (*map(Cidr, _BLOCKS), *map(Group, _GROUPS * 4), *PREFIX_LISTS)


# What is let through, point by point


@cache
def _lets(service: Service, peer: Peer) -> Points:
    peers = sum(1 << column for column, other in enumerate(_PEERS) if _names(peer, other))
    return sum(peers << row * len(_PEERS) for row, spot in enumerate(_SERVICES) if _serves(service, *spot))


def _serves(service: Service, protocol: int, port: int) -> bool:
    return service.protocol is None or (
        service.protocol == protocol and service.first <= port <= service.last
    )


def _names(peer: Peer, other: object) -> bool:
    match peer:
        case Group(group_id):
            return group_id == other
        case PrefixList(list_id):
            return not isinstance(other, str) and any(other in block for block in _LISTS[list_id])
        case Cidr(network):
            return not isinstance(other, str) and other in network


def let_through(rules: Iterable[Rule]) -> Points:
    """All that the rules let through together."""
    total = 0
    for rule in rules:
        total |= _lets(rule.service, rule.peer)
    return total


def points_of(traffic: Traffic) -> Points:
    """The points that the traffic says it holds, each asked for by itself."""
    if traffic == Traffic.NONE:
        return 0
    return sum(
        1 << row * len(_PEERS) + column
        for row, spot in enumerate(_SERVICES)
        for column, peer in enumerate(_PEERS)
        if Point(*spot, peer) in traffic
    )


# Policies


@dataclass(frozen=True, slots=True, repr=False)
class Case:
    """A group and a policy for its inbound rules; `said` has the points that each statement speaks of."""

    cluster: Cluster
    group: SecurityGroup
    desired: Desired
    said: Mapping[str, Points]
    vpc: tuple[IPv4Network | IPv6Network, ...] | None

    def __repr__(self) -> str:
        """What a person needs to see of a case that fails."""
        rules = [f"{rule.text()} ({rule.description})" for rule in self.rules]
        goal = {
            (each.id, each.managed_by, each.remedy): [
                f"{line.service} {line.peer}" for line in cover(each.traffic & _NAMEABLE)
            ]
            for each in (*self.goal.required, *self.goal.allowed, *self.goal.denied)
        }
        limits = self.goal.otherwise, self.desired.remedy, self.desired.trim_limit
        return f"Case({rules}, {goal}, {limits}, {self.cluster.ip_family}, vpc={self.vpc})"

    def _repr_pretty_(self, printer: RepresentationPrinter, _cycle: bool) -> None:
        """What hypothesis shows: else it lists every field of every part."""
        printer.text(repr(self))

    @property
    def goal(self) -> Goal:
        return self.desired.ingress

    @property
    def rules(self) -> tuple[Rule, ...]:
        return self.group.rules

    def forbidden(self, rules: Iterable[Rule]) -> Points:
        """F, where these are the rules of the group."""
        denied = self._all(self.goal.denied)
        if self.goal.otherwise == Otherwise.ALLOW:
            return denied
        allowed = self._all(self.goal.required)
        allowed |= self._all(each for each in self.goal.allowed if not each.managed_by)
        for each in self.goal.allowed:
            if each.managed_by:
                allowed |= self.said[each.id] & let_through(r for r in rules if owns(each.managed_by, r))
        return denied | (EVERY_POINT & ~allowed)

    def unmet(self, opened: Points) -> Points:
        """What is required and neither open nor met by addresses."""
        return self._all(self.goal.required) & ~opened & ~self._met_by_address(opened)

    def is_met_by_address(self, rules: Iterable[Rule]) -> bool:
        """Whether a group need not be named because the addresses of the VPC are open."""
        opened = let_through(rules)
        return self.unmet(opened) != self._all(self.goal.required) & ~opened

    def _met_by_address(self, opened: Points) -> Points:
        row, vpc = (1 << len(_PEERS)) - 1, self._vpc_bits()
        met = 0
        for index, (protocol, _) in enumerate(_SERVICES):
            here = opened >> index * len(_PEERS) & row
            if protocol in (1, 6, 17, 58) and vpc and here & vpc == vpc:
                met |= _GROUP_BITS << index * len(_PEERS)
        return met & ~self._all(each for each in self.goal.required if each.explicit)

    def _all(self, statements: Iterable[Resolved]) -> Points:
        return reduce(or_, (self.said[each.id] for each in statements), 0)

    def _vpc_bits(self) -> Points:
        version = 4 if self.cluster.ip_family is IpFamily.IPV4 else 6
        return sum(
            1 << index
            for index, peer in enumerate(_PEERS)
            if not isinstance(peer, str)
            and peer.version == version
            and (self.vpc is None or any(peer in block for block in self.vpc))
        )


def _traffic(rules: Iterable[Rule]) -> Traffic:
    return union(rule.traffic for rule in rules)


def _rule(service: Service, peer: Peer) -> Rule:
    return Rule(Direction.INGRESS, service, peer)


def owns(owner: str, rule: Rule) -> bool:
    return rule.description == owner


def nobodys(_owner: str, _rule: Rule) -> bool:
    return False


services = st.sampled_from(RULE_SERVICES)
boxes: st.SearchStrategy[tuple[Service, Peer]] = st.tuples(services, st.sampled_from(RULE_PEERS))
_BROAD_PEERS: tuple[Peer, ...] = (*map(Cidr, _BLOCKS[:3]), *map(Group, _GROUPS))
_BROAD = st.tuples(services, st.sampled_from(_BROAD_PEERS))
_STATEMENTS = st.lists(st.lists(boxes | _BROAD, min_size=1, max_size=2), max_size=2)
_VPCS = (None, ("0.0.0.0/3",), ("0.0.0.0/3", "64.0.0.0/2", "::/1"), ("8000::/1",))


@st.composite
def cases(
    draw: st.DrawFn,
    remedies: tuple[Remedy | None, ...] = (None, None, Remedy.REVOKE, Remedy.TRIM),
    limits: tuple[int, ...] = (1, 3, 8, 50),
    owned: bool = False,
) -> Case:
    """A group with a few inbound rules, and a policy that requires, allows and denies some boxes."""
    said: dict[str, Points] = {}

    def statements(letter: str) -> Iterator[tuple[str, tuple[Rule, ...]]]:
        for number, made in enumerate(draw(_STATEMENTS)):
            rules = tuple(_rule(*box) for box in made)
            said[f"{letter}{number}"] = let_through(rules)
            yield f"{letter}{number}", rules

    required = [
        Resolved(
            name,
            _traffic(rules),
            rules,
            explicit=any(rule.service == Service.ALL and isinstance(rule.peer, Group) for rule in rules),
        )
        for name, rules in statements("r")
    ]
    owners = st.sampled_from(("", OWNER)) if owned else st.just("")
    allowed = [Resolved(name, _traffic(rules), managed_by=draw(owners)) for name, rules in statements("a")]
    needed = union(each.traffic for each in required)  # no policy is used that denies some of it
    denied = [
        Resolved(name, _traffic(rules) - needed, remedy=draw(st.sampled_from(remedies)))
        for name, rules in statements("d")
    ]
    for each in denied:
        said[each.id] &= ~reduce(or_, (said[other.id] for other in required), 0)
    goal = Goal(draw(st.sampled_from(Otherwise)), tuple(required), tuple(allowed), tuple(denied))
    vpc = draw(st.sampled_from(_VPCS))
    cluster = Cluster(
        "prod-1",
        "111122223333",
        "eu-west-1",
        SELF,
        ip_family=draw(st.sampled_from(IpFamily)),
        vpc_cidrs=None if vpc is None else PeerSet.of_cidr(*vpc),
    )
    rules = tuple(
        replace(
            _rule(*box),
            id=f"sgr-{number}",
            description=draw(st.sampled_from(("", OWNER))) if owned else f"rule {number}",
            tags=(("number", str(number)),),
        )
        for number, box in enumerate(draw(st.lists(boxes, max_size=8, unique=True)))
    )
    group = SecurityGroup(SELF, "eks-cluster-sg-prod-1", "vpc-1", rules)
    remedy = draw(st.sampled_from(remedies)) or Remedy.TRIM
    desired = Desired("p", remedy=remedy, trim_limit=draw(st.sampled_from(limits)), ingress=goal)
    return Case(cluster, group, desired, said, vpc and tuple(map(ip_network, vpc)))


# What changes do, played through without the simulation of the package


def played(rules: tuple[Rule, ...], changes: Iterable[Change]) -> list[tuple[Rule, ...]]:
    """The rules before the changes and after each of them."""
    states = [rules]
    for change in changes:
        now = list(states[-1])
        if isinstance(change, Authorize):
            assert (change.rule.service, change.rule.peer) not in [(rule.service, rule.peer) for rule in now]
            now.append(change.rule)
        elif isinstance(change, Modify):
            now[now.index(change.rule)] = change.into
        elif isinstance(change, Revoke):
            now.remove(change.rule)
        states.append(tuple(now))
    return states
