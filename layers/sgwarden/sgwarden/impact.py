"""What breaks, in words: one catalogue of what traffic and tags of a cluster security group are for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sgwarden.policy.types import Owner
from sgwarden.traffic import ANYWHERE, INTERNET, Direction, PeerSet, Service, Traffic, covers_much_of_internet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sgwarden.cluster import Cluster

_EKS = "https://docs.aws.amazon.com/eks/latest/userguide"
_EKS_GROUPS = f"{_EKS}/sec-group-reqs.html"
_CONTROLLER = "https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest"


@dataclass(frozen=True, slots=True)
class Breakage:
    """What happens, and where that is said."""

    words: str
    source: str


@dataclass(frozen=True, slots=True)
class _Path:
    """Services to or from a place, and what happens where one of them is shut (or, of `_OPEN`, open).

    `wide` ones are said where much of the internet is met, those that are not where less is, others anywhere.
    """

    services: tuple[Service, ...]
    place: Callable[[Cluster], PeerSet]
    breakage: Breakage
    direction: Direction | None = None
    whole: bool = False
    wide: bool | None = None

    def is_in(self, traffic: Traffic, direction: Direction, cluster: Cluster) -> bool:
        """Whether some of it is in the traffic; with `whole`, all of it."""
        mine = Traffic.of(self.services, self.place(cluster))
        if self.direction not in (None, direction) or not mine:
            return False
        if self.whole:
            return mine <= traffic
        met = mine & traffic
        return bool(met) and self.wide in (None, _is_wide(met))


def _is_wide(traffic: Traffic) -> bool:
    return any(covers_much_of_internet(peers) for _, _, peers in traffic.bands)


def _services(*texts: str) -> tuple[Service, ...]:
    return tuple(map(Service.parse, texts))


def _itself(cluster: Cluster) -> PeerSet:
    return PeerSet.of_group(cluster.security_group_id)


def _remote(cluster: Cluster) -> PeerSet:
    return cluster.remote_nodes | cluster.remote_pods


def _clients(cluster: Cluster) -> PeerSet:
    return ANYWHERE - _remote(cluster)


_EVERYTHING = _Path(
    _services("tcp", "udp"),
    _itself,
    Breakage(
        "nodes and the control plane cannot reach each other: kubelet 10250, DNS 53 and the Kubernetes API "
        "443 are unreachable, nodes go NotReady",
        _EKS_GROUPS,
    ),
    whole=True,
)
_WITHIN = (
    _Path(
        _services("tcp/10250"),
        _itself,
        Breakage("kubelet 10250 unreachable: logs, exec and metrics fail, nodes go NotReady", _EKS_GROUPS),
    ),
    _Path(
        _services("tcp/53", "udp/53"),
        _itself,
        Breakage("DNS 53 unreachable: pods resolve no names", _EKS_GROUPS),
    ),
    _Path(
        _services("tcp/443"),
        _itself,
        Breakage(
            "Kubernetes API 443 unreachable: nodes do not join, kubelets and controllers lose the cluster",
            _EKS_GROUPS,
        ),
    ),
)
_EFA = _Path(
    # It has no protocol of its own in EC2. This one no address range ever meets either.
    _services("proto/254"),
    _itself,
    Breakage(
        "Elastic Fabric Adapter traffic stops: MPI and NCCL jobs hang",
        "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-start.html",
    ),
)
_BEYOND = (
    _Path(
        _services("tcp/443"),
        lambda _: ANYWHERE,
        Breakage(
            "the EKS API, the image registries and S3 are out of reach: nodes do not join, images are not "
            "pulled",
            _EKS_GROUPS,
        ),
        Direction.EGRESS,
        wide=True,
    ),
    _Path(
        _services("tcp/443"),
        _remote,
        Breakage(
            "hybrid nodes and their pods cannot reach the Kubernetes API",
            f"{_EKS}/hybrid-nodes-networking.html",
        ),
        Direction.INGRESS,
    ),
    _Path(
        _services("tcp/443"),
        _clients,
        Breakage(
            "clients at these addresses (kubectl, CI) cannot reach the private Kubernetes API endpoint",
            f"{_EKS}/cluster-endpoint.html",
        ),
        Direction.INGRESS,
    ),
)


def _opened(can: str, source: str, *services: str) -> Iterator[_Path]:
    for wide, who in ((True, "anybody on the internet"), (False, "whoever is at these addresses")):
        said = Breakage(f"{who} {can}", source)
        yield _Path(_services(*services), lambda _: INTERNET, said, Direction.INGRESS, wide=wide)


_OPEN = (
    *_opened(
        "can try to log in to nodes that have public addresses",
        "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",
        "tcp/22",
        "tcp/3389",
    ),
    *_opened(
        "can talk to the kubelets, which run commands in pods",
        "https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/",
        "tcp/10250",
    ),
)
_TAGS: Sequence[tuple[str, Breakage]] = (
    (
        "kubernetes.io/cluster/",
        Breakage(
            "where interfaces carry several groups, load balancer controllers do not find the one to open: "
            "load balancer targets go unhealthy",
            f"{_CONTROLLER}/deploy/security_groups/",
        ),
    ),
    (
        "karpenter.sh/",
        Breakage(
            "Karpenter will replace nodes: it selects the group no longer, and those that carry it count as "
            "drifted",
            "https://karpenter.sh/docs/concepts/disruption/#drift",
        ),
    ),
    (
        "Name",
        Breakage(
            "EKS and Auto Mode can no longer mend the group: their role may change only groups that are "
            "named eks-cluster-sg*",
            "https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEKSServiceRolePolicy.html",
        ),
    ),
)
_OWNERS: Mapping[str, Breakage] = {
    Owner.AWS_LOAD_BALANCER_CONTROLLER: Breakage(
        "load balancer targets go unhealthy, until the controller makes its rules anew",
        "https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/4889",
    ),
    Owner.IN_TREE_CLOUD_PROVIDER: Breakage(
        "load balancer targets go unhealthy, and clients do not reach the node ports",
        "https://github.com/kubernetes/cloud-provider-aws/blob/master/docs/nlb_security_groups.md",
    ),
    Owner.EKSCTL: Breakage(
        "self-managed nodes cannot reach the control plane and the managed nodes: they go NotReady",
        _EKS_GROUPS,
    ),
}


def catalogue() -> Iterator[Breakage]:
    """All that is known to break."""
    yield from (path.breakage for path in (_EVERYTHING, *_WITHIN, _EFA, *_BEYOND, *_OPEN))
    yield from (breakage for _, breakage in _TAGS)
    yield from _OWNERS.values()


def of_missing(missing: Traffic, direction: Direction, cluster: Cluster) -> str:
    """What breaks where this traffic does not pass; empty where nothing is known to.

    What an additional group does not let through, another group of the same interfaces may.
    """
    if cluster.additional:
        return ""
    within = (_EVERYTHING,) if _EVERYTHING.is_in(missing, direction, cluster) else (*_WITHIN, _EFA)
    return _said((*within, *_BEYOND), missing, direction, cluster)


def of_open(opened: Traffic, direction: Direction, cluster: Cluster) -> str:
    """What can happen where this traffic passes; empty where nothing is known to."""
    return _said(_OPEN, opened, direction, cluster)


def of_owner(owner: str) -> str:
    """What breaks where an owner has lost all of its rules; empty where nothing is known to."""
    breakage = _OWNERS.get(owner)
    return breakage.words if breakage else ""


def of_tag(key: str, *, additional: bool = False) -> str:
    """What breaks where a group does not have this tag as it should; empty where nothing is known to."""
    if additional and key == "Name":
        return ""  # only of the group that EKS made does it go by the name
    return next((each.words for start, each in _TAGS if _begins(key, start)), "")


def _begins(key: str, start: str) -> bool:
    return key.startswith(start) if start.endswith("/") else key == start


def _said(paths: Sequence[_Path], traffic: Traffic, direction: Direction, cluster: Cluster) -> str:
    said = [path.breakage.words for path in paths if path.is_in(traffic, direction, cluster)]
    return "; ".join(dict.fromkeys(said))
