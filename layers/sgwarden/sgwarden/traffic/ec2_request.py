"""Rules written in the shapes that EC2's calls take.

Source: EC2 API reference, IpPermission and SecurityGroupRuleRequest.
"""

from __future__ import annotations

from typing import Any

from sgwarden.traffic.rule import Cidr, Group, PrefixList, Rule
from sgwarden.traffic.service import ICMP, ICMPV6, TCP, UDP, Service

Json = dict[str, Any]


def permission_of(rule: Rule) -> Json:
    """The `IpPermission` that authorizes the rule."""
    return {**_service_fields(rule.service), **_source_fields(rule)}


def request_of(rule: Rule) -> Json:
    """The `SecurityGroupRuleRequest` that changes a rule in place into this one."""
    peer: dict[str, str] = {}
    match rule.peer:
        case Cidr(network):
            peer = {f"CidrIpv{network.version}": str(network)}
        case Group(group_id):
            peer = {"ReferencedGroupId": group_id}
        case PrefixList(list_id):
            peer = {"PrefixListId": list_id}
    ports = {"FromPort": -1, "ToPort": -1, **_service_fields(rule.service)}
    return {**ports, **peer, **({"Description": rule.description} if rule.description else {})}


def _service_fields(service: Service) -> Json:
    if service.protocol is None:
        return {"IpProtocol": "-1"}
    name = str(Service(service.protocol)).removeprefix("proto/")
    if service.protocol in (TCP, UDP):
        return {"IpProtocol": name, "FromPort": service.first, "ToPort": service.last}
    if service.protocol not in (ICMP, ICMPV6):
        return {"IpProtocol": name}
    if service.is_whole:
        return {"IpProtocol": name, "FromPort": -1, "ToPort": -1}
    kind, code = divmod(service.first, 256)
    return {"IpProtocol": name, "FromPort": kind, "ToPort": code if service.first == service.last else -1}


def _source_fields(rule: Rule) -> Json:
    described = {"Description": rule.description} if rule.description else {}
    match rule.peer:
        case Cidr(network) if network.version == 4:
            return {"IpRanges": [{"CidrIp": str(network), **described}]}
        case Cidr(network):
            return {"Ipv6Ranges": [{"CidrIpv6": str(network), **described}]}
        case PrefixList(list_id):
            return {"PrefixListIds": [{"PrefixListId": list_id, **described}]}
        case Group(group_id, owner):
            return {
                "UserIdGroupPairs": [
                    {"GroupId": group_id, **({"UserId": owner} if owner else {}), **described}
                ]
            }
