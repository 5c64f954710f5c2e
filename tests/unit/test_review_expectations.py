"""What policies are expected to say, and to leave after remediation."""

from __future__ import annotations

import pytest

from tests.unit.reviewing import errors_of

HEAD = """version: 1
peers: {office: [198.51.100.0/24]}
policies:
  - name: production
    clusters: {name: "prod-*", tags: {environment: production}, accounts: "999900001111"}
    use: [eks-baseline, no-public-admin-ports]
    ingress:
      otherwise: deny
      allow:
        - {id: office, traffic: tcp/443, from: [office, vpc, pl-1, {prefix_list: s3}]}
        - {id: hybrid, traffic: tcp/443, from: [remote-nodes, remote-pods, control-plane-groups]}
  - name: rest
    clusters: {tags: {team: "*"}}
    ingress:
      deny:
        - {id: telnet, traffic: tcp/23, from: internet}
"""


def expecting(*lines: str) -> list[str]:
    """What does not hold of the expectations, the first of which is in line 18."""
    return errors_of(HEAD + "expect:\n" + "".join(f"  - {{{line}}}\n" for line in lines))


@pytest.mark.parametrize(
    "line",
    [
        "cluster: prod-1, denied: tcp/22 from 0.0.0.0/0",
        "cluster: prod-1, denied: tcp/22 from internet",
        "cluster: prod-1, denied: all from sg-0abc",
        "cluster: prod-1, allowed: tcp/443 from office",
        "cluster: prod-1, allowed: tcp/443 from 198.51.100.7",
        "cluster: prod-1, allowed: tcp/443 from vpc",
        "cluster: prod-1, allowed: tcp/443 from pl-1",
        "cluster: prod-1, denied: tcp/443 from pl-2",
        "cluster: prod-1, allowed: tcp/443 from remote-nodes",
        "cluster: prod-1, allowed: tcp/443 from control-plane-groups",
        "cluster: prod-1, required: all from self",
        "cluster: prod-1, required: udp/53 to self",
        "cluster: prod-1, direction: egress, allowed: all to anywhere",
        "cluster: dev, denied: tcp/23 from 1.1.1.1",
        "cluster: dev, allowed: tcp/23 from private",
    ],
)
def test_what_holds_is_accepted(line: str) -> None:
    assert expecting(line) == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "cluster: prod-1, denied: tcp/443 from 198.51.0.0/16",
            '"tcp/443 from 198.51.0.0/16" should be denied for prod-1, '
            'but policy "production" does not forbid tcp/443 from 198.51.100.0/24',
        ),
        (
            "cluster: dev, denied: tcp/23 from 0.0.0.0/0",
            '"tcp/23 from 0.0.0.0/0" should be denied for dev, but policy "rest" does not forbid '
            "tcp/23 from 0.0.0.0/8, tcp/23 from 10.0.0.0/8, tcp/23 from 100.64.0.0/10 and 7 more",
        ),
        (
            "cluster: prod-1, allowed: tcp/22-23 from office",
            '"tcp/22-23 from office" should be allowed for prod-1, but policy "production" forbids '
            'tcp/22-23 from 198.51.100.0/24 ("no-public-ssh", otherwise: deny)',
        ),
        (
            "cluster: prod-1, allowed: tcp/22 from office",
            '"tcp/22 from office" should be allowed for prod-1, but policy "production" forbids '
            'tcp/22 from 198.51.100.0/24 ("no-public-ssh")',
        ),
        (
            "cluster: dev, allowed: all from office",
            '"all from office" should be allowed for dev, but policy "rest" forbids '
            'tcp/23 from 198.51.100.0/24 ("telnet")',
        ),
        (
            "cluster: prod-1, required: tcp/443 from office",
            '"tcp/443 from office" should be required for prod-1, '
            'but policy "production" does not require tcp/443 from 198.51.100.0/24',
        ),
    ],
)
def test_what_does_not_hold_is_said_with_what_does(line: str, said: str) -> None:
    column = len("  - {") + line.index(": ", len("cluster: ")) + len(": ") + 1
    assert expecting(line) == [f"18:{column}: {said}"]


