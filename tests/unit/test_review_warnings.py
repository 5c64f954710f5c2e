"""What a policy file says in vain: told of, and accepted."""

from __future__ import annotations

import pytest
from sgwarden.cluster import Cluster
from sgwarden.policy.places import Places
from sgwarden.review.check import problems_at

from tests.unit.reviewing import errors_of, policy, read_file, rendered, warnings_of


def ingress(*lists: str, otherwise: str = "deny", also: str = "") -> list[str]:
    """The warnings of a policy, the statements of whose nth list are in the line of 7 + n."""
    body = "".join(f"      {each}\n" for each in lists)
    head = f"    use: [eks-baseline{also}]\n    ingress:\n      otherwise: {otherwise}\n"
    said = warnings_of(policy(head + body))
    return [line.split(": ", 1)[1].removesuffix("; remove it") for line in said]


REPLACE = (
    "; a denial wins: deny by a statement of your own, with except, in place of the set {}; or remove it"
)


class TestStatements:
    """A statement without which the policy asks the same of every cluster."""

    @pytest.mark.parametrize(
        ("lists", "otherwise", "said"),
        [
            (
                "allow: [{id: a, traffic: tcp/22, from: vpc}, {id: b, traffic: tcp, from: [vpc, sg-1]}]",
                "deny",
                'its traffic is allowed by "b"',
            ),
            (
                "allow: [{id: a, traffic: tcp/22, from: self}]",
                "deny",
                'its traffic is required by "eks-self-ingress"',
            ),
            (
                "allow: [{id: a, traffic: tcp/22, from: 10.0.0.0/9}, "
                "{id: b, traffic: tcp, from: 10.0.0.0/10}, {id: c, traffic: tcp, from: 10.64.0.0/10}]",
                "deny",
                'its traffic is allowed by "b", "c"',
            ),
            (
                "allow: [{id: a, traffic: tcp/22, from: vpc}]",
                "allow",
                "whatever nothing denies is allowed here (otherwise: allow)",
            ),
            (
                "deny: [{id: a, traffic: tcp/22, from: 10.0.0.0/8}, {id: b, traffic: tcp, from: private}]",
                "allow",
                'its traffic is denied by "b"',
            ),
            (
                "deny: [{id: a, traffic: tcp/22, from: 10.0.0.0/8}]",
                "deny",
                "its traffic is allowed by nothing (otherwise: deny)",
            ),
            (
                "require: [{id: a, traffic: udp/53, from: self}]",
                "allow",
                'its traffic is required by "eks-self-ingress"',
            ),
            (
                "deny: [{id: a, traffic: all, from: 10.0.0.0/9, except: 10.0.0.0/8}]",
                "allow",
                "it speaks of no traffic",
            ),
        ],
    )
    def test_it_is_told_with_what_takes_its_place(self, lists: str, otherwise: str, said: str) -> None:
        assert ingress(lists, otherwise=otherwise) == [f'statement "a" can never matter: {said}']

    def test_what_is_allowed_and_denied_is_told_with_both(self) -> None:
        allow = "allow: [{id: a, traffic: tcp/20-30, from: vpc}, {id: b, traffic: tcp/10-25, from: vpc}]"
        deny = "deny: [{id: c, traffic: tcp/26-40, from: vpc}]"
        assert ingress(allow, deny) == [
            'statement "a" can never matter: its traffic is allowed by "b" and denied by "c"'
        ]

    @pytest.mark.parametrize(
        ("lists", "otherwise"),
        [
            (
                "allow: [{id: a, traffic: tcp/22, from: vpc}, {id: b, traffic: tcp, from: remote-nodes}]",
                "deny",
            ),
            ("allow: [{id: a, traffic: tcp/22, from: vpc}, {id: b, traffic: tcp, from: private}]", "deny"),
            ("allow: [{id: a, traffic: all, from: sg-1}, {id: b, traffic: all, from: anywhere}]", "deny"),
            (
                (
                    "deny: [{id: a, traffic: all, from: internet}, {id: b, traffic: tcp/22, from: "
                    "internet, except: vpc}]"
                ),
                "allow",
            ),
            (
                "deny: [{id: a, traffic: tcp, from: pl-1}, {id: b, traffic: tcp, from: {prefix_list: s3}}]",
                "allow",
            ),
            (
                (
                    "allow: [{id: a, traffic: tcp, from: pl-1}, {id: b, managed_by: "
                    "aws-load-balancer-controller}]"
                ),
                "deny",
            ),
            (
                (
                    "allow: [{id: b, managed_by: aws-load-balancer-controller}]\n      deny: [{id: a, "
                    "traffic: tcp/22, from: sg-1}]"
                ),
                "deny",
            ),
            (
                (
                    "deny: [{id: a, traffic: tcp, from: vpc, ip_family: ipv4}, {id: b, traffic: tcp, "
                    "from: vpc, ip_family: ipv6}]"
                ),
                "allow",
            ),
        ],
    )
    def test_what_may_matter_at_some_cluster_is_left_alone(self, lists: str, otherwise: str) -> None:
        found = ingress(lists, otherwise=otherwise)
        assert [line for line in found if 'statement "a"' in line] == []

    def test_exceptions_may_have_to_meet(self) -> None:
        """What is in the VPC and of hybrid nodes and pods alike is not denied, and so it is allowed."""
        deny = ", ".join(
            f"{{id: not-{peer}, traffic: all, from: private, except: {peer}}}"
            for peer in ("vpc", "remote-nodes", "remote-pods")
        )
        allow = "allow: [{id: a, traffic: tcp/22, from: 10.0.0.0/8}]"
        assert ingress(allow, f"deny: [{deny}]") == []
        assert ingress(allow, f"deny: [{deny}, {{id: all, traffic: tcp, from: private}}]") != []

    def test_of_two_that_are_equal_the_later_one_is_told_of(self) -> None:
        found = ingress("allow: [{id: a, traffic: tcp, from: vpc}, {id: b, traffic: tcp, from: vpc}]")
        assert found == ['statement "b" can never matter: its traffic is allowed by "a"']

    def test_of_three_that_stand_in_for_one_another_one_is_left(self) -> None:
        """The third is the first two together, and the first two are each in the other and the third."""
        deny = (
            "deny: [{id: a, traffic: tcp/1-20, from: vpc}, {id: b, traffic: tcp/11-30, from: vpc},"
            " {id: c, traffic: tcp/1-30, from: vpc}, {id: d, traffic: tcp/1-30, from: vpc}]"
        )
        found = ingress(deny, otherwise="allow")
        assert found == [
            'statement "c" can never matter: its traffic is denied by "a", "b"',
            'statement "d" can never matter: its traffic is denied by "a", "b"',
        ]

    def test_one_that_another_makes_graver_is_left_where_that_one_goes(self) -> None:
        """Of two equal critical ones in a wider one of less weight, one has to stay."""
        deny = (
            "deny: [{id: a, traffic: tcp/22, from: vpc, severity: critical},"
            " {id: b, traffic: tcp/22, from: vpc, severity: critical}, {id: c, traffic: tcp, from: vpc}]"
        )
        assert ingress(deny, otherwise="allow") == [
            'statement "b" can never matter: its traffic is denied by "a"'
        ]

    @pytest.mark.parametrize("otherwise", ["allow", "deny"])
    def test_a_denial_wins_over_what_is_allowed(self, otherwise: str) -> None:
        allow = "allow: [{id: a, traffic: tcp/443, from: 198.51.100.0/24}]"
        deny = "deny: [{id: b, traffic: tcp, from: internet}]"
        assert ingress(allow, deny, otherwise=otherwise) == [
            'statement "a" can never matter: its traffic is denied by "b"; '
            'a denial wins: leave it out of "b" with except; or remove it'
        ]

    def test_a_denial_is_not_told_of_for_want_of_what_it_denies(self) -> None:
        """All three might go together; but then who wrote them would never hear why."""
        allow = "allow: [{id: a, traffic: tcp/80, from: 198.51.100.0/24}]"
        deny = "deny: [{id: b, traffic: tcp/80, from: internet}, {id: c, traffic: tcp/80, from: internet}]"
        assert ingress(allow, deny) == [
            'statement "a" can never matter: its traffic is denied by "b"; '
            'a denial wins: leave it out of "b" with except; or remove it',
            'statement "c" can never matter: its traffic is denied by "b"',
        ]

    def test_and_so_does_that_of_a_set(self) -> None:
        allow = "allow: [{id: a, traffic: tcp/22, from: [198.51.100.0/24, '2001:db8:10::/48']}]"
        assert ingress(allow, also=", no-public-ingress") == [
            'statement "a" can matter only for addresses of the VPC: its traffic is denied by '
            f'"no-public-ingress"{REPLACE.format("no-public-ingress")}'
        ]

    def test_what_several_deny_is_left_out_of_each(self) -> None:
        allow = "allow: [{id: a, traffic: [tcp/22, udp/53], from: 198.51.100.0/24}]"
        deny = "deny: [{id: b, traffic: udp, from: internet}]"
        (said,) = ingress(allow, deny, also=", no-public-admin-ports")
        assert said.endswith(
            'a denial wins: leave it out of "b" with except and deny by a statement of your own, '
            "with except, in place of the set no-public-admin-ports; or remove it"
        )

    def test_what_is_denied_in_part_is_not_told_of(self) -> None:
        allow = "allow: [{id: a, traffic: tcp/443, from: [198.51.100.0/24, 10.0.0.0/8]}]"
        assert ingress(allow, also=", no-public-ingress") == []
        assert ingress(allow.replace("10.0.0.0/8", "vpc"), also=", no-public-ingress") == []

    @pytest.mark.parametrize(
        ("traffic", "peer", "matters"),
        [
            ("tcp/22", "sg-1", True),
            ("udp", "control-plane-groups", True),
            ("icmp", "sg-1", False),
            ("tcp/22", "vpc", False),
        ],
    )
    def test_a_denial_matters_for_an_owner_as_far_as_it_can_open(
        self, traffic: str, peer: str, matters: bool
    ) -> None:
        text = policy(
            "    below_eks_minimum: true\n    ingress:\n      otherwise: deny\n"
            "      allow: [{id: lb, managed_by: aws-load-balancer-controller}]\n"
            f"      deny: [{{id: a, traffic: {traffic}, from: {peer}}}]\n"
        )
        assert (warnings_of(text) == []) is matters

    @pytest.mark.parametrize("own", ["severity: critical", "remedy: revoke"])
    def test_one_that_makes_findings_worse_or_rules_go_whole_counts(self, own: str) -> None:
        deny = (
            "deny: [{{id: a, traffic: tcp/22, from: 10.0.0.0/8{}}}, {{id: b, traffic: tcp, from: private}}]"
        )
        assert ingress(deny.format(f", {own}"), otherwise="allow") == []
        assert len(ingress(deny.format(", severity: low"), otherwise="allow")) == 1

    def test_one_that_is_as_bad_as_another_does_not(self) -> None:
        deny = (
            "deny: [{id: a, traffic: tcp/20-30, from: vpc}, {id: c, traffic: tcp/26-40, from: vpc},"
            " {id: b, traffic: tcp/1-25, from: vpc, severity: low}]"
        )
        said = 'statement "a" can never matter: its traffic is denied by "c", "b"'
        assert ingress(deny, otherwise="allow") == [said]

    def test_it_is_told_of_where_it_is_written(self) -> None:
        text = policy(
            "    ingress:\n      deny:\n        - {id: a, traffic: tcp/22, from: self, except: self}\n"
        )
        assert warnings_of(text) == [
            '7:11: statement "a" can never matter: it speaks of no traffic; remove it'
        ]

    def test_it_is_no_error(self) -> None:
        assert (
            errors_of(policy("    ingress: {otherwise: allow, allow: [{id: a, traffic: all, from: vpc}]}\n"))
            == []
        )


