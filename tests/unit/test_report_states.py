"""A group before and after: what a look tells of one follows for the other from its changes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sgwarden.alert import Made
from sgwarden.cli.report.look import Look, State, read_look
from sgwarden.cli.report.node import Node
from sgwarden.cli.report.reach import Mark, matrices, tags
from sgwarden.cli.report.states import around, made, of_changes, unmade
from sgwarden.outcome import Status

from tests.unit.documents import result

FOUND = State({"ingress": ("all from self", "tcp/22 from 0.0.0.0/0"), "egress": ()}, {"a": "1"})
LEFT = State({"ingress": ("all from self", "tcp/22 from 10.0.0.0/8"), "egress": ("all to self",)}, {"a": "2"})
CHANGES = (
    Made("authorize", "egress", "", "all to self"),
    Made("modify", "ingress", "sgr-1", "tcp/22 from 10.0.0.0/8", "tcp/22 from 0.0.0.0/0"),
    Made("tag", "", "", "a=2", "a=1"),
)
LINES = st.lists(
    st.builds(
        "{} from {}".format,
        st.sampled_from(
            ["all", "tcp/22", "tcp/443", "udp/53", "icmp/3.4", "proto/50", "tcp", "tcp/1-9", "x y"]
        ),
        st.sampled_from(["self", "sg-0a", "10.0.0.0/8", "0.0.0.0/0", "::/0", "pl-0a", "?"]),
    ),
    unique=True,
).map(tuple)


def look(status: Status, before: State | None, after: State | None) -> Look:
    plain: Any = read_look(Node(result(status)))
    return Look(plain.place, plain.policy, plain.mode, status, (), CHANGES, before, after)


@pytest.mark.parametrize(
    "of",
    [
        look(Status.REMEDIATED, FOUND, LEFT),
        look(Status.REMEDIATED, None, LEFT),
        look(Status.FAILED, None, LEFT),
        # A replay that only observed; an alert of what is left so; a plan.
        look(Status.DRIFTED, FOUND, FOUND),
        look(Status.DRIFTED, None, FOUND),
        look(Status.DRIFTED, None, LEFT),
    ],
)
def test_both_are_known_where_one_is(of: Look) -> None:
    found, left = around(of) or (None, None)
    assert found is not None
    assert left is not None
    assert {key: set(value) for key, value in found.rules.items()} == sets(FOUND)
    assert {key: set(value) for key, value in left.rules.items()} == sets(LEFT)
    assert (found.tags, left.tags) == (FOUND.tags, LEFT.tags)


def test_what_did_not_last_is_not_made_up() -> None:
    _, left = around(look(Status.FAILED, None, FOUND)) or (None, None)
    assert left == FOUND


def test_where_neither_is_known_the_changes_say_what_they_can() -> None:
    assert around(look(Status.REMEDIATED, None, None)) is None
    found, left = of_changes(CHANGES)
    assert (found.rules["ingress"], found.rules["egress"]) == (("tcp/22 from 0.0.0.0/0",), ())
    assert (left.rules["ingress"], left.rules["egress"]) == (("tcp/22 from 10.0.0.0/8",), ("all to self",))
    assert (found.tags, left.tags) == ({"a": "1"}, {"a": "2"})


def test_a_revoked_rule_was_there() -> None:
    gone = (Made("revoke", "ingress", "sgr-1", "tcp/22 from 0.0.0.0/0"),)
    assert made(FOUND, gone).rules["ingress"] == ("all from self",)
    assert set(unmade(made(FOUND, gone), gone).rules["ingress"]) == set(FOUND.rules["ingress"])


def test_a_tag_that_was_not_there_is_not_there_before() -> None:
    set_anew = (Made("tag", "", "", "b=c=d"),)
    assert made(FOUND, set_anew).tags == {"a": "1", "b": "c=d"}
    assert unmade(made(FOUND, set_anew), set_anew).tags == {"a": "1"}


def test_a_key_may_have_the_sign_that_parts_it_from_its_value() -> None:
    turned = (Made("tag", "", "", "a=b=2", "a=b=1"),)
    assert made(State({}, {"a=b": "1", "a": "x"}), turned).tags == {"a=b": "2", "a": "x"}


@given(LINES, LINES)
def test_every_line_stands_in_the_matrix_with_what_became_of_it(
    before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    shown: dict[Mark, set[str]] = {mark: set() for mark in Mark}
    for matrix in matrices(State({"ingress": before}), State({"ingress": after}), "ingress"):
        assert 0 < len(matrix.services) <= 8
        for row in matrix.rows:
            assert any(row.marks)
            for service, mark in zip(matrix.services, row.marks, strict=True):
                if mark:
                    shown[mark].add(f"{service} from {row.peer}")
    assert shown[Mark.KEPT] == set(before) & set(after)
    assert shown[Mark.GONE] == set(before) - set(after)
    assert shown[Mark.ADDED] == set(after) - set(before)


def test_peers_and_services_stand_as_people_look() -> None:
    lines = (
        *("udp/53 from 10.0.0.0/16", "tcp/443 from pl-0a", "tcp/22 from ::/0", "all from self"),
        *("tcp/443 from 10.0.0.0/8", "tcp/1024 from sg-0b", "tcp/22 from 0.0.0.0/0"),
    )
    (matrix,) = matrices(State({"ingress": lines}), State({"ingress": lines}), "ingress")
    assert matrix.services == ("all", "tcp/22", "tcp/443", "tcp/1024", "udp/53")
    assert [row.peer for row in matrix.rows] == [
        *("self", "sg-0b", "0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/16", "::/0", "pl-0a"),
    ]


def test_a_line_of_no_notation_is_shown_all_the_same() -> None:
    (matrix,) = matrices(State(), State({"egress": ("what is this",)}), "egress")
    assert (matrix.services, matrix.rows[0].peer, matrix.rows[0].marks) == (
        ("",),
        "what is this",
        (Mark.ADDED,),
    )


def test_many_services_stand_below_one_another() -> None:
    lines = tuple(f"tcp/{port} from self" for port in range(20))
    found = matrices(State({"ingress": lines}), State(), "ingress")
    assert [len(each.services) for each in found] == [8, 8, 4]


def test_a_changed_tag_is_gone_and_added() -> None:
    found = tags(State({}, {"a": "1", "b": "1", "c": "1"}), State({}, {"b": "1", "c": "2", "d": "1"}))
    assert [(each.key, each.value, each.mark.value) for each in found] == [
        *(
            ("a", "1", "gone"),
            ("b", "1", "kept"),
            ("c", "1", "gone"),
            ("c", "2", "added"),
            ("d", "1", "added"),
        ),
    ]


def sets(of: State) -> dict[str, set[str]]:
    return {key: set(value) for key, value in of.rules.items()}
