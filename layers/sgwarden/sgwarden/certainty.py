"""How a group stands whatever its cluster is like, so that EKS need not be asked.

EKS describes one cluster a call, EC2 a thousand groups. A group tells by itself which cluster it is for, and
what only EKS knows of that cluster matters to few of the groups that are as they should be.
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum, auto
from itertools import chain
from typing import TYPE_CHECKING

from sgwarden.cluster import Cluster, IpFamily
from sgwarden.examine import examine
from sgwarden.observe import ADDITIONAL_TAG, CLUSTER_TAG, Judged
from sgwarden.policy.peers import Builtin, simple
from sgwarden.policy.resolve import covers, matches
from sgwarden.policy.types import Document
from sgwarden.traffic import PRIVATE
from sgwarden.updating import UPDATING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from sgwarden.group import SecurityGroup
    from sgwarden.observe import Reader
    from sgwarden.policy.peers import PeerTerm
    from sgwarden.policy.types import Policy

_GROUPS_TOLD_BY_EKS_ALONE = frozenset({Builtin.CONTROL_PLANE_GROUPS})
_TOLD_BY_EKS_ALONE = _GROUPS_TOLD_BY_EKS_ALONE | {Builtin.REMOTE_NODES, Builtin.REMOTE_PODS}


class Standing(Enum):
    """How a group stands at all clusters that its own may be; `DOUBTFUL` where they differ in that."""

    IN_ORDER = auto()
    DOUBTFUL = auto()
    NOT_IN_ORDER = auto()


def may_be(group: SecurityGroup, account: str, region: str, *, may_have_ipv6: bool) -> list[Cluster]:
    """The clusters whose own group this may be, as far as it and the addresses of its VPC tell."""
    ipv4 = Cluster(
        name=group.tags[CLUSTER_TAG],
        account=account,
        region=region,
        security_group_id=group.id,
        security_group_name=group.name,
        vpc_id=group.vpc_id,
    )
    # EKS makes IPv6 clusters only where the VPC and its subnets have IPv6 blocks (EKS user guide, IPv6).
    families = IpFamily if may_have_ipv6 else (IpFamily.IPV4,)
    return [replace(ipv4, ip_family=family) for family in families]


def may_be_beside(
    group: SecurityGroup, own: Collection[str], account: str, region: str, *, may_have_ipv6: bool
) -> list[Cluster]:
    """The clusters whose additional group this may be, where they have one of these for their `own`."""
    if not own:
        return []
    tagged = replace(group, tags={CLUSTER_TAG: group.tags[ADDITIONAL_TAG]})
    clusters = may_be(tagged, account, region, may_have_ipv6=may_have_ipv6)
    return [replace(each, security_group_id=one).with_group(group) for each in clusters for one in own]


def standing(
    clusters: Sequence[Cluster], group: SecurityGroup, document: Document, reader: Reader
) -> Standing:
    """How the group stands, whichever of the clusters its cluster really is, if it is any cluster's at all.

    They are made of what the group tells: its real cluster may also have any tags, remote networks, and
    groups of its control plane, and EKS may be updating it. What is surely in order has nothing to be
    changed; rules that cannot be judged are to be told of, and not to be changed. Raises CallError where
    reading fails.
    """
    if not clusters:
        return Standing.DOUBTFUL
    policies = list(_candidates(document, clusters[0]))
    found = {_standing(each, group, policy, reader) for policy in policies for each in clusters}
    if not policies or policies[-1].clusters.tags:
        found.add(Standing.IN_ORDER)  # maybe no policy is for it
    return found.pop() if len(found) == 1 else Standing.DOUBTFUL


def _candidates(document: Document, cluster: Cluster) -> Iterator[Policy]:
    """The policies that may be the cluster's, whatever tags it has."""
    for policy in document.policies:
        if covers(policy.scope, cluster) and matches(_untagged(policy).clusters, cluster):
            yield policy
            if not policy.clusters.tags:
                return


def _untagged(policy: Policy) -> Policy:
    """The policy as if it asked for no tags."""
    return replace(policy, clusters=replace(policy.clusters, tags={}))


def _standing(cluster: Cluster, group: SecurityGroup, policy: Policy, reader: Reader) -> Standing:
    """What EKS alone knows counts as nobody at first: what is allowed or excepted for it is forbidden then.

    So the policy is never less strict than it really is, where nothing is required or denied because of it.
    """
    binding = chain.from_iterable((*side.require, *side.deny) for side in (policy.ingress, policy.egress))
    if _names(_TOLD_BY_EKS_ALONE, (each.peers for each in binding)):
        return Standing.DOUBTFUL
    if _is_in_order(cluster, group, policy, reader):
        return Standing.IN_ORDER
    named = ((*each.peers, *each.excepted) for each in (*policy.ingress, *policy.egress))
    may_be_in_order = _names(_GROUPS_TOLD_BY_EKS_ALONE, named)
    if may_be_in_order or _is_in_order(_at_best(cluster), group, policy, reader):
        return Standing.DOUBTFUL
    return Standing.NOT_IN_ORDER


def _at_best(cluster: Cluster) -> Cluster:
    """The cluster for which the least is forbidden: in an update, what EKS makes is held.

    Its remote networks are all that can be some: private blocks (EKS API reference, RemoteNodeNetwork).
    """
    return replace(cluster, status=UPDATING, remote_nodes=PRIVATE, remote_pods=PRIVATE)


def _is_in_order(cluster: Cluster, group: SecurityGroup, policy: Policy, reader: Reader) -> bool:
    seen = examine(cluster, group, Document((_untagged(policy),)), reader)
    return isinstance(seen, Judged) and not seen.drift


def _names(wanted: frozenset[Builtin], terms: Iterable[Iterable[PeerTerm]]) -> bool:
    return not wanted.isdisjoint(simple(chain.from_iterable(terms)))
