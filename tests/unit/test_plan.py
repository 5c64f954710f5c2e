"""From drift to changes, and where each direction ends."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sgwarden.change import Authorize, Order, SetTag
from sgwarden.policy.desired import Goal
from sgwarden.policy.types import Otherwise, Remedy
from sgwarden.prove import UnprovedError
from sgwarden.traffic import ANYWHERE, EVERYONE, INTERNET, Direction, PeerSet, Traffic
from sgwarden.traffic.ec2 import Opaque

from tests.unit.planning import (
    CLOSED,
    OWNER,
    REGULAR,
    by_description,
    group,
    line,
    plan_of,
    proved,
    require,
    shown,
    speak,
    traffic,
)

if TYPE_CHECKING:
    from sgwarden.group import SecurityGroup

NODES = require("nodes", "all from self")
OPEN_EGRESS = require("open-egress", "all to 0.0.0.0/0")
NO_SSH = speak("no-ssh", "tcp/22", ANYWHERE)
NO_INTERNET = speak("no-internet", "all", INTERNET)


def test_nothing_is_done_where_nothing_differs() -> None:
    plan = plan_of(group("all from self", "tcp/443 from 0.0.0.0/0"), Goal(required=(NODES,)), tags={})
    assert not plan
    assert plan.changes == ()
    assert plan.ingress.kept == plan.ingress.traffic == plan.group.traffic(Direction.INGRESS)
    assert plan.ingress.lost == Traffic.NONE


def test_what_is_required_is_put_back_as_the_policy_writes_it() -> None:
    plan = proved(group(), Goal(required=(NODES,)), Goal(required=(OPEN_EGRESS,))).plan
    assert shown(plan) == ["+ all from self", "+ all to 0.0.0.0/0"]
    assert [change.why for change in plan.changes] == ["nodes", "open-egress"]
    assert isinstance(plan.changes[0], Authorize)
    assert plan.changes[0].rule.description == "sgwarden: nodes"
    assert plan.target(Direction.INGRESS).traffic == traffic("all from self")
    assert plan.target(Direction.EGRESS).traffic == traffic("all to 0.0.0.0/0")


def test_what_is_open_in_part_is_put_back_by_the_rule_that_the_policy_writes() -> None:
    """The rest of `all` beside an open tcp/443 is 257 services, and a group holds 60 rules."""
    plan = proved(group("tcp/443 to 0.0.0.0/0"), egress=Goal(required=(OPEN_EGRESS,))).plan
    assert shown(plan) == ["+ all to 0.0.0.0/0"]


def test_a_requirement_is_put_back_no_further_than_addresses_do_not_meet_it() -> None:
    goal = Goal(required=(require("api", "tcp/443-445 to self"),))
    plan = proved(group("tcp/443 to 10.0.0.0/8", "tcp/443 to 100.64.0.0/10"), egress=goal).plan
    assert shown(plan) == ["+ tcp/444-445 to self"]


def test_an_addition_names_every_statement_that_asks_for_it_and_no_other() -> None:
    goal = Goal(
        required=(
            require("a", "tcp/443 from self"),
            require("b", "tcp/440-450 from self"),
            require("c", "udp from self"),
        )
    )
    plan = proved(group("udp from self"), goal).plan
    assert shown(plan) == ["+ tcp/440-450 from self"]
    assert plan.changes[0].why == "a, b"


def test_an_addition_does_not_name_a_statement_that_lacks_nothing() -> None:
    goal = Goal(required=(require("all", "all from self"), require("dns", "udp/53 from self")))
    plan = proved(group("udp/53 from self"), goal).plan
    assert shown(plan) == ["+ all from self"]
    assert plan.changes[0].why == "all"


def test_a_description_is_no_longer_than_ec2_takes() -> None:
    goal = Goal(required=tuple(require(f"{number}" * 60, "tcp/443 from self") for number in range(6)))
    (change,) = proved(group(), goal).plan.changes
    assert isinstance(change, Authorize)
    assert len(change.rule.description) == 255
    assert len(change.why) > 255


def test_an_addition_has_no_id_and_no_tags() -> None:
    (change,) = proved(group(), Goal(required=(NODES,))).plan.changes
    assert change == Authorize(line("all from self", description="sgwarden: nodes"), "nodes")


def test_the_reference_comes_before_the_open_rule_that_met_it_goes() -> None:
    goal = Goal(required=(require("api", "tcp/443 to self"),), denied=(speak("closed", "all", ANYWHERE),))
    done = proved(group("all to 0.0.0.0/0"), egress=goal)
    assert shown(done.plan) == ["+ tcp/443 to self", "- all to 0.0.0.0/0"]
    assert not done.interrupted


def test_addresses_that_are_denied_do_not_meet_a_group() -> None:
    part = speak("not-there", "tcp/443", PeerSet.of_cidr("10.0.128.0/17"))
    goal = Goal(required=(require("api", "tcp/443 to self"),), denied=(part,))
    plan = proved(group("tcp/443 to 10.0.0.0/16", "tcp/443 to 100.64.0.0/16"), egress=goal).plan
    assert shown(plan) == ["+ tcp/443 to self", "tcp/443 to 10.0.0.0/16 -> tcp/443 to 10.0.0.0/17"]


def test_rules_that_are_in_order_keep_their_ids_descriptions_and_tags() -> None:
    before = group(
        "tcp/443 from 10.0.0.0/8", "tcp/22 from 0.0.0.0/0", "tcp/443 from 10.1.0.0/16", "tcp/22 to self"
    )
    done = proved(before, Goal(denied=(NO_SSH,)))
    assert set(done.after.rules) == {rule for rule in before.rules if "tcp/22 from" not in rule.text()}


@pytest.mark.parametrize(
    "texts",
    [
        ("tcp/22 from 0.0.0.0/1", "tcp/22 from 128.0.0.0/1"),
        ("tcp/20-25 from 0.0.0.0/0",),
        ("all from 0.0.0.0/0",),
        ("tcp/22 from ::/0",),
        ("tcp/22 from 2000::/3",),
        tuple(f"tcp/22 from {first}.0.0.0/8" for first in range(256)),
        ("tcp/22 from pl-0world",),
        ("tcp/0-65535 from 0.0.0.0/0",),
    ],
)
@pytest.mark.parametrize("remedy", Remedy)
def test_ssh_from_the_internet_is_closed_however_it_is_written(
    texts: tuple[str, ...], remedy: Remedy
) -> None:
    goal = Goal(denied=(speak("no-ssh", "tcp/22", INTERNET),))
    done = proved(group(*texts), goal, remedy=remedy, trim_limit=12)
    assert not done.after.traffic(Direction.INGRESS) & goal.denied_traffic
    assert done.plan


def test_private_addresses_and_groups_are_not_the_internet() -> None:
    fine = ("tcp/22 from 10.0.0.0/8", "tcp/22 from 100.64.0.0/10", "tcp/22 from sg-b")
    assert not plan_of(group(*fine), Goal(denied=(NO_INTERNET,)))


def test_rules_that_overlap_are_cut_each() -> None:
    goal = Goal(denied=(NO_SSH,))
    done = proved(
        group("tcp/20-22 from 0.0.0.0/0", "tcp/22-30 from 0.0.0.0/0", "tcp/21-23 from 10.0.0.0/8"), goal
    )
    assert done.after.traffic(Direction.INGRESS) == traffic(
        "tcp/20-21 from 0.0.0.0/0", "tcp/23-30 from 0.0.0.0/0"
    )
    assert shown(done.plan) == [
        "tcp/20-22 from 0.0.0.0/0 -> tcp/20-21 from 0.0.0.0/0",
        "tcp/22-30 from 0.0.0.0/0 -> tcp/23-30 from 0.0.0.0/0",
        "- tcp/21-23 from 10.0.0.0/8",
    ]


def test_what_others_keep_is_not_lost_with_a_rule_revoked_whole() -> None:
    statement = replace(NO_SSH, remedy=Remedy.REVOKE)
    plan = proved(
        group("tcp/22-30 from 10.0.0.0/8", "tcp/25-40 from 10.0.0.0/8"), Goal(denied=(statement,))
    ).plan
    assert plan.ingress.lost == traffic("tcp/23-24 from 10.0.0.0/8")
    assert plan.ingress.kept == traffic("tcp/25-40 from 10.0.0.0/8")


def test_merged_rules_without_ids_are_planned_alike() -> None:
    rules = tuple(
        replace(rule, id="", tags=()) for rule in group("tcp/20-22 from 0.0.0.0/0", "tcp/22 from ::/0").rules
    )
    plan = proved(group(*rules), Goal(denied=(NO_SSH,))).plan
    assert shown(plan) == ["tcp/20-22 from 0.0.0.0/0 -> tcp/20-21 from 0.0.0.0/0", "- tcp/22 from ::/0"]


def test_rules_that_cannot_be_read_stay_as_they_are() -> None:
    opaque = (Opaque(Direction.INGRESS, "the entries of pl-1 are not known", "{}", "sgr-9"),)
    before = replace(group("tcp/22 from 0.0.0.0/0"), opaque=opaque)
    done = proved(before, CLOSED)
    assert shown(done.plan) == ["- tcp/22 from 0.0.0.0/0"]
    assert done.after.opaque == opaque


# Tags


def test_tags_are_set_after_the_rules_and_only_those_that_differ() -> None:
    before = group("tcp/22 from 0.0.0.0/0", tags={"a": "1", "b": "2", "own": "x"})
    done = proved(before, Goal(denied=(NO_SSH,)), tags={"a": "1", "b": "3", "c": "4"})
    assert done.plan.changes[1:] == (SetTag("b", "3", "2"), SetTag("c", "4", None))
    assert done.after.tags == {"a": "1", "b": "3", "c": "4", "own": "x"}


def test_a_policy_that_requires_a_tag_of_aws_is_refused() -> None:
    with pytest.raises(UnprovedError, match="the tag aws:eks:cluster-name belongs to AWS"):
        proved(group(), tags={"aws:eks:cluster-name": "prod-1"})


def test_the_order_is_part_of_the_plan() -> None:
    assert plan_of(group()).order is Order.ADDITIONS_FIRST
    assert plan_of(group(), order=Order.WITHIN_QUOTA).order is Order.WITHIN_QUOTA


# Owners


OWNED = speak("lb", "tcp", EVERYONE, managed_by=OWNER)


def owned(text: str) -> SecurityGroup:
    """A group with a rule of the owner."""
    return group(line(text, "sgr-lb", OWNER))


def closed(*denied: str, remedy: Remedy | None = None) -> Goal:
    """A policy that allows the owner's rules and no others."""
    statements = tuple(speak(f"no-{text}", text, EVERYONE, remedy=remedy) for text in denied)
    return Goal(Otherwise.DENY, allowed=(OWNED,), denied=statements)