class TestAssumed:
    """What stands in for a peer is told where it is met, and only there."""

    def test_a_prefix_list(self) -> None:
        (said,) = expecting("cluster: prod-1, denied: tcp/443 from anywhere-ipv4")
        assert said.endswith(
            "; assumed: vpc is 10.0.0.0/16; pl-1 is 192.0.2.0/32; prefix list s3 is 192.0.2.1/32; "
            "remote-nodes is 10.200.0.0/16; remote-pods is 10.201.0.0/16"
        )

    def test_one_of_the_expectation_alone(self) -> None:
        (said,) = expecting("cluster: prod-1, allowed: tcp/443 from pl-9")
        assert said.endswith(
            "forbids tcp/443 from 192.0.2.1/32 (otherwise: deny); assumed: pl-9 is 192.0.2.1/32"
        )

    def test_a_group(self) -> None:
        (said,) = expecting("cluster: prod-1, denied: tcp/443 from control-plane-groups")
        assert said.endswith("; assumed: control-plane-groups is sg-controlplane")

    def test_what_is_not_met_is_left_out(self) -> None:
        (said,) = expecting("cluster: prod-1, denied: tcp/443 from office")
        assert "assumed" not in said

    def test_what_an_example_tells_is_not_assumed(self) -> None:
        examples = "examples: {prod-1: {vpc: 10.60.0.0/16}}\n"
        line = "  - {cluster: prod-1, denied: tcp/443 from 10.60.0.0/16}\n"
        (said,) = errors_of(f"{HEAD}expect:\n{line}{examples}")
        assert said.endswith("does not forbid tcp/443 from 10.60.0.0/16")

    def test_an_ip_family_that_decides(self) -> None:
        text = "version: 1\npolicies:\n  - {name: p, clusters: {name: '*'}, use: eks-open-egress}\n"
        (said,) = errors_of(text + "expect: [{cluster: a, required: all to anywhere}]\n")
        assert said.endswith("does not require all to ::/0; assumed: an IPv4 cluster")


def test_a_cluster_that_no_policy_can_be_for() -> None:
    text = (
        HEAD.replace("{tags: {team:", '{name: "dev-*", tags: {team:')
        + "expect:\n  - {cluster: x, denied: all from vpc}\n"
    )
    assert errors_of(text) == ['18:26: no policy is for a cluster named "x"']


class TestSections:
    """One entry may say several things of several clusters."""

    def test_each_thing_is_judged_at_each_cluster(self) -> None:
        entry = (
            "cluster: [prod-1, prod-2], denied: [tcp/22 from internet, tcp/443 from office], "
            "required: all from self"
        )
        said = (
            '"tcp/443 from office" should be denied for prod-{}, but policy "production" does '
            "not forbid tcp/443 from 198.51.100.0/24"
        )
        assert expecting(entry) == [f"18:64: {said.format(number)}" for number in (1, 2)]

    def test_wildcards_stand_for_the_examples(self) -> None:
        examples = "examples: {prod-a: {}, prod-b: {}, dev-a: {}}\n"
        text = HEAD + "expect:\n  - {cluster: prod-*, denied: tcp/443 from office}\n" + examples
        assert [line.split(" for ")[1].split(",")[0] for line in errors_of(text)] == ["prod-a", "prod-b"]


class TestExamples:
    """An example counts as far as it is told; the rest is as the policy wants it."""

    def of(self, example: str, line: str) -> list[str]:
        examples = f"examples: {{prod-1: {{{example}}}}}\n"
        return [said.split(": ", 1)[1] for said in errors_of(f"{HEAD}expect:\n  - {{{line}}}\n{examples}")]

    @pytest.mark.parametrize(
        ("example", "policy"),
        [
            ("", "production"),
            ("account: 999900001111", "production"),
            ("account: 111122223333", "rest"),
            ("tags: {environment: production}", "production"),
            ("tags: {environment: staging, team: a}", "rest"),
            ("region: eu-west-1", "production"),
        ],
    )
    def test_what_is_told_decides_which_policy_it_gets(self, example: str, policy: str) -> None:
        (said,) = self.of(example, "cluster: prod-1, required: all from 10.0.0.0/8")
        assert f'policy "{policy}" does not require' in said

    def test_it_may_get_none(self) -> None:
        said = self.of("tags: {}", "cluster: prod-1, denied: tcp/22 from internet")
        assert said == ['no policy is for example "prod-1"']

    def test_its_vpc_is_the_vpc(self) -> None:
        line = "cluster: prod-1, allowed: tcp/443 from 10.60.0.0/16"
        assert self.of("vpc: [10.60.0.0/16, 10.61.0.0/16]", line) == []
        assert self.of("vpc: 10.61.0.0/16", line) != []

    def test_its_hybrid_networks_are_its_own(self) -> None:
        line = "cluster: prod-1, allowed: [tcp/443 from 10.60.0.0/16, tcp/443 from 10.61.0.0/16]"
        assert self.of("remote_nodes: 10.60.0.0/16, remote_pods: 10.61.0.0/16", line) == []

    def test_its_ip_family_decides_what_is_said_of_one_family(self) -> None:
        text = (
            "version: 1\npolicies:\n  - {name: p, clusters: {name: '*'}, use: eks-open-egress}\n"
            "examples: {four: {}, six: {ip_family: ipv6}}\n"
            "expect:\n  - {cluster: '*', required: 'all to anywhere-ipv6'}\n"
        )
        (said,) = errors_of(text)
        assert "should be required for four" in said


