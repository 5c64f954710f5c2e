"""The laws of sets, for every kind of set in the algebra, and the one form that equal sets share."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sgwarden.traffic import EVERYONE, NOBODY, Traffic
from sgwarden.traffic.interval import IntervalSet
from sgwarden.traffic.peers import GroupSet

from tests.property.universe import (
    group_sets,
    interval_sets,
    peer_sets,
    traffics,
)

KINDS = {
    "intervals": interval_sets(),
    "groups": group_sets(),
    "peers": peer_sets(),
    "traffic": traffics(),
}
NOTHING = {"intervals": IntervalSet(), "groups": GroupSet(), "peers": NOBODY, "traffic": Traffic.NONE}
WHOLE = {"groups": GroupSet(others=True), "peers": EVERYONE, "traffic": Traffic.ALL}

every_kind = pytest.mark.parametrize("kind", KINDS)
with_complement = pytest.mark.parametrize("kind", WHOLE)
with_order = pytest.mark.parametrize("kind", ["intervals", "peers", "traffic"])
in_cases = given(data=st.data())


def some(data: st.DataObject, kind: str, count: int) -> list[Any]:
    return [data.draw(KINDS[kind]) for _ in range(count)]


# Laws


@every_kind
@in_cases
def test_union_is_commutative_and_associative(kind: str, data: st.DataObject) -> None:
    x, y, z = some(data, kind, 3)
    assert x | y == y | x
    assert (x | y) | z == x | (y | z)


@every_kind
@in_cases
def test_intersection_is_commutative_and_associative(kind: str, data: st.DataObject) -> None:
    x, y, z = some(data, kind, 3)
    assert x & y == y & x
    assert (x & y) & z == x & (y & z)


@every_kind
@in_cases
def test_each_distributes_over_the_other(kind: str, data: st.DataObject) -> None:
    x, y, z = some(data, kind, 3)
    assert x & (y | z) == (x & y) | (x & z)
    assert x | (y & z) == (x | y) & (x | z)


@every_kind
@in_cases
def test_absorption_and_idempotence(kind: str, data: st.DataObject) -> None:
    x, y = some(data, kind, 2)
    assert x | (x & y) == x == x & (x | y)
    assert x | x == x == x & x


@every_kind
@in_cases
def test_nothing_is_the_identity_of_union(kind: str, data: st.DataObject) -> None:
    (x,), nothing = some(data, kind, 1), NOTHING[kind]
    assert x | nothing == x == x - nothing == nothing | x
    assert x & nothing == nothing == nothing - x == x - x


@every_kind
@in_cases
def test_difference_is_what_is_left_over(kind: str, data: st.DataObject) -> None:
    x, y, z = some(data, kind, 3)
    assert (x - y) | (x & y) == x
    assert x - (y | z) == (x - y) - z == (x - y) & (x - z)
    assert not (x - y) & y


@with_complement
@in_cases
def test_de_morgan(kind: str, data: st.DataObject) -> None:
    x, y = some(data, kind, 2)
    assert ~(x | y) == ~x & ~y
    assert ~(x & y) == ~x | ~y


@with_complement
@in_cases
def test_the_complement_is_all_the_rest_and_its_own_inverse(kind: str, data: st.DataObject) -> None:
    (x,), whole = some(data, kind, 1), WHOLE[kind]
    assert x | ~x == whole
    assert not x & ~x
    assert ~~x == x == whole & x


@with_complement
@in_cases
def test_difference_is_meeting_the_complement(kind: str, data: st.DataObject) -> None:
    x, y = some(data, kind, 2)
    assert x - y == x & ~y


@with_order
@in_cases
def test_being_contained_is_one_order_in_four_forms(kind: str, data: st.DataObject) -> None:
    x, y = some(data, kind, 2)
    assert (x <= y) == (x | y == y) == (x & y == x) == (not x - y)
    assert x & y <= x <= x | y
    assert (x <= y <= x) == (x == y)


@with_complement
def test_the_whole_is_what_nothing_leaves(kind: str) -> None:
    nothing, whole = NOTHING[kind], WHOLE[kind]
    assert ~nothing == whole  # type: ignore[operator]
    assert whole
    assert not nothing


# The one form that equal sets share


def in_one_form(numbers: IntervalSet) -> bool:
    """Whether the spans are sorted and neither overlap nor touch."""
    edges = [edge for first, last in numbers.spans for edge in (first, last + 1)]
    return all(here < there for here, there in pairwise(edges))


@given(x=interval_sets(), y=interval_sets())
def test_spans_keep_their_form(x: IntervalSet, y: IntervalSet) -> None:
    assert all(in_one_form(numbers) for numbers in (x, x | y, x & y, x - y))


@given(x=traffics(), y=traffics())
def test_bands_keep_their_form(x: Traffic, y: Traffic) -> None:
    for traffic in (x, x | y, x & y, x - y, ~x):
        assert all(first <= last and peers for first, last, peers in traffic.bands)
        assert all(in_one_form(peers.ipv4) and in_one_form(peers.ipv6) for _, _, peers in traffic.bands)
        for (_, last, here), (first, _, there) in pairwise(traffic.bands):
            assert last < first
            assert last + 1 < first or here != there
