"""An account read from JSON that the AWS CLI has saved, in the place of the live one."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from sgwarden.aws.clusters import cluster_of
from sgwarden.aws.groups import group_of, tags_of, with_rows
from sgwarden.aws.prefix_lists import prefix_list_of
from sgwarden.aws.world import vpc_cidrs_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from pathlib import Path

    from sgwarden.cluster import Cluster
    from sgwarden.group import SecurityGroup
    from sgwarden.traffic import PeerSet, PrefixList

Json = dict[str, Any]
T = TypeVar("T")


class SavedError(Exception):
    """A file cannot be used, or one that is needed was not given; says which and what to do."""


class SavedAccount:
    """Clusters, groups and what goes with them, from files; satisfies `observe.Reader`."""

    def __init__(
        self,
        groups: Path,
        clusters: Path,
        rules: Path | None = None,
        prefix_lists: Path | None = None,
        vpcs: Path | None = None,
    ) -> None:
        self._groups = {each["GroupId"]: each for each in _rows(groups, "SecurityGroups", "GroupId")}
        self._groups_file = groups
        self._clusters = {each.name: each for each in _clusters(clusters)}
        self._rules = _rows(rules, "SecurityGroupRules", "GroupId") if rules else None
        self._vpcs = {each["VpcId"]: each for each in _rows(vpcs, "Vpcs", "VpcId")} if vpcs else {}
        self._lists = _prefix_lists(prefix_lists) if prefix_lists else {}

    def clusters(self) -> Iterable[tuple[Cluster, SecurityGroup]]:
        """Each cluster with its group, in the order of the file."""
        for cluster in self._clusters.values():
            group = self.group(cluster.security_group_id)
            if group is None:
                group_id = cluster.security_group_id
                raise SavedError(f"{self._groups_file} lacks {group_id}, the group of cluster {cluster.name}")
            yield replace(cluster, security_group_name=group.name), group

    def group(self, group_id: str) -> SecurityGroup | None:
        """The group, with rules that have no ids yet; None where the file has none."""
        described = self._groups.get(group_id)
        return group_of(described, self._lists) if described else None

    def with_rule_ids(self, group: SecurityGroup) -> SecurityGroup:
        """The same group with the rows of `--rules`; as it is where there are none."""
        if self._rules is None:
            return group
        return with_rows(group, [row for row in self._rules if row["GroupId"] == group.id], self._lists)

    def cluster(self, name: str) -> Cluster | None:
        """The cluster, without the addresses of its VPC."""
        return self._clusters.get(name)

    def vpc_cidrs(self, vpc_id: str) -> PeerSet:
        """The VPC's CIDR blocks; raises SavedError where no file has them."""
        if vpc_id not in self._vpcs:
            raise SavedError(
                f"the address ranges of {vpc_id} decide here: give --vpcs with the output of aws ec2 describe-vpcs"
            )
        return vpc_cidrs_of(self._vpcs[vpc_id])

    def prefix_lists(self, ids: Collection[str], names: Collection[str]) -> dict[str, PrefixList]:
        """Those of the prefix lists that the file has."""
        return {key: each for key, each in self._lists.items() if key in ids or each.name in names}

    def group_tags(self, group_ids: Collection[str]) -> dict[str, dict[str, str]]:
        """The tags of those of the groups that the file has."""
        return {each: tags_of(self._groups[each]) for each in group_ids if each in self._groups}


def _clusters(file: Path) -> Iterable[Cluster]:
    found = _json(file)
    for each in found if isinstance(found, list) else [found]:
        described = each.get("cluster", each) if isinstance(each, dict) else None
        if not isinstance(described, dict) or "name" not in described:
            raise SavedError(f"{file} is no output of aws eks describe-cluster, nor a list of such")
        cluster = _usable(file, partial(cluster_of, described))
        if cluster is None:
            raise SavedError(f"{file}: cluster {described['name']} has no clusterSecurityGroupId")
        yield cluster


def _prefix_lists(file: Path) -> dict[str, PrefixList]:
    """Of `describe-prefix-lists` (with `Cidrs`), or of the managed ones with their `Entries` put in."""
    lists = {}
    for each in _rows(file, "PrefixLists", "PrefixListId"):
        if "Cidrs" not in each and "Entries" not in each:
            raise SavedError(f"{file}: {each['PrefixListId']} has neither Cidrs nor Entries")
        cidrs = each.get("Cidrs") or [entry["Cidr"] for entry in each.get("Entries") or ()]
        lists[each["PrefixListId"]] = _usable(file, partial(prefix_list_of, each, cidrs))
    return lists


def _rows(file: Path, key: str, identity: str) -> list[Json]:
    """The rows of an answer of EC2; several answers may stand in a list."""
    found = _json(file)
    answers = found if isinstance(found, list) else [found]
    lists = [answer.get(key) if isinstance(answer, dict) else None for answer in answers]
    if not all(isinstance(each, list) for each in lists):
        raise SavedError(f"{file} is no such output of the AWS CLI: expected an object with {key}")
    rows = [row for each in lists for row in each or ()]
    if not all(isinstance(row, dict) and identity in row for row in rows):
        raise SavedError(f"{file}: each of {key} must have {identity}")
    return rows


def _json(file: Path) -> Any:  # noqa: ANN401  whatever the file holds
    try:
        return json.loads(file.read_bytes())
    except json.JSONDecodeError as error:
        raise SavedError(
            f"{file} is not JSON at line {error.lineno}, column {error.colno}: {error.msg}"
        ) from error
    except (OSError, ValueError) as error:
        raise SavedError(f"{file} cannot be read: {error}") from error


def _usable(file: Path, read: Callable[[], T]) -> T:
    try:
        return read()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SavedError(f"{file}: {error}") from error
