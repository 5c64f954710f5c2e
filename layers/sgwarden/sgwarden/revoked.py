"""The rules that a call took away, or made, as far as its record tells of them.

Those taken away are for the descriptions that rules had, those made for who made them: what is open now is
read from the group, and only there. A rule whose description the record leaves open is not among the former,
nor is one that EC2 cannot have had.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sgwarden.claimed import claims_an_owner
from sgwarden.record import get, items, text
from sgwarden.traffic import NOBODY, Direction, PrefixList, Rule
from sgwarden.traffic.ec2 import rule_of_row, rules_of_permission

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sgwarden.record import Record

_CALLS = {
    "revokesecuritygroupingress": Direction.INGRESS,
    "revokesecuritygroupegress": Direction.EGRESS,
}
_MAKING = {
    "authorizesecuritygroupingress": Direction.INGRESS,
    "authorizesecuritygroupegress": Direction.EGRESS,
}
# Source: EC2 API reference, IpRange: what the description of a rule can be.
_DESCRIPTION = re.compile(r"[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{0,255}")
_ROW_KEYS = {
    "SecurityGroupRuleId": "securityGroupRuleId",
    "IpProtocol": "ipProtocol",
    "FromPort": "fromPort",
    "ToPort": "toPort",
    "CidrIpv4": "cidrIpv4",
    "CidrIpv6": "cidrIpv6",
    "PrefixListId": "prefixListId",
    "Description": "description",
}
_SERVICE_KEYS = ("IpProtocol", "FromPort", "ToPort")
_SAID = {"Description": "description"}
_SOURCES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "UserIdGroupPairs": ("groups", {"GroupId": "groupId", "UserId": "userId", **_SAID}),
    "IpRanges": ("ipRanges", {"CidrIp": "cidrIp", **_SAID}),
    "Ipv6Ranges": ("ipv6Ranges", {"CidrIpv6": "cidrIpv6", **_SAID}),
    "PrefixListIds": ("prefixListIds", {"PrefixListId": "prefixListId", **_SAID}),
}


def revoked_rules(record: Record) -> tuple[Rule, ...]:
    """The rules that a revoke took away, with the descriptions that they had; none of any other call.

    The response tells all of it since 2026. Before, the request names rules, and has their descriptions only
    where the caller gave them, who may have made them up: none of an owner's are taken from there. Of a
    revoke by rule id it tells nothing.
    """
    direction = _CALLS.get(record.event_name.lower())
    if direction is None:
        return ()
    told = items(get(record.response, "revokedSecurityGroupRuleSet"))
    rules = _answered(told, direction) if told else _asked(record, direction)
    return tuple(rule for rule in rules if _DESCRIPTION.fullmatch(rule.description))


def made_rules(record: Record) -> tuple[Rule, ...]:
    """The rules that an authorize made, as its response tells since 2021; none of any other call."""
    direction = _MAKING.get(record.event_name.lower())
    if direction is None:
        return ()
    return tuple(_answered(items(get(record.response, "securityGroupRuleSet")), direction))


def _answered(told: list[object], direction: Direction) -> Iterator[Rule]:
    for each in told:
        row: dict[str, object] = {key: get(each, name) for key, name in _ROW_KEYS.items()}
        row["IsEgress"] = direction is Direction.EGRESS
        referenced = get(each, "referencedGroupId") or get(each, "referencedGroupInfo", "groupId")
        row["ReferencedGroupInfo"] = {"GroupId": referenced}
        rule = rule_of_row(row, _named(row["PrefixListId"]))
        if isinstance(rule, Rule):
            yield rule


def _asked(record: Record, direction: Direction) -> Iterator[Rule]:
    """What the request names with a description; of what EC2 did not find, the answer tells."""
    if items(get(record.response, "unknownIpPermissionSet")):
        return
    for permission in items(get(record.request, "ipPermissions")):
        asked: dict[str, object] = {key: get(permission, _ROW_KEYS[key]) for key in _SERVICE_KEYS}
        lists: dict[str, PrefixList] = {}
        for key, (name, fields) in _SOURCES.items():
            sources = [each for each in items(get(permission, name)) if _is_described(each)]
            asked[key] = [{at: get(each, field) for at, field in fields.items()} for each in sources]
            for each in sources:
                lists |= _named(get(each, "prefixListId"))
        yield from (rule for rule in rules_of_permission(direction, asked, lists) if isinstance(rule, Rule))


def _is_described(source: object) -> bool:
    """Whether the caller gave a description, and none that would pass what is put back as an owner's rule.

    EC2 does not ask whether the rule had it.
    """
    said = text(get(source, "description"))
    return bool(said) and not claims_an_owner(said)


def _named(list_id: object) -> dict[str, PrefixList]:
    """The prefix list by its name alone: what is in it nobody asks here."""
    return {list_id: PrefixList(list_id, NOBODY)} if isinstance(list_id, str) else {}
