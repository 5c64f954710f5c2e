"""Builds in moto what a description says, as EC2 and EKS would have made it."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.managed_prefixes import ManagedPrefixList
from moto.ec2.models.network_acls import NetworkAcl
from moto.ec2.models.security_groups import SecurityGroup
from moto.ec2.models.vpcs import VPC
from moto.eks.models import Cluster, EKSBackend, eks_backends

from sgwarden.embedded.corrections.eks import EPOCH
from sgwarden.embedded.corrections.group_rules import GroupRules
from sgwarden.embedded.corrections.rules import PeerKind, Wanted, all_rules, held_rules
from sgwarden.embedded.ids import derived_id, subnet_ids
from sgwarden.embedded.notation import meaning_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sgwarden.embedded.corrections.state import State
    from sgwarden.embedded.description import (
        AccountDescription,
        ClusterDescription,
        GroupDescription,
        PrefixListDescription,
        RuleDescription,
        VpcDescription,
    )

# As in clusters made in 2026; Source: EKS user guide, "security group requirements and considerations".
GROUP_DESCRIPTION = (
    "EKS created security group applied to ENI that is attached to EKS Control Plane master nodes, "
    "as well as any managed workloads."
)
EFA = "Allows EFA traffic, which is not matched by CIDR rules."
# A state that is described is there, however it came about: no quota keeps it out.
NO_QUOTA = 10**6


@dataclass(frozen=True, slots=True)
class Builder:
    """Adds things to an account; whatever there was by moto's own making is taken away first."""

    description: AccountDescription
    state: State

    def build(self) -> None:
        """Groups come before rules, which may name any of them."""
        of = self.description
        for vpc in of.vpcs:
            self.add_vpc(vpc)
        for prefix_list in of.prefix_lists:
            self.add_prefix_list(prefix_list)
        for group in of.groups:
            self._add_empty_group(group.region, of.vpc_of(group), group.id, group.name, group.description)
        for cluster in of.clusters:
            self._add_empty_cluster(cluster, of.vpc_of(cluster))
        for group in of.groups:
            self._fill_group(group)
        for cluster in of.clusters:
            self._fill_cluster(cluster)

    def rules(self, region: str) -> GroupRules:
        return GroupRules(self.ec2(region), self.state)

    def ec2(self, region: str) -> EC2Backend:
        """The region, without the default VPC and its group that moto makes with ids of no meaning."""
        backend = ec2_backends[self.description.account][region]
        if backend.vpcs.pop(backend.default_vpc.id, None):
            backend.groups.clear()
            backend.subnets.clear()
        return backend

    def eks(self, region: str) -> EKSBackend:
        return eks_backends[self.description.account][region]

    def add_vpc(self, vpc: VpcDescription) -> None:
        backend = self.ec2(vpc.region)
        if vpc.id in backend.vpcs:
            return
        primary, *others = sorted(vpc.cidrs, key=lambda cidr: ip_network(cidr).version)
        made = VPC(backend, vpc.id, primary, is_default=vpc.default)  # type: ignore[abstract]
        made._cidr_block_association_set.clear()
        for cidr in (primary, *others):
            made._cidr_block_association_set[derived_id("vpc-cidr-assoc", vpc.id, cidr)] = _association(
                vpc.id, cidr
            )
        backend.vpcs[vpc.id] = made
        acl_id = derived_id("acl", vpc.id)  # moto makes no subnet in a VPC without one
        backend.network_acls[acl_id] = NetworkAcl(backend, acl_id, vpc.id, default=True)

    def add_prefix_list(self, description: PrefixListDescription) -> None:
        backend = self.ec2(description.region)
        entries = [{"Cidr": entry, "Description": ""} for entry in description.entries]
        made = ManagedPrefixList(
            backend,
            description.region,
            address_family=description.family,
            entry=entries,
            max_entries=str(description.max_entries),
            prefix_list_name=description.name,
            owner_id=description.owner or None,
        )
        made.id = description.id
        made.prefix_list_arn = made.arn(description.region, made.owner_id)
        backend.managed_prefix_lists[made.id] = made

    def add_group(self, group: GroupDescription, vpc: VpcDescription) -> SecurityGroup:
        made = self._add_empty_group(group.region, vpc, group.id, group.name, group.description)
        self._fill_group(group)
        return made

    def add_cluster(self, cluster: ClusterDescription, vpc: VpcDescription) -> SecurityGroup:
        described = cluster.identified(self.description.account)
        group = self._add_empty_cluster(described, vpc)
        self._fill_cluster(described)
        return group

    def put_back(self, region: str, cluster_name: str) -> list[str]:
        """What EKS puts back on a cluster's group at every update, in words; empty where nothing was missing.

        EKS: the inbound and outbound rules of the group to itself, and its three tags. The outbound rule to
        everywhere stays removed. Source: EKS user guide, as above.
        """
        cluster = self.eks(region).clusters[cluster_name]
        group_id = cluster.resources_vpc_config["clusterSecurityGroupId"]
        backend = self.ec2(region)
        if backend.get_security_group_from_id(group_id) is None:
            return []
        group = self.rules(region).group(group_id)
        held = {rule.meaning for rule in all_rules(group)}
        missing = [rule for rule in self._self_rules(group_id) if rule.meaning not in held]
        self.rules(region).authorize(group, missing, quota=NO_QUOTA)
        tags = _eks_tags(cluster_name, group.name)
        lost = {key: value for key, value in tags.items() if backend.tags[group_id].get(key) != value}
        backend.create_tags([group_id], lost)
        directions = ["to" if rule.meaning.egress else "from" for rule in missing]
        return [*(f"all {direction} self" for direction in directions), *(f"tag {key}" for key in lost)]

    def _add_empty_group(
        self, region: str, vpc: VpcDescription, group_id: str, name: str, description: str
    ) -> SecurityGroup:
        self.add_vpc(vpc)
        backend = self.ec2(region)
        group = SecurityGroup(backend, group_id, name, description, vpc_id=vpc.id)  # type: ignore[abstract]
        for egress in (False, True):
            held_rules(group, egress=egress).clear()
        backend.groups[vpc.id][group_id] = group
        return group

    def _fill_group(self, group: GroupDescription) -> None:
        self.ec2(group.region).create_tags([group.id], dict(group.tags))
        self._add_rules(group.region, group.id, group.rules)

    def _add_empty_cluster(self, cluster: ClusterDescription, vpc: VpcDescription) -> SecurityGroup:
        group = self._add_empty_group(
            cluster.region, vpc, cluster.group, cluster.group_name, GROUP_DESCRIPTION
        )
        backend = self.eks(cluster.region)
        made = Cluster(
            name=cluster.name,
            role_arn=f"arn:{backend.partition}:iam::{backend.account_id}:role/{cluster.name}-cluster",
            resources_vpc_config=_vpc_config(cluster, vpc),
            account_id=backend.account_id,
            region_name=cluster.region,
            aws_partition=backend.partition,
            version=cluster.version,
            kubernetes_network_config={"ipFamily": cluster.ip_family, "serviceIpv4Cidr": "172.20.0.0/16"},
            tags=dict(cluster.tags),
            remote_network_config=_remote_config(cluster),
        )
        made.created_at = EPOCH
        backend.clusters[cluster.name] = made
        return group

    def _fill_cluster(self, cluster: ClusterDescription) -> None:
        tags = _eks_tags(cluster.name, cluster.group_name) | dict(cluster.group_tags)
        self.ec2(cluster.region).create_tags([cluster.group], tags)
        if cluster.default_rules:
            rules = self.rules(cluster.region)
            everywhere = "::/0" if cluster.ip_family == "ipv6" else "0.0.0.0/0"
            wanted = [
                *self._self_rules(cluster.group),
                Wanted(meaning_of(f"all to {everywhere}", cluster.group)),
            ]
            rules.authorize(rules.group(cluster.group), wanted, quota=NO_QUOTA)
        self._add_rules(cluster.region, cluster.group, cluster.rules)

    def _self_rules(self, group_id: str) -> list[Wanted]:
        account = self.description.account
        return [Wanted(meaning_of(line, group_id), EFA, account) for line in ("all from self", "all to self")]

    def _add_rules(self, region: str, group_id: str, described: Iterable[RuleDescription]) -> None:
        rules, backend = self.rules(region), self.ec2(region)
        for one in described:
            meaning = meaning_of(one.line, group_id, backend.managed_prefix_lists)
            owner = self.description.account if meaning.kind is PeerKind.GROUP else ""
            wanted = Wanted(meaning, one.description, owner)
            ids = {meaning: one.id} if one.id else {}
            (added,) = rules.authorize(rules.group(group_id), [wanted], ids=ids, quota=NO_QUOTA)
            backend.create_tags([added.id], dict(one.tags))


