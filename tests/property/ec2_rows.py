"""Rows and groups as EC2 describes them, written from rules."""

from __future__ import annotations

from typing import Any

from sgwarden.traffic import Direction, Rule
from sgwarden.traffic.ec2_request import permission_of, request_of

Json = dict[str, Any]


def row_of(rule: Rule) -> Json:
    """The row of `DescribeSecurityGroupRules` that stands for the rule."""
    changed = changed_row(
        {"SecurityGroupRuleId": rule.id, "IsEgress": rule.direction is Direction.EGRESS}, rule
    )
    tags = [{"Key": key, "Value": value} for key, value in rule.tags]
    return {**changed, "GroupId": "sg-0f", "GroupOwnerId": "111122223333", "Tags": tags}


def changed_row(row: Json, into: Rule) -> Json:
    """The row once `ModifySecurityGroupRules` has changed it: EC2 shows ports -1 where there are none."""
    request = request_of(into)
    kept: Json = {key: row[key] for key in ("SecurityGroupRuleId", "IsEgress", "Tags") if key in row}
    reference = request.pop("ReferencedGroupId", None)
    return kept | request | ({"ReferencedGroupInfo": {"GroupId": reference}} if reference else {})


def merged(rules: list[Rule]) -> Json:
    """Rules of one service as the one permission that `DescribeSecurityGroups` shows."""
    permission: Json = {key: [] for key in ("IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs")}
    for rule in rules:
        for key, value in permission_of(rule).items():
            permission[key] = permission[key] + value if isinstance(value, list) else value
    return permission
