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


def of_owner(owner: str, rest: str = "", direction: str = "ingress") -> str:
    allow = f"{{id: a, managed_by: {owner}{rest}}}"
    return policy(f"    use: eks-baseline\n    {direction}:\n      otherwise: deny\n      allow: [{allow}]\n")


@pytest.mark.parametrize(
    ("owner", "rest"),
    [
        ("eksctl", ""),
        ("eksctl", ", from: sg-1, traffic: tcp/443"),
        ("in-tree-cloud-provider", ", traffic: tcp/30000-32767, from: internet"),
        ("in-tree-cloud-provider", ", traffic: [udp, icmp], from: 203.0.113.0/24"),
        ("eks", ""),
        ("eks", ", traffic: tcp/443, from: remote-nodes"),
        ("eks", ", traffic: udp/53, from: self"),
    ],
)
def test_what_an_owner_can_make_is_accepted(owner: str, rest: str) -> None:
    assert errors_of(of_owner(owner, rest)) == []


IN_TREE = "in-tree-cloud-provider"
NO_NODE_PORTS = (
    "only rules of node ports, 30000 to 32767, and of icmp/3.4 are known to be the in-tree-cloud-provider's;"
    " name node ports, such as tcp/30000-32767, and icmp/3.4 for the MTU"
)
NOT_OF_EKS = (
    "only rules for all traffic with the group itself, or tcp/443 in from a remote network are known to be"
    ' the eks\'s; leave "traffic" and its peers out'
)
NO_ADDRESSES = (
    "only rules with IPv4 addresses are known to be the in-tree-cloud-provider's;"
    " name the clients and the subnets of load balancers, such as anywhere-ipv4"
)


@pytest.mark.parametrize(
    ("owner", "rest", "direction", "said"),
    [
        (IN_TREE, ", traffic: tcp/22, from: internet", "ingress", NO_NODE_PORTS),
        (IN_TREE, ", traffic: tcp/30101, from: sg-1", "ingress", NO_ADDRESSES),
        (IN_TREE, ", traffic: tcp/30101, from: anywhere-ipv6", "ingress", NO_ADDRESSES),
        (
            "eksctl",
            ", from: vpc",
            "ingress",
            "only rules with a reference to a security group are known to be the eksctl's;"
            " leave its peers out, or name groups: sg-...",
        ),
        (
            "eksctl",
            "",
            "egress",
            "only rules for all traffic in from another security group are known to be the eksctl's;"
            " move it to ingress",
        ),
        (
            "eks",
            ", traffic: tcp/10250, from: remote-nodes",
            "ingress",
            NOT_OF_EKS,
        ),
        (
            "eks",
            ", traffic: tcp/443, to: remote-nodes",
            "egress",
            NOT_OF_EKS,
        ),
    ],
)
def test_what_an_owner_never_makes_is_refused(owner: str, rest: str, direction: str, said: str) -> None:
    (error,) = errors_of(of_owner(owner, rest, direction))
    assert error == f'8:15: statement "a" can never allow anything: {said}'
