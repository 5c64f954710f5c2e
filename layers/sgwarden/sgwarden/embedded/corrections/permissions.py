"""What a request says of rules, read as EC2 reads it: checked, canonical, one peer each."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from moto.ec2.exceptions import EC2ClientError

from sgwarden.embedded.corrections.rules import Meaning, PeerKind, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_NAMES = {"1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6", "all": "-1"}
_PEER_FIELDS = (
    ("IpRanges", "CidrIp", PeerKind.IPV4),
    ("Ipv6Ranges", "CidrIpv6", PeerKind.IPV6),
    ("UserIdGroupPairs", "GroupId", PeerKind.GROUP),
    ("PrefixListIds", "PrefixListId", PeerKind.PREFIX_LIST),
)


def refused(code: str, message: str) -> EC2ClientError:
    return EC2ClientError(code, message)


def read_permissions(
    permissions: list[dict[str, Any]], *, egress: bool, group_named: Callable[[str], str]
) -> list[Wanted]:
    """The rules of an `IpPermissions` list. EC2 refuses a list that says the same rule twice."""
    wanted = [rule for permission in permissions for rule in _read(permission, egress, group_named)]
    if not wanted:
        raise refused("MissingParameter", "The request must contain the parameter ipPermissions")
    if len({rule.meaning for rule in wanted}) < len(wanted):
        raise refused("InvalidParameterValue", "The same permission must not appear multiple times")
    return wanted


def _read(permission: Mapping[str, Any], egress: bool, group_named: Callable[[str], str]) -> Iterator[Wanted]:
    service = read_service(permission)
    for list_name, field, kind in _PEER_FIELDS:
        for entry in permission.get(list_name) or ():
            peer = entry.get(field) or (group_named(entry["GroupName"]) if entry.get("GroupName") else "")
            meaning = Meaning(egress, *service, kind, read_peer(kind, peer))
            yield Wanted(meaning, entry.get("Description") or "", entry.get("UserId") or "")


def read_rule_request(request: Mapping[str, Any], *, egress: bool) -> Wanted:
    """The rule of a `SecurityGroupRuleRequest`, which names exactly one peer."""
    kinds = [kind for kind in PeerKind if request.get(kind.value)]
    if len(kinds) != 1:
        code = "InvalidParameterCombination" if kinds else "MissingParameter"
        raise refused(code, "Specify exactly one of cidrIpv4, cidrIpv6, prefixListId and referencedGroupId")
    peer = read_peer(kinds[0], request[kinds[0].value])
    meaning = Meaning(egress, *read_service(request), kinds[0], peer)
    return Wanted(meaning, request.get("Description") or "")


def flat_permission(request: Mapping[str, Any]) -> dict[str, Any]:
    """The one permission of a request in the short form: protocol, ports and `CidrIp` beside the group."""
    permission = {key: request[key] for key in ("IpProtocol", "FromPort", "ToPort") if key in request}
    if request.get("CidrIp"):
        permission["IpRanges"] = [{"CidrIp": request["CidrIp"]}]
    if request.get("SourceSecurityGroupName"):
        pair = {"GroupName": request["SourceSecurityGroupName"]}
        permission["UserIdGroupPairs"] = [pair | {"UserId": request.get("SourceSecurityGroupOwnerId", "")}]
    return permission


def read_service(request: Mapping[str, Any]) -> tuple[str, int, int]:
    """Protocol and ports. Only TCP, UDP, ICMP and ICMPv6 have ports; EC2 drops those given for others."""
    protocol = str(request.get("IpProtocol") or "").lower()
    protocol = _NAMES.get(protocol, protocol)
    if protocol in ("tcp", "udp"):
        return protocol, *_ports(protocol, request.get("FromPort"), request.get("ToPort"))
    if protocol in ("icmp", "icmpv6"):
        return protocol, *_icmp(protocol, request.get("FromPort"), request.get("ToPort"))
    if protocol != "-1" and not (protocol.isdigit() and int(protocol) < 256):
        raise refused(
            "InvalidParameterValue", f"Invalid value '{protocol}' for IP protocol. Unknown protocol."
        )
    return protocol, -1, -1


def _ports(protocol: str, first: int | None, last: int | None) -> tuple[int, int]:
    if first is None or last is None:
        message = "Invalid value for portRange. Must specify both from and to ports with TCP/UDP."
        raise refused("InvalidParameterValue", message)
    if not 0 <= int(first) <= int(last) <= 65535:
        raise refused("InvalidParameterValue", f"Invalid {protocol.upper()} port range ({first}, {last})")
    return int(first), int(last)


def _icmp(protocol: str, kind: int | None, code: int | None) -> tuple[int, int]:
    """Type and code; -1 stands for all of them, and all types have all codes."""
    first, last = (-1 if kind is None else int(kind)), (-1 if code is None else int(code))
    if not (-1 <= first <= 255 and -1 <= last <= 255):
        raise refused("InvalidParameterValue", f"ICMP code ({first}, {last}) out of range for {protocol}")
    return (first, last) if first >= 0 else (-1, -1)


def read_peer(kind: PeerKind, peer: str) -> str:
    """The peer as EC2 writes it: it canonicalises CIDRs (100.68.0.18/18 is kept as 100.68.0.0/18)."""
    if kind in (PeerKind.GROUP, PeerKind.PREFIX_LIST):
        return peer
    try:
        network = ip_network(peer if "/" in peer else "", strict=False)
    except ValueError:
        raise refused("InvalidParameterValue", f"CIDR block {peer} is malformed") from None
    if network.version != (4 if kind is PeerKind.IPV4 else 6):
        raise refused("InvalidParameterValue", f"CIDR block {peer} is malformed")
    return str(network)
