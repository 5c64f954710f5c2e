"""Whether a group is in order whatever its cluster is like, so that EKS need not be asked.

EKS describes one cluster a call, EC2 a thousand groups. A group tells by itself which cluster it is for, and
what only EKS knows of that cluster matters to few of the groups that are as they should be.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from sgwarden.cluster import Cluster, IpFamily
from sgwarden.examine import examine
from sgwarden.observe import CLUSTER_TAG, Judged
from sgwarden.policy.peers import Builtin, simple
from sgwarden.policy.resolve import covers, matches
from sgwarden.policy.types import Document

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgwarden.group import SecurityGroup
    from sgwarden.observe import Reader
    from sgwarden.policy.types import Policy
    from sgwarden.traffic import PeerSet

_TOLD_BY_EKS_ALONE = frozenset({Builtin.REMOTE_NODES, Builtin.REMOTE_PODS, Builtin.CONTROL_PLANE_GROUPS})


def may_be(group: SecurityGroup, account: str, region: str, vpc: PeerSet) -> list[Cluster]:
    """The clusters whose group this may be, as far as it and the addresses of its VPC tell."""
    ipv4 = Cluster(
        name=group.tags[CLUSTER_TAG],
        account=account,
        region=region,
        security_group_id=group.id,
        security_group_name=group.name,
        vpc_id=group.vpc_id,
    )
    # EKS makes IPv6 clusters only where the VPC and its subnets have IPv6 blocks (EKS user guide, IPv6).
    families = IpFamily if vpc.ipv6 else (IpFamily.IPV4,)
    return [replace(ipv4, ip_family=family) for family in families]


def surely_in_order(
    clusters: Sequence[Cluster], group: SecurityGroup, document: Document, reader: Reader
) -> bool:
    """Whether nothing is to be changed of the group, whichever of the clusters its cluster really is.

    They are made of what the group tells: its real cluster may also have any tags, remote networks, and
    groups of its control plane. Rules that cannot be judged are to be told of, and not to be changed. Raises
    CallError where reading fails.
    """
    return all(
        _is_in_order(cluster, group, policy, reader)
        for policy in _candidates(document, clusters[0])
        for cluster in clusters
    )


def _candidates(document: Document, cluster: Cluster) -> Iterator[Policy]:
    """The policies that may be the cluster's, whatever tags it has, as if they asked for none."""
    for policy in document.policies:
        untagged = replace(policy, clusters=replace(policy.clusters, tags={}))
        if covers(policy.scope, cluster) and matches(untagged.clusters, cluster):
            yield untagged
            if not policy.clusters.tags:
                return


def _is_in_order(cluster: Cluster, group: SecurityGroup, policy: Policy, reader: Reader) -> bool:
    """What EKS alone knows counts as nobody: what is allowed or excepted for it is forbidden then.

    So the policy is never less strict than it really is, where nothing is required or denied because of it.
    """
    if _binds_by_what_eks_knows(policy):
        return False
    seen = examine(cluster, group, Document((policy,)), reader)
    return isinstance(seen, Judged) and not seen.drift


def _binds_by_what_eks_knows(policy: Policy) -> bool:
    binding = chain.from_iterable((*side.require, *side.deny) for side in (policy.ingress, policy.egress))
    return not _TOLD_BY_EKS_ALONE.isdisjoint(simple(chain.from_iterable(each.peers for each in binding)))
