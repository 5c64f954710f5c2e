"""How few rules known traffic needs."""

from __future__ import annotations

import pytest
from sgwarden.traffic import (
    ANYWHERE_IPV4,
    EVERYONE,
    INTERNET,
    Cidr,
    Direction,
    Group,
    Line,
    PeerSet,
    PrefixList,
    Rule,
    Service,
    Traffic,
    cover,
    parse_line,
    union,
)
from sgwarden.traffic.atoms import atoms
from sgwarden.traffic.cover import peers_as_rules

LISTS = {
    "pl-0a": PrefixList("pl-0a", PeerSet.of_cidr("198.51.100.0/24", "203.0.113.0/24")),
    "pl-0b": PrefixList("pl-0b", PeerSet.of_cidr("198.51.100.0/24", "192.0.2.0/24")),
}
SSH_FROM_INTERNET = Traffic.of([Service.parse("tcp/22")], INTERNET)


def rules(*lines: str) -> list[Rule]:
    return [parse_line(line, prefix_lists=LISTS) for line in lines]


def read(*lines: str) -> Traffic:
    return union(rule.traffic for rule in rules(*lines))


def written(lines: tuple[Line, ...]) -> list[str]:
    return [Rule(Direction.INGRESS, line.service, line.peer).text() for line in lines]


@pytest.mark.parametrize(
    ("traffic", "expected"),
    [
        (Traffic.NONE, []),
        (read("tcp/22 from 0.0.0.0/1", "tcp/22 from 128.0.0.0/1"), ["tcp/22 from 0.0.0.0/0"]),
        (read("tcp/22 from 10.0.0.0/9", "tcp/22 from 10.0.0.0/8"), ["tcp/22 from 10.0.0.0/8"]),
        (read("tcp/20-22 from ::/0", "tcp/23-30 from ::/0", "tcp/25 from ::/0"), ["tcp/20-30 from ::/0"]),
        (
            read("tcp/22 from 0.0.0.0/0", "tcp/22 from ::/0", "tcp/22 from sg-0a"),
            ["tcp/22 from sg-0a", "tcp/22 from 0.0.0.0/0", "tcp/22 from ::/0"],
        ),
        (read("all from 0.0.0.0/0", "tcp/22 from 10.0.0.0/8"), ["all from 0.0.0.0/0"]),
        (union(read(f"proto/{number} from ::/0") for number in range(256)), ["all from ::/0"]),
        (
            read("proto/6 from sg-0a", "proto/7 from sg-0a"),
            ["tcp from sg-0a", "proto/7 from sg-0a"],
        ),
        (
            read("udp/65535 from sg-0a", "proto/18 from sg-0a"),
            ["udp/65535 from sg-0a", "proto/18 from sg-0a"],
        ),
        # A block in a wider range: rules may overlap, which spares one.
        (
            read("tcp/1-9 from 10.0.0.0/16", "tcp/5 from 10.0.0.0/8"),
            ["tcp/1-9 from 10.0.0.0/16", "tcp/5 from 10.0.0.0/8"],
        ),
        (
            read("tcp/1-9 from sg-0a", "tcp/5-15 from sg-0b"),
            ["tcp/1-9 from sg-0a", "tcp/5-15 from sg-0b"],
        ),
        # Cut by peer, not by service: 10.0.0.0/16 would need two rules otherwise.
        (
            read("tcp/1-2 from 10.0.0.0/16", "tcp/2-3 from 10.1.0.0/16", "udp from 10.0.0.0/16"),
            ["tcp/1-2 from 10.0.0.0/16", "tcp/2-3 from 10.1.0.0/16", "udp from 10.0.0.0/16"],
        ),
        (
            read("icmp/3 from ::/0") - read("icmp/3.4 from ::/0") | read("icmp/3.4 from ::/0"),
            ["icmp/3 from ::/0"],
        ),
        (read("icmp/3 from ::/0", "icmp/4.0 from ::/0"), ["icmp/3 from ::/0", "icmp/4.0 from ::/0"]),
        (read("icmp/2.255 from ::/0", "icmp/3 from ::/0"), ["icmp/2.255 from ::/0", "icmp/3 from ::/0"]),
    ],
)
def test_known_traffic_needs_just_these_rules(traffic: Traffic, expected: list[str]) -> None:
    assert written(cover(traffic)) == expected


def test_a_range_of_ports_without_ssh_from_the_internet() -> None:
    """The ports beside 22 from everywhere, and 22 from each block that is not internet."""
    left = read("tcp/20-30 from 0.0.0.0/0") - SSH_FROM_INTERNET
    private = [Cidr(block) for block in (ANYWHERE_IPV4 - INTERNET).networks()]
    assert len(private) == 10
    assert set(written(cover(left))) == {
        "tcp/20-21 from 0.0.0.0/0",
        "tcp/23-30 from 0.0.0.0/0",
        *(f"tcp/22 from {block}" for block in private),
    }


