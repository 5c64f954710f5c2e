"""The rules of today in the words of a policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sgwarden.policy.peers import Builtin, PrefixListId
from sgwarden.traffic import Group, PrefixList, Traffic
from sgwarden.traffic.rule import reading_order

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgwarden.cluster import Cluster
    from sgwarden.group import SecurityGroup
    from sgwarden.policy.peers import Simple
    from sgwarden.traffic import Direction, Peer, Rule, Service

    Found = tuple[Cluster, SecurityGroup]


@dataclass(frozen=True, slots=True)
class Open:
    """What a rule opens; `term` is its peer as a policy names it."""

    service: Service
    term: Simple
    peer: Peer
    description: str = ""

    @property
    def traffic(self) -> Traffic:
        return Traffic.of([self.service], self.peer.peers)

    def text(self, direction: Direction) -> str:
        return f"{self.service} {direction.preposition} {self.term}"


def opened(alike: Sequence[Found], direction: Direction) -> tuple[Open, ...]:
    """What the rules of clusters alike open, each said once, in reading order.

    It is told of the first cluster; a rule that has no description there may have one at another.
    """
    described: dict[tuple[Service, Simple], str] = {}
    for cluster, group in alike:
        for each in _opened(cluster, group, direction):
            key = (each.service, each.term)
            described[key] = described.get(key) or each.description
    first = {(each.service, each.term): each for each in _opened(*alike[0], direction)}
    return tuple(
        Open(each.service, each.term, each.peer, described[key])
        for key, each in sorted(first.items(), key=lambda item: _order(item[1]))
    )


def term_of(peer: Peer, cluster: Cluster) -> Simple:
    """The peer as a policy names it: the cluster's own group is `self`."""
    if isinstance(peer, PrefixList):
        return PrefixListId(peer.id)
    if isinstance(peer, Group) and peer.id == cluster.security_group_id:
        return Builtin.SELF
    return peer


def _opened(cluster: Cluster, group: SecurityGroup, direction: Direction) -> Iterator[Open]:
    for rule in sorted(group.rules_of(direction), key=_wording):
        yield Open(rule.service, term_of(rule.peer, cluster), rule.peer, rule.description)


def _wording(rule: Rule) -> tuple[str, str]:
    """What of a rule shows in questions, but not in what it opens."""
    return rule.description, rule.peer.owner if isinstance(rule.peer, Group) else ""


def _order(each: Open) -> tuple[bool, tuple[object, ...]]:
    return each.term is not Builtin.SELF, reading_order(each.service, each.peer)
