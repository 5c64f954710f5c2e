"""What today's rules become: sets, requirements, statements, and which clusters share them."""

from __future__ import annotations

from itertools import permutations

import pytest
from sgwarden.cluster import IpFamily
from sgwarden.policy.resolve import select
from sgwarden.policy.types import Policy, Selector, Severity
from sgwarden.review.adopt import TwiceError, UnnamedError, adopted
from sgwarden.review.adopt.alike import kinds
from sgwarden.review.adopt.draft import draft
from sgwarden.review.build import checked_policy_file
from sgwarden.traffic import Direction, PeerSet

from tests.unit.adopting import EVERY_DAY, Found, of, policies_of, text_of

HYBRID = PeerSet.of_cidr("10.200.0.0/16")


def only(found: Found) -> Policy:
    (policy,) = policies_of(found)
    return policy


def required(policy: Policy) -> dict[str, list[str]]:
    """What the policy requires itself, by direction."""
    return {
        "ingress": [each.id for each in policy.ingress.require if not each.ready_made],
        "egress": [each.id for each in policy.egress.require if not each.ready_made],
    }


def allowed(*rules: str) -> list[str]:
    """The lines that allow something, where a cluster has these rules besides the usual."""
    text = text_of(of(*EVERY_DAY, *rules))
    return [line.strip() for line in text.splitlines() if line.strip().startswith("- {id:")]


class TestSets:
    def test_one_that_is_true_word_by_word_is_used(self) -> None:
        policy = only(of(*EVERY_DAY))
        assert policy.use == ("eks-baseline", "eks-open-egress", "no-public-ingress")
        assert required(policy) == {"ingress": [], "egress": []}

    def test_of_one_that_is_not_the_true_part_is_required(self) -> None:
        policy = only(of("all from self", "all to 0.0.0.0/0"))  # as EKS made groups before EFA
        assert policy.use == ("eks-open-egress", "no-public-ingress")
        assert required(policy) == {"ingress": ["eks-self-ingress"], "egress": []}
        assert policy.ingress.require[0].severity is Severity.CRITICAL
        assert dict(policy.tags) == {
            "kubernetes.io/cluster/{cluster}": "owned",
            "Name": "{group_name}",
        }

    def test_a_tag_that_is_wrong_keeps_the_baseline_out(self) -> None:
        assert "eks-baseline" not in only(of(*EVERY_DAY, tags={"Name": "mine"})).use

    def test_hybrid_networks_that_cannot_come_in_keep_the_baseline_out(self) -> None:
        assert "eks-baseline" not in only(of(*EVERY_DAY, remote_nodes=HYBRID)).use
        policy = only(of(*EVERY_DAY, "tcp/443 from 10.200.0.0/16; x", remote_nodes=HYBRID))
        assert "eks-baseline" in policy.use
        assert [each.id for each in policy.ingress.allow] == ["eks-hybrid-nodes"]

    def test_open_egress_of_an_ipv6_cluster_is_of_both_families(self) -> None:
        both = of(*EVERY_DAY, "all to ::/0", ip_family=IpFamily.IPV6)
        assert "eks-open-egress" in only(both).use
        policy = only(of("all from self", "all to ::/0", ip_family=IpFamily.IPV6))
        assert "eks-open-egress" not in policy.use
        assert required(policy)["egress"] == ["eks-open-egress-ipv6"]
        assert policy.egress.require[0].ip_family is None  # its clusters are IPv6 clusters, every one

    def test_what_is_read_of_a_copied_requirement_is_what_was_meant(self) -> None:
        found = of("all from self", "all to ::/0", ip_family=IpFamily.IPV6)
        (kind,) = kinds([found])
        assert draft(kind, {}).sides[Direction.EGRESS].own == only(found).egress

    def test_the_minimum_is_required_where_there_is_no_more(self) -> None:
        services = ("tcp/443", "tcp/10250", "tcp/53", "udp/53")
        rules = [f"{each} {joint} self" for each in services for joint in ("from", "to")]
        policy = only(of(*rules))
        assert policy.use == ("eks-minimum-egress", "no-public-ingress")
        assert required(policy)["ingress"] == [
            "eks-minimum-https-in",
            "eks-minimum-kubelet-in",
            "eks-minimum-dns-in",
        ]
        assert not policy.ingress.allow

    def test_what_is_public_already_is_not_denied(self) -> None:
        web = of(*EVERY_DAY, "tcp/443 from 0.0.0.0/0; web")
        assert only(web).use[-1] == "no-public-admin-ports"
        assert only(of(*EVERY_DAY, "tcp/22 from 198.51.100.7/32; web")).use[-1] == "eks-open-egress"


