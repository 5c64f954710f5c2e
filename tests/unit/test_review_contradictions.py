"""Policies that require what they deny."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sgwarden.cluster import Cluster
from sgwarden.review.check import problems_at
from sgwarden.traffic import PeerSet

from tests.unit.reviewing import errors_of, policy, read_file, rendered

if TYPE_CHECKING:
    from sgwarden.policy.errors import Problem


def contradicting(require: str, deny: str) -> list[str]:
    return errors_of(
        "version: 1\npeers: {office: [198.51.100.0/24, vpc]}\n"
        "policies:\n  - name: p\n    clusters: {name: '*'}\n    below_eks_minimum: true\n"
        f"    egress:\n      require:\n        - {require}\n      deny:\n        - {deny}\n"
    )


@pytest.mark.parametrize(
    ("require", "deny", "where"),
    [
        (
            "{id: a, traffic: tcp/20-25, to: 10.0.0.0/8}",
            "{id: b, traffic: tcp/22, to: private}",
            "tcp/22 to 10.0.0.0/8",
        ),
        ("{id: a, traffic: tcp/22, to: self}", "{id: b, traffic: all, to: [self, vpc]}", "tcp/22 to self"),
        (
            "{id: a, traffic: tcp/22, to: office}",
            "{id: b, traffic: all, to: internet}",
            "tcp/22 to 198.51.100.0/24",
        ),
        (
            "{id: a, traffic: tcp/22, to: 2001:db8::/32, ip_family: ipv6}",
            "{id: b, traffic: tcp, to: internet}",
            "tcp/22 to 2001:db8::/32",
        ),
    ],
)
def test_what_contradicts_itself_at_every_cluster_is_refused(require: str, deny: str, where: str) -> None:
    said = f'policy "p" requires what it denies: "a" and "b" meet in {where}'
    assert contradicting(require, deny) == [f"11:11: {said}"]


def test_a_denial_that_spares_the_vpc_still_denies_what_is_hardly_of_it() -> None:
    deny = "{id: b, traffic: all, to: internet, except: vpc}"
    assert contradicting("{id: a, traffic: tcp/22, to: [10.0.0.0/8, 203.0.113.0/24]}", deny) == [
        '11:11: policy "p" requires what it denies: "a" and "b" meet in tcp/22 to 203.0.113.0/24; '
        "if these are addresses of the VPC, require vpc"
    ]


@pytest.mark.parametrize(
    ("require", "deny"),
    [
        (
            "{id: a, traffic: tcp/22, to: '2001:db8::/32'}",
            "{id: b, traffic: all, to: internet, except: vpc}",
        ),
        ("{id: a, traffic: tcp/22, to: vpc}", "{id: b, traffic: all, to: internet, except: vpc}"),
        (
            "{id: a, traffic: tcp/22, to: 203.0.113.0/24}",
            "{id: b, traffic: all, to: internet, except: [vpc, remote-nodes]}",
        ),
        ("{id: a, traffic: tcp/22, to: vpc}", "{id: b, traffic: all, to: private}"),
        ("{id: a, traffic: tcp/22, to: 10.0.0.0/8}", "{id: b, traffic: all, to: private, except: vpc}"),
        (
            "{id: a, traffic: tcp/22, to: 10.0.0.0/8}",
            "{id: b, traffic: all, to: [pl-1, {prefix_list: s3}, remote-pods]}",
        ),
        (
            "{id: a, traffic: tcp/22, to: 2001:db8::/32, ip_family: ipv6}",
            "{id: b, traffic: tcp, to: internet, ip_family: ipv4}",
        ),
    ],
)
def test_what_may_be_right_at_some_cluster_is_not(require: str, deny: str) -> None:
    assert contradicting(require, deny) == []


def test_a_statement_of_a_set_that_is_contradicted_is_told_of_where_the_policy_denies_it() -> None:
    text = policy(
        "    use: [eks-minimum-egress]\n    below_eks_minimum: true\n    egress:\n      deny:\n"
        "        - {id: b, traffic: tcp/10250, to: self}\n"
    )
    assert errors_of(text) == [
        '9:11: policy "p" requires what it denies: "eks-minimum-kubelet" and "b" meet in tcp/10250 to self'
    ]


class TestAtACluster:
    """What only a cluster can show."""

    TEXT = (
        "version: 1\npolicies:\n  - name: p\n    clusters: {name: '*'}\n    egress:\n"
        "      require:\n        - {id: vpc, traffic: tcp/22, to: [vpc, remote-nodes]}\n"
        "      deny:\n        - {id: ten, traffic: all, to: 10.0.0.0/8}\n"
    )
    CLUSTER = Cluster("prod-1", "111122223333", "eu-west-1", "sg-1", vpc_cidrs=PeerSet.of_cidr("10.1.0.0/16"))

    def of(self, cluster: Cluster) -> list[str]:
        problems: list[Problem] = [*problems_at(read_file(self.TEXT), [cluster])]
        return rendered(problems)

    def test_nothing_is_wrong_at_every_cluster(self) -> None:
        assert errors_of(self.TEXT) == []

    def test_it_is_told_with_the_cluster(self) -> None:
        assert self.of(self.CLUSTER) == [
            (
                '9:11: policy "p" requires what it denies at cluster prod-1: "vpc" and "ten" meet in '
                "tcp/22 to 10.1.0.0/16"
            )
        ]

    def test_a_vpc_that_is_not_known_is_not_guessed_at(self) -> None:
        unknown = Cluster("prod-1", "111122223333", "eu-west-1", "sg-1")
        assert self.of(unknown) == []

    def test_hybrid_networks_are_known_where_the_cluster_is(self) -> None:
        remote = PeerSet.of_cidr("10.80.0.0/16")
        cluster = Cluster("prod-1", "111122223333", "eu-west-1", "sg-1", remote_nodes=remote)
        assert "meet in tcp/22 to 10.80.0.0/16" in self.of(cluster)[0]

    def test_an_example_is_known_as_far_as_it_is_told(self) -> None:
        (said,) = errors_of(self.TEXT + "examples: {b: {}, a: {vpc: [10.3.0.0/16]}}\n")
        assert said.endswith('at cluster a: "vpc" and "ten" meet in tcp/22 to 10.3.0.0/16')

    def test_of_a_vpc_that_is_known_all_addresses_are_spared_and_no_others(self) -> None:
        text = self.TEXT.replace("[vpc, remote-nodes]", "'2001:db8::/32'").replace(
            "to: 10.0.0.0/8", "to: internet, except: vpc"
        )
        assert errors_of(text + "examples: {a: {vpc: '2001:db8::/32'}}\n") == []
        (said,) = errors_of(text + "examples: {a: {vpc: '2001:db8::/33'}}\n")
        assert said.endswith('at cluster a: "vpc" and "ten" meet in tcp/22 to 2001:db8:8000::/33')

    def test_what_is_so_everywhere_is_not_told_of_each(self) -> None:
        text = self.TEXT.replace("remote-nodes]", "10.0.0.0/24]")
        assert len(errors_of(text + "examples: {a: {vpc: 10.3.0.0/16}}\n")) == 1
        assert list(problems_at(read_file(text), [self.CLUSTER])) == []
