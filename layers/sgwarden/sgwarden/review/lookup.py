"""What must be known of a cluster to judge a policy at it, and what of that is not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from sgwarden.policy.places import Places
from sgwarden.policy.resolve import needs
from sgwarden.review.contradictions import contradictions_are_open_at
from sgwarden.review.minimum import minimum_is_open_at

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from sgwarden.cluster import Cluster
    from sgwarden.policy.types import Policy
    from sgwarden.traffic import PeerSet, PrefixList


class Surroundings(Protocol):
    """What an account has beside clusters and groups."""

    def vpc_cidrs(self, vpc_id: str) -> PeerSet | None:
        """All CIDR blocks that are associated with the VPC; None where they are not known."""

    def prefix_lists(self, ids: Collection[str], names: Collection[str]) -> Mapping[str, PrefixList]:
        """Those of the managed prefix lists that can be read, by id."""


def looked_up(policy: Policy, cluster: Cluster, around: Surroundings) -> Places:
    """The cluster with what the policy needs; nothing is asked for that makes no difference."""
    needed = needs(policy, cluster.region)
    lists: Mapping[str, PrefixList] = {}
    if needed.prefix_list_ids or needed.prefix_list_names:
        lists = around.prefix_lists(needed.prefix_list_ids, needed.prefix_list_names)
    places = Places(cluster, lists)
    if cluster.vpc_cidrs is None and (needed.vpc or is_open_at(policy, places)):
        return Places(replace(cluster, vpc_cidrs=around.vpc_cidrs(cluster.vpc_id)), lists)
    return places


def is_open_at(policy: Policy, places: Places) -> bool:
    """Whether what is not known of the cluster decides if the policy can be used at it."""
    return contradictions_are_open_at(policy, places) or minimum_is_open_at(policy, places)


def unknown_lists(policy: Policy, places: Places) -> Iterator[str]:
    """The prefix lists that the policy speaks of and nobody has the entries of."""
    needed = needs(policy, places.cluster.region)
    names = {each.name for each in places.prefix_lists.values()}
    yield from sorted(needed.prefix_list_ids - places.prefix_lists.keys())
    yield from sorted(needed.prefix_list_names - names)
