"""Policies that forbid what an EKS cluster needs."""

from __future__ import annotations

import pytest
from sgwarden.cluster import Cluster, IpFamily
from sgwarden.policy.places import Places
from sgwarden.policy.ready_made import ready_made_sets
from sgwarden.review.check import problems_at, warnings
from sgwarden.traffic import PeerSet, PrefixList

from tests.unit.reviewing import errors_of, policy, read_file, rendered, warnings_of

HINT = "; allow it from self, or from vpc; or say below_eks_minimum: true if that is meant"
DEPENDS = "goes below the EKS minimum where the VPC has other addresses than it allows"


def below(lines: str) -> list[str]:
    return [said.split("; allow it ")[0] for said in errors_of(policy(lines))]


def allowing(source: str) -> str:
    allow = f"[{{id: a, traffic: [tcp/443, tcp/10250, tcp/53, udp/53], from: {source}}}]"
    return f"    ingress:\n      otherwise: deny\n      allow: {allow}\n"


def at(text: str, *clusters: Places) -> list[str]:
    file = read_file(text)
    return rendered([*warnings(file, clusters), *problems_at(file, clusters)])


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
            'tcp/443 from self ("b")',
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


@pytest.mark.parametrize("source", ["vpc", "anywhere", "[anywhere-ipv4, '2000::/3', 'fc00::/7']"])
def test_what_passes_by_address_is_not_missed(source: str) -> None:
    assert below(allowing(source)) == []
    assert warnings_of(policy(allowing(source))) == []


@pytest.mark.parametrize(
    "source",
    ["private", "10.20.0.0/16", "10.0.0.0/28", "pl-0abc", "internet", "sg-0abc", "control-plane-groups"],
)
def test_what_may_be_all_of_the_vpc_or_the_group_is_left_to_a_cluster(source: str) -> None:
    assert below(allowing(source)) == []
    (said,) = [each for each in warnings_of(policy(allowing(source))) if DEPENDS in each]
    assert said.endswith("; allow it from self, or from vpc, or give an example with its vpc")


@pytest.mark.parametrize(
    "source", ["10.0.0.0/29", "127.0.0.0/8", "remote-nodes", "{prefix_list: s3}", "'fe80::/10'"]
)
def test_what_no_vpc_has_is_not_enough(source: str) -> None:
    assert below(allowing(source)) != []


def test_all_of_it_must_pass_by_the_addresses_of_one_vpc() -> None:
    lines = (
        "    ingress:\n      otherwise: deny\n      allow: [{id: a, traffic: all, from: 10.0.0.0/8}]\n"
        "    egress:\n      otherwise: deny\n      allow: [{id: b, traffic: all, to: 172.16.0.0/12}]\n"
    )
    assert len(below(lines)) == 2


class TestOfOneVpc:
    """The addresses of the VPC decide as soon as they are known."""

    TEXT = policy(allowing("10.20.0.0/16"))
    SAID = 'policy "p" goes below the EKS minimum at cluster prod-1'

    @pytest.mark.parametrize(("vpc", "wrong"), [("10.20.0.0/16", False), ("10.0.0.0/16", True)])
    def test_an_example_tells_them(self, vpc: str, *, wrong: bool) -> None:
        text = self.TEXT + f"examples: {{prod-1: {{vpc: {vpc}}}}}\n"
        assert [self.SAID in each for each in errors_of(text)] == [True] * wrong
        assert warnings_of(text) == []

    @pytest.mark.parametrize(("vpc", "wrong"), [("10.20.0.0/16", False), ("10.0.0.0/16", True)])
    def test_a_cluster_tells_them(self, vpc: str, *, wrong: bool) -> None:
        cluster = Cluster("prod-1", "111122223333", "eu-west-1", "sg-1", vpc_cidrs=PeerSet.of_cidr(vpc))
        assert [self.SAID in each for each in at(self.TEXT, Places(cluster, {}))] == [True] * wrong

    def test_where_they_are_not_known_that_is_told(self) -> None:
        cluster = Cluster("prod-1", "111122223333", "eu-west-1", "sg-1", vpc_id="vpc-1")
        found = at(self.TEXT, Places(cluster, {}))
        assert any(
            each.endswith(
                'policy "p" cannot be judged at cluster prod-1: the addresses of vpc-1 decide; '
                "give --vpcs and --prefix-lists, or --live"
            )
            for each in found
        )

    def test_a_prefix_list_may_hold_them(self) -> None:
        text = policy(allowing("pl-0abc"))
        cluster = Cluster(
            "prod-1", "111122223333", "eu-west-1", "sg-1", vpc_cidrs=PeerSet.of_cidr("10.20.0.0/16")
        )
        whole = PrefixList("pl-0abc", PeerSet.of_cidr("10.0.0.0/8"))
        part = PrefixList("pl-0abc", PeerSet.of_cidr("10.20.0.0/17"))
        assert at(text, Places(cluster, {"pl-0abc": whole})) == []
        assert self.SAID in at(text, Places(cluster, {"pl-0abc": part}))[0]


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

    def test_alone_it_is_a_warning(self) -> None:
        assert errors_of(self.TEXT) == []
        (said,) = warnings_of(self.TEXT)
        assert said == self.SAID.replace("cluster six", "IPv6 clusters") + HINT
        assert warnings_of(self.TEXT + "examples: {six: {ip_family: ipv6}}\n") == []

    @pytest.mark.parametrize(
        ("lines", "family"),
        [
            ("    ingress: {otherwise: deny, allow: [{id: a, traffic: all, from: anywhere-ipv6}]}\n", "IPv4"),
            (
                "    ingress:\n      otherwise: deny\n"
                "      allow: [{id: a, traffic: all, from: self, ip_family: ipv4}]\n",
                "IPv6",
            ),
        ],
    )
    def test_either_family_is_told_of(self, lines: str, family: str) -> None:
        assert errors_of(policy(lines)) == []
        assert any(
            f"below the EKS minimum at {family} clusters" in each for each in warnings_of(policy(lines))
        )

    def test_an_example_shows_it(self) -> None:
        examples = "examples: {four: {}, six: {ip_family: ipv6}}\n"
        assert errors_of(self.TEXT + examples) == [self.SAID + HINT]

    def test_of_its_vpc_the_addresses_of_its_family_count(self) -> None:
        text = self.TEXT.replace("anywhere-ipv4", "anywhere-ipv6")
        assert errors_of(text + "examples: {six: {ip_family: ipv6}}\n") == []
        assert errors_of(text + "examples: {four: {}}\n") != []

    def test_a_cluster_shows_it(self) -> None:
        six = Cluster("six", "111122223333", "eu-west-1", "sg-1", ip_family=IpFamily.IPV6)
        assert at(self.TEXT, Places(six, {})) == [self.SAID + HINT]

    def test_so_that_it_is_meant_may_be_said(self) -> None:
        assert warnings_of(self.TEXT.replace("    ingress", "    below_eks_minimum: true\n    ingress")) == []
