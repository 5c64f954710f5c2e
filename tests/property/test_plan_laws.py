"""What every plan keeps, for generated groups and policies, against a reading of both point by point."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given, settings
from sgwarden.change import Authorize, Modify, Order, Revoke
from sgwarden.drift import find_drift
from sgwarden.order import places
from sgwarden.plan import Plan, make_plan
from sgwarden.policy.types import Remedy
from sgwarden.prove import ProvedPlan, prove
from sgwarden.traffic import Direction, Traffic

from tests.property.small_groups import Case, cases, let_through, nobodys, owns, played, points_of

if TYPE_CHECKING:
    from sgwarden.drift import Owns
    from sgwarden.traffic import Rule

    States = list[tuple[Rule, ...]]


def planned(case: Case, order: Order = Order.ADDITIONS_FIRST, trust: Owns = nobodys) -> Plan:
    drift = find_drift(case.desired, case.group, case.cluster, trust)
    return make_plan(case.cluster, case.group, case.desired, drift, order)


def ends_at_the_goal(case: Case, plan: Plan, states: States) -> None:
    """T = (A - F) | R, where A - F lacks what no more than the revoked rules carried."""
    legitimate = let_through(case.rules) & ~case.forbidden(case.rules)
    kept = let_through(rule for rule in states[-1] if not rule.description.startswith("sgwarden: "))
    end = let_through(states[-1])
    revoked = let_through(change.rule for change in plan.changes if isinstance(change, Revoke))
    assert kept & ~legitimate == 0
    assert legitimate & ~kept & ~revoked == 0
    assert end == kept | case.unmet(kept)
    assert case.unmet(end) == 0
    assert points_of(plan.ingress.lost) == legitimate & ~end


def opens_nothing_on_the_way(states: States) -> None:
    either = let_through(states[0]) | let_through(states[-1])
    assert all(let_through(rules) & ~either == 0 for rules in states)


def interrupted(case: Case, states: States) -> int:
    """What is to stay, or required and there from the start, and yet stops somewhere on the way."""
    before, end = let_through(states[0]), let_through(states[-1])
    gaps = 0
    for rules in states:
        now = let_through(rules)
        gaps |= before & end & ~now | case.unmet(now) & ~case.unmet(before)
    return gaps


def leaves_the_rest_alone(case: Case, states: States) -> None:
    """Rules with nothing forbidden in them are the very same; a narrowed one keeps all but its traffic."""
    forbidden = case.forbidden(states[0]) | case.forbidden(states[-1])
    for rule in states[0]:
        if not let_through([rule]) & forbidden:
            assert rule in states[-1]
    for rule in states[-1]:
        for origin in states[0]:
            if rule.id == origin.id:
                assert replace(rule, service=origin.service, peer=origin.peer) == origin


def fits_the_quota(states: States) -> bool:
    """At no time more places of either quota than before, unless the end needs more."""
    return all(max(taken) == max(taken[0], taken[-1]) for taken in zip(*map(places, states), strict=True))


def finds_nothing_more(case: Case, proved: ProvedPlan, trust: Owns = nobodys) -> None:
    assert not find_drift(case.desired, proved.after, case.cluster, trust)
    assert not planned(replace(case, group=proved.after), trust=trust)


@settings(max_examples=2000)
@given(cases())
def test_a_plan_ends_at_the_goal_and_strays_nowhere_on_the_way(case: Case) -> None:
    plan = planned(case)
    states = played(case.rules, plan.changes)
    ends_at_the_goal(case, plan, states)
    opens_nothing_on_the_way(states)
    assert interrupted(case, states) == 0
    leaves_the_rest_alone(case, states)
    kinds = [(Authorize, Modify, Revoke).index(type(change)) for change in plan.changes]
    assert kinds == sorted(kinds)
    proved = prove(plan, nobodys)
    assert set(proved.after.rules) == set(states[-1])
    assert not proved.interrupted
    finds_nothing_more(case, proved)


@settings(max_examples=500)
@given(cases())
def test_a_plan_within_the_quota_holds_too_and_tells_what_it_interrupts(case: Case) -> None:
    plan = planned(case, Order.WITHIN_QUOTA)
    states = played(case.rules, plan.changes)
    ends_at_the_goal(case, plan, states)
    opens_nothing_on_the_way(states)
    leaves_the_rest_alone(case, states)
    assert fits_the_quota(states)
    assert set(plan.changes) == set(planned(case).changes)
    proved = prove(plan, nobodys)
    told = dict(proved.interrupted).get(Direction.INGRESS, Traffic.NONE)
    assert points_of(told) == interrupted(case, states)
    finds_nothing_more(case, proved)


@settings(max_examples=200)
@given(cases(remedies=(None, Remedy.TRIM), limits=(1000,)))
def test_nothing_legitimate_is_lost_where_rules_may_be_trimmed(case: Case) -> None:
    plan = planned(case)
    assert not plan.ingress.lost
    ends_at_the_goal(case, plan, played(case.rules, plan.changes))
    prove(plan, nobodys)


@settings(max_examples=200)
@given(cases(remedies=(Remedy.REVOKE,)))
def test_every_rule_with_something_forbidden_goes_whole_where_the_policy_says_so(case: Case) -> None:
    plan = planned(case)
    forbidden = case.forbidden(case.rules)
    offending = {rule for rule in case.rules if let_through([rule]) & forbidden}
    assert {change.rule for change in plan.changes if isinstance(change, Revoke)} == offending
    assert not any(isinstance(change, Modify) for change in plan.changes)
    ends_at_the_goal(case, plan, played(case.rules, plan.changes))
    prove(plan, nobodys)


@settings(max_examples=300)
@given(cases(owned=True))
def test_what_is_allowed_because_of_an_owners_rule_goes_with_that_rule(case: Case) -> None:
    plan = planned(case, trust=owns)
    states = played(case.rules, plan.changes)
    ends_at_the_goal(case, plan, states)
    opens_nothing_on_the_way(states)
    assert interrupted(case, states) == 0
    leaves_the_rest_alone(case, states)
    finds_nothing_more(case, prove(plan, owns), owns)


@settings(max_examples=400)
@given(cases())
def test_nothing_is_interrupted_where_what_nobody_needs_leaves_room_enough(case: Case) -> None:
    plan = planned(case, Order.WITHIN_QUOTA)
    states = played(case.rules, plan.changes)
    end = let_through(states[-1])
    needless = [
        change.rule
        for change in plan.changes
        if isinstance(change, Revoke) and not let_through([change.rule]) & end
    ]
    added = [change.rule for change in plan.changes if isinstance(change, Authorize)]
    room = all(more <= freed for more, freed in zip(places(added), places(needless), strict=True))
    if room and not any(map(case.is_met_by_address, states)):
        assert interrupted(case, states) == 0