class TestStatements:
    def test_rules_of_one_description_are_put_together(self) -> None:
        rules = [
            f"{service} from {peer}; web"
            for service in ("tcp/80", "tcp/443")
            for peer in ("10.1.0.0/16", "10.2.0.0/16")
        ]
        assert allowed(*rules) == [
            "- {id: web, traffic: [tcp/80, tcp/443], from: [10.1.0.0/16, 10.2.0.0/16], why: web}"
        ]

    def test_but_only_where_the_product_is_there(self) -> None:
        rules = (
            "tcp/80 from 10.1.0.0/16; web",
            "tcp/443 from 10.1.0.0/16; web",
            "tcp/443 from 10.2.0.0/16; web",
        )
        assert allowed(*rules) == [
            "- {id: web, traffic: [tcp/80, tcp/443], from: 10.1.0.0/16, why: web}",
            "- {id: web-2, traffic: tcp/443, from: 10.2.0.0/16, why: web}",
        ]

    def test_of_rules_that_stand_for_each_other_the_wide_one_stays(self) -> None:
        rules = ("tcp/1 from 10.0.0.0/17; aa", "tcp/1 from 10.0.128.0/17; bb", "tcp/1 from 10.0.0.0/16; cc")
        assert allowed(*rules) == ["- {id: cc, traffic: tcp/1, from: 10.0.0.0/16, why: cc}"]

    def test_one_that_narrower_rules_stand_for_together_has_no_line(self) -> None:
        rules = (
            "tcp/1-19 from 10.0.0.0/16; aa",
            "tcp/20-38 from 10.0.0.0/16; bb",
            "tcp/10-29 from 10.0.0.0/16; cc",
        )
        assert [line[:9] for line in allowed(*rules)] == ["- {id: aa", "- {id: bb"]

    @pytest.mark.parametrize(
        ("rule", "written"),
        [
            ("tcp/22 from 10.1.0.0/16", "id: ssh-from-10.1.0.0-16, traffic: tcp/22, from: 10.1.0.0/16"),
            ("tcp/22 from 0.0.0.0/0", "id: ssh-from-anywhere, traffic: tcp/22, from: 0.0.0.0/0"),
            ("tcp/22 from ::/0", 'id: ssh-from-anywhere-ipv6, traffic: tcp/22, from: "::/0"'),
            ("icmp/3.4 to 10.1.0.0/16", None),
            ("tcp/1 from vpn; eks-self-ingress", "id: eks-self-ingress-2, {}, why: eks-self-ingress"),
            ("tcp/1 from vpn; yes", 'id: "yes", {}, why: "yes"'),
            ("tcp/1 from vpn; ü 1", 'id: tcp-1-from-sg-0a, {}, why: "ü 1"'),
            ('tcp/1 from vpn; a "b" # c: \\', 'id: tcp-1-from-sg-0a, {}, why: "a \\"b\\" # c: \\\\"'),
            ("tcp/1 from vpn; {cluster}\x1b[31m\n- x", 'id: cluster-x, {}, why: "{cluster} - x"'),
        ],
    )  # fmt: skip
    def test_ids_and_reasons(self, rule: str, written: str | None) -> None:
        expected = written and written.replace("{}", "traffic: tcp/1, from: sg-0a")
        assert allowed(rule.replace("vpn", "sg-0a")) == ([f"- {{{expected}}}"] if expected else [])

    def test_an_id_that_a_requirement_has_is_taken(self) -> None:
        policy = only(of("all from self", "tcp/1 from sg-0a; eks-self-ingress"))
        assert [each.id for each in policy.ingress] == [
            "eks-self-ingress",
            "eks-self-ingress-2",
            "no-public-ingress",
        ]

    def test_a_long_description_is_cut_for_the_id_alone(self) -> None:
        words = "Allow unmanaged nodes to communicate with the office network (all ports)"
        text = text_of(of(*EVERY_DAY, f"tcp/1 from sg-0a; {words}"))
        assert "- id: allow-unmanaged-nodes-to-communicate\n" in text
        assert f'why: "{words}"\n' in text

    def test_a_long_list_is_written_one_a_line(self) -> None:
        peers = [f"10.{number}.0.0/16" for number in range(12)]
        text = text_of(of(*EVERY_DAY, *(f"tcp/1 from {each}; offices" for each in peers)))
        assert "          from:\n            - 10.0.0.0/16\n            - 10.1.0.0/16\n" in text
        assert max(map(len, text.splitlines())) <= 110