def test_everything_without_one_port_is_a_rule_for_each_other_protocol() -> None:
    left = read("all from sg-0a") - read("tcp/22 from sg-0a")
    lines = written(cover(left))
    assert len(lines) == 255 + 2
    assert {"tcp/0-21 from sg-0a", "tcp/23-65535 from sg-0a", "udp from sg-0a"} <= set(lines)


def test_one_icmp_code_cut_out_leaves_the_other_codes_and_types() -> None:
    lines = written(cover(read("icmp from sg-0a") - read("icmp/3.4 from sg-0a")))
    assert len(lines) == 255 + 255
    assert {"icmp/2 from sg-0a", "icmp/3.3 from sg-0a", "icmp/3.5 from sg-0a", "icmp/4 from sg-0a"} <= set(
        lines
    )
    assert not {"icmp/3 from sg-0a", "icmp/3.4 from sg-0a"} & set(lines)


def test_sixty_rules_in_each_other_come_back_as_sixty() -> None:
    nested = [f"tcp/{low}-{65535 - low} from 10.0.{low}.0/25" for low in range(1, 61)]
    assert set(written(cover(read(*nested)))) == set(nested)


def test_lines_read_in_the_order_of_service_and_address() -> None:
    traffic = read("udp from 9.0.0.0/8", "udp from 10.0.0.0/8", "udp from 2001:db8::/32", "udp from sg-0b")
    more = read("udp from sg-0a", "tcp/443 from 9.0.0.0/8", "tcp/22 from 9.0.0.0/8", "all from sg-0c")
    assert written(cover(traffic | more)) == [
        "all from sg-0c",
        "tcp/22 from 9.0.0.0/8",
        "tcp/443 from 9.0.0.0/8",
        "udp from sg-0a",
        "udp from sg-0b",
        "udp from 9.0.0.0/8",
        "udp from 10.0.0.0/8",
        "udp from 2001:db8::/32",
    ]


def favoured(*lines: str) -> list[Line]:
    return [Line(rule.service, rule.peer) for rule in rules(*lines)]


def test_a_favoured_line_is_taken_though_another_would_do() -> None:
    traffic = read("tcp/22 from pl-0a")
    assert written(cover(traffic)) == ["tcp/22 from 198.51.100.0/24", "tcp/22 from 203.0.113.0/24"]
    assert written(cover(traffic, favoured("tcp/22 from pl-0a"))) == ["tcp/22 from pl-0a"]


def test_what_favoured_lines_leave_is_covered_beside_them() -> None:
    traffic = read("tcp/22 from pl-0a", "tcp/22 from 10.0.0.0/8")
    chosen = cover(traffic, favoured("tcp/22 from pl-0a"))
    assert written(chosen) == ["tcp/22 from 10.0.0.0/8", "tcp/22 from pl-0a"]


def test_a_favoured_line_that_goes_too_far_is_passed_over() -> None:
    traffic = read("tcp/22 from 10.0.0.0/8")
    assert written(cover(traffic, favoured("tcp/22 from 0.0.0.0/0", "tcp from 10.0.0.0/8"))) == [
        "tcp/22 from 10.0.0.0/8"
    ]


def test_a_favoured_line_that_others_cover_is_not_needed() -> None:
    lines = favoured("tcp/443 from sg-0a", "all from sg-0a", "all from sg-0a")
    assert written(cover(read("all from sg-0a"), lines)) == ["all from sg-0a"]


def test_favoured_lines_that_overlap_are_both_taken_where_both_are_needed() -> None:
    lines = favoured("tcp/22 from pl-0a", "tcp/22 from pl-0b")
    assert set(written(cover(read("tcp/22 from pl-0a", "tcp/22 from pl-0b"), lines))) == {
        "tcp/22 from pl-0a",
        "tcp/22 from pl-0b",
    }


def test_a_favoured_line_of_no_traffic_is_not_a_rule() -> None:
    empty = Line(Service.ALL, PrefixList("pl-0c", PeerSet()))
    assert cover(read("tcp/22 from sg-0a"), [empty]) == (Line(Service(6, 22, 22), Group("sg-0a")),)


def test_every_group_but_one_is_no_rule() -> None:
    with pytest.raises(ValueError, match=r"^no rule can name every security group but some$"):
        cover(Traffic.of([Service.ALL], EVERYONE) - read("all from sg-0a"))


def test_peers_as_rules_name_them_groups_last_and_never_all_groups_but_some() -> None:
    peers = PeerSet.of_cidr("::/0", "10.0.0.0/8") | PeerSet.of_group("sg-0b", "sg-0a")
    assert [*map(str, peers_as_rules(peers))] == ["10.0.0.0/8", "::/0", "sg-0a", "sg-0b"]
    for speak in (peers_as_rules, lambda peers: atoms([peers])):
        with pytest.raises(ValueError, match=r"^no rule can name every security group but some$"):
            list(speak(~PeerSet.of_group("sg-0a")))
