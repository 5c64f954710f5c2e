"""Traffic turned back into rules is that traffic, in rules that EC2 can hold, and in few."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sgwarden.traffic import (
    ANYWHERE_IPV4,
    ANYWHERE_IPV6,
    EVERYONE,
    Cidr,
    Direction,
    Group,
    Line,
    PeerSet,
    Rule,
    Service,
    Traffic,
    cover,
    parse_cidr,
    union,
)
from sgwarden.traffic.atoms import atoms, members
from sgwarden.traffic.cover import peers_as_rules, services_at
from sgwarden.traffic.ec2 import rules_of_permission
from sgwarden.traffic.ec2_request import permission_of
from sgwarden.traffic.interval import IntervalSet
from sgwarden.traffic.service import ALL_PLACES

from tests.property.universe import (
    NAMED_PEERS,
    NAMED_PLACES,
    PEERS,
    joined_peers,
    joined_places,
    peer_sets,
    place_sets,
    points,
    traffics,
)

PLAIN_PLACES = tuple(cell for cell in NAMED_PLACES if len(list(services_at(cell))) < 10)
SPACES = (ANYWHERE_IPV4, ANYWHERE_IPV6, EVERYONE - ANYWHERE_IPV4 - ANYWHERE_IPV6)


def coverable() -> st.SearchStrategy[Traffic]:
    return traffics(PLAIN_PLACES, NAMED_PEERS)


def lines() -> st.SearchStrategy[Line]:
    services = st.sampled_from(
        ["all", "tcp", "tcp/22", "tcp/0-22", "tcp/1-442", "udp", "icmp/3", "icmp/3.4", "proto/50"]
    )
    peers = st.sampled_from(["0.0.0.0/0", "10.0.0.0/8", "128.0.0.0/1", "192.168.0.0/25", "::/0", "2000::/3"])
    named = st.one_of(peers.map(parse_cidr).map(Cidr), st.sampled_from(["sg-a", "sg-b"]).map(Group))
    return st.builds(Line, services.map(Service.parse), named)


def traffic_of(chosen: tuple[Line, ...] | list[Line]) -> Traffic:
    return union(line.traffic for line in chosen)


def one_by_one(traffic: Traffic) -> list[Line]:
    """The plain decomposition: every band of every space by itself."""
    return [
        Line(service, peer)
        for space in SPACES
        for first, last, peers in (traffic & Traffic.over([ALL_PLACES], space)).bands
        for service in services_at(IntervalSet(((first, last),)))
        for peer in peers_as_rules(peers)
    ]


def width(places: IntervalSet) -> int:
    return sum(last - first + 1 for first, last in places.spans)


@given(traffic=coverable())
def test_the_lines_are_exactly_the_traffic(traffic: Traffic) -> None:
    assert traffic_of(cover(traffic)) == traffic


@given(parts=st.lists(lines(), max_size=6), cut=lines())
def test_what_is_left_of_rules_is_covered_exactly(parts: list[Line], cut: Line) -> None:
    left = traffic_of(parts) - cut.traffic
    assert traffic_of(cover(left)) == left
    assert points(traffic_of(cover(left))) == points(left)


@given(traffic=coverable())
def test_there_are_no_more_lines_than_band_by_band(traffic: Traffic) -> None:
    assert len(cover(traffic)) <= len(one_by_one(traffic))


@given(traffic=coverable())
def test_each_line_is_one_rule_that_ec2_can_hold(traffic: Traffic) -> None:
    for line in cover(traffic):
        rule = Rule(Direction.EGRESS, line.service, line.peer)
        assert list(rules_of_permission(rule.direction, permission_of(rule), {})) == [rule]


@given(parts=st.lists(lines(), max_size=6))
def test_no_line_is_said_twice(parts: list[Line]) -> None:
    chosen = cover(traffic_of(parts))
    for index, line in enumerate(chosen):
        assert not line.traffic <= traffic_of([*chosen[:index], *chosen[index + 1 :]])


@given(parts=st.lists(lines(), max_size=6))
def test_the_order_that_rules_were_made_in_does_not_matter(parts: list[Line]) -> None:
    assert cover(traffic_of(parts)) == cover(traffic_of(parts[::-1]))


@given(line=lines())
def test_one_rule_comes_back_as_itself(line: Line) -> None:
    assert cover(line.traffic) == (line,)


@given(parts=st.lists(lines(), max_size=4), favoured=st.lists(lines(), max_size=4))
def test_favoured_lines_are_taken_where_they_fit_whole(parts: list[Line], favoured: list[Line]) -> None:
    traffic = traffic_of(parts)
    chosen = cover(traffic, favoured)
    fitting = [line for line in favoured if line.traffic <= traffic]
    assert traffic_of(chosen) == traffic
    assert traffic_of([line for line in chosen if line in fitting]) == traffic_of(fitting)


@given(parts=st.lists(lines(), max_size=5))
def test_nothing_but_favoured_lines_comes_where_they_are_enough(parts: list[Line]) -> None:
    chosen = cover(traffic_of(parts), parts)
    assert set(chosen) <= set(parts)
    assert len(set(chosen)) == len(chosen)


@given(peers=peer_sets(PEERS[-3:]).filter(lambda peers: peers.groups.others))
def test_all_groups_but_some_is_refused(peers: PeerSet) -> None:
    traffic = Traffic.of([Service.parse("tcp/22")], peers)
    with pytest.raises(ValueError, match=r"^no rule can name every security group but some$"):
        cover(traffic)


@given(places=place_sets())
def test_services_are_exactly_the_places_and_do_not_overlap(places: IntervalSet) -> None:
    found = [service.places for service in services_at(places)]
    assert joined_places(found) == places
    assert sum(map(width, found)) == width(places)


@given(sets=st.lists(peer_sets(NAMED_PEERS), max_size=4))
def test_atoms_are_disjoint_pieces_held_by_just_the_sets_named(sets: list[PeerSet]) -> None:
    pieces = atoms(sets)
    assert 0 not in pieces
    for index, peers in enumerate(sets):
        holding = [piece for holders, piece in pieces.items() if index in members(holders)]
        assert joined_peers(holding) == peers
        assert all(not piece & peers for piece in pieces.values() if piece not in holding)
