"""What EC2 is asked for, to make a rule or to change one in place."""

from __future__ import annotations

from typing import Any

import pytest
from sgwarden.traffic import (
    ANYWHERE_IPV4,
    Direction,
    Group,
    PrefixList,
    Rule,
    Service,
    parse_line,
)
from sgwarden.traffic.ec2_request import permission_of, request_of

Json = dict[str, Any]
LISTS = {"pl-0a": PrefixList("pl-0a", ANYWHERE_IPV4, size=20, name="example")}


def rule(line: str, description: str = "") -> Rule:
    plain = parse_line(line, prefix_lists=LISTS)
    return Rule(plain.direction, plain.service, plain.peer, description=description)


@pytest.mark.parametrize(
    ("line", "description", "permission"),
    [
        (
            "tcp/22 from 0.0.0.0/0",
            "",
            {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
        ),
        (
            "udp/53-54 to ::/0",
            "dns",
            {
                "IpProtocol": "udp",
                "FromPort": 53,
                "ToPort": 54,
                "Ipv6Ranges": [{"CidrIpv6": "::/0", "Description": "dns"}],
            },
        ),
        ("all to pl-0a", "", {"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": "pl-0a"}]}),
        (
            "tcp from sg-0a",
            "",
            {"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535, "UserIdGroupPairs": [{"GroupId": "sg-0a"}]},
        ),
        (
            "proto/50 from sg-0a",
            "x",
            {"IpProtocol": "50", "UserIdGroupPairs": [{"GroupId": "sg-0a", "Description": "x"}]},
        ),
        (
            "icmp from sg-0a",
            "",
            {"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1, "UserIdGroupPairs": [{"GroupId": "sg-0a"}]},
        ),
        (
            "icmp/3 from sg-0a",
            "",
            {"IpProtocol": "icmp", "FromPort": 3, "ToPort": -1, "UserIdGroupPairs": [{"GroupId": "sg-0a"}]},
        ),
        (
            "icmpv6/3.4 from sg-0a",
            "",
            {"IpProtocol": "icmpv6", "FromPort": 3, "ToPort": 4, "UserIdGroupPairs": [{"GroupId": "sg-0a"}]},
        ),
    ],
)
def test_a_rule_is_asked_for_as_a_permission(line: str, description: str, permission: Json) -> None:
    assert permission_of(rule(line, description)) == permission


def test_the_owner_of_a_referenced_group_is_asked_for_where_it_is_known() -> None:
    reference = Rule(Direction.INGRESS, Service(6, 22, 22), Group("sg-0a", "111122223333"))
    assert permission_of(reference)["UserIdGroupPairs"] == [{"GroupId": "sg-0a", "UserId": "111122223333"}]


@pytest.mark.parametrize(
    ("line", "description", "request_"),
    [
        (
            "tcp/22 from 0.0.0.0/0",
            "",
            {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIpv4": "0.0.0.0/0"},
        ),
        ("all to ::/0", "", {"IpProtocol": "-1", "FromPort": -1, "ToPort": -1, "CidrIpv6": "::/0"}),
        (
            "udp to sg-0a",
            "",
            {"IpProtocol": "udp", "FromPort": 0, "ToPort": 65535, "ReferencedGroupId": "sg-0a"},
        ),
        (
            "proto/50 to pl-0a",
            "",
            {"IpProtocol": "50", "FromPort": -1, "ToPort": -1, "PrefixListId": "pl-0a"},
        ),
        ("icmp/3 to pl-0a", "", {"IpProtocol": "icmp", "FromPort": 3, "ToPort": -1, "PrefixListId": "pl-0a"}),
        (
            "icmp/3.4 from 10.0.0.0/8",
            "mtu",
            {
                "IpProtocol": "icmp",
                "FromPort": 3,
                "ToPort": 4,
                "CidrIpv4": "10.0.0.0/8",
                "Description": "mtu",
            },
        ),
    ],
)
def test_a_rule_is_changed_in_place_by_a_request(line: str, description: str, request_: Json) -> None:
    assert request_of(rule(line, description)) == request_
