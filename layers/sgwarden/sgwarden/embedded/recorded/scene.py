"""The account in which a record happens again, with what the record takes for granted put there first."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from sgwarden.embedded.building import NO_QUOTA
from sgwarden.embedded.corrections.listing import groups_of
from sgwarden.embedded.corrections.rules import PeerKind, all_rules
from sgwarden.embedded.description import ClusterDescription, GroupDescription, PrefixListDescription
from sgwarden.embedded.ids import derived_id
from sgwarden.embedded.notation import line_of
from sgwarden.record import get, items, text
from sgwarden.target import TargetKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from moto.ec2.models import EC2Backend
    from moto.ec2.models.managed_prefixes import ManagedPrefixList
    from moto.ec2.models.security_groups import SecurityGroup
    from moto.eks.models import Cluster

    from sgwarden.embedded.account import EmbeddedAccount
    from sgwarden.embedded.building import Builder
    from sgwarden.embedded.corrections.group_rules import GroupRules
    from sgwarden.embedded.corrections.rules import HeldRule, Wanted
    from sgwarden.embedded.description import VpcDescription
    from sgwarden.record import Record
    from sgwarden.target import Target

_CLUSTER_TAGS = ("kubernetes.io/cluster/", "aws:eks:cluster-name")


class NotReplayableError(ValueError):
    """The record does not say enough for its change to be made again; the message says what is missing."""


@dataclass(slots=True)
class Scene:
    """`cluster_name` is for the cluster that is made up for a group which the account does not have."""

    account: EmbeddedAccount
    record: Record
    cluster_name: str
    late: bool = False
    done: list[str] = field(default_factory=list)
    presupposed: list[str] = field(default_factory=list)

    @property
    def region(self) -> str:
        return self.record.region or self.account.region

    @property
    def builder(self) -> Builder:
        return self.account.builder

    @property
    def rules(self) -> GroupRules:
        return self.builder.rules(self.region)

    @property
    def ec2(self) -> EC2Backend:
        return self.builder.ec2(self.region)

    def group_of(self, target: Target) -> SecurityGroup:
        """The group that the record points at; made up where the account lacks it."""
        if target.kind is TargetKind.RULE:
            return self.rules.group(self.held_rule(target.name).group_id)
        name = text(get(self.record.request, "groupName"))
        if target.kind is TargetKind.GROUP:
            return self.group(target.name, name)
        return self.group("", target.name)

    def group(self, group_id: str, name: str = "") -> SecurityGroup:
        """The group with this id, else with this name, else one made up with a cluster made up for it."""
        for word in (group_id, name):
            found = self.ec2.get_security_group_by_name_or_id(word) if word else None
            if found is not None:
                return found
        cluster = self._free_cluster_name()
        region = self.region
        description = ClusterDescription(
            name=cluster,
            region=region,
            group=group_id or derived_id("sg", self.account.account_id, region, name),
            group_name=name,
        )
        # EC2 takes groups by name in the default VPC only, so a group named like that is in it.
        group = self.builder.add_cluster(description, self._vpc(default=bool(name)))
        self.presupposed.append(f"{group.id} is the cluster security group of a cluster {cluster}")
        return group

    def plain_group(self, group_id: str) -> None:
        """A group that a rule refers to has to be there; if it is not, it is of no cluster."""
        if self.ec2.get_security_group_from_id(group_id) is None:
            group = GroupDescription(id=group_id, name=group_id, region=self.region)
            self.builder.add_group(group, self._vpc(default=False))
            self.presupposed.append(f"there is a group {group_id}")

    def prefix_list(self, list_id: str, entries: Iterable[str] = ()) -> ManagedPrefixList:
        """The prefix list; made up with the entries where the account lacks it."""
        if list_id not in self.ec2.managed_prefix_lists:
            given = tuple(entries)
            most = max(10, len(given))
            description = PrefixListDescription(
                id=list_id, name=list_id, region=self.region, entries=given, max_entries=most
            )
            self.builder.add_prefix_list(description)
            self.presupposed.append(f"there is a prefix list {list_id} with {len(given) or 'no'} entries")
        return self.ec2.managed_prefix_lists[list_id]

    def cluster(self, name: str, group_id: str = "") -> Cluster:
        """The cluster; made up as EKS makes one where the account lacks it."""
        clusters = self.builder.eks(self.region).clusters
        if name not in clusters:
            self.add_cluster(name, group_id)
            self.presupposed.append(f"there is a cluster {name}")
        return clusters[name]

    def add_cluster(self, name: str, group_id: str = "") -> None:
        description = ClusterDescription(name=name, region=self.region, group=group_id)
        self.builder.add_cluster(description, self._vpc(default=False))

    def held_rule(self, rule_id: str) -> HeldRule:
        for group in groups_of(self.ec2):
            for rule in all_rules(group):
                if rule.id == rule_id:
                    return rule
        raise NotReplayableError(
            f"the account has no rule {rule_id}, and the record does not say whose it was"
        )

    def peers_of(self, wanted: Iterable[Wanted]) -> None:
        """The groups and prefix lists that the rules refer to are there."""
        for rule in wanted:
            if rule.meaning.kind is PeerKind.GROUP and rule.owner in ("", self.account.account_id):
                self.plain_group(rule.meaning.peer)
            if rule.meaning.kind is PeerKind.PREFIX_LIST:
                self.prefix_list(rule.meaning.peer)

    def put_first(self, group: SecurityGroup, wanted: Wanted, rule_id: str) -> HeldRule:
        """A rule that the record takes for granted."""
        ids = {wanted.meaning: rule_id} if rule_id else {}
        (rule,) = self.rules.authorize(group, [wanted], ids=ids, quota=NO_QUOTA)
        self.presupposed.append(f"{group.id} has the rule {line_of(rule)}")
        return rule

    def take_first(self, group: SecurityGroup, rule: HeldRule) -> None:
        """A rule that the record takes not to be there."""
        self.rules.revoke_ids(group, [rule.id], egress=rule.meaning.egress)
        self.presupposed.append(f"{group.id} does not have the rule {line_of(rule)} yet")

    def _vpc(self, *, default: bool) -> VpcDescription:
        here = [vpc for vpc in self.account.description.vpcs if vpc.region == self.region]
        fitting = [vpc for vpc in here if vpc.default is default]
        return fitting[0] if fitting else self.account.description.made_up_vpc(self.region, default=default)

    def _free_cluster_name(self) -> str:
        """The name in the record's own tags, if there is one, else the one given, numbered if it is taken."""
        taken = self.builder.eks(self.region).clusters
        names = (f"{self.cluster_name}-{turn}" if turn > 1 else self.cluster_name for turn in count(1))
        tagged = [name for name in self._tagged_names() if name not in taken]
        return tagged[0] if tagged else next(name for name in names if name not in taken)

    def _tagged_names(self) -> list[str]:
        slashed, plain = _CLUSTER_TAGS
        found: list[str] = []
        for tag in items(get(self.record.request, "tagSet")):
            key = text(get(tag, "key"))
            found += [key.removeprefix(slashed)] if key.startswith(slashed) else []
            found += [text(get(tag, "value"))] if key == plain else []
        return [name for name in found if name]
