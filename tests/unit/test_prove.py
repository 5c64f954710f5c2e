"""What the proof refuses: every promise of a plan, broken by hand."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from typing import TYPE_CHECKING

import pytest
from sgwarden.change import Authorize, Change, Modify, Order, Revoke, SetTag
from sgwarden.plan import Plan, Target
from sgwarden.policy.desired import Goal
from sgwarden.policy.types import Otherwise
from sgwarden.prove import ProvedPlan, UnprovedError, prove
from sgwarden.traffic import ANYWHERE, EVERYONE, Direction, Traffic

from tests.unit.planning import (
    OWNER,
    by_description,
    group,
    line,
    nobodys,
    plan_of,
    proved,
    require,
    speak,
    traffic,
)

if TYPE_CHECKING:
    from sgwarden.traffic import Rule

GOAL = Goal(required=(require("nodes", "tcp/443 from self"),), denied=(speak("no-ssh", "tcp/22", ANYWHERE),))
BEFORE = group(
    "tcp/20-22 from 0.0.0.0/0", "tcp/22 from 10.0.0.0/8", "udp/53 from 10.0.0.0/8", tags={"own": "x"}
)
WIDE, SSH, DNS = BEFORE.rules
PLAN = plan_of(BEFORE, GOAL, tags={"team": "a"})
ADD, NARROW, REVOKE, TAG = PLAN.changes


def refused(*changes: Change, plan: Plan = PLAN) -> str:
    with pytest.raises(UnprovedError) as refusal:
        prove(replace(plan, changes=changes), nobodys)
    return str(refusal.value)


def into(rule: Rule, text: str) -> Rule:
    """The rule with the traffic of the line."""
    return replace(rule, service=line(text).service, peer=line(text).peer)


def kept(plan: Plan, **ingress: Traffic) -> Plan:
    """The plan with another story of where its ingress ends."""
    return replace(plan, ingress=replace(plan.ingress, **ingress))


def test_the_plan_itself_holds() -> None:
    done = prove(PLAN, nobodys)
    assert [type(change) for change in PLAN.changes] == [Authorize, Modify, Revoke, SetTag]
    assert done.plan is PLAN
    assert done.interrupted == ()
    assert done.after.tags == {"own": "x", "team": "a"}
    assert done.after.traffic(Direction.INGRESS) == PLAN.ingress.traffic
    assert done.after.traffic(Direction.INGRESS) == traffic(
        "tcp/443 from self", "tcp/20-21 from 0.0.0.0/0", "udp/53 from 10.0.0.0/8"
    )


# Where it ends


def test_a_change_that_is_left_out() -> None:
    assert refused(ADD, NARROW, TAG) == "ingress does not end at the goal"
    assert refused(NARROW, REVOKE, TAG) == "ingress does not end at the goal"
    assert refused(ADD, REVOKE, TAG) == "ingress does not end at the goal"
    assert refused() == "ingress does not end at the goal"


def test_a_rule_that_is_narrowed_too_far_or_not_far_enough() -> None:
    far = Modify(WIDE, into(WIDE, "tcp/20 from 0.0.0.0/0"), "")
    near = Modify(WIDE, into(WIDE, "tcp/21-22 from 0.0.0.0/0"), "")
    assert refused(ADD, far, REVOKE, TAG) == "ingress does not end at the goal"
    assert refused(ADD, near, REVOKE, TAG) == "ingress does not end at the goal"


def test_a_rule_that_is_narrowed_too_far_with_a_story_that_fits() -> None:
    far = Modify(WIDE, into(WIDE, "tcp/20 from 0.0.0.0/0"), "")
    less = traffic("tcp/20 from 0.0.0.0/0", "udp/53 from 10.0.0.0/8")
    story = kept(PLAN, kept=less, lost=traffic("tcp/21 from 0.0.0.0/0"))
    expected = "ingress gives up traffic that no revoked rule carried"
    assert refused(ADD, far, REVOKE, TAG, plan=story) == expected


def test_a_rule_that_is_revoked_in_the_other_direction_is_no_excuse() -> None:
    goal = Goal(denied=GOAL.denied)
    both = plan_of(group("tcp/20-22 from 0.0.0.0/0", "tcp/20-22 to 0.0.0.0/0"), goal, goal)
    inward, outward = both.group.rules
    far = Modify(inward, into(inward, "tcp/20 from 0.0.0.0/0"), "")
    story = replace(
        both,
        ingress=Target(traffic("tcp/20 from 0.0.0.0/0"), Traffic.NONE, traffic("tcp/21 from 0.0.0.0/0")),
        egress=Target(Traffic.NONE, Traffic.NONE, traffic("tcp/20-21 to 0.0.0.0/0")),
    )
    assert "ingress gives up" in refused(far, Revoke(outward, ""), plan=story)


def test_a_plan_that_keeps_what_is_forbidden() -> None:
    story = kept(PLAN, kept=BEFORE.traffic(Direction.INGRESS))
    assert refused(ADD, TAG, plan=story) == "ingress gives up traffic that no revoked rule carried"


def test_a_plan_that_does_not_tell_what_is_lost() -> None:
    limited = plan_of(BEFORE, GOAL, trim_limit=0)
    assert limited.ingress.lost == traffic("tcp/20-21 from 0.0.0.0/0")
    assert prove(limited, nobodys)
    silent, loud = kept(limited, lost=Traffic.NONE), kept(PLAN, lost=traffic("udp from self"))
    expected = "ingress does not tell what legitimate traffic goes"
    assert refused(*limited.changes, plan=silent) == expected
    assert refused(*PLAN.changes, plan=loud) == expected


def test_more_than_was_asked_for() -> None:
    more = Authorize(line("tcp/444 from self"), "")
    assert refused(*PLAN.changes, more) == "ingress does not end at the goal"
    outward = Authorize(line("tcp/444 to self"), "")
    assert refused(*PLAN.changes, outward) == "egress does not end at the goal"


def test_a_requirement_that_contradicts_what_is_denied_would_never_come_to_rest() -> None:
    """No policy that says so is ever used; here it is made by hand."""
    goal = Goal(required=(require("ssh", "tcp/22 from 10.0.0.0/8"),), denied=GOAL.denied)
    with pytest.raises(UnprovedError, match=r"^a second run would find something to do$"):
        proved(group(), goal)


# On the way


def test_what_opens_on_the_way_and_is_gone_at_the_end() -> None:
    passing = line("tcp/80 from 0.0.0.0/0")
    changes = (Authorize(passing, ""), *PLAN.changes, Revoke(passing, ""))
    assert "touched, though nothing of it is forbidden" in refused(*changes)
    forbidden = line("tcp/22 from ::/0")
    changes = (Authorize(forbidden, ""), *PLAN.changes, Revoke(forbidden, ""))
    assert refused(*changes) == "ingress opens on the way what nobody asked for"


def test_what_opens_on_the_way_through_a_rule_that_is_modified_twice() -> None:
    wider = into(WIDE, "tcp/20-23 from 0.0.0.0/0")
    changes = (
        ADD,
        Modify(WIDE, wider, ""),
        Modify(wider, into(WIDE, "tcp/20-21 from 0.0.0.0/0"), ""),
        REVOKE,
        TAG,
    )
    assert refused(*changes) == "ingress opens on the way what nobody asked for"


def test_an_order_that_interrupts_what_is_to_stay() -> None:
    office = group("tcp/443 from pl-0office").rules[0]
    limited = plan_of(
        group(office), Goal(denied=(speak("not-there", "all", line("all from 198.51.100.0/24").peer.peers),))
    )
    addition, removal = limited.changes
    assert refused(removal, addition, plan=limited) == "ingress interrupts traffic that is to stay"
    hurried = replace(limited, changes=(removal, addition), order=Order.WITHIN_QUOTA)
    gap = (Direction.INGRESS, traffic("tcp/443 from 10.9.0.0/16"))
    assert prove(hurried, nobodys).interrupted == (gap,)


@pytest.mark.parametrize("direction", Direction)
def test_an_order_that_interrupts_what_addresses_met(direction: Direction) -> None:
    peers = direction.preposition
    required, closed = require("api", f"tcp/443 {peers} self"), speak("closed", "all", ANYWHERE)
    goals = {direction.value: Goal(required=(required,), denied=(closed,))}
    plan = plan_of(group(f"all {peers} 0.0.0.0/0"), goals.get("ingress", Goal()), goals.get("egress", Goal()))
    addition, removal = plan.changes
    assert refused(removal, addition, plan=plan) == f"{direction} interrupts traffic that is to stay"
    hurried = replace(plan, changes=(removal, addition), order=Order.WITHIN_QUOTA)
    assert prove(hurried, nobodys).interrupted == ((direction, required.traffic),)


def test_what_is_missing_from_the_start_is_not_interrupted_by_coming_late() -> None:
    goal = Goal(required=(require("api", "tcp/443 from self"),), denied=GOAL.denied)
    plan = plan_of(group("tcp/22 from 0.0.0.0/0"), goal)
    addition, removal = plan.changes
    assert prove(replace(plan, changes=(removal, addition)), nobodys).interrupted == ()


# What is touched


def test_a_rule_with_nothing_forbidden_that_is_made_anew() -> None:
    twin = replace(DNS, id="")
    changes = (*PLAN.changes, Revoke(DNS, ""), Authorize(twin, ""))
    within = replace(PLAN, order=Order.WITHIN_QUOTA)
    expected = "udp/53 from 10.0.0.0/8 is touched, though nothing of it is forbidden"
    assert refused(*changes, plan=within) == expected
    same = (*PLAN.changes, Revoke(DNS, ""), Authorize(DNS, ""))
    assert refused(*same, plan=within) == expected


def test_a_rule_with_nothing_forbidden_that_gets_another_description() -> None:
    renamed = Modify(DNS, replace(DNS, description="else"), "")
    assert "udp/53 from 10.0.0.0/8 is touched" in refused(*PLAN.changes, renamed)


@pytest.mark.parametrize("change", [{"description": "else"}, {"id": "sgr-9"}, {"tags": ()}])
def test_a_rule_that_is_narrowed_and_loses_more_than_traffic(change: dict[str, str]) -> None:
    assert isinstance(NARROW, Modify)
    altered = replace(NARROW, into=replace(NARROW.into, **change))  # type: ignore[arg-type]
    assert refused(ADD, altered, REVOKE, TAG) == "tcp/20-22 from 0.0.0.0/0 is to change more than its traffic"


def test_an_owners_rule_with_nothing_forbidden_in_it() -> None:
    goal = Goal(Otherwise.DENY, allowed=(speak("lb", "tcp", EVERYONE, managed_by=OWNER),))
    before = group(line("tcp/80 from sg-lb", "sgr-1", OWNER))
    plan = replace(plan_of(before, goal, owns=by_description), order=Order.WITHIN_QUOTA)
    renamed = Modify(before.rules[0], replace(before.rules[0], tags=(("a", "b"),)), "")
    with pytest.raises(UnprovedError, match="tcp/80 from sg-lb is touched"):
        prove(replace(plan, changes=(renamed,)), by_description)


def test_a_rule_that_leaned_on_an_owners_rule_may_be_touched_once_that_is_gone() -> None:
    statement = speak("lb", "tcp", EVERYONE, managed_by=OWNER)
    goal = Goal(Otherwise.DENY, allowed=(statement,), denied=(speak("no-90", "tcp/90", EVERYONE),))
    before = group(line("tcp/80-90 from sg-lb", "sgr-1", OWNER), line("tcp/80 from sg-lb", "sgr-2"))
    gone = plan_of(before, goal, owns=by_description, trim_limit=0)
    assert prove(gone, by_description)
    stays = replace(
        gone, changes=gone.changes[:1], ingress=replace(gone.ingress, kept=traffic("tcp/80 from sg-lb"))
    )
    stays = kept(stays, lost=traffic("tcp/81-89 from sg-lb"))
    with pytest.raises(UnprovedError, match="a second run would find something to do"):
        prove(stays, by_description)


# What EC2 would refuse, and tags


def test_a_rule_that_is_made_twice() -> None:
    expected = "EC2 would refuse a change: tcp/443 from sg-self is there already"
    assert refused(ADD, ADD, NARROW, REVOKE, TAG) == expected


def test_a_rule_that_is_not_there() -> None:
    assert "is not there" in refused(*PLAN.changes, REVOKE)


def test_a_rule_that_becomes_another_kind() -> None:
    changed = Modify(WIDE, into(WIDE, "tcp/20-21 from self"), "")
    assert "cannot change its kind of peer in place" in refused(ADD, changed, REVOKE, TAG)


def test_a_tag_of_aws() -> None:
    assert "the tag aws:x belongs to AWS" in refused(*PLAN.changes, SetTag("aws:x", "y"))


def test_tags_that_nobody_asked_for_or_that_are_not_set() -> None:
    expected = "the tags do not end as the policy requires, or others are touched"
    assert refused(*PLAN.changes, SetTag("own", "y")) == expected
    assert refused(*PLAN.changes, SetTag("other", "y")) == expected
    assert refused(ADD, NARROW, REVOKE) == expected


# A proof


def test_a_proof_cannot_be_made_by_hand() -> None:
    with pytest.raises(TypeError, match=r"^a ProvedPlan comes from prove\(\) alone$"):
        ProvedPlan(PLAN, BEFORE)
    with pytest.raises(TypeError, match="comes from prove"):
        ProvedPlan(PLAN, BEFORE, (), object())


def test_a_proof_cannot_be_turned_into_one_of_another_plan() -> None:
    done = prove(PLAN, nobodys)
    with pytest.raises((TypeError, ValueError)):
        replace(done, plan=replace(PLAN, changes=()))
    with pytest.raises(FrozenInstanceError):
        done.plan = PLAN  # type: ignore[misc]
