"""In an update, what EKS's own rules let through is spared, and nothing but that."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from sgwarden.drift import find_drift
from sgwarden.eks_rules import is_of_eks
from sgwarden.plan import make_plan
from sgwarden.prove import prove
from sgwarden.traffic import Direction, Rule, parse_line, union
from sgwarden.updating import UPDATING, held_of, holding

from tests.property.small_groups import SELF, Case, cases, nobodys, points_of

OWN = tuple(parse_line(line, SELF) for line in ("all from self", "all to self"))


@settings(max_examples=200)
@given(cases(), st.sets(st.sampled_from(OWN)))
def test_a_plan_spares_what_eks_put_back_and_takes_all_else_that_is_forbidden(
    case: Case, own: set[Rule]
) -> None:
    added = tuple(replace(rule, id=f"sgr-eks-{rule.direction}") for rule in own)
    group = replace(case.group, rules=(*case.group.rules, *added))
    updating = replace(case.cluster, status=UPDATING)
    desired = holding(case.desired, updating, group)
    drift = find_drift(desired, group, updating, nobodys)
    after = prove(make_plan(updating, group, desired, drift), nobodys).after

    ours = [rule for rule in group.rules if is_of_eks(rule, updating)]
    assert set(ours) <= set(after.rules)
    now = find_drift(case.desired, group, case.cluster, nobodys)
    for direction in Direction:
        spared = union(rule.traffic for rule in ours if rule.direction is direction)
        held, whole = (
            next(side for side in each.directions if side.direction is direction) for each in (drift, now)
        )
        assert points_of(held.excess) == points_of(whole.excess) & ~points_of(spared)
        assert points_of(held.held) == points_of(whole.excess) & points_of(spared)
        assert held.missing == whole.missing
        will_go = {
            rule.text(SELF) for rule in ours if rule.traffic & held.held and rule.direction is direction
        }
        assert will_go <= set(held_of(drift, updating, group))


@settings(max_examples=100)
@given(cases())
def test_nothing_is_held_once_the_update_is_over(case: Case) -> None:
    assert holding(case.desired, case.cluster, case.group) == case.desired
    twice = holding(
        holding(case.desired, replace(case.cluster, status=UPDATING), case.group), case.cluster, case.group
    )
    assert twice == case.desired
