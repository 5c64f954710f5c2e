"""Rules read from EC2's shapes.

EC2 and those who speak its API are free with forms: a protocol may be a number in a string, ports may be
absent or -1, a CIDR may have host bits. What cannot be read for certain becomes an `Opaque`, never a guess
and never an error, whatever the JSON.
Source: EC2 API reference, IpPermission and SecurityGroupRule.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sgwarden.traffic.ec2_shape import (
    Json,
    is_given,
    items_of,
    object_of,
    objects_under,
    refuse_unknown,
    shown,
    text_of,
)
from sgwarden.traffic.rule import Cidr, Direction, Group, Peer, Rule, block_around
from sgwarden.traffic.service import ICMP, ICMPV6, NUMBERS, SLOT, TCP, UDP, Service, icmp_type

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sgwarden.traffic.rule import PrefixList

_ROW_KEYS = frozenset(
    {"SecurityGroupRuleId", "SecurityGroupRuleArn", "GroupId", "GroupOwnerId"}
    | {"IsEgress", "Description", "Tags"}
    | {"IpProtocol", "FromPort", "ToPort", "CidrIpv4", "CidrIpv6", "PrefixListId", "ReferencedGroupInfo"}
)
_SOURCE_KEYS = ("UserIdGroupPairs", "IpRanges", "Ipv6Ranges", "PrefixListIds")
_PERMISSION_KEYS = frozenset({"IpProtocol", "FromPort", "ToPort", *_SOURCE_KEYS})
_REFERENCE_KEYS = frozenset(
    {"GroupId", "GroupName", "UserId", "VpcId", "VpcPeeringConnectionId", "PeeringStatus"}
)
_PEER_KEYS = _REFERENCE_KEYS | {"CidrIp", "CidrIpv6", "PrefixListId", "Description"}
_DIRECTION_KEYS = {Direction.INGRESS: "IpPermissions", Direction.EGRESS: "IpPermissionsEgress"}
_NO_PEER = "the rule names no peer that is known"


@dataclass(frozen=True, slots=True)
class Opaque:
    """A rule, or a part of one, whose traffic cannot be known; `text` shows it as EC2 gave it."""

    direction: Direction
    reason: str
    text: str
    id: str = ""


def service_of(protocol: object, from_port: object, to_port: object) -> Service:
    """The service of EC2's three fields; raises ValueError for what EC2 does not document."""
    number = _protocol_number(protocol)
    if number is None:
        return Service.ALL  # EC2 ignores the ports of -1: absent, 0/0, 0/65535 and -1/-1 are all seen
    if number in (TCP, UDP):
        return _ports(number, _port(from_port), _port(to_port))
    if number in (ICMP, ICMPV6):
        return _icmp(number, _port(from_port), _port(to_port))
    return Service(number)


def _protocol_number(protocol: object) -> int | None:
    name = str(protocol).strip().lower()
    if name in ("-1", "all"):
        return None
    if name in NUMBERS:
        return NUMBERS[name]
    if _is_number(name) and int(name) <= 255:
        return int(name)
    raise ValueError(f"unknown protocol {protocol!r}")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 5


def _port(value: object) -> int | None:
    """A port, or None where all are meant."""
    if value is None or str(value) == "-1":
        return None
    text = str(value)
    if not _is_number(text) or int(text) >= SLOT:
        raise ValueError(f"port {value!r} is no number from 0 to 65535")
    return int(text)


def _ports(protocol: int, first: int | None, last: int | None) -> Service:
    if first is None and last is None:
        return Service(protocol)
    if first is None or last is None:
        raise ValueError("one port of the range is missing")
    return Service(protocol, first, last)


def _icmp(protocol: int, kind: int | None, code: int | None) -> Service:
    if kind is None and code is None:
        return Service(protocol)
    if kind is None:
        raise ValueError("a code of all ICMP types: EC2 documents that all types go with all codes")
    if kind > 255 or (code is not None and code > 255):
        raise ValueError(f"ICMP type {kind}, code {code} is out of range 0 to 255")
    if code is None:
        return icmp_type(protocol, kind)
    return Service(protocol, kind * 256 + code, kind * 256 + code)


def rule_of_row(row: object, prefix_lists: Mapping[str, PrefixList]) -> Rule | Opaque:
    """A row of `DescribeSecurityGroupRules`, with its id, description and tags."""
    fields: Json = row if isinstance(row, dict) else {}
    direction = Direction.EGRESS if fields.get("IsEgress") is True else Direction.INGRESS
    try:
        return _row_rule(object_of(row), direction, prefix_lists)
    except ValueError as error:
        rule_id = fields.get("SecurityGroupRuleId")
        return Opaque(direction, str(error), shown(row), rule_id if isinstance(rule_id, str) else "")


