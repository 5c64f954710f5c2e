"""Allowed traffic that is wider than a limit."""

from __future__ import annotations

import pytest

from tests.unit.reviewing import errors_of, policy


def wide(limit: str, *statements: str, effect: str = "allow") -> list[str]:
    """What is said of the statements, the first of which is in line 8."""
    lines = "".join(f"        - {{{each}}}\n" for each in statements)
    body = f"    use: eks-baseline\n    ingress:\n      otherwise: deny\n      {effect}:\n{lines}"
    text = policy(body) + f"limits: {{narrow: {limit}}}\n"
    return [said.split(": ", 1)[1] for said in errors_of(text)]


@pytest.mark.parametrize(
    ("limit", "statement"),
    [
        ("all from ipv4/16", "id: a, traffic: all, from: 10.0.0.0/16"),
        ("all from ipv4/16", "id: a, traffic: all, from: ['2001:db8::/32', sg-1, self, vpc, pl-1]"),
        ("all from ipv6/48", "id: a, traffic: all, from: 10.0.0.0/8"),
        ("all to ipv4/16", "id: a, traffic: all, from: 10.0.0.0/8"),
        ("tcp/22 from ipv4/32", "id: a, traffic: [tcp/21, tcp/23, udp/22], from: 10.0.0.0/8"),
        ("all from ipv4/8", "id: a, managed_by: aws-load-balancer-controller"),
        ("[all from ipv4/8, tcp/22 from ipv4/24]", "id: a, traffic: tcp/443, from: 10.0.0.0/8"),
    ],
)
def test_what_is_within_the_limit_is_accepted(limit: str, statement: str) -> None:
    assert wide(limit, statement) == []


@pytest.mark.parametrize(
    ("limit", "statement", "block", "line"),
    [
        ("all from ipv4/16", "id: a, traffic: tcp/1, from: 10.0.0.0/15", "10.0.0.0/15", "all from ipv4/16"),
        (
            "tcp/22 from ipv4/32",
            "id: a, traffic: tcp, from: 10.0.0.0/31",
            "10.0.0.0/31",
            "tcp/22 from ipv4/32",
        ),
        (
            "[all from ipv4/8, tcp/20-25 from ipv4/24]",
            "id: a, traffic: tcp/22, from: 10.0.0.0/8",
            "10.0.0.0/8",
            "tcp/20-25 from ipv4/24",
        ),
        ("all from ipv6/48", "id: a, traffic: tcp/1, from: anywhere", "::/0", "all from ipv6/48"),
        (
            "all from ipv4/4",
            "id: a, traffic: tcp/1, from: [128.0.0.0/1, 0.0.0.0/1]",
            "0.0.0.0/0",
            "all from ipv4/4",
        ),
    ],
)
def test_a_wider_block_is_told(limit: str, statement: str, block: str, line: str) -> None:
    said = f'"a" of policy "p" allows {block}, wider than limit "narrow" ({line})'
    assert wide(limit, statement) == [said]


def test_what_is_required_is_allowed_too() -> None:
    assert wide("all from ipv4/16", "id: a, traffic: tcp/1, from: 10.0.0.0/8", effect="require") == [
        '"a" of policy "p" allows 10.0.0.0/8, wider than limit "narrow" (all from ipv4/16)'
    ]


def test_statements_are_judged_together() -> None:
    halves = ("id: a, traffic: tcp/1-22, from: 10.0.0.0/17", "id: b, traffic: tcp/22, from: 10.0.128.0/17")
    said = (
        '"{}" of policy "p" allows 10.0.0.0/16 together with "{}", wider than limit "narrow" '
        "(all from ipv4/17)"
    )
    other = "id: c, traffic: tcp/23, from: 10.0.128.0/17"
    assert wide("all from ipv4/17", *halves, other) == [said.format("a", "b"), said.format("b", "a")]


def test_who_is_too_wide_alone_makes_no_one_else_so() -> None:
    said = wide(
        "all from ipv4/16", "id: a, traffic: all, from: 10.0.0.0/8", "id: b, traffic: all, from: 10.0.0.0/16"
    )
    assert said == ['"a" of policy "p" allows 10.0.0.0/8, wider than limit "narrow" (all from ipv4/16)']


def test_a_statement_of_a_set_is_told_of_at_the_policy_that_uses_it() -> None:
    text = policy("    use: eks-open-egress\n") + "limits: {narrow: all to ipv4/8}\n"
    assert errors_of(text) == [
        (
            '3:5: "eks-open-egress-ipv4" of policy "p" allows 0.0.0.0/0, wider than limit "narrow" (all '
            "to ipv4/8)"
        )
    ]
