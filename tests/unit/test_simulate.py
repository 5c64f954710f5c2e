"""The security group that changes are tried on: what EC2 does, and what it refuses."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sgwarden.change import Authorize, Change, Modify, Revoke, SetTag
from sgwarden.simulate import RefusedError, after, traffic_on_the_way
from sgwarden.traffic import Direction, Traffic

from tests.unit.planning import group, line, traffic

GROUP = group("tcp/443 from 10.0.0.0/8", "tcp/443 to 10.0.0.0/8", tags={"team": "a", "Name": "n"})
BUSY = group("tcp/7 from self", "tcp/443 from 10.0.0.0/8", "tcp/8 from self", "tcp/443 to 10.0.0.0/8")
HTTPS, OUT = GROUP.rules


def test_a_rule_is_added_to_the_others() -> None:
    rule = line("tcp/80 from 10.0.0.0/8")
    assert after(GROUP, Authorize(rule, "")).rules == (HTTPS, OUT, rule)


def test_a_rule_is_taken_away_and_no_other() -> None:
    assert after(GROUP, Revoke(HTTPS, "")).rules == (OUT,)


def test_a_rule_becomes_another() -> None:
    into = replace(HTTPS, service=line("tcp/80 from 10.0.0.0/8").service)
    assert set(after(GROUP, Modify(HTTPS, into, "")).rules) == {into, OUT}


def test_a_rule_may_become_one_that_differs_in_nothing_that_ec2_compares() -> None:
    into = replace(HTTPS, description="else")
    assert into in after(GROUP, Modify(HTTPS, into, "")).rules


def test_a_tag_is_set_and_the_others_stay() -> None:
    assert after(GROUP, SetTag("team", "b")).tags == {"team": "b", "Name": "n"}
    assert GROUP.tags == {"team": "a", "Name": "n"}


def test_what_ec2_tells_apart_may_be_there_beside_each_other() -> None:
    for text in ("tcp/443 from 10.0.0.0/9", "tcp/444 from 10.0.0.0/8", "udp/443 from 10.0.0.0/8"):
        assert len(after(GROUP, Authorize(line(text), "")).rules) == 3


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (Authorize(replace(HTTPS, id="", description="else", tags=()), ""), "is there already"),
        (Authorize(line("tcp/443 to 10.0.0.0/8"), ""), "is there already"),
        (Revoke(line("tcp/80 from 10.0.0.0/8"), ""), "is not there"),
        (Revoke(replace(HTTPS, id="sgr-9"), ""), "is not there"),
        (Modify(line("tcp/80 from 10.0.0.0/8"), HTTPS, ""), "is not there"),
        (Modify(HTTPS, replace(HTTPS, peer=line("tcp from self").peer), ""), "kind of peer"),
        (Modify(HTTPS, replace(HTTPS, peer=line("tcp from ::/0").peer), ""), "kind of peer"),
        (Modify(HTTPS, replace(HTTPS, peer=line("tcp from pl-0office").peer), ""), "kind of peer"),
        (SetTag("aws:eks:cluster-name", "prod-1"), "belongs to AWS"),
        (SetTag("AWS:anything", "x"), "belongs to AWS"),
        (Authorize(line("tcp/80 from self", tags=(("aws:x", "y"),)), ""), "belongs to AWS"),
    ],
)
def test_what_ec2_refuses(change: Change, reason: str) -> None:
    with pytest.raises(RefusedError, match=reason):
        after(GROUP, change)


def test_a_rule_cannot_become_one_that_is_there() -> None:
    both = group("tcp/443 from 10.0.0.0/8", "tcp/80 from 10.0.0.0/8")
    wide, other = both.rules
    with pytest.raises(RefusedError, match="is there already"):
        after(both, Modify(wide, replace(wide, service=other.service), ""))


def test_what_is_let_through_is_told_state_by_state() -> None:
    https, passing = BUSY.rules[1], line("tcp/1 from self")
    changes: list[Change] = [
        Authorize(line("tcp/2 from self"), ""),
        Authorize(passing, ""),
        Revoke(https, ""),
        Revoke(passing, ""),
    ]
    states = [BUSY]
    for change in changes:
        states.append(after(states[-1], change))
    told = traffic_on_the_way(states, Direction.INGRESS)
    assert told == [state.traffic(Direction.INGRESS) for state in states]
    assert traffic_on_the_way(states, Direction.EGRESS) == [traffic("tcp/443 to 10.0.0.0/8")] * 5


def test_a_rule_that_goes_and_comes_back_is_missed_meanwhile() -> None:
    states = [GROUP, after(GROUP, Revoke(HTTPS, "")), GROUP, GROUP]
    assert traffic_on_the_way(states, Direction.INGRESS) == [
        HTTPS.traffic,
        Traffic.NONE,
        HTTPS.traffic,
        HTTPS.traffic,
    ]
