"""What is left of rules that are partly forbidden."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sgwarden.change import Authorize, Modify, Revoke
from sgwarden.policy.desired import Goal, Resolved
from sgwarden.policy.types import Otherwise, Remedy
from sgwarden.traffic import ANYWHERE, EVERYONE, INTERNET, Group, PeerSet, Traffic

from tests.unit.planning import CLOSED, group, line, plan_of, proved, require, shown, speak, traffic

NO_SSH = speak("no-ssh", "tcp/22", INTERNET)
NO_LOW_SSH = speak("no-ssh", "tcp/22", ANYWHERE)
NOT_INTERNET = (
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "224.0.0.0/3",
)


def deny(*statements: Resolved) -> Goal:
    return Goal(denied=statements)


def test_what_a_range_of_ports_keeps_under_a_limit_that_allows_it() -> None:
    done = proved(group("tcp/20-30 from 0.0.0.0/0"), deny(NO_SSH), trim_limit=50)
    wide = {"tcp/20-21 from 0.0.0.0/0", "tcp/23-30 from 0.0.0.0/0"}
    assert {rule.text() for rule in done.after.rules} == wide | {
        f"tcp/22 from {block}" for block in NOT_INTERNET
    }
    assert not done.plan.ingress.lost
    assert {change.why for change in done.plan.changes} == {"no-ssh"}


def test_pieces_of_a_rule_carry_its_description_and_tags_and_one_its_id() -> None:
    before = group("tcp/20-30 from 0.0.0.0/0")
    done = proved(before, deny(NO_SSH), trim_limit=50)
    pieces = {(rule.description, rule.tags) for rule in done.after.rules}
    assert pieces == {(before.rules[0].description, before.rules[0].tags)}
    assert sorted(rule.id for rule in done.after.rules) == [""] * 11 + ["sgr-0"]


def test_a_rule_in_more_pieces_than_the_limit_is_revoked_whole_and_what_is_lost_is_told() -> None:
    plan = proved(group("tcp/20-30 from 0.0.0.0/0"), deny(NO_SSH), trim_limit=8).plan
    assert shown(plan) == ["- tcp/20-30 from 0.0.0.0/0"]
    assert plan.ingress.lost == traffic("tcp/20-30 from 0.0.0.0/0") - NO_SSH.traffic
    assert plan.changes[0].why == "no-ssh"


@pytest.mark.parametrize(("limit", "pieces"), [(11, 0), (12, 12)])
def test_the_limit_is_the_most_pieces_that_may_be(limit: int, pieces: int) -> None:
    done = proved(group("tcp/20-30 from 0.0.0.0/0"), deny(NO_SSH), trim_limit=limit)
    assert len(done.after.rules) == pieces


def test_one_rule_that_narrows_to_one_is_modified_in_place() -> None:
    before = group("tcp/22-80 from 0.0.0.0/0")
    plan = proved(before, deny(NO_LOW_SSH)).plan
    wide = before.rules[0]
    narrow = line("tcp/23-80 from 0.0.0.0/0", wide.id, wide.description, wide.tags)
    assert plan.changes == (Modify(wide, narrow, "no-ssh"),)


def test_a_rule_that_is_all_forbidden_is_revoked() -> None:
    assert shown(proved(group("tcp/22 from 0.0.0.0/0"), deny(NO_LOW_SSH)).plan) == ["- tcp/22 from 0.0.0.0/0"]


def test_ipv6_is_cut_as_ipv4_is() -> None:
    ours = speak("not-ours", "all", PeerSet.of_cidr("2001:db8::/33"))
    done = proved(group("tcp/443 from 2001:db8::/32"), deny(ours))
    assert shown(done.plan) == ["tcp/443 from 2001:db8::/32 -> tcp/443 from 2001:db8:8000::/33"]


def test_only_the_family_that_is_denied_is_cut() -> None:
    no_ipv6 = speak("no-ipv6", "all", PeerSet.of_cidr("::/0"))
    done = proved(group("tcp/443 from 0.0.0.0/0", "tcp/443 from ::/0"), deny(no_ipv6))
    assert shown(done.plan) == ["- tcp/443 from ::/0"]


def test_a_reference_is_narrowed_in_its_ports_and_keeps_the_account_that_owns_the_group() -> None:
    rule = line("tcp/20-25 from sg-peer", id="sgr-1", peer=Group("sg-peer", owner="444455556666"))
    done = proved(group(rule), deny(speak("no-ssh", "tcp/22", EVERYONE)))
    assert shown(done.plan) == [
        "+ tcp/23-25 from sg-peer",
        "tcp/20-25 from sg-peer -> tcp/20-21 from sg-peer",
    ]
    owners = [each.peer.owner for each in done.after.rules if isinstance(each.peer, Group)]
    assert owners == ["444455556666", "444455556666"]


def test_a_prefix_list_narrowed_in_ports_stays_a_prefix_list() -> None:
    done = proved(group("tcp/20-25 from pl-0office"), deny(NO_LOW_SSH))
    assert shown(done.plan) == [
        "+ tcp/23-25 from pl-0office",
        "tcp/20-25 from pl-0office -> tcp/20-21 from pl-0office",
    ]


def test_a_prefix_list_narrowed_in_addresses_becomes_cidrs() -> None:
    before = group("tcp/443 from pl-0office")
    done = proved(before, deny(speak("no-internet", "all", INTERNET)))
    assert shown(done.plan) == ["+ tcp/443 from 10.9.0.0/16", "- tcp/443 from pl-0office"]
    assert [change.why for change in done.plan.changes] == ["no-internet", "no-internet"]
    assert done.after.rules[0].description == before.rules[0].description


def test_a_prefix_list_narrowed_in_both_stays_one_where_it_can() -> None:
    done = proved(group("tcp/20-22 from pl-0office"), deny(NO_SSH))
    assert shown(done.plan) == [
        "+ tcp/22 from 10.9.0.0/16",
        "tcp/20-22 from pl-0office -> tcp/20-21 from pl-0office",
    ]


def test_a_prefix_list_of_everything_is_seen_through() -> None:
    done = proved(group("tcp/22 from pl-0world"), deny(NO_LOW_SSH))
    assert shown(done.plan) == ["- tcp/22 from pl-0world"]


def test_a_prefix_list_without_entries_is_left_alone() -> None:
    assert not plan_of(group("tcp/22 from pl-0empty"), deny(NO_LOW_SSH)).changes


def test_what_other_rules_let_through_is_not_kept_twice() -> None:
    before = group("tcp/20-30 from 0.0.0.0/0", "tcp/23-30 from 0.0.0.0/0")
    plan = proved(before, deny(NO_LOW_SSH)).plan
    assert shown(plan) == ["tcp/20-30 from 0.0.0.0/0 -> tcp/20-21 from 0.0.0.0/0"]


def test_a_rule_whose_remainder_others_let_through_is_revoked_and_nothing_is_lost() -> None:
    before = group("tcp/22-30 from 10.0.0.0/8", "tcp/23-30 from 10.0.0.0/8")
    plan = proved(before, deny(NO_LOW_SSH)).plan
    assert shown(plan) == ["- tcp/22-30 from 10.0.0.0/8"]
    assert plan.ingress.lost == Traffic.NONE


def test_of_two_equal_ways_the_one_that_leans_on_no_other_rule_is_taken() -> None:
    before = group("tcp/20-25 from 10.0.0.0/8", "tcp/20-21 from 10.0.0.0/8")
    plan = proved(before, deny(speak("no-25", "tcp/25", ANYWHERE))).plan
    assert shown(plan) == ["tcp/20-25 from 10.0.0.0/8 -> tcp/20-24 from 10.0.0.0/8"]


def test_a_piece_that_is_there_as_a_rule_already_is_not_made_again() -> None:
    """To leave out all that others let through would take more pieces here than to leave out none."""
    others = ("tcp/20-21 from 10.0.0.0/8", "tcp/40 from 10.0.0.0/8", "tcp/50 from 10.0.0.0/8")
    plan = proved(group("tcp/20-60 from 10.0.0.0/8", *others), deny(NO_LOW_SSH)).plan
    assert shown(plan) == ["tcp/20-60 from 10.0.0.0/8 -> tcp/23-60 from 10.0.0.0/8"]


def test_tags_that_belong_to_aws_stay_on_a_rule_and_go_on_no_other() -> None:
    rule = line("tcp/20-25 from 0.0.0.0/0", id="sgr-1", tags=(("AWS:made-by", "x"), ("team", "a")))
    first, second = proved(group(rule), deny(NO_LOW_SSH)).plan.changes
    assert isinstance(first, Authorize)
    assert first.rule.tags == (("team", "a"),)
    assert isinstance(second, Modify)
    assert second.into.tags == rule.tags


# Remedies


def test_a_policy_may_have_every_offending_rule_revoked_whole() -> None:
    plan = proved(group("tcp/22-80 from 0.0.0.0/0"), deny(NO_LOW_SSH), remedy=Remedy.REVOKE).plan
    assert shown(plan) == ["- tcp/22-80 from 0.0.0.0/0"]
    assert plan.ingress.lost == traffic("tcp/23-80 from 0.0.0.0/0")


def test_a_deny_statement_may_say_revoke_where_the_policy_trims() -> None:
    plan = proved(group("tcp/22-80 from 0.0.0.0/0"), deny(replace(NO_LOW_SSH, remedy=Remedy.REVOKE))).plan
    assert shown(plan) == ["- tcp/22-80 from 0.0.0.0/0"]


def test_a_deny_statement_may_say_trim_where_the_policy_revokes() -> None:
    goal = deny(replace(NO_LOW_SSH, remedy=Remedy.TRIM))
    plan = proved(group("tcp/22-80 from 0.0.0.0/0"), goal, remedy=Remedy.REVOKE).plan
    assert shown(plan) == ["tcp/22-80 from 0.0.0.0/0 -> tcp/23-80 from 0.0.0.0/0"]


def test_one_statement_that_says_revoke_is_enough() -> None:
    other = speak("no-80", "tcp/80", ANYWHERE, remedy=Remedy.REVOKE)
    plan = proved(
        group("tcp/22-80 from 0.0.0.0/0", "tcp/22-23 from 10.0.0.0/8"), deny(NO_LOW_SSH, other)
    ).plan
    assert shown(plan) == [
        "tcp/22-23 from 10.0.0.0/8 -> tcp/23 from 10.0.0.0/8",
        "- tcp/22-80 from 0.0.0.0/0",
    ]
    assert [change.why for change in plan.changes] == ["no-ssh", "no-ssh, no-80"]


def test_what_nothing_allows_goes_by_the_remedy_of_the_policy() -> None:
    goal = Goal(Otherwise.DENY, allowed=(speak("web", "tcp/443", ANYWHERE),))
    before = group("tcp/443-444 from 0.0.0.0/0")
    plan = proved(before, goal).plan
    assert shown(plan) == ["tcp/443-444 from 0.0.0.0/0 -> tcp/443 from 0.0.0.0/0"]
    assert plan.changes[0].why == "otherwise"
    assert shown(proved(before, goal, remedy=Remedy.REVOKE).plan) == ["- tcp/443-444 from 0.0.0.0/0"]


def test_a_rule_that_is_denied_and_allowed_by_nothing_tells_both() -> None:
    goal = replace(CLOSED, denied=(NO_LOW_SSH,))
    assert proved(group("tcp/22-23 from 0.0.0.0/0"), goal).plan.changes[0].why == "no-ssh, otherwise"
    assert proved(group("tcp/22 from 0.0.0.0/0"), goal).plan.changes[0].why == "no-ssh"


def test_what_is_revoked_whole_is_put_back_as_far_as_it_is_required() -> None:
    goal = Goal(
        required=(require("kubelet", "tcp/10250 from self"),), denied=(speak("no-ssh", "tcp/22", EVERYONE),)
    )
    plan = proved(group("tcp from self"), goal, remedy=Remedy.REVOKE).plan
    assert shown(plan) == ["+ tcp/10250 from self", "- tcp from self"]
    assert plan.ingress.lost == traffic("tcp from self") - traffic("tcp/22 from self", "tcp/10250 from self")
    assert isinstance(plan.changes[1], Revoke)
