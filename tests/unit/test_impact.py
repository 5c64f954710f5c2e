"""What breaks is said for what a cluster cannot do without, and for nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sgwarden import impact
from sgwarden.drift_findings import findings_of
from sgwarden.policy.desired import Goal
from sgwarden.traffic import PeerSet, parse_line, union

from tests.unit.planning import CLUSTER, REGULAR, drift_of, group, require

HYBRID = replace(CLUSTER, remote_nodes=PeerSet.of_cidr("10.80.0.0/16"))


def missing(*lines: str) -> str:
    rules = [parse_line(line, CLUSTER.security_group_id) for line in lines]
    return impact.of_missing(union(rule.traffic for rule in rules), rules[0].direction, HYBRID)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("tcp/10250 to self", "kubelet 10250 unreachable: logs, exec and metrics fail, nodes go NotReady"),
        ("tcp/10000-11000 from self", "kubelet 10250 unreachable: logs, exec and metrics fail"),
        ("udp/53 to self", "DNS 53 unreachable: pods resolve no names"),
        ("tcp/53 from self", "DNS 53 unreachable: pods resolve no names"),
        ("tcp/443 to 0.0.0.0/0", "the EKS API, the image registries and S3 are out of reach"),
        ("all to ::/0", "the EKS API, the image registries and S3 are out of reach"),
        ("tcp/443 from 10.80.3.0/24", "hybrid nodes and their pods cannot reach the Kubernetes API"),
        ("tcp/443 from 198.51.100.0/24", "clients at these addresses (kubectl, CI) cannot reach"),
    ],
)  # fmt: skip
def test_what_breaks_without_it(line: str, words: str) -> None:
    assert missing(line).startswith(words)


@pytest.mark.parametrize(
    "line",
    ["tcp/443 to 8.8.4.4/32", "tcp/443 to 10.0.0.0/8", "tcp/8080 from 198.51.100.0/24",
     "tcp/10250 from sg-0other", "tcp/22 to self", "tcp/443 to sg-0other",
     "icmp from self"],
)  # fmt: skip
def test_nothing_is_said_of_what_nobody_is_known_to_need(line: str) -> None:
    assert missing(line) == ""


def test_hybrid_nodes_are_not_taken_for_clients() -> None:
    assert "clients" not in missing("tcp/443 from 10.80.3.0/24")


def test_all_that_is_within_is_said_once() -> None:
    words = missing("all from self")
    assert words.startswith("nodes and the control plane cannot reach each other")
    assert "pods resolve" not in words
    assert ";" not in words


def test_several_things_break_together() -> None:
    words = missing("tcp/10250 to self", "tcp/53 to self")
    assert words.count(";") == 1
    assert "kubelet" in words
    assert "DNS" in words


@pytest.mark.parametrize(
    ("open_to", "words"),
    [
        ((), "nodes and the control plane cannot reach each other"),
        # Addresses let TCP and UDP through to the group, and nothing that is matched by the reference alone.
        (("all to 0.0.0.0/0",), "Elastic Fabric Adapter traffic stops: MPI and NCCL jobs hang"),
    ],
)
def test_what_passes_by_addresses_does_not_break(open_to: tuple[str, ...], words: str) -> None:
    has = group(*open_to)
    (finding,) = findings_of(
        drift_of(has, REGULAR, Goal(required=(require("efa", "all to self"),))), CLUSTER, has
    )
    assert finding.impact.startswith(words)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("tcp/22 from 0.0.0.0/0", "anybody on the internet can try to log in"),
        ("all from ::/0", "anybody on the internet can try to log in"),
        ("tcp/10250 from 203.0.113.0/24", "whoever is at these addresses can talk to the kubelets"),
        ("tcp/22 from 8.8.4.4/32", "whoever is at these addresses can try to log in"),
        ("tcp/22 from 2001:db8::/32", "whoever is at these addresses can try to log in"),
        ("tcp/22 from 128.0.0.0/2", "anybody on the internet can try to log in"),
        ("tcp/10250 from 0.0.0.0/0", "anybody on the internet can talk to the kubelets"),
        ("tcp/10250 from 2000::/4", "anybody on the internet can talk to the kubelets"),
        ("tcp/10250 from 2000::/7", "whoever is at these addresses can talk to the kubelets"),
        ("tcp/22 from 10.0.0.0/8", ""),
        ("tcp/80 from 0.0.0.0/0", ""),
        ("tcp/22 to 0.0.0.0/0", ""),
    ],
)
def test_what_can_happen_where_it_is_open(line: str, words: str) -> None:
    rule = parse_line(line)
    said = impact.of_open(rule.traffic, rule.direction, CLUSTER)
    assert said.startswith(words)
    assert bool(said) == bool(words)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("kubernetes.io/cluster/dev-1", "load balancer targets go unhealthy"),
        ("kubernetes.io/cluster/dev-1", "where interfaces carry several groups"),
        ("karpenter.sh/discovery", "Karpenter will replace nodes"),
        ("Name", "EKS and Auto Mode can no longer mend the group"),
        ("Names", ""),
        ("team", ""),
        ("x-kubernetes.io/cluster/dev-1", ""),
    ],
)
def test_what_a_tag_is_for(key: str, words: str) -> None:
    said = impact.of_tag(key)
    assert words in said
    assert bool(said) == bool(words)


def test_all_that_is_said_has_a_source_and_fits_into_a_sentence() -> None:
    found = list(impact.catalogue())
    assert len(found) == len({each.words for each in found})
    for each in found:
        assert each.source.startswith("https://")
        assert not each.words.endswith(".")


def test_the_internet_is_said_once_where_it_is_open_by_halves() -> None:
    rules = [parse_line(line) for line in ("tcp/22 from 0.0.0.0/1", "tcp/22 from 128.0.0.0/1")]
    said = impact.of_open(union(rule.traffic for rule in rules), rules[0].direction, CLUSTER)
    assert said == "anybody on the internet can try to log in to nodes that have public addresses"
