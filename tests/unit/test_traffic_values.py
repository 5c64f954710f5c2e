"""The values of the algebra: what they refuse, and the corners that points alone do not show."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest
from sgwarden.traffic import (
    ANYWHERE_IPV4,
    EVERYONE,
    NOBODY,
    Group,
    PeerSet,
    Point,
    PrefixList,
    Service,
    Traffic,
    parse_line,
    parse_peer,
    union,
)
from sgwarden.traffic.interval import IntervalSet
from sgwarden.traffic.rule import kind_of, reading_order
from sgwarden.traffic.service import ALL_PLACES

HTTPS = Traffic.of([Service.parse("tcp/443")], PeerSet.of_cidr("203.0.113.0/24"))
HOST = IPv4Address("203.0.113.7")


def test_spans_are_put_in_order_and_joined_where_they_touch() -> None:
    assert IntervalSet(((7, 9), (1, 2), (3, 4), (8, 12))).spans == ((1, 4), (7, 12))


def test_a_span_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^a span must not end before it starts: 5-4$"):
        IntervalSet(((5, 4),))


@pytest.mark.parametrize(
    ("protocol", "first", "last", "reason"),
    [
        (-1, 0, 65535, "protocol -1 is out of range: expected 0 to 255"),
        (256, 0, 65535, "protocol 256 is out of range: expected 0 to 255"),
        (6, 23, 22, "ports 23-22 are out of order or out of range 0 to 65535"),
        (6, -1, 22, "ports -1-22 are out of order or out of range 0 to 65535"),
        (17, 0, 65536, "ports 0-65536 are out of order or out of range 0 to 65535"),
        (50, 0, 22, "proto/50 has no ports: only tcp and udp have"),
        (None, 22, 22, "all has no ports: only tcp and udp have"),
        (1, 768, 1024, "an ICMP service is all types, all codes of one type, or one code"),
        (1, 769, 1024, "an ICMP service is all types, all codes of one type, or one code"),
        (58, 768, 769, "an ICMP service is all types, all codes of one type, or one code"),
    ],
)
def test_a_service_that_no_rule_can_say_is_refused(
    protocol: int | None, first: int, last: int, reason: str
) -> None:
    with pytest.raises(ValueError, match=f"^{reason}$"):
        Service(protocol, first, last)


@pytest.mark.parametrize("group_id", ["", "sg-", "sg_0a", "pl-0a", "sg-0a sg-0b", "sg-0a\n", "0.0.0.0/0"])
def test_what_cannot_be_a_group_id_is_refused(group_id: str) -> None:
    with pytest.raises(ValueError, match="is no security group id: expected sg- and letters or digits"):
        Group(group_id)


def test_a_group_is_the_same_whoever_is_said_to_own_it() -> None:
    assert Group("sg-0a", "111122223333") == Group("sg-0a")
    assert hash(Group("sg-0a", "111122223333")) == hash(Group("sg-0a"))


def test_a_prefix_list_is_known_by_its_id() -> None:
    assert PrefixList("pl-0a", ANYWHERE_IPV4, size=5) == PrefixList("pl-0a", NOBODY)


@pytest.mark.parametrize("cidr", ["10.0.0.1/8", "10.0.0.0/33", "2001:db8::1/32", "x", ""])
def test_a_set_of_peers_is_made_of_strict_blocks_only(cidr: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  the words are those of ipaddress
        PeerSet.of_cidr(cidr)


def test_the_spaces_of_peers_are_disjoint() -> None:
    assert IPv4Address(7) not in PeerSet.of_cidr("::/0")
    assert IPv6Address(7) not in PeerSet.of_cidr("0.0.0.0/0")
    assert "sg-0a" not in PeerSet.of_cidr("0.0.0.0/0", "::/0")
    assert "sg-0a" in ~PeerSet.of_cidr("0.0.0.0/0", "::/0")


@pytest.mark.parametrize("other", [Point(6, 442, HOST), Point(17, 443, HOST), Point(6, 443, "sg-0a")])
def test_a_point_beside_the_traffic_is_not_in_it(other: Point) -> None:
    assert Point(6, 443, HOST) in HTTPS
    assert other not in HTTPS


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_that_does_not_exist_is_not_a_port_of_the_next_protocol(port: int) -> None:
    assert Point(6, port, HOST) not in Traffic.ALL
    assert Point(6, 65535, HOST) in Traffic.ALL
    assert Point(6, 0, HOST) in Traffic.ALL


def test_services_that_touch_across_protocols_stay_apart_in_meaning() -> None:
    joined = Traffic.of([Service(6), Service(7)], EVERYONE)
    assert len(joined.bands) == 1
    assert joined == Traffic.of([Service(6)], EVERYONE) | Traffic.of([Service(7)], EVERYONE)
    assert Point(8, 0, HOST) not in joined


def test_traffic_without_peers_or_services_is_none() -> None:
    assert Traffic.of([Service.ALL], NOBODY) == Traffic.of([], EVERYONE) == union([]) == Traffic.NONE
    assert not Traffic.NONE


def test_every_service_is_all_traffic() -> None:
    assert union(Traffic.of([Service(number)], EVERYONE) for number in range(256)) == Traffic.ALL
    assert Traffic.ALL.at(ALL_PLACES) == EVERYONE


def test_nobody_in_particular_is_at_no_place_at_all() -> None:
    """As of every empty question, the answer is yes: everyone may use all of no places."""
    assert Traffic.NONE.at(IntervalSet()) == EVERYONE
    assert Traffic.NONE.at(Service.parse("tcp/22").places) == NOBODY


def test_protocols_without_ports_are_one_place_wide_in_meaning() -> None:
    esp = parse_line("proto/50 from 203.0.113.0/24").traffic
    assert Point(50, 0, HOST) in esp
    assert Point(51, 0, HOST) not in esp


def test_a_rule_without_a_band_in_common_changes_nothing() -> None:
    ssh = parse_line("tcp/22 from 203.0.113.0/24").traffic
    assert HTTPS - ssh == HTTPS
    assert not HTTPS & ssh
    assert len((HTTPS | ssh).bands) == 2


def test_ec2_tells_four_kinds_of_peers_apart() -> None:
    lists = {name: PrefixList(name, NOBODY) for name in ("pl-0a", "pl-0b")}
    lines = ("10.0.0.0/8", "::/0", "sg-0a", "pl-0a", "10.1.0.0/16", "2001:db8::/32", "sg-0b", "pl-0b")
    kinds = [kind_of(parse_peer(text, prefix_lists=lists)) for text in lines]
    assert kinds[:4] == kinds[4:]
    assert len(set(kinds)) == 4


def test_rules_are_read_by_service_then_groups_then_addresses_as_numbers() -> None:
    lines = [
        "all from sg-0a",
        "all from ::/0",
        "icmp from ::/0",
        "tcp/22 from 9.0.0.0/8",
        "tcp/22 from 10.0.0.0/8",
        "tcp/22 from ::/0",
        "tcp/22-23 from ::/0",
        "tcp/80 from sg-0a",
    ]
    rules = sorted(map(parse_line, lines[::-1]), key=lambda rule: reading_order(rule.service, rule.peer))
    assert rules == [*map(parse_line, lines)]
