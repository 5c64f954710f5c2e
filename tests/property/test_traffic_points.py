"""Every set of the algebra is what its points say, looked at one by one in a tiny universe."""

from __future__ import annotations

import random
from ipaddress import IPv4Address, IPv6Address, summarize_address_range
from itertools import chain
from operator import and_, or_
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sgwarden.traffic import PeerSet, Point, Traffic, union
from sgwarden.traffic.service import SLOT

from tests.property.universe import (
    ALL_CORNERS,
    ALL_PEERS,
    ALL_POINTS,
    CELLS,
    UNNAMED,
    group_sets,
    interval_sets,
    numbers_in,
    peer_sets,
    peers_in,
    place_sets,
    points,
    traffics,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from sgwarden.traffic.interval import IntervalSet
    from sgwarden.traffic.peers import GroupSet


@pytest.mark.parametrize("join", [or_, and_, lambda left, right: left - right])
@given(x=traffics(), y=traffics())
def test_traffic_joins_point_by_point(join: Callable[[Any, Any], Any], x: Traffic, y: Traffic) -> None:
    assert points(join(x, y)) == join(points(x), points(y))


@given(x=traffics(), y=traffics())
def test_traffic_compares_point_by_point(x: Traffic, y: Traffic) -> None:
    mine, theirs = points(x), points(y)
    assert (x == y) == (mine == theirs)
    assert (x <= y) == (mine <= theirs)
    assert bool(x) == bool(mine)


@given(x=traffics())
def test_the_complement_has_all_other_points(x: Traffic) -> None:
    assert points(~x) == ALL_POINTS - points(x)


@given(x=traffics(), seed=st.integers(0, 99))
def test_the_same_points_in_whatever_order_are_the_same_value(x: Traffic, seed: int) -> None:
    held = [cell for point, cell in CELLS if point in x]
    random.Random(seed).shuffle(held)  # noqa: S311
    rebuilt = union(held)
    assert (rebuilt, hash(rebuilt)) == (x, hash(x))


@given(parts=st.lists(traffics(), max_size=5))
def test_the_union_of_many_is_the_union_of_each(parts: list[Traffic]) -> None:
    together = Traffic.NONE
    for part in parts:
        together = together | part
    assert union(iter(parts)) == together


@given(x=traffics(), places=place_sets())
def test_who_is_at_places_is_at_each_of_them(x: Traffic, places: IntervalSet) -> None:
    asked = [divmod(corner, SLOT) for corner in ALL_CORNERS if corner in places]
    assert peers_in(x.at(places)) == {
        peer for peer in ALL_PEERS if all(Point(*place, peer) in x for place in asked)
    }


@given(x=traffics(), peers=peer_sets().filter(bool))
def test_a_place_open_to_peers_is_open_to_each_of_them(x: Traffic, peers: PeerSet) -> None:
    asked = peers_in(peers)
    assert {corner for corner in ALL_CORNERS if corner in x.places_open_to(peers)} == {
        corner for corner in ALL_CORNERS if all(Point(*divmod(corner, SLOT), peer) in x for peer in asked)
    }


@pytest.mark.parametrize("join", [or_, and_, lambda left, right: left - right])
@given(x=peer_sets(), y=peer_sets())
def test_peers_join_point_by_point(join: Callable[[Any, Any], Any], x: PeerSet, y: PeerSet) -> None:
    assert peers_in(join(x, y)) == join(peers_in(x), peers_in(y))


@given(x=peer_sets(), y=peer_sets())
def test_peers_compare_point_by_point(x: PeerSet, y: PeerSet) -> None:
    mine, theirs = peers_in(x), peers_in(y)
    assert (x == y, x <= y, bool(x)) == (mine == theirs, mine <= theirs, bool(mine))
    assert x != y or hash(x) == hash(y)


@given(x=peer_sets())
def test_networks_are_exactly_the_addresses(x: PeerSet) -> None:
    """And the fewest: as the standard library cuts the same ranges."""
    blocks = list(x.networks())
    ipv4 = [summarize_address_range(IPv4Address(first), IPv4Address(last)) for first, last in x.ipv4.spans]
    ipv6 = [summarize_address_range(IPv6Address(first), IPv6Address(last)) for first, last in x.ipv6.spans]
    assert blocks == [*chain(*ipv4), *chain(*ipv6)]
    assert PeerSet.of_cidr(*blocks) == PeerSet(x.ipv4, x.ipv6)


@pytest.mark.parametrize("join", [or_, and_, lambda left, right: left - right])
@given(x=interval_sets(), y=interval_sets())
def test_intervals_join_number_by_number(
    join: Callable[[Any, Any], Any], x: IntervalSet, y: IntervalSet
) -> None:
    assert numbers_in(join(x, y)) == join(numbers_in(x), numbers_in(y))


@given(x=interval_sets(), y=interval_sets())
def test_intervals_compare_number_by_number(x: IntervalSet, y: IntervalSet) -> None:
    mine, theirs = numbers_in(x), numbers_in(y)
    assert (x == y, x <= y, bool(x)) == (mine == theirs, mine <= theirs, bool(mine))
    assert x != y or hash(x) == hash(y)


@pytest.mark.parametrize("join", [or_, and_, lambda left, right: left - right])
@given(x=group_sets(), y=group_sets())
def test_groups_join_id_by_id(join: Callable[[Any, Any], Any], x: GroupSet, y: GroupSet) -> None:
    ids = ("sg-a", "sg-b", "sg-c", UNNAMED)
    mine, theirs = ({group for group in ids if group in side} for side in (x, y))
    assert {group for group in ids if group in join(x, y)} == join(mine, theirs)
    assert (x == y, bool(x)) == (mine == theirs, bool(mine))