class TestAfter:
    """What remediation makes of given rules, by the very plan that would be made."""

    POLICY = """version: 1
policies:
  - name: p
    clusters: {name: "*"}
    remedy: trim
    ingress:
      otherwise: deny
      require: [{id: own, traffic: all, from: self}]
      allow: [{id: web, traffic: tcp/443, from: private}]
"""

    def of(self, line: str, policy: str = POLICY) -> list[str]:
        return [
            said.split(": ", 1)[1] for said in errors_of(f"{policy}expect:\n  - {{cluster: a, {line}}}\n")
        ]

    @pytest.mark.parametrize(
        "line",
        [
            "given: [all from self], after: [all from self]",
            "given: [], after: [all from self]",
            "given: [tcp/22 from 0.0.0.0/0], after: [all from self]",
            (
                "given: [tcp/443 from 10.0.0.0/8, tcp/22 from sg-1], after: [all from self, tcp/443 "
                "from 10.0.0.0/8]"
            ),
            (
                "given: [tcp/443 from 10.0.0.0/9, tcp/443 from 10.128.0.0/9], after: [tcp/443 from "
                "10.0.0.0/8, all from self]"
            ),
            "given: [tcp/400-500 from 10.0.0.0/8], after: [tcp/443 from 10.0.0.0/8, all from self]",
            "given: [tcp/22 to 0.0.0.0/0], after: [tcp/22 to 0.0.0.0/0]",
            "given: [], after: [], direction: egress",
        ],
    )
    def test_what_holds_is_accepted(self, line: str) -> None:
        assert self.of(line) == []

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            (
                "given: [], after: [], direction: ingress",
                'nothing in ingress should be left for a, but policy "p" also lets through all from self',
            ),
            (
                "given: [tcp/22 from 10.0.0.0/8], after: [tcp/22 from 10.0.0.0/8, all from self]",
                '"tcp/22 from 10.0.0.0/8", "all from self" should be left for a, '
                'but policy "p" does not let through tcp/22 from 10.0.0.0/8',
            ),
            (
                "given: [tcp/443 from 10.0.0.0/8], after: [tcp/80 from vpc]",
                '"tcp/80 from vpc" should be left for a, but policy "p" also lets through all from self, '
                "tcp/443 from 10.0.0.0/8 and does not let through tcp/80 from 10.0.0.0/16; "
                "assumed: vpc is 10.0.0.0/16",
            ),
        ],
    )
    def test_what_does_not_hold_is_said_with_what_does(self, line: str, said: str) -> None:
        assert self.of(line) == [said]

    def test_no_given_rule_is_a_controllers(self) -> None:
        managed = self.POLICY + "        - {id: lb, managed_by: aws-load-balancer-controller}\n"
        managed = managed.replace("allow: [{id: web, traffic: tcp/443, from: private}]", "allow:")
        assert self.of("given: [tcp/30000 from sg-1], after: [all from self]", managed) == []

    def test_a_rule_may_go_whole_by_the_remedy(self) -> None:
        whole = self.POLICY.replace("remedy: trim", "remedy: revoke")
        assert self.of("given: [tcp/400-500 from 10.0.0.0/8], after: [all from self]", whole) == []

    def test_nothing_comes_of_a_policy_that_contradicts_itself(self) -> None:
        wrong = self.POLICY + "      deny: [{id: no, traffic: all, from: 10.0.0.0/8}]\n"
        assert self.of("given: [], after: [all from self]", wrong) == []
        wrong = wrong.replace("from: self", "from: [self, vpc]")
        assert self.of("given: [], after: [all from self]", wrong) == [
            '"all from self" should be left for a, but policy "p" requires what it denies: '
            '"own" and "no" meet in all from 10.0.0.0/16; assumed: vpc is 10.0.0.0/16'
        ]
