"""Groups that a cluster no longer needs, and whether they may go."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sgwarden.attached import Attached
from sgwarden.attachment import attachment_findings
from sgwarden.cluster import Cluster
from sgwarden.finding import Finding, Kind
from sgwarden.group import SecurityGroup
from sgwarden.leftover import left_over, may_be_left_over
from sgwarden.policy.types import Severity
from sgwarden.traffic import Direction, parse_line
from sgwarden.traffic.ec2 import Opaque

GROUP, CONTROL, NODES, OTHER = "sg-0c1f4a7b", "sg-0e7b9d3c", "sg-0a9e3d7c", "sg-0b0b0b0b"
CLUSTER = Cluster("old-1", "111122223333", "eu-west-1", GROUP, vpc_id="vpc-0a")


def group(group_id: str, *lines: str, name: str = "by hand", **tags: str) -> SecurityGroup:
    rules = tuple(parse_line(line, self_id=group_id) for line in lines)
    return SecurityGroup(group_id, name, "vpc-0a", rules, tags=tags)


OWN = group(GROUP, "all from self", "all to self", "all to 0.0.0.0/0")


def found(*idle: SecurityGroup, own: SecurityGroup = OWN, cluster: Cluster = CLUSTER) -> list[Finding]:
    return list(attachment_findings(cluster, own, Attached(idle=idle)))


def test_a_group_whose_rules_are_in_the_cluster_security_group_may_go() -> None:
    (finding,) = found(group(NODES, "tcp/443 from self", "all to 0.0.0.0/0", name="old nodes"))
    assert (finding.kind, finding.severity) == (Kind.LEFT_OVER_GROUP, Severity.INFO)
    assert finding.headline == "Left over: sg-0a9e3d7c (old nodes) is on no interface"
    assert "may be deleted" in finding.reason
    assert not finding.traffic


def test_a_group_with_other_rules_must_not_go_and_these_are_said() -> None:
    (finding,) = found(group(NODES, "tcp/22 from 10.0.0.0/8", "udp/53 to self", "tcp/443 from self"))
    assert finding.traffic == ("tcp/22 from 10.0.0.0/8",)
    assert finding.reason == (
        "but it must not go: the cluster security group does not have tcp/22 (SSH) from 10.0.0.0/8 yet"
    )


def test_references_to_groups_that_are_left_over_too_mean_the_cluster_security_group() -> None:
    control = group(CONTROL, f"tcp/443 from {NODES}", f"tcp/1025-65535 to {NODES}")
    nodes = group(NODES, f"tcp/1025-65535 from {CONTROL}")
    findings = found(control, nodes)
    assert ["may be deleted" in each.reason for each in findings] == [True, True]
    (alone,) = found(nodes)
    assert alone.traffic == (f"tcp/1025-65535 from {CONTROL}",)


def test_what_is_missing_is_said_of_the_cluster_security_group() -> None:
    bare = group(GROUP, "tcp/443 from self")
    (finding,) = found(group(NODES, "all from self"), own=bare)
    assert finding.traffic
    assert all(line.endswith(" from self") for line in finding.traffic)


def test_a_rule_that_cannot_be_judged_keeps_the_group() -> None:
    opaque = Opaque(Direction.INGRESS, "the entries of prefix list pl-0a could not be read", "tcp/443")
    (finding,) = found(replace(group(NODES), opaque=(opaque,)))
    assert finding.reason == "but it must not go: 1 of its rules cannot be judged"


def test_it_is_said_what_goes_first() -> None:
    own = replace(OWN, rules=(*OWN.rules, parse_line(f"tcp/443 from {NODES}")))
    cluster = replace(CLUSTER, control_plane_groups=(NODES,))
    (finding,) = found(group(NODES), own=own, cluster=cluster)
    assert finding.reason.endswith(
        "may be deleted, once EKS has it no more among the cluster's groups and the cluster security group "
        "does not name it and no launch template names it"
    )


def test_the_id_stays_while_rules_are_moved() -> None:
    old = group(NODES, "tcp/22 from 10.0.0.0/8", "tcp/80 from 10.0.0.0/8")
    moved = replace(OWN, rules=(*OWN.rules, parse_line("tcp/22 from 10.0.0.0/8")))
    assert found(old)[0].traffic != found(old, own=moved)[0].traffic
    assert found(old)[0].id == found(old, own=moved)[0].id


def test_a_group_that_another_group_names_is_needed_and_so_is_what_that_one_names() -> None:
    idle = (group(CONTROL), group(NODES))
    named_by = {CONTROL: frozenset({NODES}), NODES: frozenset({GROUP, NODES})}
    assert left_over(idle, named_by, GROUP) == idle
    assert not left_over(idle, {**named_by, NODES: frozenset({OTHER})}, GROUP)
    assert left_over(idle, {CONTROL: frozenset({OTHER})}, GROUP) == (idle[1],)


@pytest.mark.parametrize(
    ("candidate", "may_be"),
    [
        (group(NODES), True),
        (group(NODES, **{"kubernetes.io/cluster/old-1": "owned", "Name": "nodes"}), True),
        (group(GROUP), False),
        (group(NODES, name="default"), False),
        (group(NODES, name="k8s-elb-a1b2c3"), False),
        (group(NODES, **{"elbv2.k8s.aws/cluster": "old-1"}), False),
        (group(NODES, **{"karpenter.sh/discovery": "old-1"}), False),
        (group(NODES, **{"aws:eks:cluster-name": "old-1"}), False),
        (replace(group(NODES), vpc_id="vpc-0b"), False),
    ],
)
def test_groups_that_are_somebody_elses_are_not_left_over(candidate: SecurityGroup, may_be: bool) -> None:
    assert may_be_left_over(candidate, CLUSTER) is may_be
