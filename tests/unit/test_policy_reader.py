"""Good policy files and what they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.cluster import IpFamily
from sgwarden.policy.peers import Builtin, ManagedList, Named, PrefixListId
from sgwarden.policy.types import (
    DirectionPolicy,
    Document,
    Mode,
    Otherwise,
    Owner,
    Policy,
    Remedy,
    Selector,
    Severity,
    Statement,
)
from sgwarden.review.build import read_policy_file
from sgwarden.traffic import Cidr, Group, Service, parse_cidr

if TYPE_CHECKING:
    from sgwarden.review.types import PolicyFile

FULL = """
# yaml-language-server: $schema=./policy.schema.json
version: 1
peers:
  office: [198.51.100.0/24, "2001:db8:10::/48"]
  partners: [office, pl-0abc, sg-0abc, {prefix_list: s3}]
policies:
  - name: production
    clusters: {name: ["prod-*"], tags: {environment: production}, accounts: 111122223333, regions: eu-*}
    mode: remediate
    remedy: revoke
    trim_limit: 4
    below_eks_minimum: true
    use: [eks-baseline]
    ingress:
      otherwise: deny
      allow:
        - {id: webhooks, traffic: [tcp/443, tcp/9443], from: office, why: "admission webhooks"}
        - {id: load-balancers, managed_by: aws-load-balancer-controller}
      deny:
        - {id: no-internet, traffic: all, from: internet, except: [office], severity: critical, remedy: trim}
    egress:
      require:
        - {id: out, traffic: udp/53, to: [vpc, partners], ip_family: ipv6}
    tags:
      require: {team: platform, Name: mine}
expect:
  - {cluster: prod-1, direction: ingress, denied: "tcp/22 from 0.0.0.0/0"}
  - {cluster: prod-1, allowed: "tcp/443 from office"}
"""
OFFICE = Named("office", (Cidr(parse_cidr("198.51.100.0/24")), Cidr(parse_cidr("2001:db8:10::/48"))))
PARTNERS = Named("partners", (OFFICE, PrefixListId("pl-0abc"), Group("sg-0abc"), ManagedList("s3")))


def read_file(text: str) -> PolicyFile:
    return read_policy_file(text.encode(), "policy.yaml")


def read(text: str) -> Document:
    return read_file(text).document


def only(text: str) -> Policy:
    """The policy that the given lines make, indented as they stand."""
    (policy,) = read(f"version: 1\npolicies:\n  - name: p\n    clusters: {{name: '*'}}\n{text}").policies
    return policy


def own(statements: tuple[Statement, ...]) -> list[Statement]:
    return [statement for statement in statements if not statement.ready_made]


def test_a_policy_that_says_little_is_harmless() -> None:
    assert only("") == Policy("p", Selector(names=("*",)))
    assert Policy("p", Selector()).mode is Mode.OBSERVE
    assert Policy("p", Selector()).ingress.otherwise is Otherwise.ALLOW


def test_every_setting_is_read() -> None:
    (policy,) = read(FULL).policies
    assert policy.clusters == Selector(
        ("prod-*",), ("111122223333",), ("eu-*",), {"environment": "production"}
    )
    assert (policy.mode, policy.remedy, policy.trim_limit) == (Mode.REMEDIATE, Remedy.REVOKE, 4)
    assert policy.below_eks_minimum
    assert policy.use == ("eks-baseline",)


def test_every_part_of_a_statement_is_read() -> None:
    (policy,) = read(FULL).policies
    webhooks, load_balancers = own(policy.ingress.allow)
    services = (Service.parse("tcp/443"), Service.parse("tcp/9443"))
    assert webhooks == Statement("webhooks", services, (OFFICE,), why="admission webhooks")
    assert load_balancers == Statement("load-balancers", managed_by=Owner.AWS_LOAD_BALANCER_CONTROLLER)
    assert policy.ingress.deny == (
        Statement(
            "no-internet",
            (Service.ALL,),
            (Builtin.INTERNET,),
            excepted=(OFFICE,),
            severity=Severity.CRITICAL,
            remedy=Remedy.TRIM,
        ),
    )
    (out,) = own(policy.egress.require)
    assert out.peers == (Builtin.VPC, PARTNERS)
    assert out.ip_family is IpFamily.IPV6


def test_statements_of_sets_come_after_the_policys_own_and_name_their_set() -> None:
    (policy,) = read(FULL).policies
    assert [(each.id, each.ready_made) for each in policy.egress.require] == [
        ("out", ""),
        ("eks-self-egress", "eks-baseline"),
    ]


def test_a_policys_own_tags_win_over_those_of_its_sets() -> None:
    (policy,) = read(FULL).policies
    assert policy.tags == {"team": "platform", "Name": "mine", "kubernetes.io/cluster/{cluster}": "owned"}


def test_names_may_be_used_before_they_are_defined() -> None:
    text = FULL.replace("  office: [198", "  everyone: [partners]\n  office: [198")
    assert read(text).peers["everyone"] == (PARTNERS,)


def test_things_know_where_they_were_written() -> None:
    document = read(FULL)
    (policy,) = document.policies
    assert (policy.mark.line, policy.mark.column) == (8, 5)
    assert (policy.ingress.deny[0].mark.line, policy.ingress.deny[0].mark.column) == (21, 11)
    assert [peer.mark.line for peer in read_file(FULL).peers] == [5, 6]
    assert [each.mark.line for each in read_file(FULL).expect] == [28, 29]


def test_the_source_is_known_by_its_hash() -> None:
    assert len(read(FULL).sha256) == 64
    assert read(FULL).sha256 != read(FULL + "\n").sha256


def test_an_account_may_begin_with_zero_quoted_or_not() -> None:
    for written in ("012345678901", '"012345678901"', "[012345678901]"):
        text = f"version: 1\npolicies:\n  - name: p\n    clusters: {{accounts: {written}}}\n"
        assert read(text).policies[0].clusters.accounts == ("012345678901",)


def test_a_direction_with_nothing_but_denials_allows_the_rest() -> None:
    policy = only("    ingress:\n      deny:\n        - {id: a, traffic: all, from: internet}\n")
    assert policy.ingress.otherwise is Otherwise.ALLOW
    assert policy.egress == DirectionPolicy()


def test_words_that_yaml_1_1_took_for_truth_are_words() -> None:
    assert only("    tags: {require: {on: yes, off: no}}\n").tags == {"on": "yes", "off": "no"}


def test_a_date_is_text() -> None:
    assert only("    tags: {require: {since: 2024-01-31}}\n").tags == {"since": "2024-01-31"}


def test_windows_line_ends_and_a_byte_order_mark_are_no_trouble() -> None:
    data = b"\xef\xbb\xbf" + FULL.replace("\n", "\r\n").encode()
    assert read_policy_file(data, "policy.yaml").document.policies == read(FULL).policies