def _eks_tags(cluster_name: str, group_name: str) -> dict[str, str]:
    return {
        "Name": group_name,
        "aws:eks:cluster-name": cluster_name,
        f"kubernetes.io/cluster/{cluster_name}": "owned",
    }


def _vpc_config(cluster: ClusterDescription, vpc: VpcDescription) -> dict[str, Any]:
    return {
        "subnetIds": subnet_ids(vpc.id),
        "securityGroupIds": list(cluster.control_plane_groups),
        "clusterSecurityGroupId": cluster.group,
        "vpcId": vpc.id,
        "endpointPublicAccess": False,
        "endpointPrivateAccess": True,
        "publicAccessCidrs": [],
    }


def _remote_config(cluster: ClusterDescription) -> dict[str, list[dict[str, list[str]]]] | None:
    networks = {"remoteNodeNetworks": cluster.remote_nodes, "remotePodNetworks": cluster.remote_pods}
    given = {name: [{"cidrs": list(cidrs)}] for name, cidrs in networks.items() if cidrs}
    return given or None


def _association(vpc_id: str, cidr: str) -> dict[str, Any]:
    association = {
        "association_id": derived_id("vpc-cidr-assoc", vpc_id, cidr),
        "cidr_block": cidr,
        "cidr_block_state": {"state": "associated", "StatusMessage": None},
    }
    return association | ({"ipv6_pool": "Amazon"} if ip_network(cidr).version == 6 else {})
