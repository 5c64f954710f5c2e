"""Rules as EC2 describes them one by one, in all the forms that they come in, and what is made of each."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from sgwarden.traffic import (
    ANYWHERE_IPV4,
    Cidr,
    Direction,
    Group,
    PrefixList,
    Rule,
    Service,
)
from sgwarden.traffic.ec2 import (
    Opaque,
    rule_of_row,
    service_of,
)

Json = dict[str, Any]
LISTS = {"pl-0a": PrefixList("pl-0a", ANYWHERE_IPV4, size=20, name="example")}
ROW: Json = {
    "SecurityGroupRuleId": "sgr-0a",
    "GroupId": "sg-0f",
    "GroupOwnerId": "111122223333",
    "IsEgress": False,
}
SSH: Json = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}
WORLD: Json = {"CidrIpv4": "0.0.0.0/0"}


def read_row(fields: Json) -> Rule:
    rule = rule_of_row({**ROW, **fields}, LISTS)
    assert isinstance(rule, Rule)
    return rule


def refused(fields: object) -> str:
    row = {**ROW, **fields} if isinstance(fields, dict) else fields
    opaque = rule_of_row(row, LISTS)
    assert isinstance(opaque, Opaque)
    return opaque.reason


# Protocol and ports


@pytest.mark.parametrize(
    ("protocol", "first", "last", "service"),
    [
        ("-1", None, None, "all"),
        ("-1", 0, 0, "all"),
        ("-1", 0, 65535, "all"),
        ("-1", -1, -1, "all"),
        (-1, -1, -1, "all"),
        ("all", None, None, "all"),
        ("tcp", 22, 22, "tcp/22"),
        ("TCP", 22, 22, "tcp/22"),
        ("6", 22, 22, "tcp/22"),
        (6, 22, 22, "tcp/22"),
        (" 6 ", "20", "25", "tcp/20-25"),
        ("tcp", None, None, "tcp"),
        ("tcp", -1, -1, "tcp"),
        ("tcp", 0, 65535, "tcp"),
        ("tcp", 0, 0, "tcp/0"),
        ("17", 53, 53, "udp/53"),
        ("udp", 65535, 65535, "udp/65535"),
        ("icmp", -1, -1, "icmp"),
        ("icmp", None, None, "icmp"),
        ("1", 3, -1, "icmp/3"),
        ("icmp", 8, None, "icmp/8"),
        ("icmp", 3, 4, "icmp/3.4"),
        ("icmp", 0, 0, "icmp/0.0"),
        ("icmp", 255, 255, "icmp/255.255"),
        ("icmpv6", -1, -1, "icmpv6"),
        ("58", 128, 0, "icmpv6/128.0"),
        ("50", None, None, "proto/50"),
        ("50", 0, 0, "proto/50"),
        ("50", 22, 22, "proto/50"),
        ("0", None, None, "proto/0"),
        ("255", -1, -1, "proto/255"),
    ],
)
def test_a_service_is_read_whatever_form_it_has(
    protocol: object, first: object, last: object, service: str
) -> None:
    assert str(service_of(protocol, first, last)) == service


@pytest.mark.parametrize(
    ("protocol", "first", "last", "reason"),
    [
        (None, 22, 22, "unknown protocol None"),
        ("", 22, 22, "unknown protocol ''"),
        ("sctp", 22, 22, "unknown protocol 'sctp'"),
        ("256", None, None, "unknown protocol '256'"),
        ("-2", None, None, "unknown protocol '-2'"),
        (6.0, 22, 22, "unknown protocol 6.0"),
        ("\uff16", 22, 22, "unknown protocol '\uff16'"),  # a wide 6
        ("9" * 5000, 22, 22, "unknown protocol '" + "9" * 5000 + "'"),
        ({}, 22, 22, "unknown protocol {}"),
        ("tcp", 22, None, "one port of the range is missing"),
        ("tcp", None, 22, "one port of the range is missing"),
        ("tcp", -1, 22, "one port of the range is missing"),
        ("tcp", 25, 20, "ports 25-20 are out of order or out of range 0 to 65535"),
        ("tcp", 22, 65536, "port 65536 is no number from 0 to 65535"),
        ("tcp", -2, 22, "port -2 is no number from 0 to 65535"),
        ("tcp", "ssh", 22, "port 'ssh' is no number from 0 to 65535"),
        ("tcp", True, 22, "port True is no number from 0 to 65535"),
        ("tcp", 22.0, 22, "port 22.0 is no number from 0 to 65535"),
        ("tcp", [22], 22, "port [22] is no number from 0 to 65535"),
        ("icmp", -1, 4, "a code of all ICMP types: EC2 documents that all types go with all codes"),
        ("icmp", 256, -1, "ICMP type 256, code None is out of range 0 to 255"),
        ("icmp", 3, 256, "ICMP type 3, code 256 is out of range 0 to 255"),
    ],
)
def test_a_service_that_ec2_does_not_document_is_refused(
    protocol: object, first: object, last: object, reason: str
) -> None:
    with pytest.raises(ValueError) as refusal:  # noqa: PT011  compared whole below
        service_of(protocol, first, last)
    assert str(refusal.value) == reason


# Rows


def test_a_row_is_a_rule_with_all_that_ec2_tells_of_it() -> None:
    tags = [{"Key": "team", "Value": "platform"}, {"Key": "a", "Value": ""}]
    rule = read_row({**SSH, **WORLD, "IsEgress": True, "Description": "bastion", "Tags": tags})
    assert rule == Rule(
        Direction.EGRESS,
        Service.parse("tcp/22"),
        Cidr(ip_network("0.0.0.0/0")),
        "sgr-0a",
        "bastion",
        (("a", ""), ("team", "platform")),
    )


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"CidrIpv4": "10.1.2.3/8"}, "tcp/22 from 10.0.0.0/8"),
        ({"CidrIpv4": "203.0.113.7"}, "tcp/22 from 203.0.113.7/32"),
        ({"CidrIpv6": "2001:DB8::1/32"}, "tcp/22 from 2001:db8::/32"),
        ({"PrefixListId": "pl-0a"}, "tcp/22 from pl-0a"),
        ({"ReferencedGroupInfo": {"GroupId": "sg-0a"}}, "tcp/22 from sg-0a"),
        (
            {"ReferencedGroupInfo": {"GroupId": "sg-0a", "UserId": "111122223333", "VpcId": "vpc-0a"}},
            "tcp/22 from sg-0a",
        ),
        (
            {
                "ReferencedGroupInfo": {
                    "GroupId": "sg-0a",
                    "PeeringStatus": "active",
                    "VpcPeeringConnectionId": "pcx-0a",
                }
            },
            "tcp/22 from sg-0a",
        ),
        (
            {"CidrIpv4": "10.0.0.0/8", "CidrIpv6": None, "Description": None, "Tags": None},
            "tcp/22 from 10.0.0.0/8",
        ),
        ({"CidrIpv4": "10.0.0.0/8", "Novelty": None, "Other": [], "More": {}}, "tcp/22 from 10.0.0.0/8"),
        ({"CidrIpv4": "10.0.0.0/8", "SecurityGroupRuleArn": "arn:aws:ec2:::x"}, "tcp/22 from 10.0.0.0/8"),
    ],
)
def test_a_row_names_its_peer_in_one_of_these_ways(fields: Json, line: str) -> None:
    assert read_row({**SSH, **fields}).text() == line


def test_the_owner_of_a_group_is_kept_and_no_part_of_what_the_rule_is() -> None:
    bare = read_row({**SSH, "ReferencedGroupInfo": {"GroupId": "sg-0a"}})
    owned = read_row({**SSH, "ReferencedGroupInfo": {"GroupId": "sg-0a", "UserId": "111122223333"}})
    assert owned == bare
    assert isinstance(owned.peer, Group)
    assert owned.peer.owner == "111122223333"


NO_PEER = "the rule names no peer that is known"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({**SSH}, NO_PEER),
        ({**SSH, "ReferencedGroupInfo": {}}, NO_PEER),
        ({**SSH, "ReferencedGroupInfo": {"UserId": "111122223333"}}, NO_PEER),
        ({**SSH, "PrefixListId": "pl-0b"}, "the entries of prefix list pl-0b could not be read"),
        ({**SSH, **WORLD, "Novelty": 1}, "unknown field Novelty"),
        ({**SSH, **WORLD, "B": 1, "A": False}, "unknown field A, B"),
        ({**SSH, "ReferencedGroupInfo": {"GroupId": "sg-0a", "Tag": "x"}}, "unknown field Tag"),
        ({**SSH, **WORLD, "CidrIpv6": "::/0"}, "the rule names more than one peer: CidrIp, CidrIpv6"),
        (
            {**SSH, **WORLD, "ReferencedGroupInfo": {"GroupId": "sg-0a"}},
            "the rule names more than one peer: CidrIp, GroupId",
        ),
        ({**SSH, "CidrIpv4": "10.0.0.0/33"}, '"10.0.0.0/33" is no CIDR block'),
        ({**SSH, "CidrIpv4": "anywhere"}, '"anywhere" is no CIDR block'),
        ({**SSH, "CidrIpv4": 7}, "CidrIp is no text"),
        ({**SSH, "CidrIpv6": ["::/0"]}, "CidrIpv6 is no text"),
        ({**SSH, "PrefixListId": {"Id": "pl-0a"}}, "PrefixListId is no text"),
        ({**SSH, "ReferencedGroupInfo": "sg-0a"}, "an object was expected, not 'sg-0a'"),
        ({**SSH, "ReferencedGroupInfo": {"GroupId": ["sg-0a"]}}, "GroupId is no text"),
        (
            {**SSH, "ReferencedGroupInfo": {"GroupId": "group"}},
            '"group" is no security group id: expected sg- and letters or digits',
        ),
        ({**SSH, **WORLD, "IsEgress": None}, "IsEgress does not tell the direction"),
        ({**SSH, **WORLD, "IsEgress": "false"}, "IsEgress does not tell the direction"),
        ({**SSH, **WORLD, "Description": 7}, "Description is no text"),
        ({**SSH, **WORLD, "SecurityGroupRuleId": 7}, "SecurityGroupRuleId is no text"),
        ({**SSH, **WORLD, "Tags": {"team": "platform"}}, "Tags is no list"),
        ({**SSH, **WORLD, "Tags": ["team"]}, "an object was expected, not 'team'"),
        ({**SSH, **WORLD, "Tags": [{"Key": 7}]}, "Key is no text"),
        ({**WORLD}, "unknown protocol None"),
        (None, "an object was expected, not None"),
        ([ROW], f"an object was expected, not {[ROW]!r}"),
        ("sgr-0a", "an object was expected, not 'sgr-0a'"),
    ],
)
def test_a_row_that_cannot_be_read_is_opaque_and_says_why(fields: object, reason: str) -> None:
    assert refused(fields) == reason


def test_what_is_opaque_is_shown_as_ec2_gave_it() -> None:
    row = {"SecurityGroupRuleId": "sgr-0a", "IsEgress": True, "Tags": [], **SSH, "PrefixListId": "pl-0b"}
    assert rule_of_row(row, LISTS) == Opaque(
        Direction.EGRESS,
        "the entries of prefix list pl-0b could not be read",
        "SecurityGroupRuleId sgr-0a, IsEgress True, "
        "IpProtocol tcp, FromPort 22, ToPort 22, PrefixListId pl-0b",
        "sgr-0a",
    )
    assert rule_of_row(7, LISTS) == Opaque(Direction.INGRESS, "an object was expected, not 7", "7")
