"""Security groups, read from EC2."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from sgwarden.aws.errors import translated
from sgwarden.aws.pages import always, pages_in_time
from sgwarden.failure import CallError
from sgwarden.group import SecurityGroup
from sgwarden.observe import ADDITIONAL_TAG, LOOKED_AT, Sighting
from sgwarden.service import TOGETHER
from sgwarden.traffic.ec2 import Opaque, prefix_list_ids, rule_of_row, rules_of_group
from sgwarden.traffic.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from mypy_boto3_ec2 import EC2Client

    from sgwarden.aws.prefix_lists import PrefixListReader
    from sgwarden.traffic import PrefixList

_GONE = {"InvalidGroup.NotFound", "InvalidGroupId.Malformed", "InvalidSecurityGroupID.NotFound"}
_WILD = re.compile(r"[*?\\]")
_PAGE = 200  # of 1,000: with all of their rules, as many would not come within the client's 4 seconds
_NAMING_A_LIST = ("ip-permission.prefix-list-id", "egress.ip-permission.prefix-list-id")


def tags_of(described: Mapping[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in described.get("Tags") or ()}


def group_of(described: Mapping[str, Any], prefix_lists: Mapping[str, PrefixList]) -> SecurityGroup:
    """A group of `DescribeSecurityGroups`, whose rules have no ids."""
    rules, opaque = rules_of_group(dict(described), prefix_lists)
    vpc_id = described.get("VpcId", "")
    return SecurityGroup(
        described["GroupId"], described.get("GroupName", ""), vpc_id, rules, opaque, tags_of(described)
    )


def with_rows(
    group: SecurityGroup, rows: Iterable[dict[str, Any]], prefix_lists: Mapping[str, PrefixList]
) -> SecurityGroup:
    """The group with the rules of its rows of `DescribeSecurityGroupRules`, which have ids."""
    read = [rule_of_row(row, prefix_lists) for row in rows]
    rules = tuple(rule for rule in read if isinstance(rule, Rule))
    opaque = tuple(rule for rule in read if isinstance(rule, Opaque))
    return replace(group, rules=rules, opaque=opaque)


class GroupReader:
    """Reads groups and finds them by what events call them."""

    def __init__(self, ec2: EC2Client, lists: PrefixListReader) -> None:
        self._ec2 = ec2
        self._lists = lists

    def group(self, group_id: str) -> SecurityGroup | None:
        """The group with its tags and with rules that have no ids yet; None where there is none."""
        try:
            with translated("DescribeSecurityGroups"):
                answer = self._ec2.describe_security_groups(GroupIds=[group_id])
        except CallError as error:
            if error.code in _GONE:
                return None
            raise
        return self._whole(cast("dict[str, Any]", answer["SecurityGroups"][0]))

    def sightings(self, group_ids: Collection[str]) -> dict[str, Sighting]:
        """Those of the groups that exist, by id; one read for `TOGETHER` of them."""
        return {each["GroupId"]: self._sighting(each) for each in self._with_ids(group_ids)}

    def groups(self, group_ids: Collection[str]) -> dict[str, SecurityGroup]:
        """Those of the groups that exist, as `group` reads one."""
        described = list(self._with_ids(group_ids))
        lists = self._lists.prefix_lists({each for group in described for each in prefix_list_ids(group)}, ())
        return {each["GroupId"]: group_of(each, lists) for each in described}

    def with_rule_ids(self, group: SecurityGroup) -> SecurityGroup:
        """The same group with the ids, descriptions and tags of its rules."""
        rows = self._rows("group-id", [group.id])
        lists = self._lists.prefix_lists({row["PrefixListId"] for row in rows if row.get("PrefixListId")}, ())
        return with_rows(group, rows, lists)

    def group_tags(self, group_ids: Collection[str]) -> dict[str, dict[str, str]]:
        """The tags of those of the groups that exist."""
        return {group["GroupId"]: tags_of(group) for group in self._with_ids(group_ids)}

    def groups_named(self, name: str, vpc_id: str) -> Sequence[str]:
        """The groups of that name in the VPC; without one, wherever they are."""
        filters = [("group-name", [name]), *([("vpc-id", [vpc_id])] if vpc_id else [])]
        return [group["GroupId"] for group in self._found(filters) if group["GroupName"] == name]

    def groups_with_rules(self, rule_ids: Collection[str]) -> dict[str, str]:
        """The groups of those of the rules that exist, by the rule's id; one read for `TOGETHER` of them."""
        return {
            row["SecurityGroupRuleId"]: row["GroupId"]
            for ids in together(rule_ids)
            # By filter, as one unknown id would fail the call.
            for row in self._rows("security-group-rule-id", ids)
        }

    def groups_with_prefix_list(self, list_id: str) -> Sequence[str]:
        """The groups of clusters, their own and additional ones, with a rule that names the prefix list."""
        found = [
            group["GroupId"]
            for filter_name in _NAMING_A_LIST
            for group in self._found([(filter_name, [list_id]), ("tag-key", LOOKED_AT)])
        ]
        return list(dict.fromkeys(found))

    def cluster_group_ids(self) -> list[str]:
        """All groups of clusters in the region, their own and additional ones."""
        return [group["GroupId"] for group in self._found([("tag-key", LOOKED_AT)])]

    def tagged_by_people(self) -> dict[str, list[SecurityGroup]]:
        """The groups of the region that people have tagged as additional ones, by the cluster's name."""
        found: dict[str, list[SecurityGroup]] = {}
        for described in self._found([("tag-key", [ADDITIONAL_TAG])]):
            found.setdefault(tags_of(described)[ADDITIONAL_TAG], []).append(self._whole(described))
        return found

    def _whole(self, described: dict[str, Any]) -> SecurityGroup:
        return group_of(described, self._lists.prefix_lists(prefix_list_ids(described), ()))

    def _sighting(self, described: dict[str, Any]) -> Sighting:
        tags = tags_of(described)
        # A batch may name thousands, most of them no cluster's: of these, nothing more is kept.
        return Sighting(tags, partial(self._whole, described) if tags.keys() & set(LOOKED_AT) else None)

    def _with_ids(
        self, group_ids: Collection[str], is_time: Callable[[], bool] = always
    ) -> Iterator[dict[str, Any]]:
        """Those that exist; by filter, as one unknown id would fail the call."""
        for ids in together(group_ids):
            yield from self._found([("group-id", ids)], is_time)

    def _found(
        self, filters: Sequence[tuple[str, Sequence[str]]], is_time: Callable[[], bool] = always
    ) -> Iterator[dict[str, Any]]:
        paginator = self._ec2.get_paginator("describe_security_groups")
        asked = [{"Name": name, "Values": [_literal(value) for value in values]} for name, values in filters]
        sizes = {"PageSize": _PAGE}
        pages = paginator.paginate(Filters=asked, PaginationConfig=sizes)  # type: ignore[arg-type]
        for page in pages_in_time("DescribeSecurityGroups", pages, is_time):
            yield from cast("list[dict[str, Any]]", page["SecurityGroups"])

    def _rows(self, filter_name: str, values: Sequence[str]) -> list[dict[str, Any]]:
        pages = self._ec2.get_paginator("describe_security_group_rules")
        with translated("DescribeSecurityGroupRules"):
            found = pages.paginate(Filters=[{"Name": filter_name, "Values": values}])
            return [cast("dict[str, Any]", row) for page in found for row in page["SecurityGroupRules"]]


def together(ids: Collection[str]) -> Iterator[list[str]]:
    """The ids in order, `TOGETHER` at a time."""
    ordered = sorted(ids)
    for start in range(0, len(ordered), TOGETHER):
        yield ordered[start : start + TOGETHER]


def _literal(value: str) -> str:
    """The value as a filter takes it for itself: a name may have a "*" in it, which stands for any text."""
    return _WILD.sub(r"\\\g<0>", value)
