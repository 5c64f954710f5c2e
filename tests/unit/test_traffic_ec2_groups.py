"""Groups as EC2 describes them, with the permissions that it merges, and what is made of each."""

from __future__ import annotations

from typing import Any

import pytest
from sgwarden.traffic import (
    ANYWHERE_IPV4,
    Direction,
    PrefixList,
    Rule,
)
from sgwarden.traffic.ec2 import (
    Opaque,
    prefix_list_ids,
    rules_of_group,
    rules_of_permission,
)

Json = dict[str, Any]
LISTS = {"pl-0a": PrefixList("pl-0a", ANYWHERE_IPV4, size=20, name="example")}
SSH: Json = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}
NO_PEER = "the rule names no peer that is known"


def permitted(permission: object) -> list[str]:
    """Each rule as its line, what is opaque as its reason."""
    return [
        rule.text() if isinstance(rule, Rule) else rule.reason
        for rule in rules_of_permission(Direction.INGRESS, permission, LISTS)
    ]


def test_a_merged_permission_is_one_rule_a_peer_with_the_words_of_each() -> None:
    """As DescribeSecurityGroups shows the default outbound rules of a cluster security group."""
    permission = {
        "IpProtocol": "-1",
        "UserIdGroupPairs": [{"UserId": "111122223333", "GroupId": "sg-0a", "Description": "EFA"}],
        "IpRanges": [{"CidrIp": "0.0.0.0/0"}, {"CidrIp": "10.0.0.0/8", "Description": "office"}],
        "Ipv6Ranges": [{"CidrIpv6": "::/0"}],
        "PrefixListIds": [{"PrefixListId": "pl-0a"}],
    }
    rules = list(rules_of_permission(Direction.EGRESS, permission, LISTS))
    assert [rule.text() if isinstance(rule, Rule) else rule for rule in rules] == [
        "all to sg-0a",
        "all to 0.0.0.0/0",
        "all to 10.0.0.0/8",
        "all to ::/0",
        "all to pl-0a",
    ]
    assert [rule.description for rule in rules if isinstance(rule, Rule)] == ["EFA", "", "office", "", ""]


@pytest.mark.parametrize(
    ("permission", "expected"),
    [
        ({**SSH, "IpRanges": []}, [NO_PEER]),
        ({**SSH, "IpRanges": [{}]}, [NO_PEER]),
        ({**SSH, "UserIdGroupPairs": [{"GroupName": "web"}]}, [NO_PEER]),
        ({**SSH, "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Novelty": 1}, ["unknown field Novelty"]),
        ({**SSH, "IpRanges": {"items": []}}, ["IpRanges is no list"]),
        ({**SSH, "IpRanges": "0.0.0.0/0"}, ["IpRanges is no list"]),
        ({"IpProtocol": "x", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}, ["unknown protocol 'x'"]),
        (
            {**SSH, "IpRanges": [{"CidrIp": "0.0.0.0/0", "Novelty": 1}, {"CidrIp": "10.0.0.0/8"}, None]},
            ["unknown field Novelty", "tcp/22 from 10.0.0.0/8", "an object was expected, not None"],
        ),
        (
            {**SSH, "PrefixListIds": [{"PrefixListId": "pl-0b"}, {"PrefixListId": "pl-0a"}]},
            ["the entries of prefix list pl-0b could not be read", "tcp/22 from pl-0a"],
        ),
        ("tcp/22", ["an object was expected, not 'tcp/22'"]),
        (None, ["an object was expected, not None"]),
    ],
)
def test_what_cannot_be_read_leaves_the_rest_readable(permission: object, expected: list[str]) -> None:
    assert permitted(permission) == expected


def test_an_opaque_source_is_shown_with_its_service() -> None:
    permission = {**SSH, "PrefixListIds": [{"PrefixListId": "pl-0b", "Description": ""}]}
    (opaque,) = rules_of_permission(Direction.EGRESS, permission, LISTS)
    assert isinstance(opaque, Opaque)
    assert (opaque.direction, opaque.text, opaque.id) == (
        Direction.EGRESS,
        "tcp/22 to PrefixListId pl-0b",
        "",
    )


def test_a_group_has_rules_both_ways_and_tells_its_prefix_lists() -> None:
    group = {
        "IpPermissions": [{**SSH, "PrefixListIds": [{"PrefixListId": "pl-0a"}, {"PrefixListId": "pl-0b"}]}],
        "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
    }
    rules, opaque = rules_of_group(group, LISTS)
    assert [rule.text() for rule in rules] == ["tcp/22 from pl-0a", "all to 0.0.0.0/0"]
    assert [part.direction for part in opaque] == [Direction.INGRESS]
    assert prefix_list_ids(group) == {"pl-0a", "pl-0b"}
    assert prefix_list_ids({"IpPermissionsEgress": group["IpPermissions"]}) == {"pl-0a", "pl-0b"}


@pytest.mark.parametrize(
    ("group", "reasons"),
    [
        ({}, []),
        ({"IpPermissions": None, "IpPermissionsEgress": []}, []),
        ({"IpPermissions": "x"}, ["IpPermissions is no list"]),
        ({"IpPermissionsEgress": {"items": []}}, ["IpPermissionsEgress is no list"]),
        ({"IpPermissions": [7]}, ["an object was expected, not 7"]),
        (7, ["an object was expected, not 7", "an object was expected, not 7"]),
    ],
)
def test_a_group_of_any_shape_can_be_asked(group: object, reasons: list[str]) -> None:
    rules, opaque = rules_of_group(group, LISTS)
    assert (rules, [part.reason for part in opaque]) == ((), reasons)
    assert prefix_list_ids(group) == frozenset()


@pytest.mark.parametrize(
    "pairs",
    [
        None,
        "pl-0a",
        [None],
        ["pl-0a"],
        [{"PrefixListId": 7}],
        [{"PrefixListId": None}],
        {"PrefixListId": "x"},
    ],
)
def test_prefix_lists_that_cannot_be_read_are_passed_over(pairs: object) -> None:
    readable = {"PrefixListIds": [{"PrefixListId": "pl-0a"}]}
    assert prefix_list_ids({"IpPermissions": [{"PrefixListIds": pairs}, readable, 7]}) == {"pl-0a"}
