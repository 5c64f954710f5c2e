"""How a group differs from its policy, and when a group is met by addresses."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sgwarden.cluster import IpFamily
from sgwarden.drift import TagDrift, as_written, unmet, vpc_matters
from sgwarden.group import SecurityGroup
from sgwarden.policy.desired import Goal
from sgwarden.policy.types import Otherwise
from sgwarden.traffic import ANYWHERE, EVERYONE, INTERNET, Direction, PeerSet, Traffic, cover
from sgwarden.traffic.ec2 import Opaque

from tests.unit.planning import (
    CLOSED,
    CLUSTER,
    OWNER,
    REGULAR,
    by_description,
    drift_of,
    group,
    line,
    require,
    speak,
    traffic,
)

HTTPS_TO_SELF = Goal(required=(require("api", "tcp/443 to self"),))
VPC = ("10.0.0.0/16", "100.64.0.0/16")
IPV6_CLUSTER = replace(CLUSTER, ip_family=IpFamily.IPV6)


# The sets of the design


def test_a_group_as_the_policy_wants_it_has_no_drift() -> None:
    drift = drift_of(group("all from self"), Goal(required=(require("nodes", "all from self"),)))
    assert not drift
    assert not any(drift.directions)


def test_missing_is_what_is_required_and_not_open() -> None:
    goal = Goal(required=(require("dns", "tcp/53 from self", "udp/53 from self"),))
    drift = drift_of(group("tcp/53 from self"), goal)
    assert drift
    assert drift.ingress.missing == traffic("udp/53 from self")
    assert not drift.ingress.excess
    assert drift.ingress.observed == traffic("tcp/53 from self")


def test_excess_is_what_is_open_and_denied_by_the_union_of_the_rules() -> None:
    goal = Goal(denied=(speak("no-ssh", "tcp/22", ANYWHERE),))
    drift = drift_of(group("tcp/20-25 from 0.0.0.0/1", "tcp/22 from 128.0.0.0/1", "tcp/80 from ::/0"), goal)
    assert drift.ingress.excess == traffic("tcp/22 from 0.0.0.0/0")
    assert not drift.egress


def test_under_otherwise_deny_all_that_nothing_requires_or_allows_is_forbidden() -> None:
    goal = Goal(
        Otherwise.DENY,
        (require("nodes", "tcp/443 from self"),),
        (speak("web", "tcp/80", ANYWHERE),),
        (speak("no-ipv6", "all", PeerSet.of_cidr("::/0")),),
    )
    drift = drift_of(
        group("tcp/443 from self", "tcp/80-81 from 0.0.0.0/0", "tcp/80 from ::/0", "udp from sg-b"), goal
    )
    assert drift.ingress.excess == traffic("tcp/81 from 0.0.0.0/0", "tcp/80 from ::/0", "udp from sg-b")


def test_the_directions_are_judged_apart() -> None:
    drift = drift_of(group("tcp/22 to 0.0.0.0/0"), CLOSED, REGULAR)
    assert not drift
    assert drift_of(group("tcp/22 to 0.0.0.0/0"), REGULAR, CLOSED).egress.excess == traffic(
        "tcp/22 to 0.0.0.0/0"
    )


def test_tags_are_told_by_key_where_they_are_missing_or_wrong() -> None:
    drift = drift_of(group(tags={"b": "2", "c": "3", "other": "x"}), tags={"c": "3", "b": "1", "a": ""})
    assert drift.tags == (TagDrift("a", "", None), TagDrift("b", "1", "2"))
    assert drift
    assert not drift_of(group(tags={"a": "", "b": "1"}), tags={"a": "", "b": "1"})


def test_what_is_opaque_is_told_but_is_no_reason_to_change_anything() -> None:
    opaque = (Opaque(Direction.INGRESS, "the entries of pl-1 are not known", "{}", "sgr-9"),)
    drift = drift_of(SecurityGroup("sg-self", "n", "vpc-1", opaque=opaque), CLOSED)
    assert drift.opaque == opaque
    assert not drift


# Groups that are met by addresses


@pytest.mark.parametrize(
    "open_to",
    [
        ("tcp/443 to 0.0.0.0/0",),
        ("all to 0.0.0.0/0",),
        ("tcp to 10.0.0.0/8", "tcp/443 to 100.64.0.0/10"),
        tuple(f"tcp/443 to {block}" for block in VPC),
        ("tcp/443 to 10.0.0.0/17", "tcp/400-443 to 10.0.128.0/17", "all to 100.64.0.0/16"),
        ("tcp/443 to pl-0world",),
    ],
)
def test_a_group_is_met_by_rules_that_together_cover_all_addresses_of_the_vpc(
    open_to: tuple[str, ...],
) -> None:
    assert not drift_of(group(*open_to), egress=HTTPS_TO_SELF)


@pytest.mark.parametrize(
    "open_to",
    [
        ("tcp/443 to 10.0.0.0/16",),
        ("tcp/443 to 10.0.0.0/17", "tcp/443 to 100.64.0.0/16"),
        ("tcp/444 to 0.0.0.0/0",),
        ("udp to 0.0.0.0/0",),
        ("tcp/443 to ::/0",),
        ("tcp/443 to sg-b",),
    ],
)
def test_a_group_is_not_met_by_part_of_the_vpc_other_ports_or_the_other_family(
    open_to: tuple[str, ...],
) -> None:
    assert drift_of(group(*open_to), egress=HTTPS_TO_SELF).egress.missing == traffic("tcp/443 to self")


def test_it_is_the_ip_family_of_the_cluster_that_counts() -> None:
    over_ipv6, over_ipv4 = group("tcp/443 to 2001:db8::/32"), group("tcp/443 to 0.0.0.0/0")
    assert not drift_of(over_ipv6, egress=HTTPS_TO_SELF, cluster=IPV6_CLUSTER)
    assert drift_of(over_ipv4, egress=HTTPS_TO_SELF, cluster=IPV6_CLUSTER)


@pytest.mark.parametrize("text", ["tcp", "tcp/443", "udp/53", "icmp", "icmp/3.4", "icmpv6"])
def test_services_that_addresses_can_meet(text: str) -> None:
    goal = Goal(required=(require("r", f"{text} from sg-b"),))
    assert not drift_of(group("all from 0.0.0.0/0"), goal)


@pytest.mark.parametrize("text", ["proto/50", "proto/0", "proto/255"])
def test_other_protocols_need_the_reference(text: str) -> None:
    goal = Goal(required=(require("r", f"{text} from sg-b"),))
    assert drift_of(group("all from 0.0.0.0/0"), goal).ingress.missing == traffic(f"{text} from sg-b")


def test_all_traffic_with_a_group_needs_the_reference_even_for_tcp() -> None:
    goal = Goal(
        required=(require("efa", "all to self"), require("api", "tcp/443 to self", "tcp/443 to sg-b"))
    )
    drift = drift_of(group("all to 0.0.0.0/0", "all to ::/0"), egress=goal)
    assert drift.egress.missing == traffic("all to self")


def test_a_group_is_no_way_to_meet_addresses() -> None:
    goal = Goal(required=(require("r", "tcp/443 to 10.0.0.0/16"),))
    assert drift_of(group("all to self"), egress=goal).egress.missing == traffic("tcp/443 to 10.0.0.0/16")


def test_a_vpc_whose_addresses_nobody_asked_for_is_taken_for_the_whole_space() -> None:
    unknown = replace(CLUSTER, vpc_cidrs=None)
    assert not drift_of(group("tcp/443 to 0.0.0.0/0"), egress=HTTPS_TO_SELF, cluster=unknown)
    assert drift_of(group("tcp/443 to 0.0.0.0/1"), egress=HTTPS_TO_SELF, cluster=unknown)
    whole_ipv6 = replace(unknown, ip_family=IpFamily.IPV6)
    assert not drift_of(group("tcp/443 to ::/0"), egress=HTTPS_TO_SELF, cluster=whole_ipv6)
    assert drift_of(group("tcp/443 to 0.0.0.0/0"), egress=HTTPS_TO_SELF, cluster=whole_ipv6)


def test_a_vpc_without_addresses_of_the_family_meets_nothing() -> None:
    only_ipv4 = replace(IPV6_CLUSTER, vpc_cidrs=PeerSet.of_cidr("10.0.0.0/16"))
    everything = group("all to 0.0.0.0/0", "all to ::/0")
    assert drift_of(everything, egress=HTTPS_TO_SELF, cluster=only_ipv4)
    assert drift_of(group(), egress=HTTPS_TO_SELF, cluster=only_ipv4)


def test_what_is_open_anyway_is_not_missing() -> None:
    assert unmet(HTTPS_TO_SELF, Traffic.ALL, CLUSTER) == Traffic.NONE
    assert unmet(HTTPS_TO_SELF, traffic("tcp to self"), CLUSTER) == Traffic.NONE


@pytest.mark.parametrize(
    ("texts", "goal", "matters"),
    [
        (("tcp/443 to 10.0.0.0/8",), HTTPS_TO_SELF, True),
        (("tcp/443 to self", "tcp/443 to 10.0.0.0/8"), HTTPS_TO_SELF, False),
        (("tcp/80 to 10.0.0.0/8",), HTTPS_TO_SELF, False),
        (("tcp/443 to sg-b",), HTTPS_TO_SELF, False),
        (("all to 0.0.0.0/0",), Goal(required=(require("efa", "all to self"),)), False),
        (("all to 0.0.0.0/0",), Goal(required=(require("esp", "proto/50 to self"),)), False),
        (("tcp/443 to 0.0.0.0/0",), replace(HTTPS_TO_SELF, denied=(speak("no", "all", ANYWHERE),)), False),
        (("tcp/443 to 10.0.0.0/8",), Goal(required=(require("r", "tcp/443 to 10.0.0.0/8"),)), False),
    ],
)
def test_whether_the_addresses_of_the_vpc_matter(texts: tuple[str, ...], goal: Goal, matters: bool) -> None:
    assert vpc_matters(drift_of(group(*texts), egress=goal)) is matters
    assert not vpc_matters(drift_of(group(*texts), goal))  # nothing of it is open in that direction


# Owners


def owned_goal(*denied: str) -> Goal:
    return Goal(
        Otherwise.DENY,
        allowed=(speak("lb", "tcp", EVERYONE, managed_by=OWNER),),
        denied=tuple(speak(f"no-{text}", text, EVERYONE) for text in denied),
    )


def test_rules_of_an_owner_that_is_trusted_are_allowed_and_those_of_others_are_not() -> None:
    rules = line("tcp/80 from sg-lb", "sgr-1", OWNER), line("tcp/81 from sg-lb", "sgr-2", "anything")
    assert drift_of(group(*rules), owned_goal(), owns=by_description).ingress.excess == rules[1].traffic


def test_a_claim_that_does_not_hold_allows_nothing() -> None:
    rule = line("tcp/80 from sg-lb", "sgr-1", OWNER)
    assert drift_of(group(rule), owned_goal()).ingress.excess == rule.traffic


def test_an_owner_is_trusted_with_no_more_than_the_statement_says() -> None:
    rule = line("all from sg-lb", "sgr-1", OWNER)
    drift = drift_of(group(rule), owned_goal(), owns=by_description)
    assert drift.ingress.observed - drift.ingress.excess == traffic("tcp from sg-lb")
    assert drift.ingress.trusted == ((rule, traffic("tcp from sg-lb")),)


def test_deny_wins_over_an_owner() -> None:
    rule = line("tcp/20-25 from sg-lb", "sgr-1", OWNER)
    drift = drift_of(group(rule), owned_goal("tcp/22"), owns=by_description)
    assert drift.ingress.excess == traffic("tcp/22 from sg-lb")


def test_a_drift_without_a_trusted_rule_is_the_drift_of_a_rule_that_nobody_trusts() -> None:
    mine, other = line("tcp/80 from sg-lb", "sgr-1", OWNER), line("tcp/81 from sg-lb", "sgr-2", OWNER)
    trusted = drift_of(group(mine, other), owned_goal(), owns=by_description).ingress
    assert trusted.without([mine, other]) == drift_of(group(mine, other), owned_goal()).ingress
    assert trusted.without([other]).excess == other.traffic
    assert trusted.without([other]).trusted == ((mine, mine.traffic),)
    assert trusted.without([]) == trusted


def test_the_owner_is_asked_for_by_the_name_that_the_statement_gives() -> None:
    goal = Goal(Otherwise.DENY, allowed=(speak("lb", "tcp", EVERYONE, managed_by="somebody-else"),))
    assert drift_of(group(line("tcp/80 from sg-lb", "sgr-1", OWNER)), goal, owns=by_description)


def test_a_plain_statement_beside_an_owners_allows_for_everybody() -> None:
    goal = Goal(Otherwise.DENY, allowed=(*owned_goal().allowed, speak("dns", "udp/53", INTERNET)))
    assert not drift_of(group("udp/53 from 192.0.2.0/24"), goal, owns=by_description)


# Lines of what is missing


def test_what_is_missing_is_written_as_the_policy_writes_it() -> None:
    statement = require("dns", "udp/53 to self", "udp/53 to 10.0.0.0/16")
    lines = as_written([statement], statement.traffic, Traffic.NONE)
    assert {f"{line.service} {line.peer}" for line in lines} == {"udp/53 sg-self", "udp/53 10.0.0.0/16"}


def test_a_line_may_say_again_what_is_open() -> None:
    statement = require("open", "all to 0.0.0.0/0")
    opened = traffic("tcp/443 to 0.0.0.0/0")
    (written,) = as_written([statement], statement.traffic - opened, opened)
    assert (str(written.service), str(written.peer)) == ("all", "0.0.0.0/0")


def test_a_line_never_says_what_is_neither_open_nor_missing() -> None:
    statement = require("api", "tcp to self")
    missing = traffic("tcp/0-442 to self")
    assert as_written([statement], missing, Traffic.NONE) == cover(missing)


def test_a_line_with_nothing_missing_in_it_is_not_written() -> None:
    statements = [require("a", "tcp/443 to self"), require("b", "udp/53 to self")]
    lines = as_written(statements, traffic("udp/53 to self"), traffic("tcp/443 to self"))
    assert [str(line.service) for line in lines] == ["udp/53"]
