"""What carries a cluster's groups, and what is told of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sgwarden.attached import Attached, Interface, cluster_tag
from sgwarden.attachment import attachment_findings
from sgwarden.cluster import Cluster
from sgwarden.finding import ABOUT_ATTACHMENT, Finding, Kind
from sgwarden.group import SecurityGroup
from sgwarden.policy.types import Severity

GROUP, GIVEN, NODES = "sg-0c1f4a7b", "sg-0e7b9d3c", "sg-0a9e3d7c"
DEFAULT, OTHER = "sg-0d1d1d1d", "sg-0b0b0b0b"
CLUSTER = Cluster(
    "prod-1", "111122223333", "eu-west-1", GROUP, vpc_id="vpc-0a", control_plane_groups=(GIVEN,)
)
TAG = cluster_tag(CLUSTER)
OWN = SecurityGroup(GROUP, "eks-cluster-sg-prod-1-1", "vpc-0a", tags={TAG: "owned"})
NAMES = {GROUP: OWN.name, GIVEN: "given", NODES: "nodes", DEFAULT: "default"}


def control_plane(*groups: str, name: str = "eni-0a") -> Interface:
    return Interface(name, frozenset(groups))


def node(*groups: str, name: str = "i-0a", node_group: str = "workers", primary: bool = True) -> Interface:
    return Interface(f"eni-of-{name}", frozenset(groups), name, node_group, primary)


def found(
    *interfaces: Interface, tagged: tuple[str, ...] = (GROUP,), own: SecurityGroup = OWN
) -> list[Finding]:
    names = {each: NAMES[each] for interface in interfaces for each in interface.groups}
    return list(attachment_findings(CLUSTER, own, Attached(interfaces, names, frozenset(tagged))))


def only(*interfaces: Interface, tagged: tuple[str, ...] = (GROUP,), own: SecurityGroup = OWN) -> Finding:
    (finding,) = found(*interfaces, tagged=tagged, own=own)
    assert finding.kind in ABOUT_ATTACHMENT
    return finding


def test_nothing_is_told_of_what_eks_makes() -> None:
    control_planes = (control_plane(GROUP, GIVEN), control_plane(GROUP, GIVEN, name="eni-0b"))
    assert not found(*control_planes, node(GROUP), node(GROUP, NODES, name="i-0b"))


def test_nothing_is_told_of_a_cluster_without_interfaces() -> None:
    assert not found()


def test_an_interface_of_the_control_plane_without_the_group_is_bad_and_all_of_them_are_worse() -> None:
    with_group, without = control_plane(GROUP, GIVEN), control_plane(GIVEN, name="eni-0b")
    one, both = only(with_group, without), only(without)
    assert (one.kind, one.severity, both.severity) == (
        Kind.DETACHED_CLUSTER_GROUP,
        Severity.HIGH,
        Severity.CRITICAL,
    )
    assert one.headline == "Cluster security group not on the control plane (eni-0b)"
    assert one.impact.endswith("reach each other there only as far as sg-0e7b9d3c (given) let them")
    assert one.id == both.id


def test_no_group_at_all_lets_nothing_through() -> None:
    cluster = replace(CLUSTER, control_plane_groups=())
    (finding,) = attachment_findings(cluster, OWN, Attached((control_plane(),)))
    assert finding.impact.endswith("reach each other there not at all")


def test_a_managed_node_group_without_the_group_is_one_finding_however_many_nodes_it_has() -> None:
    nodes = [node(NODES, name=f"i-{number:02}") for number in range(60)]
    finding = only(*nodes, node(NODES, name="i-0x", node_group=""))
    assert (finding.kind, finding.severity) == (Kind.DETACHED_CLUSTER_GROUP, Severity.MEDIUM)
    where = "nodes i-00, i-01, i-02 and 57 more"
    assert finding.headline == f"Cluster security group not on node group workers: {where}"


def test_each_node_group_is_a_finding_of_its_own() -> None:
    findings = found(node(NODES), node(NODES, name="i-0b", node_group="gpu"))
    assert [each.statement for each in findings] == ["node group gpu", "node group workers"]
    assert len({each.id for each in findings}) == 2


def test_only_the_first_interface_of_a_managed_node_must_carry_the_group() -> None:
    assert not found(node(GROUP), node(NODES, primary=False))


def test_a_given_group_on_nodes_or_not_on_all_of_the_control_plane_is_said_once() -> None:
    finding = only(control_plane(GROUP), control_plane(GROUP, GIVEN, name="eni-0b"), node(GROUP, GIVEN))
    assert (finding.kind, finding.severity) == (Kind.MISPLACED_CONTROL_PLANE_GROUP, Severity.LOW)
    where = "on node i-0a, not on the control plane (eni-0a)"
    assert finding.headline == f"Control-plane group sg-0e7b9d3c (given) {where}"


def test_the_default_group_of_the_vpc_is_said_once_and_as_nothing_else() -> None:
    cluster = replace(CLUSTER, control_plane_groups=(DEFAULT,))
    interfaces = (control_plane(GROUP, DEFAULT), node(GROUP, DEFAULT))
    (finding,) = attachment_findings(cluster, OWN, Attached(interfaces, NAMES, frozenset({GROUP})))
    assert (finding.kind, finding.severity) == (Kind.DEFAULT_GROUP_ATTACHED, Severity.HIGH)
    assert finding.headline.endswith("sg-0d1d1d1d is on the control plane (eni-0a) and node i-0a")


def test_a_default_group_that_is_on_none_of_the_interfaces_is_no_matter() -> None:
    attached = Attached((control_plane(GROUP, GIVEN),), NAMES, frozenset({GROUP}))
    assert not attachment_findings(CLUSTER, OWN, attached)


def test_two_tagged_groups_are_one_finding_that_names_both_and_the_controllers() -> None:
    nodes = [node(GROUP, NODES, name=f"i-{number:02}") for number in range(60)]
    finding = only(*nodes, tagged=(GROUP, NODES))
    assert (finding.kind, finding.severity) == (Kind.AMBIGUOUS_CLUSTER_TAG, Severity.HIGH)
    assert finding.summary == (
        "Tag kubernetes.io/cluster/prod-1 on 2 groups of one interface: sg-0a9e3d7c (nodes) and sg-0c1f4a7b "
        "(eks-cluster-sg-prod-1-1), on nodes i-00, i-01, i-02 and 57 more; AWS Load Balancer Controller and "
        "the in-tree provider cannot tell which to open: remove the tag from sg-0a9e3d7c (nodes), or the "
        "group from the interface."
    )
    assert finding.impact


def test_the_in_tree_provider_looks_at_the_first_interface_only() -> None:
    finding = only(node(GROUP), node(GROUP, NODES, primary=False), tagged=(GROUP, NODES))
    assert "in-tree" not in finding.reason
    assert finding.severity is Severity.HIGH


def test_no_controller_looks_at_the_control_plane() -> None:
    finding = only(control_plane(GROUP, GIVEN), tagged=(GROUP, GIVEN))
    assert (finding.kind, finding.severity) == (Kind.AMBIGUOUS_CLUSTER_TAG, Severity.LOW)
    assert "no load balancer controller looks there" in finding.reason
    assert not finding.impact


def test_the_tag_stays_on_one_where_the_cluster_security_group_is_not_among_them() -> None:
    interfaces = (node(NODES, OTHER, node_group=""),)
    attached = Attached(interfaces, {NODES: "nodes", OTHER: "more"}, frozenset({NODES, OTHER}))
    (finding,) = attachment_findings(CLUSTER, OWN, attached)
    assert finding.reason.endswith("remove the tag from all of them but one")


def test_several_groups_of_a_node_without_the_tag_are_ambiguous_and_a_lone_one_is_not() -> None:
    attached = Attached((node(NODES, OTHER, node_group=""),), {NODES: "nodes", OTHER: "more"})
    (finding,) = attachment_findings(CLUSTER, OWN, attached)
    assert (finding.kind, finding.severity) == (Kind.AMBIGUOUS_CLUSTER_TAG, Severity.HIGH)
    assert finding.reason.endswith("put the tag on one of them")
    assert not found(node(NODES, node_group=""), tagged=())
    assert not found(control_plane(GROUP, GIVEN), tagged=(), own=replace(OWN, tags={}))


def test_the_tags_of_the_cluster_security_group_are_those_that_it_has_now() -> None:
    bare = replace(OWN, tags={})
    assert not found(node(GROUP, NODES), tagged=(GROUP, NODES), own=bare)
    assert only(node(GROUP, NODES), tagged=(NODES,)).kind is Kind.AMBIGUOUS_CLUSTER_TAG


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([node(NODES)], [node(NODES, name="i-0b")]),
        ([node(GROUP, NODES)], [node(GROUP, NODES, name="i-0b"), node(GROUP, NODES, primary=False)]),
        ([control_plane(GIVEN)], [control_plane(GIVEN, NODES, name="eni-0b")]),
        ([node(GROUP, DEFAULT)], [node(GROUP, DEFAULT, name="i-0b")]),
        ([node(GROUP, GIVEN)], [node(GROUP, GIVEN, name="i-0b")]),
    ],
)
def test_interfaces_change_and_the_trouble_keeps_its_id(
    before: list[Interface], after: list[Interface]
) -> None:
    first, then = (found(*each, tagged=(GROUP, NODES)) for each in (before, after))
    assert first
    assert [each.id for each in first] == [each.id for each in then]


def test_what_strangers_named_is_safe_to_print() -> None:
    names = {GROUP: OWN.name, DEFAULT: "default", NODES: "\x1b[31mnodes\nand more"}
    interfaces = (node(NODES, DEFAULT, node_group="\x1b]0;x\x07group"),)
    findings = attachment_findings(CLUSTER, OWN, Attached(interfaces, names, frozenset({NODES, DEFAULT})))
    assert len(findings) == 3
    assert all(each.summary.isprintable() and each.impact.isprintable() for each in findings)
