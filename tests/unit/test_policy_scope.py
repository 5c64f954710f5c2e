"""`scope`: how it is read, compiled, and chooses among the groups of a cluster."""

from __future__ import annotations

import pytest
from sgwarden.cluster import Cluster
from sgwarden.group import SecurityGroup
from sgwarden.policy import compile_document, desired, load_compiled, select
from sgwarden.policy.types import Scope
from sgwarden.traffic import PeerSet

from tests.unit.reviewing import errors_of, policy, read_file

CLUSTER = Cluster("prod-1", "111122223333", "eu-west-1", "sg-own", "eks-cluster-sg-prod-1-1", vpc_id="vpc-1")
TAGS = {"sgwarden:cluster": "prod-1", "role": "node"}


def beside(name: str = "prod-1-nodes", tags: dict[str, str] = TAGS) -> Cluster:
    return CLUSTER.with_group(SecurityGroup("sg-nodes", name, "vpc-1", tags=tags))


@pytest.mark.parametrize(
    ("lines", "scope"),
    [
        ("", None),
        ("    scope: cluster-security-group\n", None),
        ("    scope: additional-groups\n", Scope()),
        ("    scope: {name: '*-nodes'}\n", Scope(("*-nodes",))),
        ("    scope: {name: [a, 'b[1]'], tags: {role: 'n*'}}\n", Scope(("a", "b[1]"), {"role": "n*"})),
    ],
)
def test_it_is_read_and_comes_through_compiling(lines: str, scope: Scope | None) -> None:
    document = read_file(policy(lines)).document
    assert document.policies[0].scope == scope
    assert load_compiled(compile_document(document)).policies[0].scope == scope


BROKEN = {
    "text": (
        "    scope: '*-nodes'\n",
        '5:12: "scope" of policy "p" must be cluster-security-group, additional-groups or a mapping, not'
        ' "*-nodes"; write {name: "*-nodes"}',
    ),
    "nearly": (
        "    scope: additional-group\n",
        '5:12: "scope" of policy "p" must be cluster-security-group, additional-groups or a mapping, not'
        ' "additional-group"; write additional-groups',
    ),
    "misspelt": (
        "    scope: aditional-groups\n",
        '5:12: "scope" of policy "p" must be cluster-security-group, additional-groups or a mapping, not'
        ' "aditional-groups"; did you mean "additional-groups"?',
    ),
    "list": (
        "    scope: [a-nodes, b-nodes]\n",
        '5:12: "scope" of policy "p" must be a mapping, not a list; write {name: ["a-nodes", "b-nodes"]}',
    ),
    "empty": (
        "    scope: {}\n",
        '5:12: "scope" of policy "p" is empty; for all of them write scope: additional-groups',
    ),
    "no tags": (
        "    scope: {tags: {}}\n",
        '5:19: "tags" in "scope" of policy "p" is empty; name some or leave them out; for all of them write'
        " scope: additional-groups",
    ),
    "unknown key": (
        "    scope: {names: x}\n",
        '5:13: unknown key "names" in "scope" of policy "p"; did you mean "name"?',
    ),
    "a number": (
        "    scope: {name: 5}\n",
        '5:19: "name" in "scope" of policy "p" must be text, not 5; put it in quotes: "5"',
    ),
    "minimum": (
        "    scope: additional-groups\n    below_eks_minimum: true\n",
        '6:5: "below_eks_minimum" of policy "p" says nothing: only cluster security groups have an EKS'
        " minimum; leave it out",
    ),
    "sets": (
        "    scope: additional-groups\n    use: [no-public-ingress, eks-baseline, eks-minimum-egress]\n",
        '6:10: policy "p" is for additional groups, and eks-baseline and eks-minimum-egress for the group'
        " that EKS makes; leave it out, and write as statements what you mean of it",
    ),
    "consent": (
        "    scope: additional-groups\n    tags: {require: {'SGWarden:Cluster': '{cluster}'}}\n",
        '6:22: the tag key "SGWarden:Cluster" cannot be required; people put sgwarden: tags on groups to say'
        " what may be done to them; leave it out",
    ),
    "consent of a cluster's own": (
        "    tags: {require: {'sgwarden:cluster': '{cluster}'}}\n",
        '5:22: the tag key "sgwarden:cluster" cannot be required; people put sgwarden: tags on groups to say'
        " what may be done to them; leave it out",
    ),
}


