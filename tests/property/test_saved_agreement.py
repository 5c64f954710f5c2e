"""What the AWS CLI saves of one group in two files agrees if, and only if, both tell of the same rules."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sgwarden.cli.saved.agreement import only_in_one
from sgwarden.traffic import Direction, Rule

from tests.property.ec2_rows import merged
from tests.property.rule_sets import rows, some_rules

if TYPE_CHECKING:
    from sgwarden.traffic import Peer, Service

Json = dict[str, Any]
Line = tuple[Direction, "Service", "Peer"]

GROUP = "sg-0000000000000000f"  # the group that the rules of `rule_sets` call their own
KEYS = {Direction.INGRESS: "IpPermissions", Direction.EGRESS: "IpPermissionsEgress"}
thorough = settings(max_examples=150, deadline=None)
rule_lists = st.lists(
    some_rules, max_size=8, unique_by=lambda rule: (rule.direction, rule.service, rule.peer)
)
# A field that nobody knows yet makes a rule unreadable, in whichever of the files it stands.
news = st.sampled_from([{}, {}, {}, {"Novelty": 1}])


@st.composite
def described(draw: st.DrawFn, rules: list[Rule], odd: bool = False) -> Json:
    """The group as DescribeSecurityGroups shows it: rules of one service together, or not, in any order."""
    group: Json = {"GroupId": GROUP, "IpPermissions": [], "IpPermissionsEgress": []}
    mixed = draw(st.permutations(rules))
    if draw(st.booleans()):
        mixed = sorted(mixed, key=lambda rule: str(rule.service))
    for (_, direction), together in groupby(mixed, lambda rule: (rule.service, rule.direction)):
        group[KEYS[direction]].append({**merged(list(together)), **(draw(news) if odd else {})})
    return group


@st.composite
def in_rows(draw: st.DrawFn, rules: list[Rule], odd: bool = False) -> list[Json]:
    mixed = draw(st.permutations(rules))
    return [{**draw(rows(rule, GROUP)), **(draw(news) if odd else {})} for rule in mixed]


@thorough
@given(rule_lists, st.data())
def test_two_looks_at_one_group_agree(rules: list[Rule], data: st.DataObject) -> None:
    group, held = data.draw(described(rules, odd=True)), data.draw(in_rows(rules, odd=True))
    assert [*only_in_one(group, held)] == []


@thorough
@given(rule_lists, some_rules, st.booleans(), st.data())
def test_a_rule_that_only_one_look_saw_is_found(
    rules: list[Rule], late: Rule, in_group: bool, data: st.DataObject
) -> None:
    others = [rule for rule in rules if line_of(rule) != line_of(late)]
    ours, theirs = ([*others, late], others) if in_group else (others, [*others, late])
    found = [*only_in_one(data.draw(described(ours)), data.draw(in_rows(theirs)))]
    assert found == [(late.text(GROUP), in_group)]


@thorough
@given(rule_lists, some_rules, st.booleans(), st.data())
def test_also_one_that_cannot_be_read(
    rules: list[Rule], late: Rule, in_group: bool, data: st.DataObject
) -> None:
    others = [rule for rule in rules if line_of(rule) != line_of(late)]
    group, held = data.draw(described(others)), data.draw(in_rows(others))
    if in_group:
        group[KEYS[late.direction]].append({**merged([late]), "Novelty": 1})
    else:
        held.append({**data.draw(rows(late, GROUP)), "Novelty": 1})
    assert [kept for _, kept in only_in_one(group, held)] == [in_group]


def line_of(rule: Rule) -> Line:
    return rule.direction, rule.service, rule.peer
