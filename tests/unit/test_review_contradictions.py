"""Policies that require what they deny."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sgwarden.cluster import Cluster
from sgwarden.policy.places import Places
from sgwarden.review.check import problems_at
from sgwarden.traffic import PeerSet

from tests.unit.reviewing import errors_of, policy, read_file, rendered, warnings_of

if TYPE_CHECKING:
    from sgwarden.policy.errors import Problem


def text_of(require: str, deny: str) -> str:
    return (
        "version: 1\npeers: {office: [198.51.100.0/24, vpc]}\n"
        "policies:\n  - name: p\n    clusters: {name: '*'}\n    below_eks_minimum: true\n"
        f"    egress:\n      require:\n        - {require}\n      deny:\n        - {deny}\n"
    )


def contradicting(require: str, deny: str) -> list[str]:
    return errors_of(text_of(require, deny))


def warned(require: str, deny: str, more: str = "") -> list[str]:
    return [each for each in warnings_of(text_of(require, deny) + more) if "requires what it denies" in each]


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
        ("{id: a, traffic: tcp, to: vpc}", "{id: b, traffic: tcp/22, to: vpc}", "tcp/22 to vpc"),
        ("{id: a, traffic: tcp/22, to: vpc}", "{id: b, traffic: all, to: anywhere}", "tcp/22 to vpc"),
        ("{id: a, traffic: tcp/22, to: pl-1}", "{id: b, traffic: all, to: [vpc, pl-1]}", "tcp/22 to pl-1"),
        ("{id: a, traffic: tcp/22, to: vpc}", "{id: b, traffic: all, to: anywhere-ipv4}", "tcp/22 to vpc"),
        (
            "{id: a, traffic: tcp/22, to: anywhere-ipv6}",
            "{id: b, traffic: tcp, to: anywhere-ipv6, except: vpc}",
            "tcp/22 to ::/3, tcp/22 to 4000::/2, tcp/22 to 8000::/2 and 5 more",
        ),
        (
            "{id: a, traffic: tcp/22, to: 10.0.0.0/8}",
            "{id: b, traffic: all, to: private, except: vpc}",
            "tcp/22 to 10.0.0.0/8",
        ),
    ],
)
def test_what_contradicts_itself_at_every_cluster_is_refused(require: str, deny: str, where: str) -> None:
    said = f'policy "p" requires what it denies: "a" and "b" meet in {where}'
    assert contradicting(require, deny) == [f"11:11: {said}"]


def test_two_denials_may_leave_no_vpc() -> None:
    text = text_of("{id: a, traffic: tcp/22, to: vpc}", "{id: b, traffic: tcp, to: private}")
    (said,) = errors_of(f"{text}        - {{id: c, traffic: all, to: anywhere, except: private}}\n")
    assert said.endswith('requires what it denies: "a" and "b", "c" meet in tcp/22 to vpc')


def test_what_a_vpc_may_have_is_told_of_where_a_denial_spares_the_vpc() -> None:
    require, deny = (
        "{id: a, traffic: tcp/22, to: 203.0.113.0/24}",
        "{id: b, traffic: all, to: internet, except: vpc}",
    )
    assert contradicting(require, deny) == []
    assert warned(require, deny) == [
        '11:11: policy "p" requires what it denies, but for addresses of the VPC: "a" and "b" meet in '
        "tcp/22 to 203.0.113.0/24; if these are addresses of the VPC, require vpc; "
        "or give an example with its vpc"
    ]
    assert warned(require, deny, "examples: {a: {vpc: 203.0.113.0/24}}\n") == []
    (said,) = errors_of(text_of(require, deny) + "examples: {a: {vpc: 10.0.0.0/16}}\n")
    assert "requires what it denies at cluster a" in said


def test_what_is_denied_and_may_be_of_the_vpc_is_told_of() -> None:
    (said,) = warned("{id: a, traffic: tcp/22, to: vpc}", "{id: b, traffic: all, to: 10.0.0.0/8}")
    assert said.endswith(
        'where they are of the VPC: "a" and "b" meet in tcp/22 to 10.0.0.0/8; give an example with its vpc'
    )


@pytest.mark.parametrize(
    ("require", "deny", "where"),
    [
        (
            "{id: a, traffic: tcp/22, to: 2001:db8::/32, ip_family: ipv6}",
            "{id: b, traffic: tcp, to: internet}",
            "tcp/22 to 2001:db8::/32",
        ),
        ("{id: a, traffic: tcp/22, to: vpc}", "{id: b, traffic: all, to: anywhere-ipv6}", "tcp/22 to vpc"),
    ],
)
def test_what_is_so_at_clusters_of_one_ip_family_is_a_warning(require: str, deny: str, where: str) -> None:
    assert contradicting(require, deny) == []
    (said,) = [each for each in warned(require, deny) if "IPv6 clusters" in each]
    assert f'at IPv6 clusters: "a" and "b" meet in {where}; if a statement' in said
    example = "examples: {six: {ip_family: ipv6}}\n"
    assert warned(require, deny, example) == []
    (said,) = errors_of(text_of(require, deny) + example)
    assert f'at cluster six: "a" and "b" meet in {where}' in said


@pytest.mark.parametrize(
    ("require", "deny"),
    [
        (
            "{id: a, traffic: tcp/22, to: '2001:db8::/44'}",
            "{id: b, traffic: all, to: internet, except: vpc}",
        ),
        ("{id: a, traffic: tcp/22, to: vpc}", "{id: b, traffic: all, to: internet, except: vpc}"),
        ("{id: a, traffic: tcp/22, to: sg-1}", "{id: b, traffic: all, to: sg-1, except: self}"),
        ("{id: a, traffic: tcp/22, to: self}", "{id: b, traffic: all, to: sg-1}"),
        ("{id: a, traffic: tcp/22, to: remote-nodes}", "{id: b, traffic: all, to: anywhere}"),
        (
            "{id: a, traffic: tcp/22, to: 203.0.113.0/24}",
            "{id: b, traffic: all, to: internet, except: [vpc, remote-nodes]}",
        ),
        ("{id: a, traffic: tcp/22, to: vpc}", "{id: b, traffic: all, to: private}"),
        ("{id: a, traffic: tcp/22, to: 10.1.0.0/16}", "{id: b, traffic: all, to: private, except: vpc}"),
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
        problems: list[Problem] = [*problems_at(read_file(self.TEXT), [Places(cluster, {})])]
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
        (said,) = self.of(unknown)
        assert "cannot be judged at cluster prod-1: the addresses of its VPC decide" in said

    def test_hybrid_networks_are_known_where_the_cluster_is(self) -> None:
        remote = PeerSet.of_cidr("10.80.0.0/16")
        cluster = Cluster("prod-1", "111122223333", "eu-west-1", "sg-1", remote_nodes=remote)
        assert "meet in tcp/22 to 10.80.0.0/16" in self.of(cluster)[0]

    def test_an_example_is_known_as_far_as_it_is_told(self) -> None:
        (said,) = errors_of(self.TEXT + "examples: {b: {}, a: {vpc: [10.3.0.0/16]}}\n")
        assert said.endswith('at cluster a: "vpc" and "ten" meet in tcp/22 to 10.3.0.0/16')

    def test_of_a_vpc_that_is_known_all_addresses_are_spared_and_no_others(self) -> None:
        text = self.TEXT.replace("[vpc, remote-nodes]", "'2001:db8::/44'").replace(
            "to: 10.0.0.0/8", "to: internet, except: vpc"
        )
        assert errors_of(text + "examples: {a: {vpc: '2001:db8::/44'}}\n") == []
        (said,) = errors_of(text + "examples: {a: {vpc: '2001:db8::/45'}}\n")
        assert said.endswith('at cluster a: "vpc" and "ten" meet in tcp/22 to 2001:db8:8::/45')

    def test_what_is_so_everywhere_is_not_told_of_each(self) -> None:
        text = self.TEXT.replace("remote-nodes]", "10.0.0.0/24]")
        assert len(errors_of(text + "examples: {a: {vpc: 10.3.0.0/16}}\n")) == 1
        assert list(problems_at(read_file(text), [Places(self.CLUSTER, {})])) == []
