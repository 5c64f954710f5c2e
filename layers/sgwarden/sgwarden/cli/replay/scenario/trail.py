"""The records that CloudTrail writes of calls made in an embedded account, in the shapes of 2026.

Source: some hundred real records; what the names of the API's own model give where no record was at hand.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sgwarden.cli.replay.scenario.operations import operation_model
from sgwarden.cli.replay.scenario.people import fields_of
from sgwarden.cli.replay.scenario.times import BEGINNING
from sgwarden.embedded.ids import derived_uuid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sgwarden.embedded import ApiCall

Json = dict[str, Any]
_WRAPPED = re.compile(
    r"ModifySecurityGroupRules|UpdateSecurityGroupRuleDescriptions.*|.*ManagedPrefixList.*|.*SecurityGroupVpc"
)
"""Newer calls: their records are XML turned into JSON."""
_XMLNS = "http://ec2.amazonaws.com/doc/2016-11-15/"
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_PEERS = ("groups", "ipRanges", "ipv6Ranges", "prefixListIds")


def event_of(call: ApiCall, who: str, account: str, at: int, *words: str) -> Json:
    """What EventBridge delivers of the call; `words` tell it from all others."""
    time = iso(at)
    service = call.service
    request_id = derived_uuid("request", call.operation, *words)
    record = {
        "eventVersion": "1.11",
        **fields_of(who, account, call.region),
        "eventTime": time,
        "eventSource": f"{service}.amazonaws.com",
        "eventName": call.operation,
        "awsRegion": call.region,
        "requestParameters": _request(call),
        "responseElements": None if call.error else _response(call, request_id),
        "requestID": request_id,
        "eventID": derived_uuid("event", call.operation, *words),
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": account,
        "eventCategory": "Management",
    }
    if call.error:
        code = f"Client.{call.error}" if service == "ec2" else call.error
        record |= {"errorCode": code, "errorMessage": "refused"}
    return {
        "version": "0",
        "id": derived_uuid("envelope", call.operation, *words),
        "detail-type": "AWS API Call via CloudTrail",
        "source": f"aws.{service}",
        "account": account,
        "time": time,
        "region": call.region,
        "resources": [],
        "detail": record,
    }


def iso(at: int) -> str:
    return (BEGINNING + timedelta(seconds=at)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _request(call: ApiCall) -> Json:
    asked = call.parameters
    if call.operation in _REQUESTS:
        return _REQUESTS[call.operation](asked)
    shape = operation_model(call.operation).input_shape
    if _WRAPPED.fullmatch(call.operation):
        return {f"{call.operation}Request": _xml(asked, shape)}
    request: Json = _plain(asked) if call.service == "eks" else _named(asked, shape)
    return request


def _response(call: ApiCall, request_id: str) -> Json:
    answer = {key: value for key, value in call.answer.items() if key != "ResponseMetadata"}
    if call.service == "eks":
        eks: Json = _plain(answer)
        return eks
    shape = operation_model(call.operation).output_shape
    found: Json = _named(answer, shape) if shape else {}
    returned = found.pop("return", None if found else True)
    if _WRAPPED.fullmatch(call.operation):
        said = {"return": returned} if returned is not None else {}
        return {f"{call.operation}Response": {"xmlns": _XMLNS, "requestId": request_id, **found, **said}}
    return {"requestId": request_id, **({"_return": returned} if returned is not None else {}), **found}


# Shapes are of three classes that botocore-stubs tells apart by name only: hence Any.


def _named(value: Any, shape: Any) -> Any:  # noqa: ANN401  any part of a request
    """By the names of the query protocol: `securityGroupRuleSet`, and lists as `{"items": [...]}`."""
    if shape is None or shape.type_name not in ("structure", "list"):
        return _scalar(value)
    if shape.type_name == "list":
        items = [_named(item, shape.member) for item in value]
        return {"items": items} if items else {}
    found: Json = {}
    for key, part in value.items():
        member = shape.members[key]
        name = _lower(member.serialization.get("name", key))
        if name == "referencedGroupInfo":
            found["referencedGroupId"] = part["GroupId"]
        elif part or part is False or part == 0 or name in _PEERS:
            found[name] = _named(part, member)
    if "ipProtocol" in found and "UserIdGroupPairs" in shape.members:
        found = {**found, **{peer: found.get(peer, {}) for peer in _PEERS}}
    return found


def _xml(value: Any, shape: Any) -> Any:  # noqa: ANN401  as above
    """By the names of the query: one member of a list stands by itself, each with its number as `tag`."""
    if shape is None or shape.type_name not in ("structure", "list"):
        is_number = isinstance(value, str) and _NUMBER.fullmatch(value)
        return int(value) if is_number else _scalar(value)
    if shape.type_name == "list":
        items = [
            {"tag": number, **(item if isinstance(item, dict) else {"content": item})}
            for number, item in enumerate((_xml(item, shape.member) for item in value), 1)
        ]
        return items[0] if len(items) == 1 else items
    return {
        _upper(shape.members[key].serialization.get("name", key)): _xml(part, shape.members[key])
        for key, part in value.items()
        if part != []
    }


def _plain(value: Any) -> Any:  # noqa: ANN401  as above
    """EKS's JSON as it is."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list) else _scalar(value)


def _scalar(value: object) -> object:
    return value.timestamp() if isinstance(value, datetime) else value


def _tags(asked: Mapping[str, Any]) -> Json:
    tags = [{_lower(key): value for key, value in tag.items()} for tag in asked.get("Tags", ())]
    resources = [{"resourceId": each} for each in asked["Resources"]]
    return {"resourcesSet": {"items": resources}, "tagSet": {"items": tags} if tags else {}}


def _new_group(asked: Mapping[str, Any]) -> Json:
    specifications = [
        {
            "resourceType": each.get("ResourceType", ""),
            "tags": [{"key": tag["Key"], "value": tag.get("Value", "")} for tag in each.get("Tags", ())],
        }
        for each in asked.get("TagSpecifications", ())
    ]
    tagged = {"tagSpecificationSet": {"items": specifications}} if specifications else {}
    vpc = {"vpcId": asked["VpcId"]} if "VpcId" in asked else {}
    return {"groupName": asked["GroupName"], "groupDescription": asked["Description"], **vpc, **tagged}


def _interface(asked: Mapping[str, Any]) -> Json:
    groups = [{"groupId": each} for each in asked.get("Groups", ())]
    named = {"networkInterfaceId": asked["NetworkInterfaceId"]}
    return {**named, **({"groupSet": {"items": groups}} if groups else {})}


_REQUESTS: Mapping[str, Callable[[Mapping[str, Any]], Json]] = {
    "CreateTags": _tags,
    "DeleteTags": _tags,
    "CreateSecurityGroup": _new_group,
    "ModifyNetworkInterfaceAttribute": _interface,
}


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]


def _upper(name: str) -> str:
    return name[:1].upper() + name[1:]
