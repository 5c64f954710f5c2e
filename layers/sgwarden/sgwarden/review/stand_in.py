"""Clusters to judge a policy at: examples, completed with stand-ins for what nobody told.

What is not told of an account, a region or tags is taken to be as a policy wants it. The VPC stands in as
10.0.0.0/16, a prefix list as one address, so that what is said of `vpc` by that name holds for every cluster.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from sgwarden.cluster import Cluster, IpFamily
from sgwarden.group import SecurityGroup
from sgwarden.policy.peers import Builtin
from sgwarden.policy.places import Places
from sgwarden.policy.resolve import covers, matches, needs, needs_of
from sgwarden.review.scopes import includes
from sgwarden.review.types import Example
from sgwarden.traffic import PeerSet, PrefixList

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sgwarden.policy.peers import PeerTerm
    from sgwarden.policy.types import Document, Policy, Scope

SELF = "sg-self"
OWN = "sg-own"
"""The group that is looked at, and the cluster's own where that is another."""
ACCOUNT = "111122223333"
REGION = "us-east-1"
_VPC = {
    IpFamily.IPV4: PeerSet.of_cidr("10.0.0.0/16"),
    IpFamily.IPV6: PeerSet.of_cidr("10.0.0.0/16", "2001:db8:1::/56"),
}
_REMOTE_NODES = PeerSet.of_cidr("10.200.0.0/16")
_REMOTE_PODS = PeerSet.of_cidr("10.201.0.0/16")


class MadeUp(PrefixList):
    """A prefix list of whose entries nobody told."""

    __slots__ = ()


def policy_for(document: Document, example: Example) -> Policy | None:
    """The first policy that the example can get."""
    cluster = cluster_like(example)
    return next(
        (
            policy
            for policy in document.policies
            if covers(_untagged(policy.scope), cluster) and _could_match(policy, example)
        ),
        None,
    )


def policies_for(document: Document, example: Example) -> Iterator[Policy]:
    """Those that groups of the example can get: its own, and any additional ones."""
    found: list[Policy] = []
    for policy in document.policies:
        taken = any(includes(each.scope, policy.scope) for each in found)
        if not taken and _could_match(policy, example):
            found.append(policy)
    yield from found


def some_example(policy: Policy, name: str = "any", family: IpFamily = IpFamily.IPV4) -> Example:
    """An example of no cluster in particular, with a group that the policy could be for."""
    return Example(name, ip_family=family, group="" if policy.scope is None else "any")


def _untagged(scope: Scope | None) -> Scope | None:
    """The scope without the tags, which an example does not tell."""
    return scope and replace(scope, tags={})


def _could_match(policy: Policy, example: Example) -> bool:
    selector = policy.clusters
    told = replace(
        selector,
        accounts=() if example.account is None else selector.accounts,
        regions=() if example.region is None else selector.regions,
        tags={} if example.tags is None else selector.tags,
    )
    return matches(told, cluster_like(example))


def cluster_like(example: Example) -> Cluster:
    """The example as a cluster, with nothing left open."""
    cluster = Cluster(
        name=example.name,
        account=example.account or ACCOUNT,
        region=example.region or REGION,
        security_group_id=OWN if example.group else SELF,
        security_group_name=f"eks-cluster-sg-{example.name}-1",
        tags=example.tags or {},
        ip_family=example.ip_family,
        vpc_cidrs=example.vpc or _VPC[example.ip_family],
        control_plane_groups=("sg-controlplane",),
        remote_nodes=example.remote_nodes or _REMOTE_NODES,
        remote_pods=example.remote_pods or _REMOTE_PODS,
    )
    return cluster.with_group(SecurityGroup(SELF, example.group, "")) if example.group else cluster


def in_notation(peer: str) -> str:
    """A peer as the notation has it: the groups that stand in are `self` and `cluster-security-group`."""
    return {SELF: Builtin.SELF.value, OWN: Builtin.CLUSTER_SECURITY_GROUP.value}.get(peer, peer)


def places_of(example: Example, policy: Policy, also: Iterable[PeerTerm] = ()) -> Places:
    """What the policy's peers, and the others, stand for at the example."""
    return places_at(cluster_like(example), policy, also)


def places_at(cluster: Cluster, policy: Policy, also: Iterable[PeerTerm] = ()) -> Places:
    """The same at a cluster, of whose VPC nothing may be known."""
    if cluster.vpc_cidrs is None:
        cluster = replace(cluster, vpc_cidrs=_VPC[cluster.ip_family])
    wanted = (needs(policy, cluster.region), needs_of(also, cluster.region))
    ids = dict.fromkeys(chain.from_iterable(need.prefix_list_ids for need in wanted), "")
    names = {f"pl-{each}": each for each in chain.from_iterable(need.prefix_list_names for need in wanted)}
    lists = {
        each: MadeUp(each, PeerSet.of_cidr(f"192.0.2.{place % 256}/32"), name=name)
        for place, (each, name) in enumerate(sorted((ids | names).items()))
    }
    return Places(cluster, lists)


def completed(places: Places, policy: Policy) -> Places:
    """The same with stand-ins for what the policy needs and is not known."""
    made_up = places_at(places.cluster, policy)
    told = {each.name for each in places.prefix_lists.values() if each.name}
    missing = {key: each for key, each in made_up.prefix_lists.items() if each.name not in told}
    return Places(made_up.cluster, {**missing, **places.prefix_lists})


def any_cluster(policy: Policy) -> Iterator[Example]:
    """One of each kind that the policy can tell apart without looking."""
    return (some_example(policy, family=family) for family in IpFamily)
