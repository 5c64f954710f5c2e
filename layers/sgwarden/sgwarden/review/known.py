"""What is known of a cluster that a policy is judged at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.policy.peers import Builtin, ManagedList, PrefixListId, simple
from sgwarden.policy.places import UnresolvedError
from sgwarden.review.provable import STANDING_FOR_GROUPS
from sgwarden.review.stand_in import MadeUp
from sgwarden.review.worlds import World

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sgwarden.policy.peers import Simple
    from sgwarden.policy.places import Places
    from sgwarden.policy.types import Policy
    from sgwarden.review.types import Example
    from sgwarden.traffic import PeerSet


def of_example(example: Example) -> World:
    """What an example tells; what stands in for the rest is not known."""
    told: Mapping[Simple, PeerSet | None] = {
        Builtin.VPC: example.vpc,
        Builtin.REMOTE_NODES: example.remote_nodes,
        Builtin.REMOTE_PODS: example.remote_pods,
    }
    return World(example.ip_family, known={term: peers for term, peers in told.items() if peers is not None})


def of_places(policy: Policy, places: Places) -> World:
    """All that a cluster tells, its VPC and those of the policy's prefix lists that were looked up."""
    cluster = places.cluster
    known: dict[Simple, PeerSet] = {
        term: places.peers([term])
        for term in (*STANDING_FOR_GROUPS, Builtin.REMOTE_NODES, Builtin.REMOTE_PODS)
    }
    if cluster.vpc_cidrs is not None:
        known[Builtin.VPC] = cluster.vpc_cidrs
    return World(cluster.ip_family, known={**known, **dict(_lists(policy, places))})


def _lists(policy: Policy, places: Places) -> Iterator[tuple[Simple, PeerSet]]:
    """The lists that are known, those that stand in left out."""
    for statement in (*policy.ingress, *policy.egress):
        for term in simple((*statement.peers, *statement.excepted)):
            if isinstance(term, PrefixListId | ManagedList) and (found := _list(places, term)) is not None:
                yield term, found


def _list(places: Places, term: PrefixListId | ManagedList) -> PeerSet | None:
    try:
        (found,) = places.rule_peers([term])
    except UnresolvedError:
        return None
    return None if isinstance(found, MadeUp) else found.peers