def with_rule(before: SecurityGroup, text: str) -> SecurityGroup:
    return replace(before, rules=(*before.rules, line(text, "sgr-x", "rule x")))


def test_an_owners_rule_is_left_alone_and_one_that_only_claims_to_be_is_not() -> None:
    assert not plan_of(owned("tcp/80 from sg-lb"), closed(), owns=by_description)
    assert shown(proved(owned("tcp/80 from sg-lb"), closed()).plan) == ["- tcp/80 from sg-lb"]


def test_an_owners_rule_that_is_denied_in_part_is_cut_and_its_pieces_are_the_owners_too() -> None:
    done = proved(owned("tcp/80-90 from sg-lb"), closed("tcp/85"), owns=by_description)
    assert shown(done.plan) == ["+ tcp/86-90 from sg-lb", "tcp/80-90 from sg-lb -> tcp/80-84 from sg-lb"]


def test_an_owners_rule_is_cut_to_what_the_owner_is_trusted_with() -> None:
    done = proved(owned("all from sg-lb"), closed(), owns=by_description)
    assert shown(done.plan) == ["all from sg-lb -> tcp from sg-lb"]


def test_the_rule_of_another_that_is_allowed_because_of_an_owners_stays() -> None:
    before = with_rule(owned("tcp/80-90 from sg-lb"), "tcp/80 from sg-lb")
    assert not plan_of(before, closed(), owns=by_description)