def _row_rule(row: Json, direction: Direction, prefix_lists: Mapping[str, PrefixList]) -> Rule:
    refuse_unknown(row, _ROW_KEYS)
    if not isinstance(row.get("IsEgress"), bool):
        raise ValueError("IsEgress does not tell the direction")
    service = service_of(row.get("IpProtocol"), row.get("FromPort"), row.get("ToPort"))
    peer = _row_peer(row, prefix_lists)
    tags = tuple(sorted(_tag(tag) for tag in items_of(row, "Tags")))
    rule_id, description = text_of(row, "SecurityGroupRuleId"), text_of(row, "Description")
    return Rule(direction, service, peer, rule_id, description, tags)


def _row_peer(row: Json, prefix_lists: Mapping[str, PrefixList]) -> Peer:
    group = object_of(row.get("ReferencedGroupInfo") or {})
    refuse_unknown(group, _REFERENCE_KEYS)
    cidrs = {"CidrIp": row.get("CidrIpv4"), "CidrIpv6": row.get("CidrIpv6")}
    return _peer({**group, **cidrs, "PrefixListId": row.get("PrefixListId")}, prefix_lists)


def _tag(tag: object) -> tuple[str, str]:
    pair = object_of(tag)
    return text_of(pair, "Key"), text_of(pair, "Value")


def rules_of_group(
    group: object, prefix_lists: Mapping[str, PrefixList]
) -> tuple[tuple[Rule, ...], tuple[Opaque, ...]]:
    """The rules of a group as `DescribeSecurityGroups` merges them: one a peer, without ids or tags."""
    found = [
        rule
        for direction, key in _DIRECTION_KEYS.items()
        for rule in _rules_under(group, key, direction, prefix_lists)
    ]
    rules = tuple(rule for rule in found if isinstance(rule, Rule))
    return rules, tuple(rule for rule in found if isinstance(rule, Opaque))


def _rules_under(
    group: object, key: str, direction: Direction, prefix_lists: Mapping[str, PrefixList]
) -> Iterator[Rule | Opaque]:
    try:
        permissions = items_of(object_of(group), key)
    except ValueError as error:
        yield Opaque(direction, str(error), shown(group))
        return
    for permission in permissions:
        yield from rules_of_permission(direction, permission, prefix_lists)


def rules_of_permission(
    direction: Direction, permission: object, prefix_lists: Mapping[str, PrefixList]
) -> Iterator[Rule | Opaque]:
    """Each peer of an `IpPermission` as a rule of its own."""
    try:
        fields = object_of(permission)
        refuse_unknown(fields, _PERMISSION_KEYS)
        service = service_of(fields.get("IpProtocol"), fields.get("FromPort"), fields.get("ToPort"))
        sources = [source for key in _SOURCE_KEYS for source in items_of(fields, key)]
        if not sources:
            raise ValueError(_NO_PEER)
    except ValueError as error:
        yield Opaque(direction, str(error), shown(permission))
        return
    for source in sources:
        try:
            yield _source_rule(direction, service, object_of(source), prefix_lists)
        except ValueError as error:
            yield Opaque(direction, str(error), f"{service} {direction.preposition} {shown(source)}")


def _source_rule(
    direction: Direction, service: Service, source: Json, prefix_lists: Mapping[str, PrefixList]
) -> Rule:
    refuse_unknown(source, _PEER_KEYS)
    return Rule(direction, service, _peer(source, prefix_lists), description=text_of(source, "Description"))


def _peer(source: Json, prefix_lists: Mapping[str, PrefixList]) -> Peer:
    named = [key for key in ("CidrIp", "CidrIpv6", "GroupId", "PrefixListId") if is_given(source.get(key))]
    if len(named) != 1:
        raise ValueError(f"the rule names more than one peer: {', '.join(named)}" if named else _NO_PEER)
    name = text_of(source, named[0])
    if named == ["GroupId"]:
        return Group(name, text_of(source, "UserId"))
    if named == ["PrefixListId"]:
        if name not in prefix_lists:
            raise ValueError(f"the entries of prefix list {name} could not be read")
        return prefix_lists[name]
    block = block_around(name)  # EC2 drops host bits; others that speak its API keep them
    if not block:
        raise ValueError(f'"{name}" is no CIDR block')
    return Cidr(block)


def prefix_list_ids(group: object) -> frozenset[str]:
    """The prefix lists that the rules of a described group refer to, as far as it can be read."""
    return frozenset(
        source["PrefixListId"]
        for key in _DIRECTION_KEYS.values()
        for permission in objects_under(group, key)
        for source in objects_under(permission, "PrefixListIds")
        if isinstance(source.get("PrefixListId"), str)
    )
