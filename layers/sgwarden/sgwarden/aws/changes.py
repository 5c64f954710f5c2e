"""Changes to security groups, made in EC2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_never

from sgwarden.aws.errors import translated
from sgwarden.change import Authorize, Change, Modify, Revoke, SetTag, is_reserved
from sgwarden.traffic import Direction, Rule
from sgwarden.traffic.ec2_request import permission_of, request_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_ec2 import EC2Client


class GroupWriter:
    """Makes changes: all that it is given are of one kind and direction, and go into one call."""

    def __init__(self, ec2: EC2Client) -> None:
        self._ec2 = ec2

    def change(self, group_id: str, changes: Sequence[Change]) -> None:
        """Make the changes; raises CallError where EC2 refuses them, which is all of them or none."""
        match changes[0]:
            case Authorize():
                self._authorize(group_id, [each.rule for each in changes if isinstance(each, Authorize)])
            case Modify():
                self._modify(group_id, [each.into for each in changes if isinstance(each, Modify)])
            case Revoke():
                self._revoke(group_id, [each.rule for each in changes if isinstance(each, Revoke)])
            case SetTag():
                self._tag(group_id, {each.key: each.value for each in changes if isinstance(each, SetTag)})
            case never:
                assert_never(never)

    def _authorize(self, group_id: str, rules: Sequence[Rule]) -> None:
        request: dict[str, Any] = {
            "GroupId": group_id,
            "IpPermissions": [permission_of(rule) for rule in rules],
            **_tag_specification(rules[0]),
        }
        if rules[0].direction is Direction.INGRESS:
            with translated("AuthorizeSecurityGroupIngress"):
                self._ec2.authorize_security_group_ingress(**request)
        else:
            with translated("AuthorizeSecurityGroupEgress"):
                self._ec2.authorize_security_group_egress(**request)

    def _modify(self, group_id: str, rules: Sequence[Rule]) -> None:
        asked: list[Any] = [
            {"SecurityGroupRuleId": rule.id, "SecurityGroupRule": request_of(rule)} for rule in rules
        ]
        with translated("ModifySecurityGroupRules"):
            self._ec2.modify_security_group_rules(GroupId=group_id, SecurityGroupRules=asked)

    def _revoke(self, group_id: str, rules: Sequence[Rule]) -> None:
        ids = [rule.id for rule in rules]
        if rules[0].direction is Direction.INGRESS:
            with translated("RevokeSecurityGroupIngress"):
                self._ec2.revoke_security_group_ingress(GroupId=group_id, SecurityGroupRuleIds=ids)
        else:
            with translated("RevokeSecurityGroupEgress"):
                self._ec2.revoke_security_group_egress(GroupId=group_id, SecurityGroupRuleIds=ids)

    def _tag(self, group_id: str, tags: dict[str, str]) -> None:
        with translated("CreateTags"):
            asked: list[Any] = [{"Key": key, "Value": value} for key, value in tags.items()]
            self._ec2.create_tags(Resources=[group_id], Tags=asked)


def _tag_specification(rule: Rule) -> dict[str, Any]:
    """The tags of a new rule; those of AWS cannot be given by anybody else."""
    tags = [{"Key": key, "Value": value} for key, value in rule.tags if not is_reserved(key)]
    return {"TagSpecifications": [{"ResourceType": "security-group-rule", "Tags": tags}]} if tags else {}
