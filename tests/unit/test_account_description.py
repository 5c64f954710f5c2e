"""An account is read from YAML as it is meant, or refused with the place of each mistake."""

from __future__ import annotations

from pathlib import Path

import pytest
from sgwarden.embedded import DescriptionError, parse_account, read_account

SAMPLE = Path(__file__).parents[2] / "events" / "account.yaml"
HEAD = 'account: "111122223333"\nregion: eu-west-1\n'


def test_what_is_left_out_is_filled_in() -> None:
    account = parse_account(f"{HEAD}clusters: [{{name: prod-1}}]".encode())
    (cluster,) = account.clusters
    assert (cluster.region, cluster.ip_family, cluster.default_rules) == ("eu-west-1", "ipv4", True)
    assert cluster.group.startswith("sg-0")
    assert cluster.group_name.startswith("eks-cluster-sg-prod-1-")


def test_all_that_can_be_said_of_a_cluster_is_read() -> None:
    account = parse_account(
        f"""{HEAD}
clusters:
  - name: prod-1
    region: us-east-1
    group: sg-0a
    group_name: eks-cluster-sg-prod-1-1
    ip_family: ipv6
    version: "1.35"
    default_rules: false
    tags: {{environment: production, empty: ""}}
    group_tags: {{team: platform}}
    control_plane_groups: sg-0b
    remote_nodes: [10.80.0.0/16]
    remote_pods: [10.85.0.0/16]
    rules:
      - tcp/443 from self
      - {{rule: tcp/22 from pl-0a, id: sgr-0a, description: offices, tags: {{by: hand}}}}
prefix_lists:
  - {{id: pl-0a, name: offices, entries: [198.51.100.0/24], max_entries: 5, owner: AWS}}
""".encode()
    )
    (cluster,), (offices,) = account.clusters, account.prefix_lists
    assert (cluster.region, cluster.group, cluster.group_name) == (
        "us-east-1",
        "sg-0a",
        "eks-cluster-sg-prod-1-1",
    )
    assert (cluster.version, cluster.ip_family, cluster.default_rules) == ("1.35", "ipv6", False)
    assert (cluster.tags, cluster.group_tags) == (
        {"environment": "production", "empty": ""},
        {"team": "platform"},
    )
    assert cluster.control_plane_groups == ("sg-0b",)
    assert (cluster.remote_nodes, cluster.remote_pods) == (("10.80.0.0/16",), ("10.85.0.0/16",))
    assert [rule.line for rule in cluster.rules] == ["tcp/443 from self", "tcp/22 from pl-0a"]
    assert (cluster.rules[1].id, cluster.rules[1].description, cluster.rules[1].tags) == (
        "sgr-0a",
        "offices",
        {"by": "hand"},
    )
    assert (offices.region, offices.max_entries, offices.owner) == ("eu-west-1", 5, "AWS")


MISTAKES = (
    ("account: 111122223333\nregion: eu-west-1", "put it in quotes"),
    ('account: "1111"\nregion: eu-west-1', "expected 12 digits"),
    ('account: "111122223333"', 'no "region"'),
    (f"{HEAD}cluster: []", 'did you mean "clusters"'),
    (f"{HEAD}clusters: [{{nam: prod-1}}]", 'did you mean "name"'),
    (f"{HEAD}clusters: [{{name: a}}, {{name: a}}]", "described twice"),
    (f"{HEAD}clusters: [{{name: a, group: eks}}]", "expected sg-..."),
    (f"{HEAD}clusters: [{{name: a, ip_family: ipv5}}]", "expected ipv4 or ipv6"),
    (f"{HEAD}clusters: [{{name: a, vpc: vpc-0b}}]", "not among the VPCs"),
    (f"{HEAD}clusters: [{{name: a, default_rules: maybe}}]", "true or false"),
    (f"{HEAD}clusters: [{{name: a, rules: [ssh from self]}}]", "unknown service"),
    (f"{HEAD}clusters: [{{name: a, rules: [tcp/22 from 10.0.0.1/8]}}]", "did you mean 10.0.0.0/8"),
    (f"{HEAD}clusters: [{{name: a, rules: [tcp/22 from pl-0b]}}]", "pl-0b"),
    (f"{HEAD}groups: [{{id: sg-0a}}]", 'no "name"'),
    (f"{HEAD}groups: [{{id: bastion, name: bastion}}]", "expected sg-..."),
    (f'{HEAD}vpcs: [{{id: vpc-0a, cidrs: ["2001:db8::/56"]}}]', "no IPv4 block"),
    (f"{HEAD}vpcs: [{{id: vpc-0a, cidrs: [10.0.0.0]}}]\nclusters: 1", "must be a list"),
    (f"{HEAD}prefix_lists: [{{id: pl-0a, name: a, entries: [nowhere]}}]", "nowhere"),
    (f'{HEAD}prefix_lists: [{{id: pl-0a, name: a, entries: ["::/0", 10.0.0.0/8]}}]', "both IP families"),
    (
        f"{HEAD}prefix_lists: [{{id: pl-0a, name: a, entries: [10.0.0.0/8, 11.0.0.0/8], max_entries: 1}}]",
        "more than 1",
    ),
    ("- a", "must be a mapping"),
    ("a: [", "not YAML"),
)


@pytest.mark.parametrize(("source", "message"), MISTAKES, ids=[message for _, message in MISTAKES])
def test_a_mistake_is_refused_with_its_place(source: str, message: str) -> None:
    with pytest.raises(DescriptionError) as refused:
        parse_account(source.encode(), "account.yaml")
    assert message in str(refused.value)
    assert str(refused.value).startswith("account.yaml:")


def test_two_vpcs_leave_a_choice() -> None:
    vpcs = "vpcs: [{id: vpc-0a, cidrs: [10.0.0.0/16]}, {id: vpc-0b, cidrs: [10.1.0.0/16]}]"
    with pytest.raises(DescriptionError, match="names no VPC"):
        parse_account(f"{HEAD}{vpcs}\nclusters: [{{name: a}}]".encode())


def test_the_sample_account_is_read() -> None:
    account = read_account(SAMPLE)
    names = [cluster.name for cluster in account.clusters]
    assert names == ["prod-1", "prod-2", "baseline-1", "baseline-2", "minimum-1", "restricted-1"]
