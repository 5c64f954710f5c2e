"""Groups and rules as EC2 describes them."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from moto.ec2.exceptions import InvalidSecurityGroupNotFoundError, InvalidSecurityGroupRuleIdNotFoundError

from sgwarden.embedded.corrections.permissions import refused
from sgwarden.embedded.corrections.rules import HeldRule, PeerKind, all_rules, held_rules

if TYPE_CHECKING:
    from collections.abc import Iterable

    from moto.ec2.models import EC2Backend
    from moto.ec2.models.security_groups import SecurityGroup

Filters = dict[str, list[str]]
_BY_PEER = {
    "ip-permission.prefix-list-id": (PeerKind.PREFIX_LIST, False),
    "egress.ip-permission.prefix-list-id": (PeerKind.PREFIX_LIST, True),
    "ip-permission.group-id": (PeerKind.GROUP, False),
    "egress.ip-permission.group-id": (PeerKind.GROUP, True),
}
"""The filters of groups by the peers of their rules, which moto has not; the flag: for outbound ones."""
_LISTS = {
    PeerKind.IPV4: ("IpRanges", "CidrIp"),
    PeerKind.IPV6: ("Ipv6Ranges", "CidrIpv6"),
    PeerKind.GROUP: ("UserIdGroupPairs", "GroupId"),
    PeerKind.PREFIX_LIST: ("PrefixListIds", "PrefixListId"),
}


def groups_of(backend: EC2Backend) -> list[SecurityGroup]:
    return [group for groups in backend.groups.values() for group in groups.values()]


def list_groups(
    backend: EC2Backend, ids: list[str], names: list[str], filters: Filters
) -> list[SecurityGroup]:
    """EC2: an id that is no group's fails the call; a filter that nothing meets gives an empty list."""
    groups = groups_of(backend)
    for wanted, known in ((ids, {g.id for g in groups}), (names, {g.name for g in groups})):
        for word in wanted:
            if word not in known:
                raise InvalidSecurityGroupNotFoundError(word)
    return [
        group
        for group in groups
        if (not ids or group.id in ids)
        and (not names or group.name in names)
        and _group_passes(group, filters)
    ]


def _group_passes(group: SecurityGroup, filters: Filters) -> bool:
    for name, (kind, egress) in _BY_PEER.items():
        if name not in filters:
            continue
        rules = (rule.meaning for rule in held_rules(group, egress=egress))
        if not {meaning.peer for meaning in rules if meaning.kind is kind} & set(filters[name]):
            return False
    rest = dict(filters)
    for name in [*filters]:
        if name in _BY_PEER:
            del rest[name]
        elif (values := _quickly_known(group, name)) is not None:
            del rest[name]
            if not _any_matches(values, filters[name]):
                return False
    return not rest or bool(group.matches_filters(rest))


def _quickly_known(group: SecurityGroup, name: str) -> list[str] | None:
    """What the filter looks at; moto goes through the tags of all resources for that, once for each group."""
    tags = group.ec2_backend.tags.get(group.id, {})
    if name.startswith("tag:"):
        return [tags[name[4:]]] if name[4:] in tags else []
    return {"group-id": [str(group.id)], "tag-key": list(tags)}.get(name)


def _any_matches(values: Iterable[str], patterns: list[str]) -> bool:
    return any(value == pattern or fnmatchcase(value, pattern) for value in values for pattern in patterns)


def describe_group(group: SecurityGroup) -> dict[str, Any]:
    tags = tags_of(group.ec2_backend, str(group.id))
    return {
        "GroupId": group.id,
        "GroupName": group.name,
        "Description": group.description,
        "OwnerId": group.owner_id,
        "VpcId": group.vpc_id,
        "SecurityGroupArn": f"{arn_start(group.ec2_backend)}:security-group/{group.id}",
        "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
        "IpPermissions": merged_permissions(held_rules(group, egress=False)),
        "IpPermissionsEgress": merged_permissions(held_rules(group, egress=True)),
    }


def merged_permissions(rules: Iterable[HeldRule]) -> list[dict[str, Any]]:
    """EC2: rules of one service are one permission; protocols without ports show none, -1 neither."""
    merged: dict[tuple[str, int, int], dict[str, Any]] = {}
    for rule in rules:
        meaning = rule.meaning
        key = (meaning.protocol, meaning.from_port, meaning.to_port)
        permission = merged.setdefault(key, _empty_permission(*key, has_ports=meaning.has_ports))
        list_name, field = _LISTS[meaning.kind]
        entry = {field: meaning.peer}
        if meaning.kind is PeerKind.GROUP:
            entry["UserId"] = rule.owner
        permission[list_name].append(entry | ({"Description": rule.description} if rule.description else {}))
    return list(merged.values())


def _empty_permission(protocol: str, from_port: int, to_port: int, *, has_ports: bool) -> dict[str, Any]:
    ports = {"FromPort": from_port, "ToPort": to_port} if has_ports else {}
    lists: dict[str, Any] = {list_name: [] for list_name, _ in _LISTS.values()}
    return {"IpProtocol": protocol} | ports | lists


def list_rules(backend: EC2Backend, ids: list[str], filters: Filters) -> list[dict[str, Any]]:
    """EC2: an id that is no rule's fails the call."""
    rules = [rule for group in groups_of(backend) for rule in all_rules(group)]
    known = {rule.id for rule in rules} if ids else set()
    for rule_id in ids:
        if rule_id not in known:
            raise InvalidSecurityGroupRuleIdNotFoundError(rule_id)
    chosen = [rule for rule in rules if (not ids or rule.id in ids) and _passes(backend, rule, filters)]
    return rule_rows(backend, chosen)


def rule_rows(backend: EC2Backend, rules: Iterable[HeldRule]) -> list[dict[str, Any]]:
    account, arn = str(backend.account_id), arn_start(backend)
    return [rule.row(account, arn, tags_of(backend, rule.id)) for rule in rules]


def tags_of(backend: EC2Backend, resource_id: str) -> dict[str, str]:
    return dict(backend.tags.get(resource_id, {}))


def arn_start(backend: EC2Backend) -> str:
    return f"arn:{backend.partition}:ec2:{backend.region_name}:{backend.account_id}"


def _passes(backend: EC2Backend, rule: HeldRule, filters: Filters) -> bool:
    tags = tags_of(backend, rule.id)
    for name, patterns in filters.items():
        if name == "group-id":
            values = [rule.group_id]
        elif name == "security-group-rule-id":
            values = [rule.id]
        elif name == "tag-key":
            values = list(tags)
        elif name.startswith("tag:"):
            values = [tags[name[4:]]] if name[4:] in tags else []
        else:
            raise refused("InvalidParameterValue", f"The filter '{name}' is invalid")
        if not _any_matches(values, patterns):
            return False
    return True
