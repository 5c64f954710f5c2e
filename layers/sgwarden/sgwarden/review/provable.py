"""What rules of an owner can be proved to be: of a statement for one, no more can ever allow anything.

So `sgwarden.marks` has it. What depends on the cluster is counted in: for EKS, any group may be the cluster's
own, and any address in a remote network.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sgwarden.marks import MARKS, MTU, NODE_PORTS
from sgwarden.policy.errors import Problem
from sgwarden.policy.own_group import ONE_GROUP_EACH
from sgwarden.policy.peers import Builtin, simple
from sgwarden.policy.types import Owner
from sgwarden.traffic import (
    ANYWHERE,
    ANYWHERE_IPV4,
    EVERYONE,
    NOBODY,
    Cidr,
    Direction,
    Group,
    Service,
    Traffic,
    union,
)
from sgwarden.traffic.cover import services_at
from sgwarden.traffic.service import TCP, UDP

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sgwarden.policy.peers import Simple
    from sgwarden.policy.types import Policy, Statement
    from sgwarden.traffic import PeerSet

ALL_GROUPS = EVERYONE - ANYWHERE
STANDING_FOR_GROUPS = ONE_GROUP_EACH | {Builtin.CONTROL_PLANE_GROUPS}
_PORTS = (Service(TCP), Service(UDP))
_NODE_PORTS = tuple(Service(protocol, NODE_PORTS[0], NODE_PORTS[-1]) for protocol in (TCP, UDP))


@dataclass(frozen=True, slots=True)
class _Kind:
    """Rules of one kind that an owner makes: inbound ones, and where `outbound` is said the same to leave."""

    services: tuple[Service, ...]
    peers: PeerSet
    outbound: bool = False

    @property
    def traffic(self) -> Traffic:
        return Traffic.of(self.services, self.peers)


_KINDS: Mapping[str, tuple[_Kind, ...]] = {
    Owner.AWS_LOAD_BALANCER_CONTROLLER: (_Kind(_PORTS, ALL_GROUPS, outbound=True),),
    Owner.IN_TREE_CLOUD_PROVIDER: (_Kind((*_NODE_PORTS, MTU), ANYWHERE_IPV4),),
    Owner.EKSCTL: (_Kind((Service.ALL,), ALL_GROUPS),),
    Owner.EKS: (
        _Kind((Service.ALL,), ALL_GROUPS, outbound=True),
        _Kind((Service(TCP, 443, 443),), ANYWHERE_IPV4),
    ),
}
_WITH_A_GROUP = ("with a reference to a security group", "leave its peers out, or name groups: sg-...")
_SERVICES_SAID = {
    Owner.AWS_LOAD_BALANCER_CONTROLLER: (
        "of TCP and UDP",
        'leave "traffic" out, or narrow it to ports of tcp or udp',
    ),
    Owner.IN_TREE_CLOUD_PROVIDER: (
        f"of node ports, {NODE_PORTS[0]} to {NODE_PORTS[-1]}, and of {MTU}",
        f"name node ports, such as tcp/{NODE_PORTS[0]}-{NODE_PORTS[-1]}, and {MTU} for the MTU",
    ),
}
_PEERS_SAID = {
    Owner.AWS_LOAD_BALANCER_CONTROLLER: _WITH_A_GROUP,
    Owner.IN_TREE_CLOUD_PROVIDER: (
        "with IPv4 addresses",
        "name the clients and the subnets of load balancers, such as anywhere-ipv4",
    ),
    Owner.EKSCTL: _WITH_A_GROUP,
}


def provable(owner: str) -> Traffic:
    """All that rules of the owner can let through."""
    return union(kind.traffic for kind in _KINDS[owner])


def provable_services(statement: Statement) -> tuple[Service, ...]:
    """What is left of the services of a statement for an owner."""
    places = provable(statement.managed_by or "").places
    asked = statement.services or (Service.ALL,)
    return tuple(dict.fromkeys(left for each in asked for left in services_at(each.places & places)))


def provable_peers(statement: Statement) -> tuple[Simple, ...]:
    """What is left of its peers."""
    kinds = _KINDS[statement.managed_by or ""]
    return tuple(
        term for term in simple(statement.peers) if any(_at_most(term) & kind.peers for kind in kinds)
    )


def _at_most(term: Simple) -> PeerSet:
    """What the term may stand for, at some cluster."""
    if isinstance(term, Cidr | Group):
        return term.peers
    if term is Builtin.ANYWHERE_IPV6:
        return ANYWHERE - ANYWHERE_IPV4
    return ALL_GROUPS if term in STANDING_FOR_GROUPS else ANYWHERE


def is_in_vain(statement: Statement, direction: Direction) -> bool:
    """Whether it is for an owner and nothing of it is left."""
    return statement.managed_by is not None and bool(_problem(statement, direction))


def never_proved(policy: Policy) -> Iterator[Problem]:
    """Statements for an owner of which no rule can be proved to be."""
    for direction in Direction:
        for statement in policy.direction(direction).allow:
            if statement.managed_by is not None and (found := _problem(statement, direction)):
                kind, hint = found
                said = f"only rules {kind} are known to be the {statement.managed_by}'s"
                yield Problem.at(
                    statement.mark, f'statement "{statement.id}" can never allow anything: {said}', hint
                )


def _problem(statement: Statement, direction: Direction) -> tuple[str, str] | None:
    """What it asks for in vain, and what may help."""
    owner = Owner(statement.managed_by or "")
    kinds = [kind for kind in _KINDS[owner] if kind.outbound or direction is Direction.INGRESS]
    if not kinds:
        return f"for {MARKS[owner].words}", "move it to ingress"
    if owner in _SERVICES_SAID and not provable_services(statement):
        return _SERVICES_SAID[owner]
    if owner in _PEERS_SAID and statement.peers and not provable_peers(statement):
        return _PEERS_SAID[owner]
    peers = EVERYONE if not statement.peers else NOBODY
    for term in simple(statement.peers):
        peers |= _at_most(term)
    asked = Traffic.of(statement.services or (Service.ALL,), peers)
    if any(asked & kind.traffic for kind in kinds):
        return None
    return f"for {MARKS[owner].words}", 'leave "traffic" and its peers out'