def test_an_owners_rule_does_not_lean_on_the_rule_of_another() -> None:
    """Without the owner's rule that rule would be forbidden, and with it the traffic gone."""
    before = with_rule(owned("tcp/80-90 from sg-lb"), "tcp/80-85 from sg-lb")
    done = proved(before, closed("tcp/90"), owns=by_description)
    assert shown(done.plan) == ["tcp/80-90 from sg-lb -> tcp/80-89 from sg-lb"]
    assert not done.plan.ingress.lost


def test_an_owners_rule_leans_on_what_is_allowed_to_everybody() -> None:
    goal = closed("tcp/90")
    goal = replace(goal, allowed=(*goal.allowed, speak("http", "tcp/80-89", EVERYONE)))
    done = proved(with_rule(owned("tcp/85-90 from sg-lb"), "tcp/80-89 from sg-lb"), goal, owns=by_description)
    assert shown(done.plan) == ["- tcp/85-90 from sg-lb"]
    assert not done.plan.ingress.lost


def test_an_owners_rule_leans_on_another_of_the_owners() -> None:
    before = group(line("tcp/80-90 from sg-lb", "sgr-1", OWNER), line("tcp/80-89 from sg-lb", "sgr-2", OWNER))
    done = proved(before, closed("tcp/90"), owns=by_description)
    assert shown(done.plan) == ["- tcp/80-90 from sg-lb"]