@pytest.mark.parametrize(("lines", "said"), BROKEN.values(), ids=BROKEN)
def test_what_is_wrong_is_said_with_its_place(lines: str, said: str) -> None:
    assert errors_of(policy(lines)) == [said]


@pytest.mark.parametrize("name", ["no-public-ingress", "no-public-admin-ports", "node-registries"])
def test_sets_that_can_be_meant_of_any_group_are_taken(name: str) -> None:
    lines = f"    scope: additional-groups\n    use: {name}\n    egress: {{otherwise: deny}}\n"
    assert errors_of(policy(lines)) == []


FILE = """
version: 1
policies:
  - {name: databases, clusters: {name: "*"}, scope: {name: "db-*"}}
  - {name: clusters, clusters: {name: "prod-*"}}
  - {name: nodes, clusters: {name: "prod-*"}, scope: {name: "*-nodes", tags: {role: "n*"}}}
  - {name: others, clusters: {name: "*"}, scope: additional-groups}
  - {name: all, clusters: {name: "*"}}
"""


@pytest.mark.parametrize(
    ("cluster", "name"),
    [
        (CLUSTER, "clusters"),
        (beside(), "nodes"),
        (beside("db-1"), "databases"),
        (beside("nodes"), "others"),
        (beside(tags={**TAGS, "role": "other"}), "others"),
        (beside(tags={}), "others"),
    ],
)
def test_the_first_that_matches_cluster_and_group_is_the_groups(cluster: Cluster, name: str) -> None:
    found = select(read_file(FILE).document, cluster)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    ("cluster", "own", "itself"), [(CLUSTER, "sg-own", "sg-own"), (beside(), "sg-own", "sg-nodes")]
)
def test_self_is_the_group_and_the_clusters_own_has_its_name(cluster: Cluster, own: str, itself: str) -> None:
    scope = "    scope: additional-groups\n" if cluster.additional else ""
    text = policy(
        f"{scope}    ingress:\n      require:\n"
        "        - {id: a, traffic: tcp/1, from: self}\n"
        "        - {id: b, traffic: tcp/2, from: cluster-security-group}\n"
        "    tags: {require: {group: '{group_name}'}}\n"
    )
    wanted = desired(read_file(text).document.policies[0], cluster)
    first, second = (each.traffic.at(each.traffic.places) for each in wanted.ingress.required)
    assert (first, second) == (PeerSet.of_group(itself), PeerSet.of_group(own))
    assert wanted.tags == {"group": cluster.security_group_name}


def test_by_a_name_of_the_authors_it_is_the_same_group() -> None:
    text = (
        "version: 1\npeers: {nodes: [cluster-security-group, 10.0.0.0/8]}\npolicies:\n"
        "  - name: p\n    clusters: {name: '*'}\n    ingress:\n"
        "      require: [{id: a, traffic: all, from: nodes}]\n"
        "      deny: [{id: b, traffic: all, from: self}]\n"
    )
    (said,) = errors_of(text)
    assert said == '8:14: policy "p" requires what it denies: "a" and "b" meet in all from self'


def test_a_cluster_has_no_group_beside_its_own_that_is_its_own() -> None:
    with pytest.raises(ValueError, match="sg-own is the cluster's own group, and no additional one"):
        CLUSTER.with_group(SecurityGroup("sg-own", "x", "vpc-1"))
    assert beside().with_group(SecurityGroup("sg-b", "b", "vpc-1")).cluster_security_group_id == "sg-own"
