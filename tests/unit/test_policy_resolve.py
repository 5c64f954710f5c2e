"""What a policy means for one cluster."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

import pytest
from sgwarden.cluster import Cluster, IpFamily
from sgwarden.policy import (
    Desired,
    Needs,
    Policy,
    PolicyConflict,
    UnknownGroupNameError,
    UnknownPrefixListError,
    UnknownVpcError,
    desired,
    needs,
    select,
)
from sgwarden.policy.types import Selector, Severity
from sgwarden.review.build import read_policy_file
from sgwarden.traffic import Direction, PeerSet, Point, PrefixList, Traffic, parse_line

CLUSTER = Cluster(
    name="prod-1",
    account="111122223333",
    region="eu-west-1",
    security_group_id="sg-self",
    security_group_name="eks-cluster-sg-prod-1-12345",
    tags={"environment": "production", "owner": "[team] a"},
    vpc_cidrs=PeerSet.of_cidr("10.1.0.0/16", "2001:db8:1::/56"),
    control_plane_groups=("sg-b", "sg-a"),
    remote_nodes=PeerSet.of_cidr("172.16.0.0/16"),
    remote_pods=PeerSet.of_cidr("172.17.0.0/16"),
)
TCP, UDP = 6, 17


def policy_of(text: str) -> Policy:
    """The policy that the given lines make, indented as they stand."""
    head = "version: 1\npeers: {office: [198.51.100.0/24, sg-office]}\npolicies:\n"
    data = f"{head}  - name: p\n    clusters: {{name: '*'}}\n{text}\n".encode()
    return read_policy_file(data, "policy.yaml").document.policies[0]


def ingress(text: str, cluster: Cluster = CLUSTER, **lists: PrefixList) -> Desired:
    return desired(policy_of(f"    ingress:\n{text}"), cluster, {each.id: each for each in lists.values()})


def line(text: str) -> Traffic:
    return parse_line(text, "sg-self").traffic


def lines(*texts: str) -> Traffic:
    found = Traffic.NONE
    for text in texts:
        found |= line(text)
    return found


class TestSelect:
    def chosen(self, cluster: Cluster, **selectors: Selector) -> str | None:
        document = read_policy_file(b"version: 1\npolicies: [{name: a, clusters: {name: a}}]\n", "p").document
        policies = tuple(Policy(name, selector) for name, selector in selectors.items())
        policy = select(replace(document, policies=policies), cluster)
        return policy.name if policy else None

    def test_the_first_that_matches(self) -> None:
        wide, narrow = Selector(names=("*",)), Selector(names=("prod-*",))
        assert self.chosen(CLUSTER, a=narrow, b=wide) == "a"
        assert self.chosen(CLUSTER, b=wide, a=narrow) == "b"
        assert self.chosen(replace(CLUSTER, name="dev"), a=narrow) is None

    @pytest.mark.parametrize(
        ("selector", "matches"),
        [
            (Selector(names=("dev-*", "prod-?")), True),
            (Selector(names=("PROD-*",)), False),
            (Selector(names=("prod",)), False),
            (Selector(accounts=("111122223333",)), True),
            (Selector(accounts=("000000000000",)), False),
            (Selector(regions=("us-*", "eu-*")), True),
            (Selector(regions=("eu-west-2",)), False),
            (Selector(tags={"environment": "prod*"}), True),
            (Selector(tags={"environment": "*"}), True),
            (Selector(tags={"team": "*"}), False),
            (Selector(tags={"owner": "[team] a"}), True),
            (Selector(tags={"owner": "[team]*"}), True),
            (Selector(tags={"owner": "[[]team*"}), False),
            (Selector(tags={"environment": "production", "team": "a"}), False),
            (Selector(names=("*",), regions=("us-*",)), False),
        ],
    )
    def test_something_of_every_kind_given(self, selector: Selector, matches: bool) -> None:
        assert (self.chosen(CLUSTER, p=selector) == "p") is matches


class TestPeers:
    @pytest.mark.parametrize(
        ("peer", "rules"),
        [
            ("self", ["sg-self"]),
            ("vpc", ["10.1.0.0/16", "2001:db8:1::/56"]),
            ("anywhere", ["0.0.0.0/0", "::/0"]),
            ("anywhere-ipv4", ["0.0.0.0/0"]),
            ("anywhere-ipv6", ["::/0"]),
            ("remote-nodes", ["172.16.0.0/16"]),
            ("remote-pods", ["172.17.0.0/16"]),
            ("control-plane-groups", ["sg-a", "sg-b"]),
            ("private", ["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]),
            ("office", ["198.51.100.0/24", "sg-office"]),
            ("203.0.113.7", ["203.0.113.7/32"]),
            ("sg-1", ["sg-1"]),
            ("pl-1", ["pl-1"]),
            ("{prefix_list: s3}", ["pl-2"]),
            ("{prefix_list: com.amazonaws.global.cloudfront.origin-facing}", ["pl-3"]),
            ("[self, vpc]", ["sg-self", "10.1.0.0/16", "2001:db8:1::/56"]),
        ],
    )
    def test_what_each_stands_for(self, peer: str, rules: list[str]) -> None:
        lists = {
            "pl-1": PrefixList("pl-1", PeerSet.of_cidr("192.0.2.0/25")),
            "pl-2": PrefixList("pl-2", PeerSet.of_cidr("192.0.2.128/25"), name="com.amazonaws.eu-west-1.s3"),
            "pl-3": PrefixList(
                "pl-3", PeerSet.of_cidr("192.0.2.0/31"), name="com.amazonaws.global.cloudfront.origin-facing"
            ),
        }
        policy = policy_of(
            f"    ingress:\n      require:\n        - {{id: a, traffic: tcp/443, from: {peer}}}"
        )
        (statement,) = desired(policy, CLUSTER, lists).ingress.required
        assert [rule.text() for rule in statement.rules] == [f"tcp/443 from {rule}" for rule in rules]
        together = Traffic.NONE
        for rule in statement.rules:
            together |= rule.traffic
        assert statement.traffic == together

    def test_the_internet_is_neither_private_nor_a_group(self) -> None:
        denied = ingress(
            "      deny:\n        - {id: a, traffic: all, from: internet}"
        ).ingress.denied_traffic
        for address in ("198.51.100.1", "2001:db8::1", "1.1.1.1"):
            assert Point(TCP, 22, ip_address(address)) in denied
        for address in ("10.0.0.1", "100.64.0.1", "fd00::1", "169.254.169.254"):
            assert Point(TCP, 22, ip_address(address)) not in denied
        assert Point(TCP, 22, "sg-1") not in denied

    def test_a_cluster_without_remote_networks_has_none_to_speak_of(self) -> None:
        plain = Cluster("c", "111122223333", "eu-west-1", "sg-self")
        text = "      require:\n        - {id: a, traffic: all, from: [remote-nodes, control-plane-groups]}"
        (statement,) = ingress(text, plain).ingress.required
        assert statement.traffic == Traffic.NONE
        assert statement.rules == ()


class TestGoal:
    TEXT = """
      otherwise: deny
      require:
        - {id: must, traffic: [tcp/443, udp/53], from: self}
      allow:
        - {id: may, traffic: tcp/22, from: [10.0.0.0/8, office]}
        - {id: theirs, managed_by: aws-load-balancer-controller}
      deny:
        - {id: not, traffic: tcp/20-30, from: 10.0.0.0/8, except: 10.9.0.0/16}
