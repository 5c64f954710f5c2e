"""What the addresses of the VPC make of today's rules, where they are known and where not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sgwarden.cluster import IpFamily
from sgwarden.review.adopt import vpc_decides
from sgwarden.traffic import PeerSet

from tests.unit.adopting import EVERY_DAY, of, policies_of, questions_of, text_of
from tests.unit.test_policy_init import EXAMPLE, folder, run

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["folder"]

OWN, OTHER = "2600:1f18:1::/56", "2600:1f18:2::/56"
GLOBAL = PeerSet.of_cidr("10.20.0.0/16", OWN)
FROM_OWN = f"tcp/443 from {OWN}; nodes"
BY_ADDRESS = ("all from 10.20.0.0/16; nodes", "all to 0.0.0.0/0")
KNOWN = "With vpcs.json beside the other files that would be known"
PERHAPS = f"are {OWN} the VPC's own? {KNOWN}"


def at(*rules: str, vpc: PeerSet | None = GLOBAL, **more: Any) -> Any:  # noqa: ANN401
    return of(*rules, vpc_cidrs=vpc, **more)


def at_ipv6(*rules: str, vpc: PeerSet | None = GLOBAL, **more: Any) -> Any:  # noqa: ANN401
    return at(*EVERY_DAY, *rules, vpc=vpc, ip_family=IpFamily.IPV6, **more)


def questions_on(*found: Any) -> list[str]:  # noqa: ANN401
    """The questions on what is public, the VPC and the minimum."""
    words = ("public", "VPC", "below the EKS minimum")
    return [each for each in questions_of(*found) if any(word in each for word in words)]


class TestPublicAddressesOfTheVpc:
    def test_they_are_no_question_and_nothing_public_comes_in(self) -> None:
        found = at_ipv6(FROM_OWN)
        assert questions_on(found) == []
        assert "no-public-ingress" in policies_of(found)[0].use
        assert f"        # {OWN}: public addresses, but the VPC's own\n        - {{id: nodes," in text_of(
            found
        )

    def test_neither_are_they_one_by_many_blocks_or_a_part(self) -> None:
        for rules in (
            (f"tcp/443 from {OWN[:-2]}57; a", "tcp/443 from 2600:1f18:1:80::/57; b"),
            ("tcp/443 from 2600:1f18:1:7::/64; a",),
        ):
            found = at_ipv6(*rules)
            assert questions_on(found) == []
            assert "no-public-ingress" in policies_of(found)[0].use

    @pytest.mark.parametrize("rule", [f"tcp/443 from {OTHER}; d", f"tcp/443 from {OWN[:-2]}55; d"])
    def test_those_of_others_are_public(self, rule: str) -> None:
        found = at_ipv6(rule)
        peer = rule.split()[2].rstrip(";")
        whose = f"open to public addresses ({peer}): whose addresses are they, and are they still?"
        assert questions_on(found) == [whose]
        assert "no-public-ingress" not in policies_of(found)[0].use

    def test_only_those_of_others_are_named(self) -> None:
        rules = (f"tcp/22 from {OWN}; ops", f"tcp/22 from {OTHER}; ops")
        dangerous = f"critical: SSH can be reached from public addresses ({OTHER}): who needs that?"
        assert questions_on(at_ipv6(*rules)) == [dangerous]

    def test_nothing_is_noted_of_what_leaves(self) -> None:
        assert "the VPC's own" not in text_of(at_ipv6(f"tcp/443 to {OWN}; nodes"))

    def test_where_the_vpc_is_not_known_what_would_tell_is_said(self) -> None:
        found = at_ipv6(FROM_OWN, vpc=None)
        whose = f"open to public addresses ({OWN}): whose addresses are they, and are they still?"
        assert questions_on(found) == [PERHAPS, whose]
        assert "no-public-ingress" not in policies_of(found)[0].use

    @pytest.mark.parametrize("rule", ["tcp/443 from 0.0.0.0/0; web", "tcp/443 from 10.0.0.0/8; d"])
    def test_but_not_where_no_vpc_can_be_meant(self, rule: str) -> None:
        assert not [each for each in questions_of(at(*EVERY_DAY, rule, vpc=None)) if "vpcs.json" in each]


class TestTheMinimumByAddress:
    def test_it_is_met_by_the_addresses_of_the_vpc(self) -> None:
        found = at(*BY_ADDRESS)
        assert questions_on(found) == []
        assert "below_eks_minimum" not in text_of(found)

    @pytest.mark.parametrize("vpc", ["10.0.0.0/16", "10.16.0.0/12"])
    def test_others_are_not_enough(self, vpc: str) -> None:
        found = at(*BY_ADDRESS, vpc=PeerSet.of_cidr(vpc))
        assert questions_on(found) == [
            "below the EKS minimum, without tcp/53 from self, tcp/443 from self, tcp/10250 from self"
            " and 1 more: is that meant?"
        ]
        assert "below_eks_minimum: true" in text_of(found)

    def test_where_the_vpc_is_not_known_what_would_tell_is_said(self) -> None:
        found = at(*BY_ADDRESS, vpc=None)
        assert questions_on(found) == [
            "not open to the group itself: tcp/53 from self, tcp/443 from self, tcp/10250 from self"
            f" and 1 more. Is it to all addresses of the VPC? {KNOWN}"
        ]
        assert "below_eks_minimum" not in text_of(found)

    @pytest.mark.parametrize(
        "rule", ["tcp/22 from 10.20.0.0/16; d", "all from 10.20.0.0/29; d", "all from fc00::/7; d"]
    )
    def test_what_no_vpc_would_meet_is_missing_for_certain(self, rule: str) -> None:
        text = text_of(at(rule, "all to 0.0.0.0/0", vpc=None))
        assert "below_eks_minimum: true" in text
        assert "vpcs.json" not in text

    def test_what_every_vpc_meets_is_there_for_certain(self) -> None:
        assert questions_of(at("all from 0.0.0.0/0; open", "all to 0.0.0.0/0", vpc=None))[0].startswith("all")


class TestClustersAlike:
    def test_vpcs_that_make_a_difference_tell_them_apart(self) -> None:
        here, there = at_ipv6(FROM_OWN, name="a"), at_ipv6(FROM_OWN, name="b", vpc=PeerSet.of_cidr(OTHER))
        assert [each.use[-1] for each in policies_of(here, there)] == [
            "no-public-ingress",
            "no-public-admin-ports",
        ]

    def test_also_those_by_which_one_is_below_the_minimum(self) -> None:
        one, other = at(*BY_ADDRESS, name="a"), at(*BY_ADDRESS, name="b", vpc=PeerSet.of_cidr("10.21.0.0/16"))
        assert [each.below_eks_minimum for each in policies_of(one, other)] == [False, True]

    def test_one_that_is_not_known_is_not_like_one_that_is(self) -> None:
        for rules in ((*EVERY_DAY, FROM_OWN), BY_ADDRESS):
            assert len(policies_of(at(*rules, name="a"), at(*rules, name="b", vpc=None))) == 2

    @pytest.mark.parametrize("rule", ["tcp/443 from ::/0; web", "tcp/443 from 10.0.0.0/8; d"])
    def test_others_do_not(self, rule: str) -> None:
        found = (
            at_ipv6(rule, name="a"),
            at_ipv6(rule, name="b", vpc=PeerSet.of_cidr("10.0.0.0/16", OTHER)),
            at_ipv6(rule, name="c", vpc=None),
        )
        assert len(policies_of(*found)) == 1


@pytest.mark.parametrize(
    ("rules", "decides"),
    [
        (EVERY_DAY, False),
        ((*EVERY_DAY, "tcp/443 from 0.0.0.0/0; web"), False),
        ((*EVERY_DAY, "tcp/443 from 10.0.0.0/8; d"), False),
        ((*EVERY_DAY, f"tcp/443 to {OWN}; d"), False),
        ((*EVERY_DAY, FROM_OWN), True),
        ((*EVERY_DAY, "tcp/443 from 198.51.100.7/32; d"), True),
        (BY_ADDRESS, True),
    ],
)
def test_the_vpc_is_asked_for_where_it_decides(rules: tuple[str, ...], decides: bool) -> None:
    assert vpc_decides(*at(*rules, vpc=None)) == decides
    assert not vpc_decides(*at(*rules))


class TestSavedFolders:
    @pytest.fixture
    def ipv6(self, folder: Path) -> Path:
        """The example with a cluster of IPv6, into which its own VPC may come, and nobody else."""
        clusters = json.loads((folder / "clusters.json").read_text())
        clusters[0]["cluster"]["kubernetesNetworkConfig"] = {"ipFamily": "ipv6"}
        (folder / "clusters.json").write_text(json.dumps(clusters))
        groups = json.loads((folder / "security-groups.json").read_text())
        group_id = clusters[0]["cluster"]["resourcesVpcConfig"]["clusterSecurityGroupId"]
        (group,) = (each for each in groups["SecurityGroups"] if each["GroupId"] == group_id)
        https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "Ipv6Ranges": [{"CidrIpv6": OWN}]}
        itself = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group_id}]}
        group["IpPermissions"] = [itself, https]
        (folder / "security-groups.json").write_text(json.dumps(groups))
        vpcs = json.loads((EXAMPLE / "vpcs.json").read_text())
        vpcs["Vpcs"][0]["Ipv6CidrBlockAssociationSet"] = [{"Ipv6CidrBlock": OWN}]
        (folder / "vpcs.json").write_text(json.dumps(vpcs))
        return folder

    def test_the_file_of_vpcs_is_read(self, ipv6: Path) -> None:
        done = run("--from", ipv6)
        assert done.exit_code == 0, done.output
        assert f"# {OWN}: public addresses, but the VPC's own" in done.stdout
        assert "open to public addresses" not in done.stdout
        assert done.stdout.count("no-public-ingress") == 2

    def test_without_it_what_it_would_tell_is_asked(self, ipv6: Path) -> None:
        (ipv6 / "vpcs.json").unlink()
        done = run("--from", ipv6)
        assert done.exit_code == 0, done.output
        assert f"are {OWN} the VPC's own?" in done.stdout
        assert done.stdout.count("no-public-ingress") == 1

    def test_one_that_lacks_the_vpc_is_an_error(self, ipv6: Path) -> None:
        (ipv6 / "vpcs.json").write_text('{"Vpcs": []}')
        done = run("--from", ipv6)
        assert done.exit_code == 1
        assert "vpcs.json lacks vpc-" in done.stderr

    def test_nobody_asks_for_it_where_it_does_not_matter(self, folder: Path) -> None:
        (folder / "vpcs.json").write_text('{"Vpcs": []}')
        assert run("--from", folder).exit_code == 0
