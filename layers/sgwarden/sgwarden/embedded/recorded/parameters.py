"""What a record says of rules, in the shapes of the EC2 API.

Records say it in many ways: nested or flat, `{"items": [...]}`, arrays or one object, ports as text, and in
newer calls as XML turned into JSON, where text that looks like a number has become one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sgwarden.embedded.corrections.permissions import read_rule_request
from sgwarden.embedded.corrections.rules import PeerKind, Wanted
from sgwarden.record import get, items, text, texts_under

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sgwarden.embedded.corrections.rules import Meaning

Json = dict[str, Any]

_PEERS = (
    ("groups", "UserIdGroupPairs", {"groupId": "GroupId", "groupName": "GroupName", "userId": "UserId"}),
    ("userIdGroupPairs", "UserIdGroupPairs", {"groupId": "GroupId", "userId": "UserId"}),
    ("ipRanges", "IpRanges", {"cidrIp": "CidrIp"}),
    ("ipv6Ranges", "Ipv6Ranges", {"cidrIpv6": "CidrIpv6"}),
    ("prefixListIds", "PrefixListIds", {"prefixListId": "PrefixListId"}),
)
_FLAT = {
    "cidrIp": ("IpRanges", "CidrIp"),
    "cidrIpv6": ("Ipv6Ranges", "CidrIpv6"),
    "sourceSecurityGroupName": ("UserIdGroupPairs", "GroupName"),
    "sourceSecurityGroupId": ("UserIdGroupPairs", "GroupId"),
}


def permissions(request: object) -> list[Json]:
    """The `IpPermissions` of a request."""
    nested = permission_set(get(request, "ipPermissions"))
    return nested or list(_flat_permission(request))


def permission_set(node: object) -> list[Json]:
    """The permissions of a list of them."""
    return [_permission(member) for member in items(node)]


def rule_request(node: object) -> Json:
    """The `SecurityGroupRuleRequest` of a modification, or of a rule in a response."""
    peers = {kind.value: text(get(node, kind.value)) for kind in PeerKind}
    referenced = text(get(node, "referencedGroupInfo", "groupId"))
    return {
        **_service(node),
        **peers,
        PeerKind.GROUP.value: peers[PeerKind.GROUP.value] or referenced,
        "Description": _text(get(node, "description")),
    }


def answered_rules(response: object) -> dict[Meaning, tuple[str, Wanted]]:
    """The rules that a response tells of, each with its id. Those that it tells of by halves are left out."""
    nodes = [
        *items(get(response, "securityGroupRuleSet")),
        *items(get(response, "revokedSecurityGroupRuleSet")),
    ]
    found = [(text(get(node, "securityGroupRuleId")), _wanted(node)) for node in nodes]
    return {wanted.meaning: (rule_id, wanted) for rule_id, wanted in found if wanted}


def requested_rule_ids(request: object) -> list[str]:
    """The rules that a request names by id."""
    return [word for word in texts_under(request, "securitygroupruleid") if word.startswith("sgr-")]


def tags(node: object) -> dict[str, str | None]:
    """Key and value of each tag; no value where the record has none."""
    pairs = [(get(tag, "key"), get(tag, "value")) for tag in items(node)]
    return {_text(key): None if value is None else _text(value) for key, value in pairs if key is not None}


def _wanted(node: object) -> Wanted | None:
    request = rule_request(node)
    if not any(request[kind.value] for kind in PeerKind):
        return None
    return read_rule_request(request, egress=get(node, "isEgress") is True)


def _permission(node: object) -> Json:
    permission: Json = _service(node)
    for ours, theirs, names in _PEERS:
        entries = [_peer(entry, names) for entry in items(get(node, ours))]
        permission.setdefault(theirs, []).extend(entries)
    return permission


def _peer(entry: object, names: Mapping[str, str]) -> Json:
    peer = {theirs: text(get(entry, ours)) for ours, theirs in names.items()}
    return {**peer, "Description": _text(get(entry, "description"))}


def _flat_permission(request: object) -> Iterator[Json]:
    """The one permission of the AWS CLI's short options."""
    for ours, (list_name, theirs) in _FLAT.items():
        if peer := text(get(request, ours)):
            yield {**_service(request), list_name: [{theirs: peer}]}


def _service(node: object) -> Json:
    return {
        "IpProtocol": _text(get(node, "ipProtocol")),
        "FromPort": _number(get(node, "fromPort")),
        "ToPort": _number(get(node, "toPort")),
    }


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _number(value: object) -> int | None:
    """A port, which some records have as text."""
    try:
        return None if value is None or isinstance(value, bool) else int(str(value))
    except ValueError:
        return None
