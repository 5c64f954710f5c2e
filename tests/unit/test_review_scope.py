"""What a check says of policies for additional groups, and of what is expected of them."""

from __future__ import annotations

import pytest
from sgwarden.cluster import Cluster
from sgwarden.group import SecurityGroup
from sgwarden.review.reach import without_policy

from tests.unit.reviewing import errors_of, policy, read_file, warnings_of

BESIDE = "    scope: additional-groups\n"


def two(first: str, second: str) -> str:
    return f"version: 1\npolicies:\n  - {{name: a, {first}}}\n  - {{name: b, {second}}}\n"


@pytest.mark.parametrize(
    ("first", "second", "unreached"),
    [
        ('clusters: {name: "*"}', 'clusters: {name: "x"}, scope: additional-groups', False),
        ('clusters: {name: "*"}, scope: additional-groups', 'clusters: {name: "x"}', False),
        ('clusters: {name: "*"}, scope: additional-groups', 'clusters: {name: "x"}, scope: {name: y}', True),
        ('clusters: {name: "x"}, scope: additional-groups', 'clusters: {name: "*"}, scope: {name: y}', False),
        ('clusters: {name: "*"}, scope: {name: "y*"}', 'clusters: {name: "x"}, scope: {name: y-1}', True),
        ('clusters: {name: "*"}, scope: {name: y}', 'clusters: {name: "x"}, scope: additional-groups', False),
        (
            'clusters: {name: "*"}, scope: {tags: {a: "b*"}}',
            'clusters: {name: "x"}, scope: {name: y, tags: {a: bc}}',
            True,
        ),
        ('clusters: {name: "*"}, scope: {tags: {a: b}}', 'clusters: {name: "x"}, scope: {name: y}', False),
    ],
)
def test_a_policy_is_never_reached_where_one_of_its_kind_takes_all(
    first: str, second: str, unreached: bool
) -> None:
    said = (
        '4:5: policy "b" is never used: all its groups match "a", which comes earlier; a group gets the first'
        " policy that matches it"
    )
    assert warnings_of(two(first, second)) == ([said] if unreached else [])


def test_the_minimum_is_not_asked_of_additional_groups() -> None:
    shut = "    ingress: {otherwise: deny}\n    egress: {otherwise: deny}\n"
    assert errors_of(policy(BESIDE + shut)) == []
    assert len(errors_of(policy(shut))) == 2


def test_a_contradiction_is_one_there_too() -> None:
    lines = (
        "    ingress:\n"
        "      require: [{id: a, traffic: tcp/1, from: cluster-security-group}]\n"
        "      deny: [{id: b, traffic: tcp, from: cluster-security-group}]\n"
    )
    said = '"a" and "b" meet in tcp/1 from cluster-security-group'
    assert errors_of(policy(BESIDE + lines)) == [f'8:14: policy "p" requires what it denies: {said}']


def test_the_two_groups_are_never_one() -> None:
    lines = (
        "    ingress:\n"
        "      require: [{id: a, traffic: all, from: cluster-security-group}]\n"
        "      deny: [{id: b, traffic: all, from: self}]\n"
    )
    assert errors_of(policy(BESIDE + lines)) == []
    assert errors_of(policy(lines)) == [
        '7:14: policy "p" requires what it denies: "a" and "b" meet in all from self'
    ]


def test_no_packet_is_of_both_groups() -> None:
    lines = (
        "    ingress:\n      otherwise: deny\n"
        "      allow: [{id: a, traffic: all, from: self}]\n"
        "      deny: [{id: b, traffic: all, from: cluster-security-group}]\n"
    )
    (said,) = warnings_of(policy(BESIDE + lines))
    assert 'statement "b" can never matter' in said


EXPECTING = two(
    'clusters: {name: "*"}, use: no-public-ingress',
    'clusters: {name: "prod-*"}, scope: {name: "*-nodes", tags: {role: node}}, '
    "ingress: {require: [{id: r, traffic: tcp/10250, from: cluster-security-group}]}",
)


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ("cluster: prod-1, group: a-nodes, required: tcp/10250 from cluster-security-group", ""),
        ("cluster: prod-1, group: a-nodes, allowed: tcp/22 from internet", ""),
        ("cluster: prod-1, denied: tcp/22 from internet", ""),
        (
            "cluster: prod-1, group: [a-nodes, b-nodes], given: [],"
            " after: tcp/10250 from cluster-security-group",
            "",
        ),
        (
            "cluster: prod-1, group: a-nodes, required: tcp/10250 from self",
            '"tcp/10250 from self" should be required for a-nodes of prod-1, but policy "b" does not require'
            " tcp/10250 from self",
        ),
        (
            "cluster: prod-1, group: a-nodes, given: [], after: []",
            'nothing in ingress should be left for a-nodes of prod-1, but policy "b" also lets through'
            " tcp/10250 from cluster-security-group",
        ),
        (
            "cluster: prod-1, group: bastion, denied: all from self",
            'no policy is for an additional group named "bastion" of a cluster named "prod-1"',
        ),
        (
            "cluster: dev-1, group: a-nodes, denied: all from self",
            'no policy is for an additional group named "a-nodes" of a cluster named "dev-1"',
        ),
        (
            'cluster: prod-1, group: "*-nodes", denied: all from self',
            '"group" of expectation 1: "*-nodes" is no name; an expectation is of one group: write a'
            " name that it could have",
        ),
    ],
)
def test_what_is_expected_of_an_additional_group(expected: str, said: str) -> None:
    direction = ", direction: ingress" if "after: []" in expected else ""
    found = errors_of(f"{EXPECTING}expect:\n  - {{{expected}{direction}}}\n")
    assert [each.split(": ", 1)[1] for each in found] == ([said] if said else [])


def test_a_cluster_needs_a_policy_for_its_own_group_and_a_tagged_group_one_for_itself() -> None:
    cluster = Cluster("prod-1", "111122223333", "eu-west-1", "sg-own")
    nodes = cluster.with_group(SecurityGroup("sg-nodes", "a-nodes", "vpc-1", tags={"role": "node"}))
    only_beside = read_file(policy("    scope: {name: a-nodes}\n")).document
    where = "(eu-west-1, account 111122223333): it is left alone"
    assert [each.message for each in without_policy(only_beside, [cluster, nodes])] == [
        f"no policy matches cluster prod-1 {where}"
    ]
    only_own = read_file(policy("")).document
    assert [each.message for each in without_policy(only_own, [cluster, nodes])] == [
        f"no policy matches group a-nodes of cluster prod-1 {where}"
    ]