class TestSets:
    """A set is told of where all of it is in vain; what overlaps in part is what sets are for."""

    def test_one_that_adds_nothing(self) -> None:
        assert ingress(otherwise="allow", also=", node-registries") == [
            (
                'the set "node-registries" adds nothing to policy "p"; other statements say, or undo, '
                "all that it says"
            )
        ]

    def test_one_that_makes_findings_worse_counts(self) -> None:
        assert ingress(otherwise="allow", also=", eks-minimum-egress") == []  # critical beside high
        (said,) = ingress(
            otherwise="allow", also=", no-public-ingress, no-public-admin-ports"
        )  # both critical
        assert said.startswith('the set "no-public-admin-ports" adds nothing')

    def test_tags_are_never_in_vain(self) -> None:
        own = "{{id: {0}, traffic: all, {1}: self, severity: critical}}"
        text = policy(
            f"    use: eks-baseline\n    ingress: {{require: [{own.format('a', 'from')}]}}\n"
            f"    egress: {{require: [{own.format('b', 'to')}]}}\n"
        )
        assert [line for line in warnings_of(text) if "the set" in line] == []

    def test_all_of_it_must_be_in_vain(self) -> None:
        text = policy(
            "    use: [eks-baseline]\n    ingress: {require: [{id: a, traffic: all, from: self}]}\n"
        )
        assert warnings_of(text) == [
            '6:25: statement "a" can never matter: its traffic is required by "eks-self-ingress"; remove it'
        ]


