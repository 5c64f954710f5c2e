"""Policies that forbid what an EKS cluster needs."""

from __future__ import annotations

import pytest
from sgwarden.cluster import Cluster, IpFamily
from sgwarden.policy.ready_made import ready_made_sets
from sgwarden.review.check import problems_at

from tests.unit.reviewing import errors_of, policy, read_file, rendered, warnings_of

HINT = "; allow it, or say below_eks_minimum: true if that is meant"
SOURCES = ("vpc", "private", "10.0.0.0/16", "10.0.0.0/8", "anywhere-ipv4", "anywhere")


def below(lines: str) -> list[str]:
    return [said.removesuffix(HINT) for said in errors_of(policy(lines))]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            "    ingress: {otherwise: deny}\n",
            "tcp/53 from self, tcp/443 from self, tcp/10250 from self and 1 more (otherwise: deny)",
        ),
        (
            "    egress: {otherwise: deny}\n    use: node-registries\n",
            "tcp/53 to self, tcp/10250 to self, udp/53 to self (otherwise: deny)",
        ),
        (
            "    egress: {deny: [{id: dns, traffic: udp, to: self}, {id: d, traffic: all, to: anywhere}]}\n",
            'udp/53 to self ("dns")',
        ),
        (
            "    ingress:\n      otherwise: deny\n      require: [{id: a, traffic: all, from: sg-0abc}]\n"
            "      deny: [{id: b, traffic: tcp/443, from: self}]\n",
            'tcp/53 from self, tcp/443 from self, tcp/10250 from self and 1 more ("b", otherwise: deny)',
        ),
    ],
)
def test_what_is_forbidden_of_it_is_told_with_what_forbids_it(lines: str, said: str) -> None:
    assert below(lines) == [f'3:5: policy "p" goes below the EKS minimum: it forbids {said}']


def test_that_it_is_meant_can_be_said() -> None:
    assert errors_of(policy("    ingress: {otherwise: deny}\n    below_eks_minimum: true\n")) == []


def test_that_it_is_meant_is_not_to_be_said_for_nothing() -> None:
    assert warnings_of(policy("    below_eks_minimum: true\n")) == [
        '3:5: policy "p" does not go below the EKS minimum; remove below_eks_minimum: true'
    ]


@pytest.mark.parametrize("source", SOURCES)
def test_what_passes_by_address_is_not_missed(source: str) -> None:
    allow = f"[{{id: a, traffic: [tcp/443, tcp/10250, tcp/53, udp/53], from: {source}}}]"
    assert below(f"    ingress:\n      otherwise: deny\n      allow: {allow}\n") == []


@pytest.mark.parametrize("source", ["10.0.0.0/17", "172.16.0.0/12", "remote-nodes"])
def test_addresses_that_are_not_all_of_the_vpc_are_not_enough(source: str) -> None:
    allow = f"[{{id: a, traffic: all, from: {source}}}]"
    assert below(f"    ingress:\n      otherwise: deny\n      allow: {allow}\n") != []


@pytest.mark.parametrize("name", ready_made_sets())
def test_no_ready_made_set_goes_below_it(name: str) -> None:
    assert errors_of(policy(f"    use: {name}\n")) == []


@pytest.mark.parametrize("name", ["eks-baseline", "eks-minimum-egress"])
def test_these_sets_are_enough(name: str) -> None:
    assert errors_of(policy(f"    use: {name}\n    egress: {{otherwise: deny}}\n")) == []


class TestOfOneFamily:
    """A policy may be right for IPv4 clusters alone: it is wrong where there is one of the other family."""

    TEXT = policy(
        "    ingress:\n      otherwise: deny\n      allow: [{id: a, traffic: all, from: anywhere-ipv4}]\n"
    )
    SAID = (
        '3:5: policy "p" goes below the EKS minimum at cluster six: it forbids '
        "tcp/53 from self, tcp/443 from self, tcp/10250 from self and 1 more (otherwise: deny)"
    )

    def test_alone_it_is_accepted(self) -> None:
        assert errors_of(self.TEXT) == []

    def test_an_example_shows_it(self) -> None:
        examples = "examples: {four: {}, six: {ip_family: ipv6}}\n"
        assert errors_of(self.TEXT + examples) == [self.SAID + HINT]

    def test_of_its_vpc_the_addresses_of_its_family_count(self) -> None:
        text = self.TEXT.replace("anywhere-ipv4", "anywhere-ipv6")
        assert errors_of(text + "examples: {six: {ip_family: ipv6}}\n") == []
        assert errors_of(text + "examples: {four: {}}\n") != []

    def test_a_cluster_shows_it(self) -> None:
        six = Cluster("six", "111122223333", "eu-west-1", "sg-1", ip_family=IpFamily.IPV6)
        assert rendered([*problems_at(read_file(self.TEXT), [six])]) == [self.SAID + HINT]

    def test_so_that_it_is_meant_may_be_said(self) -> None:
        assert warnings_of(self.TEXT.replace("    ingress", "    below_eks_minimum: true\n    ingress")) == []
