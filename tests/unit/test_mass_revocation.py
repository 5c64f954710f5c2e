"""An owner that lost all of its rules is told of, where what they were for is still there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sgwarden.claim import MassRevocation
from sgwarden.group import SecurityGroup
from sgwarden.mass_revocation import mass_revocations
from sgwarden.owners import verifier
from sgwarden.policy.desired import Desired, Goal, Resolved
from sgwarden.recent import Removal
from sgwarden.traffic import parse_line
from sgwarden.trigger import Cause

from tests.unit.test_owners import (
    BACKEND,
    BACKEND_TAGS,
    CLIENT,
    CLUSTER,
    EFA,
    EKS,
    EKSCTL,
    LBC,
    MTU,
    OTHER,
    PROVIDER,
    rule,
    trusting,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sgwarden.cluster import Cluster
    from sgwarden.traffic import Rule

AT = datetime(2026, 11, 3, 14, 0, tzinfo=UTC)
TAGS = {BACKEND: BACKEND_TAGS}
PORTS = [rule(f"tcp/{port} from {BACKEND}") for port in (8080, 8081, 8082)]


def found(
    taken: list[Rule],
    *left: Rule,
    desired: Desired | None = None,
    tags: Mapping[str, Mapping[str, str]] = TAGS,
    actors: tuple[str, ...] = ("alice",),
    cluster: Cluster = CLUSTER,
    in_use: tuple[str, ...] = (BACKEND,),
) -> tuple[list[MassRevocation], list[frozenset[str]]]:
    """What is told, and which groups were read for it."""
    asked: list[frozenset[str]] = []

    def tags_of(ids: frozenset[str]) -> Mapping[str, Mapping[str, str]]:
        asked.append(ids)
        return {each: tags[each] for each in ids if each in tags}

    removals = [
        Removal(CLUSTER.security_group_id, each, by(actors[place % len(actors)]), AT)
        for place, each in enumerate(taken)
    ]
    group = SecurityGroup(CLUSTER.security_group_id, "g", "vpc-1", left)
    told = mass_revocations(
        desired or trusting(LBC),
        cluster,
        group,
        verifier(cluster, tags),
        removals,
        tags_of,
        lambda ids: ids & frozenset(in_use),
    )
    return list(told), asked


def by(actor: str) -> Cause:
    return Cause("RevokeSecurityGroupIngress", "", actor, "", AT)


def test_all_rules_gone_is_told_once_with_all_who_did_it() -> None:
    told, asked = found(PORTS, actors=("alice", "bob"))
    assert told == [MassRevocation(LBC, f"by-{LBC}", 3, ("alice", "bob"))]
    assert asked == [{BACKEND}]


def test_one_rule_is_no_mass() -> None:
    assert found(PORTS[:1]) == ([], [])


def test_the_same_rule_twice_is_one_rule() -> None:
    assert found([PORTS[0], replace(PORTS[0], id="sgr-2")]) == ([], [])


def test_nothing_is_told_as_long_as_a_true_rule_is_left() -> None:
    assert found(PORTS[:2], PORTS[2]) == ([], [])
    forged = rule(f"tcp/8082 from {OTHER}")
    assert len(found(PORTS[:2], forged, tags={**TAGS, OTHER: {}})[0]) == 1


def test_a_controller_that_cleans_up_takes_its_group_too() -> None:
    assert found(PORTS, tags={})[0] == []
    assert found(PORTS, tags={BACKEND: {"elbv2.k8s.aws/cluster": "prod-2"}})[0] == []


def test_a_group_that_no_load_balancer_has_any_more_is_not_needed() -> None:
    """Given by --backend-security-group it is never deleted, and its tags stay."""
    assert found(PORTS, in_use=())[0] == []


def test_what_the_policy_does_not_allow_the_owner_is_no_loss() -> None:
    parts = [
        Resolved(f"by-{LBC}", parse_line(f"tcp/{port} from {BACKEND}").traffic, managed_by=LBC)
        for port in (8080, 8081)
    ]
    narrow = Desired("p", ingress=Goal(allowed=tuple(parts)))
    ((told,), _) = found(PORTS, desired=narrow)
    assert told.rules == 2
    assert found(PORTS[1:], desired=narrow) == ([], [])


def test_forgeries_that_were_taken_away_are_no_loss() -> None:
    forged = [rule(f"tcp/{port} from {OTHER}") for port in (1, 2, 3)]
    assert found([*forged, PORTS[0]])[0] == []
    ((told,), _) = found([*forged, *PORTS])
    assert told.rules == 3


def test_rules_of_others_are_nobodys_loss() -> None:
    assert found([rule(f"tcp/{port} from {BACKEND}", "by hand") for port in (1, 2, 3)]) == ([], [])
    assert found(PORTS, desired=trusting(EKSCTL)) == ([], [])
    assert found(PORTS, desired=trusting()) == ([], [])


def test_of_rules_that_name_no_group_those_of_two_load_balancers_must_go() -> None:
    """The last Service of a cluster takes all of its own with it, which is nothing to be told of."""
    one = [
        rule("tcp/30101 from 0.0.0.0/0", CLIENT),
        rule("tcp/30102 from 0.0.0.0/0", CLIENT),
        rule("icmp/3.4 from 0.0.0.0/0", MTU),
    ]
    assert found(one, desired=trusting(PROVIDER)) == ([], [])
    other = rule("tcp/30103 from 0.0.0.0/0", f"{CLIENT[:-1]}x")
    ((told,), asked) = found([*one, other], desired=trusting(PROVIDER))
    assert (told.owner, told.rules, asked) == (PROVIDER, 4, [])


def test_what_eks_needs_is_told_of_as_missing() -> None:
    rules = [rule(line, EFA) for line in ("all from self", "all to self", "tcp/443 from 10.80.0.0/16")]
    assert found(rules, desired=trusting(EKS)) == ([], [])