class TestPolicies:
    """A policy that no cluster ever gets, since each matches an earlier one."""

    def reached(self, *selectors: str) -> list[str]:
        policies = "".join(
            f"  - {{name: p{number}, clusters: {each}}}\n" for number, each in enumerate(selectors)
        )
        return [
            line.split(": ", 1)[1].split(";")[0] for line in warnings_of(f"version: 1\npolicies:\n{policies}")
        ]

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ("{name: '*'}", "{name: prod-1}"),
            ("{name: 'prod-*'}", "{name: ['prod-eu-*', prod-1]}"),
            ("{name: '*'}", "{tags: {a: b}, accounts: '111122223333'}"),
            ("{tags: {a: '*'}}", "{tags: {a: b, c: d}, name: x}"),
            ("{accounts: ['111122223333', '444455556666']}", "{accounts: '444455556666', regions: eu-*}"),
            ("{regions: 'eu-*'}", "{regions: 'eu-west-?'}"),
        ],
    )
    def test_it_is_told_with_the_one_that_takes_its_clusters(self, first: str, second: str) -> None:
        said = 'policy "p1" is never used: all its clusters match "p0", which comes earlier'
        assert self.reached(first, second) == [said]

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ("{name: prod-1}", "{name: '*'}"),
            ("{name: 'prod-*'}", "{name: 'p*'}"),
            ("{name: 'prod-*', tags: {a: b}}", "{name: 'prod-*'}"),
            ("{tags: {a: b}}", "{tags: {a: '*'}}"),
            ("{accounts: '111122223333'}", "{name: x}"),
            ("{regions: 'eu-*'}", "{regions: ['eu-west-1', us-east-1]}"),
        ],
    )
    def test_one_that_may_be_reached_is_left_alone(self, first: str, second: str) -> None:
        assert self.reached(first, second) == []

    def test_several_earlier_ones_may_share_its_clusters(self) -> None:
        said = self.reached("{name: 'a*'}", "{name: 'b*'}", "{name: [a1, b1]}")
        assert said == [
            'policy "p2" is never used: all its clusters match "p0" and "p1", which comes earlier'
        ]


