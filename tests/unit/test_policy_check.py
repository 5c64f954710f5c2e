"""Policies that read well and are refused all the same."""

from __future__ import annotations

import pytest
from sgwarden.policy.build import compile_policy
from sgwarden.policy.errors import PolicyError

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


def said_of(text: str) -> list[str]:
    try:
        compile_policy(text.encode(), "policy.yaml")
    except PolicyError as error:
        return [problem.render("policy.yaml") for problem in error.problems]
    return []


def expecting(*lines: str) -> list[str]:
    return said_of(HEAD + "expect:\n" + "".join(f"  - {{{line}}}\n" for line in lines))


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
    assert expecting(line) == [f"policy.yaml:18:5: {said}"]


def test_a_cluster_that_no_policy_can_be_for() -> None:
    text = (
        HEAD.replace("{tags: {team:", '{name: "dev-*", tags: {team:')
        + "expect:\n  - {cluster: x, denied: all from vpc}\n"
    )
    assert said_of(text) == ['policy.yaml:18:5: no policy is for a cluster named "x"']


def contradicting(require: str, deny: str) -> list[str]:
    return said_of(
        "version: 1\npeers: {office: [198.51.100.0/24, vpc]}\n"
        "policies:\n  - name: p\n    clusters: {name: '*'}\n"
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
    assert contradicting(require, deny) == [f"policy.yaml:10:11: {said}"]


@pytest.mark.parametrize(
    ("require", "deny"),
    [
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
    text = (
        "version: 1\npolicies:\n  - name: p\n    clusters: {name: '*'}\n    use: [eks-minimum-egress]\n"
        "    egress:\n      deny:\n        - {id: b, traffic: tcp/10250, to: self}\n"
    )
    assert said_of(text) == [
        'policy.yaml:8:11: policy "p" requires what it denies: '
        '"eks-minimum-kubelet" and "b" meet in tcp/10250 to self'
    ]