def test_with_an_owners_rule_that_is_revoked_whole_goes_what_was_allowed_because_of_it() -> None:
    before = with_rule(owned("tcp/80-90 from sg-lb"), "tcp/80-85 from sg-lb")
    done = proved(before, closed("tcp/90", remedy=Remedy.REVOKE), owns=by_description)
    assert shown(done.plan) == ["- tcp/80-90 from sg-lb", "- tcp/80-85 from sg-lb"]
    assert done.plan.ingress.lost == traffic("tcp/80-89 from sg-lb")
    assert [change.why for change in done.plan.changes] == ["no-tcp/90", "otherwise"]


def test_every_owners_rule_that_is_revoked_whole_takes_along_what_leaned_on_it() -> None:
    rules = line("tcp/80-90 from sg-lb", "sgr-1", OWNER), line("tcp/100-110 from sg-lb", "sgr-2", OWNER)
    others = (
        line("tcp/80 from sg-lb", "sgr-3"),
        line("tcp/100 from sg-lb", "sgr-4"),
        line("tcp/5 from sg-lb", "sgr-5"),
    )
    goal = closed("tcp/90", "tcp/110", remedy=Remedy.REVOKE)
    goal = replace(goal, allowed=(*goal.allowed, speak("http", "tcp/5", EVERYONE)))
    done = proved(group(*rules, *others), goal, owns=by_description)
    assert done.after.rules == others[-1:]


def test_the_rest_of_an_owners_rule_does_not_keep_what_leaned_on_another() -> None:
    rules = line("tcp/80-90 from sg-lb", "sgr-1", OWNER), line("tcp/100-110 from sg-lb", "sgr-2", OWNER)
    other = line("tcp/80 from sg-lb", "sgr-3")
    goal = closed("tcp/90", remedy=Remedy.REVOKE)
    goal = replace(goal, denied=(*goal.denied, speak("no-110", "tcp/110", EVERYONE)))
    done = proved(group(*rules, other), goal, owns=by_description)
    assert [rule.text() for rule in done.after.rules] == ["tcp/100-109 from sg-lb"]


