"""An account read from JSON that the AWS CLI has saved, in the place of the live one."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from sgwarden.aws.clusters import cluster_of
from sgwarden.aws.groups import group_of, tags_of, with_rows
from sgwarden.aws.world import vpc_cidrs_of
from sgwarden.cli.saved.agreement import only_in_one
from sgwarden.cli.saved.files import SavedError, documents, rows, usable
from sgwarden.cli.saved.surroundings import read_prefix_lists
from sgwarden.observe import ADDITIONAL_TAG

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from sgwarden.aws.inventory import Unread
    from sgwarden.cli.saved.files import Json
    from sgwarden.cluster import Cluster
    from sgwarden.group import SecurityGroup
    from sgwarden.traffic import PeerSet, PrefixList

__all__ = ["SavedAccount", "SavedError"]

IN_FOLDER = ("security-groups.json", "clusters.json", "rules.json", "prefix-lists.json", "vpcs.json")
"""The files of a saved account, each named for what it holds; the last three where they are needed."""


class SavedAccount:
    """Clusters, groups and what goes with them, from files; satisfies `observe.Reader`."""

    unread: Sequence[Unread] = ()
    """What cannot be read of a file ends the command, so that no cluster is passed over."""

    def __init__(
        self,
        groups: Path,
        clusters: Path,
        rules: Path | None = None,
        prefix_lists: Path | None = None,
        vpcs: Path | None = None,
    ) -> None:
        self._groups = {each["GroupId"]: each for each in rows(groups, "SecurityGroups", "GroupId")}
        self._groups_file = groups
        self._clusters = list(read_clusters(clusters))
        self._rules = _rules(rules) if rules else None
        self._rules_file = rules
        self._vpcs = {each["VpcId"]: each for each in rows(vpcs, "Vpcs", "VpcId")} if vpcs else {}
        self._vpcs_file = vpcs
        self._lists = read_prefix_lists(prefix_lists) if prefix_lists else {}

    @classmethod
    def in_folder(cls, folder: Path) -> SavedAccount:
        """What a folder holds under the names that `IN_FOLDER` gives; the first two must be there."""
        if not folder.is_dir():
            raise SavedError(f"{folder} is no folder")
        groups, clusters, *others = (folder / name for name in IN_FOLDER)
        return cls(groups, clusters, *(file if file.exists() else None for file in others))

    def clusters(self) -> Iterator[tuple[Cluster, SecurityGroup]]:
        """Each cluster with its group, in the order of the file."""
        for cluster in self._clusters:
            group = self.group(cluster.security_group_id)
            if group is None:
                group_id = cluster.security_group_id
                raise SavedError(f"{self._groups_file} lacks {group_id}, the group of cluster {cluster.name}")
            yield replace(cluster, security_group_name=group.name), group

    def group(self, group_id: str) -> SecurityGroup | None:
        """The group, with rules that have no ids yet; None where the file has none.

        Raises SavedError where `--rules` is given and tells of other rules.
        """
        described = self._groups.get(group_id)
        if described is None:
            return None
        self._must_agree(described)
        return usable(self._groups_file, partial(group_of, described, self._lists))

    def tagged_by_people(self) -> dict[str, list[SecurityGroup]]:
        """The groups of the file that people have tagged as additional ones, by the cluster's name."""
        found: dict[str, list[SecurityGroup]] = {}
        for group_id, described in self._groups.items():
            name = tags_of(described).get(ADDITIONAL_TAG)
            if name is not None and (group := self.group(group_id)):
                found.setdefault(name, []).append(group)
        return found

    def with_rule_ids(self, group: SecurityGroup) -> SecurityGroup:
        """The same group with the rows of `--rules`; as it is where there are none."""
        if self._rules is None or self._rules_file is None:
            return group
        held = self._rules.get(group.id, [])
        return usable(self._rules_file, partial(with_rows, group, held, self._lists))

    def _must_agree(self, described: Json) -> None:
        """What only one of two files of different times tells would be missed, or held to be there still."""
        if self._rules is None:
            return
        group_id = described["GroupId"]
        for line, in_groups in only_in_one(described, self._rules.get(group_id, ())):
            has, lacks = (self._groups_file, self._rules_file)[:: 1 if in_groups else -1]
            differ = f"{has} has {line} in {group_id} and {lacks} has not"
            raise SavedError(f"{differ}: saved at different times? save both anew")

    @property
    def has_vpcs(self) -> bool:
        """Whether a file of VPCs was given."""
        return self._vpcs_file is not None

    def cluster(self, name: str) -> Cluster | None:
        """The cluster, without the addresses of its VPC."""
        return next((each for each in self._clusters if each.name == name), None)

    def vpc_cidrs(self, vpc_id: str) -> PeerSet:
        """The VPC's CIDR blocks; raises SavedError where no file has them."""
        if self._vpcs_file is None:
            wanted = "give --vpcs with the output of aws ec2 describe-vpcs"
            raise SavedError(f"the address ranges of {vpc_id} decide here: {wanted}")
        if vpc_id not in self._vpcs:
            raise SavedError(f"{self._vpcs_file} lacks {vpc_id}, whose address ranges decide here")
        return usable(self._vpcs_file, partial(vpc_cidrs_of, self._vpcs[vpc_id]))

    def prefix_lists(self, ids: Collection[str], names: Collection[str]) -> dict[str, PrefixList]:
        """Those of the prefix lists that the file has."""
        return {key: each for key, each in self._lists.items() if key in ids or each.name in names}

    def group_tags(self, group_ids: Collection[str]) -> dict[str, dict[str, str]]:
        """The tags of those of the groups that the file has."""
        return {each: tags_of(self._groups[each]) for each in group_ids if each in self._groups}


def read_clusters(file: Path) -> Iterator[Cluster]:
    for each in documents(file):
        described = each.get("cluster", each) if isinstance(each, dict) else None
        if not isinstance(described, dict) or not isinstance(described.get("name"), str):
            raise SavedError(f"{file} is no output of aws eks describe-cluster, nor a list of such")
        cluster = usable(file, partial(cluster_of, described))
        if cluster is None:
            raise SavedError(f"{file}: cluster {described['name']} has no clusterSecurityGroupId")
        yield cluster


def _rules(file: Path) -> dict[str, list[Json]]:
    """The rows of each group."""
    found: dict[str, list[Json]] = {}
    for row in rows(file, "SecurityGroupRules", "GroupId"):
        found.setdefault(row["GroupId"], []).append(row)
    return found
