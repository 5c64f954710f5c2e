"""Requirements that no security group has room for."""

from __future__ import annotations

import pytest
from sgwarden.cluster import Cluster
from sgwarden.policy.places import Places
from sgwarden.policy.ready_made import ready_made_sets
from sgwarden.review.check import problems_at
from sgwarden.traffic import PeerSet

from tests.unit.reviewing import errors_of, policy, read_file, rendered

HINT = "; require the blocks that you mean, or allow it instead"
CLOUDFRONT = "{prefix_list: com.amazonaws.global.cloudfront.origin-facing}"


def requiring(traffic: str, peers: str, more: str = "") -> str:
    """A policy whose requirement is at 6:17."""
    statement = f"{{id: a, traffic: {traffic}, to: {peers}{more}}}"
    return policy(f"    egress:\n      require: [{statement}]\n")


def said(rules: int, at: str = "") -> str:
    return (
        f'6:17: statement "a" cannot be required{at}: it takes {rules} rules, '
        f"and a security group has room for 60 of an IP family{HINT}"
    )


def ports(number: int) -> str:
    return f"[{', '.join(f'tcp/{each}' for each in range(1, number + 1))}]"


@pytest.mark.parametrize(
    ("traffic", "peers", "rules"),
    [
        ("tcp/443", "internet", 312),
        (ports(31), "[10.0.0.0/8, 192.168.0.0/16]", 62),
        (ports(61), "self", 61),
        (ports(61), "pl-1", 61),
        ("[tcp/80, tcp/443]", CLOUDFRONT, 110),
        (ports(61), "vpc", 61),
        (ports(40), "['2001:db8::/33', '2001:db8:8000::/33', 10.0.0.0/8]", 120),
    ],
)
def test_one_that_takes_too_many_is_refused(traffic: str, peers: str, rules: int) -> None:
    assert errors_of(requiring(traffic, peers)) == [said(rules)]


@pytest.mark.parametrize(
    ("traffic", "peers"),
    [
        (ports(60), "self"),
        (ports(60), "anywhere"),
        (ports(30), "[10.0.0.0/8, vpc, 10.0.0.0/8]"),
        (ports(60), "{prefix_list: s3}"),
        ("tcp/443", CLOUDFRONT),
    ],
)
def test_one_that_there_is_room_for_is_accepted(traffic: str, peers: str) -> None:
    assert errors_of(requiring(traffic, peers)) == []


def test_what_is_only_allowed_needs_no_room() -> None:
    text = requiring("tcp/443", "internet").replace("require", "otherwise: allow\n      allow")
    assert errors_of(text) == []


def test_it_counts_where_the_statement_does() -> None:
    assert errors_of(requiring("tcp/443", "internet", ", ip_family: ipv6")) == [said(312)]


class TestAtACluster:
    """A VPC may have more blocks than one."""

    TEXT = requiring(ports(20), "vpc")
    BLOCKS = ("10.0.0.0/16", "10.2.0.0/16", "10.4.0.0/16", "10.6.0.0/16")

    def test_an_example_shows_it(self) -> None:
        vpc = f"examples: {{a: {{vpc: [{', '.join(self.BLOCKS)}]}}, b: {{}}}}\n"
        assert errors_of(self.TEXT) == []
        assert errors_of(self.TEXT + vpc) == [said(80, " at cluster a")]

    def test_a_cluster_shows_it(self) -> None:
        cluster = Cluster("c", "111122223333", "eu-west-1", "sg-1", vpc_cidrs=PeerSet.of_cidr(*self.BLOCKS))
        found = problems_at(read_file(self.TEXT), [Places(cluster, {})])
        assert rendered([*found]) == [said(80, " at cluster c")]

    def test_what_is_so_everywhere_is_not_told_of_each(self) -> None:
        text = requiring("tcp/443", "internet") + "examples: {a: {}}\n"
        assert errors_of(text) == [said(312)]


@pytest.mark.parametrize("name", ready_made_sets())
def test_there_is_room_for_every_ready_made_set(name: str) -> None:
    assert errors_of(policy(f"    use: {name}\n")) == []
