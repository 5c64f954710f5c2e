"""A revoke tells which rules went and what their descriptions were, and is believed in nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from sgwarden.record import Record
from sgwarden.revoked import revoked_rules
from sgwarden.traffic import NOBODY, PrefixList, Rule, parse_line

PEER, LIST = "sg-04c8f1e6b9d2a7053", "pl-0b8d2f4a6c1e3957d"
LISTS = {LIST: PrefixList(LIST, NOBODY)}
Json = dict[str, Any]


def of(line: str, description: str = "", rule_id: str = "") -> Rule:
    plain = parse_line(line, prefix_lists=LISTS)
    return Rule(plain.direction, plain.service, plain.peer, rule_id, description)


def record(request: object, response: object = None, name: str = "RevokeSecurityGroupIngress") -> Record:
    return Record({"eventName": name, "requestParameters": request, "responseElements": response})


def answer(*rows: Json) -> Json:
    return {"_return": True, "revokedSecurityGroupRuleSet": {"items": list(rows)}}


def row(**more: object) -> Json:
    return {
        "groupId": "sg-1",
        "securityGroupRuleId": "sgr-1",
        "isEgress": False,
        "ipProtocol": "tcp",
        "fromPort": 8080,
        "toPort": 8080,
        **more,
    }


def asked(**more: object) -> Json:
    empty: Json = {"groups": {}, "ipRanges": {}, "ipv6Ranges": {}, "prefixListIds": {}}
    permission = {"ipProtocol": "tcp", "fromPort": 8080, "toPort": 8080, **empty, **more}
    return {"groupId": "sg-1", "ipPermissions": {"items": [permission]}}


def listed(*sources: Json) -> Json:
    return {"items": list(sources)}


@pytest.mark.parametrize(
    ("told", "line", "description"),
    [
        (row(referencedGroupId=PEER, description="shared"), f"tcp/8080 from {PEER}", "shared"),
        (row(cidrIpv4="10.0.0.0/8"), "tcp/8080 from 10.0.0.0/8", ""),
        (row(cidrIpv6="2001:db8::/32", description="a"), "tcp/8080 from 2001:db8::/32", "a"),
        (row(prefixListId=LIST, description="S3"), f"tcp/8080 from {LIST}", "S3"),
        (row(ipProtocol="-1", fromPort=-1, toPort=-1, cidrIpv4="10.0.0.0/8"), "all from 10.0.0.0/8", ""),
        (row(ipProtocol="icmp", fromPort=3, toPort=4, cidrIpv4="0.0.0.0/0"), "icmp/3.4 from 0.0.0.0/0", ""),
    ],
)
def test_the_answer_tells_rules_and_their_descriptions(told: Json, line: str, description: str) -> None:
    """Also where there was none: that is known then."""
    assert revoked_rules(record({"groupId": "sg-1"}, answer(told))) == (of(line, description, "sgr-1"),)


def test_the_answer_goes_before_the_request() -> None:
    request = asked(ipRanges=listed({"cidrIp": "10.0.0.0/8", "description": "made up"}))
    told = answer(row(cidrIpv4="10.0.0.0/8", description="true"))
    assert revoked_rules(record(request, told)) == (of("tcp/8080 from 10.0.0.0/8", "true", "sgr-1"),)


def test_the_direction_is_the_calls() -> None:
    told = answer(row(cidrIpv4="10.0.0.0/8", isEgress=True))
    (rule,) = revoked_rules(record({}, told, "RevokeSecurityGroupEgress"))
    assert rule.text() == "tcp/8080 to 10.0.0.0/8"


def test_an_older_request_tells_what_it_describes() -> None:
    request = asked(
        groups=listed({"groupId": PEER, "userId": "111122223333", "description": "nodes"}),
        ipRanges=listed({"cidrIp": "10.0.0.0/8", "description": "vpn"}, {"cidrIp": "10.1.0.0/16"}),
        ipv6Ranges=listed({"cidrIpv6": "2001:db8::/32", "description": "six"}),
        prefixListIds=listed({"prefixListId": LIST, "description": "list"}),
    )
    assert set(revoked_rules(record(request, {"_return": True}))) == {
        of(f"tcp/8080 from {PEER}", "nodes"),
        of("tcp/8080 from 10.0.0.0/8", "vpn"),
        of("tcp/8080 from 2001:db8::/32", "six"),
        of(f"tcp/8080 from {LIST}", "list"),
    }


def test_of_what_ec2_did_not_find_nothing_is_known() -> None:
    request = asked(ipRanges=listed({"cidrIp": "10.0.0.0/8", "description": "vpn"}))
    unknown = {"_return": True, "unknownIpPermissionSet": listed({"ipProtocol": "tcp"})}
    assert revoked_rules(record(request, unknown)) == ()


@pytest.mark.parametrize(
    "request_",
    [
        {"groupId": "sg-1", "securityGroupRuleIds": {"items": ["sgr-1"]}},
        {"groupId": "sg-1", "ipPermissions": {}, "ipProtocol": "tcp", "fromPort": 22, "cidrIp": "0.0.0.0/0"},
        asked(ipRanges=listed({"cidrIp": "10.0.0.0/8"})),
        None,
        "Sanitized",
        {"ipPermissions": "all"},
        {"ipPermissions": [7, None, {"ipRanges": 7}]},
    ],
)
def test_what_tells_no_description_tells_nothing(request_: object) -> None:
    assert revoked_rules(record(request_, {"_return": True})) == ()


@pytest.mark.parametrize("name", ["AuthorizeSecurityGroupIngress", "ModifySecurityGroupRules", ""])
def test_another_call_takes_nothing_away(name: str) -> None:
    assert revoked_rules(record({}, answer(row(cidrIpv4="10.0.0.0/8")), name)) == ()


@pytest.mark.parametrize(
    "description",
    [
        "<script>",
        "a\nb",
        "a\x1b[31m",
        "caf\u00e9",
        "x" * 256,
        "`id`",
        "a\u202eb",
        "\u0430",
        7,
        ["a"],
        "'",
        "\\",
    ],
)
def test_what_no_description_can_be_is_not_taken_for_one(description: object) -> None:
    assert revoked_rules(record({}, answer(row(cidrIpv4="10.0.0.0/8", description=description)))) == ()


@pytest.mark.parametrize("description", ["x" * 255, "aZ09 ._-:/()#,@[]+=&;{}!$*"])
def test_all_that_ec2_takes_is(description: str) -> None:
    (rule,) = revoked_rules(record({}, answer(row(cidrIpv4="10.0.0.0/8", description=description))))
    assert rule.description == description


@pytest.mark.parametrize(
    "told",
    [
        row(),
        row(cidrIpv4="10.0.0.0/8", referencedGroupId=PEER),
        row(cidrIpv4="nowhere"),
        row(cidrIpv4="10.0.0.0/8", fromPort=70000),
        row(cidrIpv4=7),
        row(prefixListId=["pl-1"]),
        {},
        7,
        [[]],
    ],
)
def test_a_bent_row_hides_no_other(told: object) -> None:
    both: Json = {"revokedSecurityGroupRuleSet": {"items": [told, row(cidrIpv4="10.0.0.0/8")]}}
    assert revoked_rules(record({}, both)) == (of("tcp/8080 from 10.0.0.0/8", rule_id="sgr-1"),)


@pytest.mark.parametrize(
    "description",
    [
        "elbv2.k8s.aws/targetGroupBinding=shared",
        "kubernetes.io/rule/nlb/mtu",
        "kubernetes.io/rule/nlb/client=a3ed9b39c0fdf42e9a0175cfc7cd1c40",
        "Allow unmanaged nodes to communicate with control plane (all ports)",
        "Allows EFA traffic, which is not matched by CIDR rules.",
    ],
)
def test_the_words_of_an_owner_are_not_taken_from_who_asked(description: str) -> None:
    """A required rule would come back with them, and pass for the owner's."""
    request = asked(
        ipRanges=listed(
            {"cidrIp": "10.0.0.0/8", "description": description},
            {"cidrIp": "10.1.0.0/16", "description": "vpn"},
        )
    )
    assert revoked_rules(record(request, {"_return": True})) == (of("tcp/8080 from 10.1.0.0/16", "vpn"),)
    told = answer(row(cidrIpv4="10.0.0.0/8", description=description))
    (rule,) = revoked_rules(record(request, told))
    assert rule.description == description
