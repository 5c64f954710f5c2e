"""What an embedded account holds, in few words; what is left out is as AWS makes it by default."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from ipaddress import ip_network
from typing import TYPE_CHECKING

from sgwarden.embedded.copies import copies_of
from sgwarden.embedded.ids import derived_id, unique_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sgwarden.embedded.attached import InterfaceDescription, NodeDescription

OPEN_CIDRS = ("10.0.0.0/16",)
DEFAULT_VPC_CIDRS = ("172.31.0.0/16",)
DEFAULT_VERSION = "1.34"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDescription:
    """One rule, as a line of the notation in which people read traffic."""

    line: str
    id: str = ""
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class VpcDescription:
    """A network; `cidrs` may be IPv4 and IPv6, the first IPv4 block is its primary one."""

    id: str
    region: str
    cidrs: tuple[str, ...] = OPEN_CIDRS
    default: bool = False

    def __post_init__(self) -> None:
        if not any(ip_network(cidr).version == 4 for cidr in self.cidrs):
            raise ValueError(f"VPC {self.id} has no IPv4 block")


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDescription:
    """A security group that is no cluster's. Unlike a new one in EC2, it has only the rules named.

    `interfaces` are those of others than clusters that have it and nothing else, such as load balancers, by
    their descriptions; they are there as long as the group. It can stand for so many `copies` of itself, with
    their number for `{n}` in every text.
    """

    id: str
    name: str
    region: str
    description: str = "managed by hand"
    vpc: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[RuleDescription, ...] = ()
    interfaces: tuple[str, ...] = ()
    copies: int = 0

    def __post_init__(self) -> None:
        if not self.id.startswith("sg-"):
            raise ValueError(f'"{self.id}" is no security group id: expected sg-...')


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterDescription:
    """An EKS cluster and its security group, which has the rules that EKS makes, and `rules` beside them.

    With `default_rules` false it has `rules` only. `group` is the group's id, `unique_id` the end of its
    name; both follow from the cluster's name where they are left out. Without `interfaces`, its control plane
    has two, as EKS makes them. It can stand for so many `copies` of
    itself, with their number for `{n}` in every text.
    """

    name: str
    region: str
    group: str = ""
    group_name: str = ""
    unique_id: str = ""
    vpc: str = ""
    ip_family: str = "ipv4"
    version: str = DEFAULT_VERSION
    default_rules: bool = True
    rules: tuple[RuleDescription, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    group_tags: Mapping[str, str] = field(default_factory=dict)
    control_plane_groups: tuple[str, ...] = ()
    remote_nodes: tuple[str, ...] = ()
    remote_pods: tuple[str, ...] = ()
    interfaces: tuple[InterfaceDescription, ...] = ()
    nodes: tuple[NodeDescription, ...] = ()
    copies: int = 0

    def __post_init__(self) -> None:
        if self.group and not self.group.startswith("sg-"):
            raise ValueError(f'"{self.group}" is no security group id: expected sg-...')
        if self.ip_family not in ("ipv4", "ipv6"):
            raise ValueError(f'"{self.ip_family}" is no IP family: expected ipv4 or ipv6')

    def identified(self, account: str) -> ClusterDescription:
        """The description with its group's id and name filled in."""
        words = (account, self.region, self.name)
        unique_id = self.unique_id or unique_number(*words)
        return replace(
            self,
            group=self.group or derived_id("sg", *words),
            group_name=self.group_name or f"eks-cluster-sg-{self.name}-{unique_id}",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefixListDescription:
    """A managed prefix list; its family is that of its entries."""

    id: str
    name: str
    region: str
    entries: tuple[str, ...] = ()
    max_entries: int = 10
    owner: str = ""

    def __post_init__(self) -> None:
        if not self.id.startswith("pl-"):
            raise ValueError(f'"{self.id}" is no prefix list id: expected pl-...')
        if len({ip_network(entry).version for entry in self.entries}) > 1:
            raise ValueError(f"prefix list {self.id} has entries of both IP families")
        if len(self.entries) > self.max_entries:
            raise ValueError(f"prefix list {self.id} has more than {self.max_entries} entries")

    @property
    def family(self) -> str:
        return f"IPv{ip_network(self.entries[0]).version}" if self.entries else "IPv4"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDescription:
    """One account. `region` is where sgwarden runs in it; things may be in others too."""

    account: str
    region: str
    vpcs: tuple[VpcDescription, ...] = ()
    clusters: tuple[ClusterDescription, ...] = ()
    groups: tuple[GroupDescription, ...] = ()
    prefix_lists: tuple[PrefixListDescription, ...] = ()

    def __post_init__(self) -> None:
        if len(self.account) != 12 or not self.account.isdigit():
            raise ValueError(f'"{self.account}" is no account: expected 12 digits')
        clusters = [copy.identified(self.account) for one in self.clusters for copy in copies_of(one)]
        object.__setattr__(self, "clusters", tuple(clusters))
        object.__setattr__(self, "groups", tuple(copy for one in self.groups for copy in copies_of(one)))
        _refuse_twice("cluster", [f"{one.name} in {one.region}" for one in clusters])
        _refuse_twice("group", [*(one.group for one in clusters), *(one.id for one in self.groups)])
        _refuse_twice("VPC", [one.id for one in self.vpcs])
        _refuse_twice("prefix list", [one.id for one in self.prefix_lists])
        inhabitants: list[ClusterDescription | GroupDescription] = [*self.clusters, *self.groups]
        for one in inhabitants:
            self.vpc_of(one)

    @property
    def regions(self) -> frozenset[str]:
        """Where there is something."""
        named = {group.region for group in self.groups} | {cluster.region for cluster in self.clusters}
        others = {vpc.region for vpc in self.vpcs} | {one.region for one in self.prefix_lists}
        return frozenset({self.region} | named | others)

    def vpc_of(self, one: ClusterDescription | GroupDescription) -> VpcDescription:
        """The VPC named, or else the only one of its region; a region without any described has one."""
        here = [vpc for vpc in self.vpcs if vpc.region == one.region]
        named = [vpc for vpc in here if one.vpc in ("", vpc.id)]
        if len(named) == 1:
            return named[0]
        if one.vpc:
            raise ValueError(f"{one.name} is in {one.vpc}, which is not among the VPCs of {one.region}")
        if here:
            raise ValueError(f"{one.name} names no VPC, and {one.region} has {len(here)}")
        return self.made_up_vpc(one.region)

    def made_up_vpc(self, region: str, *, default: bool = False) -> VpcDescription:
        words = ("default VPC",) if default else ()
        vpc_id = derived_id("vpc", self.account, region, *words)
        cidrs = DEFAULT_VPC_CIDRS if default else OPEN_CIDRS
        return VpcDescription(id=vpc_id, region=region, cidrs=cidrs, default=default)


def _refuse_twice(what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"{what} {name} is described twice")
        seen.add(name)