"""

    def test_what_is_forbidden_is_what_is_denied_and_all_that_is_not_spoken_of(self) -> None:
        goal = ingress(self.TEXT).ingress
        assert goal.required_traffic == lines("tcp/443 from self", "udp/53 from self")
        assert goal.denied_traffic == line("tcp/20-30 from 10.0.0.0/8") - line("all from 10.9.0.0/16")
        assert line("tcp/22 from 10.9.0.0/16") & goal.forbidden() == Traffic.NONE
        assert line("tcp/22 from 10.8.0.0/16") <= goal.forbidden()
        assert line("tcp/23 from 10.9.0.0/16") <= goal.forbidden()
        assert line("tcp/22 from sg-other") <= goal.forbidden()
        assert goal.required_traffic & goal.forbidden() == Traffic.NONE

    def test_otherwise_allow_forbids_what_is_denied_alone(self) -> None:
        goal = ingress(self.TEXT.replace("otherwise: deny", "otherwise: allow")).ingress
        assert goal.forbidden() == goal.denied_traffic

    def test_what_a_controller_manages_is_allowed_only_once_verified(self) -> None:
        goal = ingress(self.TEXT).ingress
        theirs = goal.allowed[1]
        assert (theirs.managed_by, theirs.traffic) == ("aws-load-balancer-controller", Traffic.ALL)
        verified = lines("tcp/30000 from sg-lb", "tcp/25 from 10.0.0.0/8")
        assert verified <= goal.forbidden()
        assert line("tcp/30000 from sg-lb") & goal.forbidden(verified) == Traffic.NONE
        assert line("tcp/25 from 10.0.0.0/16") <= goal.forbidden(verified)

    def test_what_a_controller_manages_can_be_limited(self) -> None:
        statement = "{id: a, managed_by: aws-load-balancer-controller, traffic: tcp, from: vpc}"
        policy = policy_of(f"    ingress:\n      otherwise: deny\n      allow:\n        - {statement}")
        (managed,) = desired(policy, CLUSTER).ingress.allowed
        assert managed.traffic == lines("tcp from 10.1.0.0/16", "tcp from 2001:db8:1::/56")

    def test_egress_is_a_direction_of_its_own(self) -> None:
        policy = policy_of("    egress:\n      deny:\n        - {id: a, traffic: all, to: internet}")
        wanted = desired(policy, CLUSTER)
        assert wanted.goal(Direction.INGRESS).forbidden() == Traffic.NONE
        assert line("all to 198.51.100.0/24") <= wanted.goal(Direction.EGRESS).forbidden()


class TestStatements:
    def test_rules_are_as_the_statement_writes_them(self) -> None:
        text = (
            "      require:\n        - {id: a, traffic: [tcp/80, tcp/81], from: [10.0.0.0/24, 10.0.1.0/24]}"
        )
        (statement,) = ingress(text).ingress.required
        assert [rule.text() for rule in statement.rules] == [
            "tcp/80 from 10.0.0.0/24",
            "tcp/80 from 10.0.1.0/24",
            "tcp/81 from 10.0.0.0/24",
            "tcp/81 from 10.0.1.0/24",
        ]

    @pytest.mark.parametrize(
        ("traffic", "peer", "explicit"),
        [
            ("all", "self", True),
            ("all", "[10.0.0.0/8, sg-1]", True),
            ("[tcp/1, all]", "office", True),
            ("tcp", "self", False),
            ("all", "vpc", False),
        ],
    )
    def test_all_traffic_with_a_group_is_explicit(self, traffic: str, peer: str, explicit: bool) -> None:
        text = f"      require:\n        - {{id: a, traffic: {traffic}, from: {peer}}}"
        (statement,) = ingress(text).ingress.required
        assert statement.explicit is explicit

    def test_severities(self) -> None:
        text = (
            "      require:\n        - {id: a, traffic: tcp/1, from: vpc}\n"
            "        - {id: b, traffic: tcp/2, from: vpc, severity: low}\n"
            "      deny:\n        - {id: c, traffic: tcp/3, from: vpc}\n"
            "        - {id: d, traffic: tcp/4, from: vpc, severity: critical}\n"
        )
        goal = ingress(text).ingress
        assert [each.severity for each in goal.required] == [Severity.HIGH, Severity.LOW]
        assert [each.severity for each in goal.denied] == [Severity.HIGH, Severity.CRITICAL]

    def test_a_statement_for_a_family_is_for_clusters_of_that_family(self) -> None:
        policy = policy_of("    use: eks-open-egress")
        four = desired(policy, CLUSTER).egress
        six = desired(policy, replace(CLUSTER, ip_family=IpFamily.IPV6)).egress
        assert [each.id for each in four.required] == ["eks-open-egress-ipv4"]
        assert [each.id for each in six.required] == ["eks-open-egress-ipv4", "eks-open-egress-ipv6"]


class TestTags:
    def test_placeholders_are_filled_in_keys_and_values(self) -> None:
        policy = policy_of(
            "    use: eks-baseline\n    tags: {require: {karpenter.sh/discovery: 'x-{cluster}'}}"
        )
        assert desired(policy, CLUSTER).tags == {
            "kubernetes.io/cluster/prod-1": "owned",
            "Name": "eks-cluster-sg-prod-1-12345",
            "karpenter.sh/discovery": "x-prod-1",
        }

    def test_the_groups_name_must_be_known_where_it_is_used(self) -> None:
        nameless = replace(CLUSTER, security_group_name="")
        with pytest.raises(UnknownGroupNameError, match="prod-1"):
            desired(policy_of("    use: eks-baseline"), nameless)
        desired(policy_of("    tags: {require: {team: a}}"), nameless)


class TestNeeds:
    TEXT = (
        "    ingress:\n      deny:\n"
        "        - {id: a, traffic: all, from: internet, except: [pl-1, {prefix_list: s3}]}\n"
        "    egress:\n      require:\n        - {id: b, traffic: tcp/443, to: vpc}\n"
    )

    def test_what_must_be_looked_up(self) -> None:
        assert needs(policy_of(self.TEXT), "eu-west-1") == Needs(
            frozenset({"pl-1"}), frozenset({"com.amazonaws.eu-west-1.s3"}), vpc=True
        )
        assert needs(policy_of("    use: eks-baseline"), "eu-west-1") == Needs()

    def test_a_vpc_that_is_only_spared_can_wait(self) -> None:
        assert needs(policy_of("    use: no-public-ingress"), "eu-west-1") == Needs(vpc_to_spare=True)
        named = self.TEXT.replace("[pl-1,", "[pl-1, vpc,")
        assert needs(policy_of(named), "eu-west-1").vpc
        assert not needs(policy_of(named), "eu-west-1").vpc_to_spare

    def test_without_its_addresses_the_vpc_is_not_spared(self) -> None:
        own = line("tcp/22 from 2001:db8:1::/64")
        for vpc, denied in ((CLUSTER.vpc_cidrs, False), (None, True)):
            goal = desired(policy_of("    use: no-public-ingress"), replace(CLUSTER, vpc_cidrs=vpc)).ingress
            assert (own <= goal.denied_traffic) == denied

    def test_what_is_missing_is_named(self) -> None:
        s3 = PrefixList("pl-9", PeerSet.of_cidr("192.0.2.0/24"), name="com.amazonaws.eu-west-1.s3")
        one = PrefixList("pl-1", PeerSet.of_cidr("192.0.2.0/24"))
        with pytest.raises(UnknownPrefixListError) as caught:
            desired(policy_of(self.TEXT), CLUSTER, {"pl-9": s3})
        assert caught.value.name == "pl-1"
        with pytest.raises(UnknownPrefixListError) as caught:
            desired(policy_of(self.TEXT), CLUSTER, {"pl-1": one})
        assert caught.value.name == "com.amazonaws.eu-west-1.s3"
        with pytest.raises(UnknownVpcError):
            desired(policy_of(self.TEXT), replace(CLUSTER, vpc_cidrs=None), {"pl-1": one, "pl-9": s3})


class TestConflict:
    TEXT = (
        "    egress:\n      require:\n        - {id: must, traffic: tcp/20-25, to: vpc}\n"
        "      deny:\n        - {id: not, traffic: tcp/22, to: 10.0.0.0/8}\n"
    )

    def test_what_is_required_must_not_be_denied(self) -> None:
        with pytest.raises(PolicyConflict) as caught:
            desired(policy_of(self.TEXT), CLUSTER)
        (conflict,) = caught.value.conflicts
        assert (conflict.direction, conflict.required, conflict.denied) == (Direction.EGRESS, "must", "not")
        assert conflict.traffic == line("tcp/22 to 10.1.0.0/16")
        assert str(caught.value) == (
            'policy "p": "must" requires what "not" denies in egress: tcp/22 to 10.1.0.0/16'
        )

    def test_it_depends_on_the_cluster(self) -> None:
        desired(policy_of(self.TEXT), replace(CLUSTER, vpc_cidrs=PeerSet.of_cidr("192.168.0.0/16")))


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"account": "123"},
        {"region": ""},
        {"security_group_id": "x"},
        {"control_plane_groups": ("x",)},
    ],
)
def test_no_cluster_is_like_that(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"a cluster has|is no"):
        replace(CLUSTER, **wrong)  # type: ignore[arg-type]


def test_an_account_has_the_digits_that_aws_writes() -> None:
    with pytest.raises(ValueError, match="expected 12 digits"):
        replace(CLUSTER, account="١١١١٢٢٢٢٣٣٣٣")