class TestClusters:
    def test_those_alike_share_a_policy_whatever_they_call_their_rules(self) -> None:
        one = of(*EVERY_DAY, "tcp/1 from 10.0.0.0/16; aa", name="one")
        two = of(*EVERY_DAY, "tcp/1 from 10.0.0.0/16; b", name="two")
        (policy,) = policies_of(two, one)
        assert (policy.name, policy.clusters) == ("like-one", Selector(("one", "two")))
        assert policy.ingress.allow[0].why == "aa"

    @pytest.mark.parametrize("key", ["remote_nodes", "remote_pods"])
    def test_hybrid_networks_are_no_likeness(self, key: str) -> None:
        """The baseline allows them at one cluster; at the other the same rule needs a line."""
        rules = (*EVERY_DAY, "tcp/443 from 10.200.0.0/16; hybrid")
        with_network = of(*rules, name="one", **{key: HYBRID})  # type: ignore[arg-type]
        one, two = policies_of(with_network, of(*rules, name="two"))
        assert [each.id for each in one.ingress.allow] == ["eks-hybrid-nodes"]
        assert [each.id for each in two.ingress.allow] == ["hybrid", "eks-hybrid-nodes"]

    def test_a_description_that_one_has_is_taken(self) -> None:
        one = of(*EVERY_DAY, "tcp/1 from 10.0.0.0/16", name="one")
        two = of(*EVERY_DAY, "tcp/1 from 10.0.0.0/16; b", name="two")
        assert policies_of(two, one)[0].ingress.allow[0].why == "b"

    def test_one_name_with_other_rules_elsewhere_is_told_apart(self) -> None:
        here = of(*EVERY_DAY, name="prod")
        there = of("all from self", name="prod", region="us-east-1")
        other = of(*EVERY_DAY, name="dev")
        found = (here, there, other)
        document = checked_policy_file(adopted(found).text.encode(), "x")
        assert {each.name: each.clusters for each in document.policies} == {
            "dev": Selector(("dev",)),
            "prod-eu-west-1": Selector(("prod",), regions=("eu-west-1",)),
            "prod-us-east-1": Selector(("prod",), regions=("us-east-1",)),
        }
        names = [policy.name for cluster, _ in found if (policy := select(document, cluster))]
        assert names == ["prod-eu-west-1", "prod-us-east-1", "dev"]

    def test_accounts_tell_apart_too(self) -> None:
        policies = policies_of(of(*EVERY_DAY), of("all from self", account="012345678901"))
        assert [each.clusters.accounts for each in policies] == [("012345678901",), ("111122223333",)]

    def test_one_name_with_the_same_rules_elsewhere_is_not(self) -> None:
        (policy,) = policies_of(of(*EVERY_DAY), of(*EVERY_DAY, region="us-east-1"))
        assert policy.clusters == Selector(("prod-1",))

    def test_a_name_is_no_pattern(self) -> None:
        with pytest.raises(UnnamedError, match=r"no policy picks a\* alone"):
            adopted([of(*EVERY_DAY, name="a*"), of(name="ab")])

    @pytest.mark.parametrize("name", ["true", "007", "1e3", "null", "like-a", "-", "a: b", "\ud800", "ü\n"])
    def test_any_name_is_read_back(self, name: str) -> None:
        found = [of(*EVERY_DAY, name=name), of(name="a")]
        document = checked_policy_file(adopted(found).text.encode(), "x")
        policy = select(document, found[0][0])
        assert policy is not None
        assert policy.clusters.names == (name,)

    def test_policies_never_share_a_name(self) -> None:
        found = [of(*EVERY_DAY, name="a"), of(*EVERY_DAY, name="b"), of(name="like-a")]
        for order in permutations(found):
            assert sorted(each.name for each in policies_of(*order)) == ["like-a", "like-a-2"]

    def test_the_same_cluster_twice_is_one(self) -> None:
        made = adopted([of(*EVERY_DAY), of(*EVERY_DAY)])
        assert (made.clusters, made.policies) == (1, 1)

    def test_a_cluster_of_two_minds_is_refused(self) -> None:
        with pytest.raises(TwiceError, match="prod-1 in eu-west-1 of account 111122223333 is there twice"):
            adopted([of(*EVERY_DAY), of("all from self")])

    def test_no_cluster_is_no_policy(self) -> None:
        with pytest.raises(ValueError, match="no cluster"):
            adopted([])