class TestPeers:
    """A name that nothing speaks of."""

    TEXT = (
        "version: 1\npeers:\n  a: 10.0.0.0/8\n  b: [a, vpc]\n  c: sg-1\npolicies:\n  - name: p\n "
        "   clusters: {{name: x}}\n{}"
    )

    def of(self, lines: str) -> list[str]:
        return [line for line in warnings_of(self.TEXT.format(lines)) if "peer" in line]

    def test_it_is_told_where_it_is_defined(self) -> None:
        deny = "    ingress: {deny: [{id: x, traffic: all, from: b}]}\n"
        assert self.of(deny) == [
            '5:3: the peer "c" is never used; remove it, or the statement for it is missing'
        ]

    def test_an_exception_and_an_expectation_are_uses(self) -> None:
        deny = "    ingress: {deny: [{id: x, traffic: all, from: vpc, except: b}]}\n"
        assert self.of(deny + "expect: [{cluster: x, denied: tcp/1 from c}]\n") == []
        assert self.of(deny + "expect: [{cluster: x, given: [tcp/1 from c], after: []}]\n") == []


def test_clusters_without_a_policy_are_told() -> None:
    file = read_file(policy("", clusters="{name: 'prod-*', accounts: '111122223333'}"))
    clusters = [
        Cluster(name, account, "eu-west-1", "sg-1")
        for name, account in (
            ("prod-1", "111122223333"),
            ("dev-1", "111122223333"),
            ("prod-1", "444455556666"),
        )
    ]
    assert rendered([*problems_at(file, [Places(each, {}) for each in clusters])]) == [
        " warning: no policy matches cluster dev-1 (eu-west-1, account 111122223333): it is left alone",
        " warning: no policy matches cluster prod-1 (eu-west-1, account 444455556666): it is left alone",
    ]
