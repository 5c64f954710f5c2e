"""Statements for an owner: what can never be allowed by them."""

from __future__ import annotations

import pytest
from sgwarden.review.table import lines_of

from tests.unit.reviewing import errors_of, policy, read_file, warnings_of

OWNER = "aws-load-balancer-controller"


def text(rest: str) -> str:
    """A policy whose statement for an owner is at 8:20."""
    statement = f"{{id: lb, managed_by: {OWNER}{rest}}}"
    return policy(f"    use: eks-baseline\n    ingress:\n      otherwise: deny\n      allow: [{statement}]\n")


@pytest.mark.parametrize(
    "rest",
    [
        "",
        ", traffic: all",
        ", traffic: [icmp, udp/53]",
        ", from: [vpc, sg-1]",
        ", from: control-plane-groups, traffic: tcp/1-5",
    ],
)
def test_one_of_which_something_is_left_is_accepted(rest: str) -> None:
    assert errors_of(text(rest)) == []


@pytest.mark.parametrize(
    ("rest", "kind", "hint"),
    [
        (
            ", from: vpc",
            "with a reference to a security group",
            "leave its peers out, or name groups: sg-...",
        ),
        (
            ", from: [anywhere, pl-1], traffic: tcp",
            "with a reference to a security group",
            "leave its peers out, or name groups: sg-...",
        ),
        (
            ", traffic: [icmp, proto/50], from: sg-1",
            "of TCP and UDP",
            'leave "traffic" out, or narrow it to ports of tcp or udp',
        ),
    ],
)
def test_one_of_which_nothing_is_left_is_refused(rest: str, kind: str, hint: str) -> None:
    said = f'statement "lb" can never allow anything: only rules {kind} are known to be the {OWNER}\'s'
    assert errors_of(text(rest)) == [f"8:15: {said}; {hint}"]
    assert warnings_of(text(rest)) == []


def test_only_a_group_by_a_name_is_enough() -> None:
    named = text(", from: those").replace("version: 1\n", "version: 1\npeers: {those: [vpc, sg-1]}\n")
    assert errors_of(named) == []


@pytest.mark.parametrize(
    ("rest", "who", "what"),
    [
        ("", "any group", "tcp udp"),
        (", from: [vpc, sg-1, self]", "sg-1 self", "tcp udp"),
        (", traffic: [icmp, udp/53, tcp/1-5]", "any group", "udp/53 tcp/1-5"),
    ],
)
def test_the_table_shows_what_is_left(rest: str, who: str, what: str) -> None:
    side = read_file(text(rest)).document.policies[0].ingress
    (line,) = [each for each in lines_of(side) if each.id == "lb"]
    assert line.who == (*who.split(), f"by rules of the {OWNER}") or line.who[0] == who
    assert " ".join(line.what) == what
