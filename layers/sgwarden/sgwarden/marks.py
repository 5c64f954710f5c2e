"""How the rules of known owners look, and what bears out that one is theirs.

A description alone proves nothing: anybody can write one. It is a claim, and what is trusted is the shape of
the rule and, where the owner's rules refer to groups, the tags of the group that this one refers to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sgwarden.claimed import BY_CONTROLLER, BY_EKS, BY_EKSCTL, BY_PROVIDER
from sgwarden.eks_rules import is_of_eks
from sgwarden.policy.types import Owner
from sgwarden.traffic import Cidr, Direction, Group, Service
from sgwarden.traffic.service import ICMP, TCP, UDP

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Mapping

    from sgwarden.cluster import Cluster
    from sgwarden.traffic import Rule

    Tags = Mapping[str, str]

NODE_PORTS = range(30000, 32768)
"""Source: Kubernetes documentation, Service, type NodePort; EKS has no setting for another range."""
MTU = Service(ICMP, 3 * 256 + 4, 3 * 256 + 4)

_OWNED = "kubernetes.io/cluster/"
_NAMING = (
    "elbv2.k8s.aws/cluster",
    "alpha.eksctl.io/cluster-name",
    "eksctl.cluster.k8s.io/v1alpha1/cluster-name",
    "aws:eks:cluster-name",
)
_CONTROLLER, _EKSCTL, _OLD_EKSCTL, _OF_EKS = _NAMING


@dataclass(frozen=True, slots=True)
class Mark:
    """How an owner's rules look.

    `says` is what their descriptions are, whole; `shape` whether it makes a rule of this kind, in `words`.
    With `vouches` they refer to a group, whose tags must show that it is of the cluster.
    """

    says: re.Pattern[str]
    shape: Callable[[Rule, Cluster], bool]
    words: str
    vouches: Callable[[Tags, str], bool] | None = None
    by_shape_alone: bool = False

    def is_claimed_by(self, rule: Rule) -> bool:
        """Whether the description names the owner: to the letter, as the owner itself goes by it."""
        return self.says.fullmatch(rule.description) is not None


def clusters_named(tags: Tags) -> frozenset[str]:
    """The clusters that a group's tags give it to."""
    owned = {key.removeprefix(_OWNED) for key in tags if key.startswith(_OWNED)}
    return frozenset(owned | {tags[key] for key in _NAMING if key in tags})


def _of_controller(rule: Rule, _: Cluster) -> bool:
    return isinstance(rule.peer, Group) and rule.service.protocol in (TCP, UDP)


def _is_backend(tags: Tags, cluster: str) -> bool:
    return tags.get(_CONTROLLER) == cluster


def _of_eksctl(rule: Rule, cluster: Cluster) -> bool:
    return (
        rule.direction is Direction.INGRESS
        and rule.service == Service.ALL
        and isinstance(rule.peer, Group)
        and rule.peer.id not in (cluster.security_group_id, cluster.cluster_security_group_id)
    )


def _is_of_nodes(tags: Tags, cluster: str) -> bool:
    """Whether eksctl, or who gave it the group, has tagged it as this cluster's, and nobody as another's."""
    ours = tags.get(_EKSCTL) == cluster or tags.get(_OLD_EKSCTL) == cluster
    ours |= tags.get(_OWNED + cluster) in ("owned", "shared")
    return ours and clusters_named(tags) == {cluster} and _OF_EKS not in tags


def _of_provider(rule: Rule, _: Cluster) -> bool:
    """The MTU rule for ICMP alone, clients by TCP or UDP, health checks by TCP; one port, IPv4 blocks."""
    said = BY_PROVIDER.fullmatch(rule.description)
    if not said or rule.direction is Direction.EGRESS:
        return False
    if not isinstance(rule.peer, Cidr) or rule.peer.network.version != 4:
        return False
    if said[1] is None:
        return rule.service == MTU
    protocols = (TCP, UDP) if said[1] == "client" else (TCP,)
    service = rule.service
    return service.protocol in protocols and service.first == service.last and service.first in NODE_PORTS


# Sources: AWS Load Balancer Controller, docs/deploy/security_groups.md; Kubernetes cloud-provider-aws,
# pkg/providers/v1/aws_loadbalancer.go, updateInstanceSecurityGroupsForNLB; eksctl, pkg/cfn/builder.
# The group that eksctl's rule refers to, ClusterSharedNodeSecurityGroup, has the tags of its stack, which
# name the cluster, and none of Kubernetes; one that people give it (sharedNodeSecurityGroup) may have those.
MARKS: Mapping[str, Mark] = {
    Owner.AWS_LOAD_BALANCER_CONTROLLER: Mark(
        BY_CONTROLLER,
        _of_controller,
        "TCP or UDP with a security group",
        _is_backend,
    ),
    Owner.IN_TREE_CLOUD_PROVIDER: Mark(
        BY_PROVIDER,
        _of_provider,
        f"one node port ({NODE_PORTS[0]} to {NODE_PORTS[-1]}), or icmp/3.4 for the MTU, from IPv4 addresses",
    ),
    Owner.EKSCTL: Mark(
        BY_EKSCTL,
        _of_eksctl,
        "all traffic in from another security group",
        _is_of_nodes,
    ),
    Owner.EKS: Mark(
        BY_EKS,
        is_of_eks,
        "all traffic with the group itself, or tcp/443 in from a remote network",
        by_shape_alone=True,
    ),
}
