"""The order of changes, and the places that rules take of the quota."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sgwarden.change import Authorize, Modify, Order, Revoke
from sgwarden.order import places
from sgwarden.policy.desired import Goal
from sgwarden.policy.types import Otherwise, Remedy
from sgwarden.traffic import ANYWHERE, Direction, PeerSet

from tests.unit.planning import CLUSTER, group, line, plan_of, proved, require, shown, speak, traffic


@pytest.mark.parametrize(
    ("texts", "taken"),
    [
        ((), (0, 0)),
        (("tcp/1 from 10.0.0.0/8", "tcp/2 from 10.0.0.0/8"), (2, 0)),
        (("tcp/1 from ::/0",), (0, 1)),
        (("tcp/1 from self",), (1, 1)),
        (("tcp/1 from pl-0office",), (5, 5)),
        (("tcp/1 from pl-0office", "tcp/1 from self", "tcp/1 from ::/0", "tcp/1 from 0.0.0.0/0"), (7, 7)),
    ],
)
def test_places_of_the_quota(texts: tuple[str, ...], taken: tuple[int, int]) -> None:
    assert places([line(text) for text in texts]) == taken


def only(*texts: str, required: tuple[str, ...] = ()) -> Goal:
    """A policy that allows these lines, requires the others, and nothing else."""
    allowed = [speak(text, text.split()[0], line(text).peer.peers) for text in texts]
    return Goal(Otherwise.DENY, tuple(require(text, text) for text in required), tuple(allowed))


def test_additions_come_first_then_narrowings_then_removals() -> None:
    goal = only("tcp/80 from 0.0.0.0/0", "tcp/82-90 from 0.0.0.0/0", required=("all from self",))
    plan = proved(group("udp from sg-b", "tcp/80-90 from 0.0.0.0/0"), goal).plan
    kinds = [type(change) for change in plan.changes]
    assert kinds == [Authorize, Authorize, Modify, Revoke]


def test_within_the_quota_what_nobody_needs_makes_room_first() -> None:
    goal = only("tcp/80 from 0.0.0.0/0", required=("tcp/443 from self",))
    plan = proved(group("udp from sg-b", "tcp/80-90 from 0.0.0.0/0"), goal, order=Order.WITHIN_QUOTA).plan
    assert shown(plan) == [
        "- udp from sg-b",
        "+ tcp/443 from self",
        "tcp/80-90 from 0.0.0.0/0 -> tcp/80 from 0.0.0.0/0",
    ]


def test_within_the_quota_what_is_to_stay_goes_only_where_an_addition_needs_its_place() -> None:
    goal = only("tcp/443 from 10.9.0.0/16")
    done = proved(group("tcp/443 from pl-0office"), goal, order=Order.WITHIN_QUOTA)
    assert shown(done.plan) == ["- tcp/443 from pl-0office", "+ tcp/443 from 10.9.0.0/16"]
    assert [(str(direction), gap) for direction, gap in done.interrupted] == [
        ("ingress", traffic("tcp/443 from 10.9.0.0/16"))
    ]


def test_within_the_quota_a_place_that_is_freed_first_spares_the_interruption() -> None:
    goal = only("tcp/443 from 10.9.0.0/16")
    done = proved(group("tcp/443 from pl-0office", "udp from 0.0.0.0/0"), goal, order=Order.WITHIN_QUOTA)
    assert shown(done.plan) == [
        "- udp from 0.0.0.0/0",
        "+ tcp/443 from 10.9.0.0/16",
        "- tcp/443 from pl-0office",
    ]
    assert not done.interrupted


def test_within_the_quota_the_other_family_is_no_help() -> None:
    goal = only("tcp/443 from 10.9.0.0/16")
    done = proved(group("tcp/443 from pl-0office", "udp from ::/0"), goal, order=Order.WITHIN_QUOTA)
    assert done.interrupted
    assert shown(done.plan)[:2] == ["- udp from ::/0", "- tcp/443 from pl-0office"]


def test_within_the_quota_what_others_let_through_too_is_free_to_go() -> None:
    goal = only("tcp/443 from 0.0.0.0/0", required=("tcp/80 from 10.0.0.0/8",))
    before = group("tcp/443 from 0.0.0.0/0", "tcp/443-444 from 10.0.0.0/8")
    done = proved(before, goal, order=Order.WITHIN_QUOTA)
    assert shown(done.plan) == ["- tcp/443-444 from 10.0.0.0/8", "+ tcp/80 from 10.0.0.0/8"]
    assert not done.interrupted


def test_within_the_quota_of_two_rules_that_cover_each_other_one_is_held() -> None:
    """Either could go without a gap, but not both: what is required comes back when its place is free."""
    goal = only(required=("tcp/443 from 10.0.0.0/8",))
    before = group("tcp/443-444 from 10.0.0.0/8", "tcp/442-443 from 10.0.0.0/8")
    done = proved(before, goal, order=Order.WITHIN_QUOTA, remedy=Remedy.REVOKE)
    assert shown(done.plan) == [
        "- tcp/443-444 from 10.0.0.0/8",
        "+ tcp/443 from 10.0.0.0/8",
        "- tcp/442-443 from 10.0.0.0/8",
    ]
    assert not done.interrupted


def test_within_the_quota_a_rule_whose_addresses_meet_a_group_waits_for_the_reference() -> None:
    goal = Goal(
        required=(require("api", "tcp/443 to self"),),
        denied=(speak("no-open-egress", "all", PeerSet.of_cidr("0.0.0.0/0", "::/0")),),
    )
    before = group("tcp/443 to 0.0.0.0/0", "udp to 10.0.0.0/8", "udp to ::/0")
    done = proved(before, egress=goal, order=Order.WITHIN_QUOTA)
    assert shown(done.plan) == [
        "- udp to 10.0.0.0/8",
        "- udp to ::/0",
        "+ tcp/443 to self",
        "- tcp/443 to 0.0.0.0/0",
    ]
    assert not done.interrupted


def test_within_the_quota_rules_that_only_together_meet_a_group_wait_too() -> None:
    goal = Goal(
        required=(require("api", "tcp/443 to self"),),
        denied=(speak("no-open-egress", "all", PeerSet.of_cidr("0.0.0.0/0", "::/0")),),
    )
    before = group("tcp/443 to 0.0.0.0/1", "tcp/443 to 128.0.0.0/1", "tcp/443 to 100.0.0.0/8", "udp to ::/0")
    halves = replace(CLUSTER, vpc_cidrs=PeerSet.of_cidr("10.0.0.0/16", "172.16.0.0/16"))
    done = proved(before, egress=goal, order=Order.WITHIN_QUOTA, cluster=halves)
    assert not done.interrupted
    assert shown(done.plan)[:3] == ["- tcp/443 to 100.0.0.0/8", "- udp to ::/0", "+ tcp/443 to self"]


def test_within_the_quota_what_stands_in_for_a_rule_has_its_place_before_what_is_new() -> None:
    goal = only("tcp/443 from 10.9.0.0/16", required=("tcp/1 from 10.0.0.0/8",))
    before = group("tcp/443 from pl-0office", "udp from 0.0.0.0/0")
    done = proved(before, goal, order=Order.WITHIN_QUOTA)
    assert shown(done.plan) == [
        "- udp from 0.0.0.0/0",
        "+ tcp/443 from 10.9.0.0/16",
        "- tcp/443 from pl-0office",
        "+ tcp/1 from 10.0.0.0/8",
    ]
    assert not done.interrupted


def test_within_the_quota_what_is_new_waits_for_what_stands_in_wherever_it_is_written() -> None:
    goal = only(required=("tcp/1 from 10.0.0.0/8", "tcp/443 from 10.0.0.0/8"))
    before = group("tcp/442-443 from 10.0.0.0/8", "udp from 0.0.0.0/0")
    done = proved(before, goal, order=Order.WITHIN_QUOTA, remedy=Remedy.REVOKE)
    assert shown(done.plan) == [
        "- udp from 0.0.0.0/0",
        "+ tcp/443 from 10.0.0.0/8",
        "- tcp/442-443 from 10.0.0.0/8",
        "+ tcp/1 from 10.0.0.0/8",
    ]
    assert not done.interrupted


def test_within_the_quota_a_rule_goes_that_nobody_misses_before_one_that_is_missed_for_a_moment() -> None:
    goal = only("udp from 10.0.0.0/8", required=("tcp/1 from 10.0.0.0/8",))
    before = group("tcp/1-2 from 10.0.0.0/8", "udp from 10.0.0.0/8", "udp from 10.0.0.0/7")
    done = proved(before, goal, order=Order.WITHIN_QUOTA, remedy=Remedy.REVOKE)
    assert shown(done.plan) == [
        "- udp from 10.0.0.0/7",
        "+ tcp/1 from 10.0.0.0/8",
        "- tcp/1-2 from 10.0.0.0/8",
    ]
    assert not done.interrupted


def test_within_the_quota_what_an_addition_lets_through_others_need_not() -> None:
    goal = only(required=("tcp/1-5 from 10.0.0.0/8", "udp from 10.0.0.0/8"))
    before = group("tcp/1-3 from 10.0.0.0/7", "tcp/3-5 from 10.0.0.0/7")
    done = proved(before, goal, order=Order.WITHIN_QUOTA, remedy=Remedy.REVOKE)
    gap = (Direction.INGRESS, traffic("tcp/1-2 from 10.0.0.0/8"))
    assert shown(done.plan) == [
        "- tcp/1-3 from 10.0.0.0/7",
        "+ tcp/1-5 from 10.0.0.0/8",
        "- tcp/3-5 from 10.0.0.0/7",
        "+ udp from 10.0.0.0/8",
    ]
    assert done.interrupted == (gap,)


def test_within_the_quota_a_rule_goes_once_what_is_there_and_what_was_added_stand_in_for_it() -> None:
    goal = only("tcp/2 from 10.0.0.0/8", required=("tcp/1 from 10.0.0.0/8", "tcp/5 from 10.0.0.0/8"))
    before = group(
        "tcp/5-6 from 10.0.0.0/8", "tcp/1-3 from 10.0.0.0/8", "tcp/2 from 10.0.0.0/8", "udp from ::/0"
    )
    roomy = replace(before, rules=(*before.rules, line("udp from 10.0.0.0/8", "sgr-9")))
    done = proved(roomy, goal, order=Order.WITHIN_QUOTA, remedy=Remedy.REVOKE)
    assert shown(done.plan) == [
        "- udp from ::/0",
        "- udp from 10.0.0.0/8",
        "+ tcp/1 from 10.0.0.0/8",
        "- tcp/1-3 from 10.0.0.0/8",
        "+ tcp/5 from 10.0.0.0/8",
        "- tcp/5-6 from 10.0.0.0/8",
    ]
    assert not done.interrupted


def test_within_the_quota_the_rule_goes_that_an_addition_stands_in_for() -> None:
    goal = only(required=("tcp/1 from 10.0.0.0/8", "tcp/2 from 10.0.0.0/8"))
    before = group("tcp/2-3 from 10.0.0.0/8", "tcp/0-1 from 10.0.0.0/8")
    done = proved(before, goal, order=Order.WITHIN_QUOTA, remedy=Remedy.REVOKE)
    assert shown(done.plan) == [
        "- tcp/0-1 from 10.0.0.0/8",
        "+ tcp/1 from 10.0.0.0/8",
        "- tcp/2-3 from 10.0.0.0/8",
        "+ tcp/2 from 10.0.0.0/8",
    ]


def test_where_there_are_to_be_more_rules_in_the_end_nothing_is_interrupted_for_it() -> None:
    goal = only("tcp/443 from 10.9.0.0/16", required=("tcp/1 from sg-b", "tcp/2 from sg-b"))
    done = proved(group("tcp/443-444 from 10.9.0.0/16"), goal, order=Order.WITHIN_QUOTA)
    assert not done.interrupted
    assert len(done.after.rules) == 3


def test_sixty_rules_at_the_quota_end_as_they_should_and_never_take_more_places() -> None:
    goal = Goal(required=(require("nodes", "all from self"),), denied=(speak("no-ssh", "tcp/22", ANYWHERE),))
    rules = [f"tcp/22-{1000 + number} from 10.{number}.0.0/16" for number in range(60)]
    plan = plan_of(group(*rules), goal, order=Order.WITHIN_QUOTA, remedy=Remedy.REVOKE)
    assert shown(plan)[:60] == [f"- {rule}" for rule in rules]
    assert shown(plan)[60:] == ["+ all from self"]
    trimmed = proved(group(*rules), goal, order=Order.WITHIN_QUOTA)
    assert shown(trimmed.plan)[0] == "+ all from self"
    assert len(trimmed.plan.changes) == 61