def test_what_leaned_on_a_rule_that_leaned_on_another_goes_too() -> None:
    """The second owner's rule is cut because of the first, which the limit makes a revocation of its own."""
    goal = Goal(
        Otherwise.DENY,
        allowed=(
            speak("first", "tcp", ANYWHERE, managed_by="first"),
            speak("second", "tcp", PeerSet.of_cidr("10.0.0.0/9"), managed_by="second"),
        ),
        denied=(speak("no-90", "tcp/90", ANYWHERE),),
    )
    before = group(
        line("tcp/80-90 from 10.128.0.0/9", "sgr-1", "first"),
        line("tcp/80 from 10.0.0.0/8", "sgr-2", "second"),
        line("tcp/81 from 10.128.0.0/9", "sgr-3"),
        line("tcp/80 from 10.0.0.0/16", "sgr-4"),
    )
    done = proved(before, goal, owns=by_description, trim_limit=0)
    assert done.after.rules == ()


def test_rules_of_others_lean_on_what_an_owners_rule_keeps_whatever_their_order() -> None:
    wide, owners = line("tcp/79-90 from sg-lb", "sgr-1"), line("tcp/80-90 from sg-lb", "sgr-2", OWNER)
    done = proved(group(wide, owners), closed("tcp/79", "tcp/90"), owns=by_description)
    assert shown(done.plan) == ["tcp/80-90 from sg-lb -> tcp/80-89 from sg-lb", "- tcp/79-90 from sg-lb"]


def test_an_owners_rule_leans_on_what_another_of_the_owners_keeps() -> None:
    rules = [
        line(f"tcp/{ports} from sg-lb", f"sgr-{ports}", OWNER) for ports in ("1-9", "80-90", "5-10", "85-95")
    ]
    done = proved(group(*rules), closed("tcp/10", "tcp/90-95"), owns=by_description)
    assert shown(done.plan) == [
        "tcp/80-90 from sg-lb -> tcp/80-89 from sg-lb",
        "- tcp/5-10 from sg-lb",
        "- tcp/85-95 from sg-lb",
    ]
    assert not done.plan.ingress.lost


def test_an_owners_rule_does_not_lean_on_another_that_is_revoked_whole() -> None:
    rules = line("tcp/80-90 from sg-lb", "sgr-1", OWNER), line("tcp/70-85 from sg-lb", "sgr-2", OWNER)
    goal = closed("tcp/90", remedy=Remedy.REVOKE)
    goal = replace(goal, denied=(*goal.denied, speak("no-70", "tcp/70-79", EVERYONE)))
    done = proved(group(*rules), goal, owns=by_description)
    assert shown(done.plan) == ["tcp/70-85 from sg-lb -> tcp/80-85 from sg-lb", "- tcp/80-90 from sg-lb"]


def test_of_a_rule_that_leaned_on_a_revoked_one_the_part_stays_that_is_allowed_to_everybody() -> None:
    goal = closed("tcp/90", remedy=Remedy.REVOKE)
    goal = replace(goal, allowed=(*goal.allowed, speak("http", "tcp/80", EVERYONE)))
    done = proved(with_rule(owned("tcp/80-90 from sg-lb"), "tcp/80-85 from sg-lb"), goal, owns=by_description)
    assert shown(done.plan) == ["tcp/80-85 from sg-lb -> tcp/80 from sg-lb", "- tcp/80-90 from sg-lb"]


def test_an_owners_rule_cannot_be_cut_to_what_the_rule_of_another_says_already() -> None:
    """EC2 takes both for one rule; to make room, a rule with nothing forbidden in it would have to go."""
    before = with_rule(owned("tcp/80-90 from sg-lb"), "tcp/80-89 from sg-lb")
    with pytest.raises(UnprovedError, match="tcp/80-89 from sg-lb is there already"):
        proved(before, closed("tcp/90"), owns=by_description)


def test_under_otherwise_allow_owners_make_no_difference() -> None:
    goal = Goal(allowed=(OWNED,), denied=(speak("no-90", "tcp/90", EVERYONE),))
    before = with_rule(owned("tcp/80-90 from sg-lb"), "tcp/80-89 from sg-lb")
    for owns in (by_description, lambda _owner, _rule: False):
        assert shown(proved(before, goal, owns=owns).plan) == ["- tcp/80-90 from sg-lb"]


def test_a_direction_that_the_policy_leaves_out_is_left_alone() -> None:
    assert not plan_of(group("all to 0.0.0.0/0", "all from 0.0.0.0/0"), REGULAR, REGULAR)
