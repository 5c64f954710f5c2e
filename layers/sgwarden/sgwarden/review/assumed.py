"""What was made up of a cluster that nobody told, where it may decide."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sgwarden.policy.peers import Builtin, ManagedList, PrefixListId, simple
from sgwarden.traffic import EVERYONE, Cidr, Group, Service, Traffic

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sgwarden.policy.peers import PeerTerm, Simple
    from sgwarden.policy.places import Places
    from sgwarden.policy.types import Statement
    from sgwarden.review.types import Example
    from sgwarden.traffic import PeerSet

_STOOD_IN_FOR = frozenset(
    {Builtin.VPC, Builtin.REMOTE_NODES, Builtin.REMOTE_PODS, Builtin.CONTROL_PLANE_GROUPS}
)


def assumed(
    statements: Iterable[Statement], also: Iterable[PeerTerm], example: Example, places: Places
) -> Iterator[str]:
    """What stands in for that which the example does not tell, where the statements or others speak of it."""
    spoken_of = [*statements]
    told: dict[Simple, PeerSet | None] = {
        Builtin.VPC: example.vpc,
        Builtin.REMOTE_NODES: example.remote_nodes,
        Builtin.REMOTE_PODS: example.remote_pods,
    }
    if any(each.ip_family for each in spoken_of):
        yield f"an {example.ip_family.replace('ip', 'IP')} cluster"
    terms = [term for each in spoken_of for term in (*each.peers, *each.excepted)]
    for term in dict.fromkeys(simple([*terms, *also])):
        if _is_stood_in_for(term) and told.get(term) is None:
            yield f"{term} is {', '.join(str(peer) for peer in _as_rules(term, places)) or 'nothing'}"


def meeting(statements: Iterable[Statement], traffic: Traffic, places: Places) -> Iterator[Statement]:
    """What of the statements speaks of the traffic, or is excepted from what does."""
    for each in statements:
        services = each.services or (Service.ALL,)
        peers = places.peers(each.peers) if each.peers else EVERYONE
        met = Traffic.of(services, peers) & traffic
        yield replace(
            each,
            peers=_shared(each.peers, met, places),
            excepted=_shared(each.excepted, met, places),
            ip_family=each.ip_family if met else None,
        )


def _shared(terms: Iterable[PeerTerm], traffic: Traffic, places: Places) -> tuple[Simple, ...]:
    """The terms that stand for a peer of the traffic."""
    return tuple(term for term in simple(terms) if Traffic.of([Service.ALL], places.peers([term])) & traffic)


def _is_stood_in_for(term: Simple) -> bool:
    return isinstance(term, PrefixListId | ManagedList) or term in _STOOD_IN_FOR


def _as_rules(term: Simple, places: Places) -> Iterator[Cidr | Group]:
    peers = places.peers([term])
    yield from (Cidr(network) for network in peers.networks())
    yield from (Group(group) for group in sorted(peers.groups.ids))
