"""The policy that `policy init --from` writes is what is open today: nothing more, nothing less."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sgwarden.cluster import IpFamily
from sgwarden.examine import examine, planned
from sgwarden.observe import Judged
from sgwarden.outcome import Status
from sgwarden.policy.node import Mapping, Scalar
from sgwarden.policy.places import Places
from sgwarden.policy.resolve import select
from sgwarden.policy.types import Effect, Mode
from sgwarden.policy.yaml_source import parse
from sgwarden.review.adopt import adopted
from sgwarden.review.adopt.alike import kinds
from sgwarden.review.adopt.draft import draft
from sgwarden.review.adopt.writing import scalar
from sgwarden.review.build import checked_policy_file, read_policy_file
from sgwarden.review.check import problems_at, warnings
from sgwarden.traffic import Direction, Group

from tests.property.rule_sets import LISTS, UNREADABLE, VPCS, Account, Found, rule_sets, some_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgwarden.cluster import Cluster
    from sgwarden.group import SecurityGroup
    from sgwarden.policy.errors import Problem
    from sgwarden.policy.types import Document
    from sgwarden.review.adopt import Adopted
    from sgwarden.traffic import Rule

thorough = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def policy_of(found: list[Found]) -> Document:
    return checked_policy_file(adopted(found).text.encode(), "policy.yaml")


def said_of(made: Adopted, found: list[Found]) -> Iterator[Problem]:
    """What `policy check` says of the policy at the clusters; raises PolicyError where it is refused.

    What a policy would be for clusters of an IP family that none of its own has does not count.
    """
    document = checked_policy_file(made.text.encode(), "policy.yaml")
    file = read_policy_file(made.text.encode(), "policy.yaml")
    places = [Places(cluster, {**LISTS, UNREADABLE.id: UNREADABLE}) for cluster, _ in found]
    own = {(select(document, cluster).name, cluster.ip_family) for cluster, _ in found}  # type: ignore[union-attr]
    strange = tuple(
        f'policy "{name}" goes below the EKS minimum at {other.replace("ip", "IP")} clusters'
        for name, _ in own
        for other in IpFamily
        if (name, other) not in own
    )
    yield from (each for each in warnings(file, places) if not each.message.startswith(strange))
    yield from problems_at(file, places)


def seen(cluster: Cluster, group: SecurityGroup, document: Document) -> Judged:
    judged = examine(cluster, group, document, Account([(cluster, group)]))
    assert isinstance(judged, Judged)
    return judged


@thorough
@given(rule_sets())
def test_plan_finds_nothing(found: list[Found]) -> None:
    document = policy_of(found)
    for cluster, group in found:
        judged = seen(cluster, group, document)
        outcome = planned(judged, judged.desired.mode)
        assert outcome.status is Status.IN_SYNC
        assert not judged.drift
        assert len(outcome.findings) == len(group.opaque)
        assert judged.desired.mode is Mode.OBSERVE


@thorough
@given(rule_sets())
def test_what_is_open_today_is_all_that_may_be(found: list[Found]) -> None:
    document = policy_of(found)
    for cluster, group in found:
        desired = seen(cluster, group, document).desired
        for direction in Direction:
            assert desired.goal(direction).forbidden() == ~group.traffic(direction)


@thorough
@given(rule_sets(), some_rules)
def test_a_further_rule_is_drift_by_what_it_adds(found: list[Found], rule: Rule) -> None:
    document = policy_of(found)
    cluster, group = found[0]
    added = rule.traffic - group.traffic(rule.direction)
    assume(added)
    judged = seen(cluster, replace(group, rules=(*group.rules, rule)), document)
    drift = {side.direction: side for side in judged.drift.directions}[rule.direction]
    assert drift.excess == added
    assert not drift.missing
    assert planned(judged, Mode.OBSERVE).status is Status.DRIFTED


@thorough
@given(rule_sets(), st.data())
def test_a_rule_that_goes_is_drift_where_eks_needs_it_and_else_is_not(
    found: list[Found], data: st.DataObject
) -> None:
    document = policy_of(found)
    cluster, group = data.draw(st.sampled_from(found))
    assume(group.rules)
    gone = data.draw(st.sampled_from(group.rules))
    left = replace(group, rules=tuple(each for each in group.rules if each is not gone))
    for side in seen(cluster, left, document).drift.directions:
        assert not side.excess
        assert side.missing <= side.goal.required_traffic & gone.traffic


@thorough
@given(rule_sets(VPCS))
def test_policy_check_has_nothing_to_say(found: list[Found]) -> None:
    made = adopted(found)
    # Of public addresses that are the VPC's own `check` says what the note beside their line does.
    noted = "can matter only for addresses of the VPC"
    said = [each for each in said_of(made, found) if noted not in each.message]
    assert said == []
    assert "vpcs.json" not in made.text


@thorough
@given(rule_sets((None,)))
def test_what_it_cannot_judge_for_want_of_the_vpc_is_asked(found: list[Found]) -> None:
    made = adopted(found)
    said = [*said_of(made, found)]
    assert all(problem.warning for problem in said)
    assert "With vpcs.json" in made.text or not said


@thorough
@given(rule_sets())
def test_what_is_there_is_counted(found: list[Found]) -> None:
    made = adopted(found)
    file = read_policy_file(made.text.encode(), "policy.yaml")
    assert made.clusters == len(found)
    assert made.policies == len(file.document.policies)
    assert made.questions == made.text.count("# question: ")


@thorough
@given(rule_sets())
def test_what_is_read_is_what_was_meant(found: list[Found]) -> None:
    policies = {policy.name: policy for policy in policy_of(found).policies}
    for kind in kinds(found):
        meant = draft(kind, {})
        for direction in Direction:
            read = policies[kind.name].direction(direction)
            for effect in (Effect.REQUIRE, Effect.ALLOW):
                own = [each for each in read.of(effect) if not each.ready_made]
                assert own == [*meant.sides[direction].own.of(effect)]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rule_sets(), st.randoms())
def test_the_text_is_the_same_whatever_the_order(found: list[Found], random: object) -> None:
    def shuffled(items: tuple[Rule, ...]) -> tuple[Rule, ...]:
        mixed = list(items)
        random.shuffle(mixed)  # type: ignore[attr-defined]
        return tuple(mixed)

    again = [(cluster, replace(group, rules=shuffled(group.rules))) for cluster, group in reversed(found)]
    assert adopted(again).text == adopted(found).text


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rule_sets())
def test_the_text_is_the_same_whichever_of_two_spellings_of_a_rule_comes_first(found: list[Found]) -> None:
    """The owner of a group is no part of what a rule opens, but of what is asked about it."""
    for number, (cluster, group) in enumerate(found):
        for rule in group.rules:
            if isinstance(rule.peer, Group):
                twin = replace(rule, peer=Group(rule.peer.id, "999988887777"))
                before, after = [*found], [*found]
                before[number] = cluster, replace(group, rules=(twin, *group.rules))
                after[number] = cluster, replace(group, rules=(*group.rules, twin))
                assert adopted(before).text == adopted(after).text


@given(
    st.text()
    | st.text(st.characters(max_codepoint=0x2100), max_size=6)
    | st.text("yesnotrufalm~.-0127:#[]{}*\"'\\")
)
def test_any_text_is_read_back_as_it_was(text: str) -> None:
    read = parse(f"- {scalar(text)}\n".encode(), "x")
    assert [(each.value, each.text) for each in read.items] == [(text, text)]  # type: ignore[union-attr]
    in_flow = parse(f"{{a: [{scalar(text)}], {scalar(text)}: 1}}\n".encode(), "x")
    assert isinstance(in_flow, Mapping)
    assert in_flow.entries[1].key == Scalar(text, text, in_flow.entries[1].key.mark)
