"""EC2's shapes and rules are the same thing in two forms, and no JSON at all can break the reader."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sgwarden.traffic import Direction, PrefixList, Rule, Service
from sgwarden.traffic.ec2 import Opaque, prefix_list_ids, rule_of_row, rules_of_group, rules_of_permission
from sgwarden.traffic.ec2_request import permission_of

from tests.property.ec2_rows import changed_row, merged, row_of
from tests.property.rules import PREFIX_LISTS, described_rules, known_rules, peers, services

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
names = st.sampled_from(
    ["IpProtocol", "FromPort", "ToPort", "IpRanges", "UserIdGroupPairs", "CidrIp", "GroupId", "PrefixListId"]
) | st.sampled_from(
    [
        "CidrIpv4",
        "CidrIpv6",
        "ReferencedGroupInfo",
        "Key",
        "Value",
        "Description",
        "IsEgress",
        "IpPermissions",
    ]
)
telling = st.sampled_from(["tcp", "-1", "6", "22", "sg-0a", "pl-0a", "10.0.0.0/8", "::/0", -1, 22, 0])
anything = st.recursive(
    scalars | telling,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(names | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=10,
)

garbage = settings(max_examples=200)


def is_read(rule: object) -> bool:
    """Whether it is a sound rule, or an opaque one that says why."""
    if isinstance(rule, Rule):
        return isinstance(rule.description, str) and isinstance(rule.id, str) and bool(rule.text())
    return isinstance(rule, Opaque) and bool(rule.reason) and isinstance(rule.id, str)


@st.composite
def bent(draw: st.DrawFn, sound: dict[str, Any]) -> dict[str, Any]:
    """A sound shape with one or two of its fields put wrong, deep ones too."""
    shape = dict(sound)
    for _ in range(draw(st.integers(1, 2))):
        key = draw(st.sampled_from([*sorted(shape), "Novelty"]) | names)
        inner = shape.get(key)
        if isinstance(inner, list) and inner and isinstance(inner[0], dict) and draw(st.booleans()):
            shape[key] = [draw(bent(inner[0])), *inner[1:]]
        elif isinstance(inner, dict) and inner and draw(st.booleans()):
            shape[key] = draw(bent(inner))
        else:
            shape[key] = draw(anything)
    return shape


@given(rule=described_rules)
def test_a_permission_is_read_as_the_rule_that_it_was_written_from(rule: Rule) -> None:
    read = list(rules_of_permission(rule.direction, permission_of(rule), PREFIX_LISTS))
    assert read == [rule]
    assert getattr(read[0].peer, "owner", "") == getattr(rule.peer, "owner", "")  # type: ignore[union-attr]


@given(rule=known_rules)
def test_a_row_is_read_as_the_rule_that_it_was_written_from(rule: Rule) -> None:
    assert rule_of_row(row_of(rule), PREFIX_LISTS) == rule


@given(rule=known_rules, into=described_rules)
def test_a_changed_row_is_read_as_the_rule_that_was_asked_for(rule: Rule, into: Rule) -> None:
    wanted = replace(rule, service=into.service, peer=into.peer, description=into.description)
    assert rule_of_row(changed_row(row_of(rule), into), PREFIX_LISTS) == wanted


@given(
    direction=st.sampled_from(Direction), service=services, sources=st.lists(peers, min_size=1, max_size=6)
)
def test_a_merged_permission_is_one_rule_a_peer(
    direction: Direction, service: Service, sources: list[Any]
) -> None:
    rules = [Rule(direction, service, peer) for peer in sources]
    assert Counter(rules_of_permission(direction, merged(rules), PREFIX_LISTS)) == Counter(rules)


@given(rules=st.lists(described_rules, max_size=6))
def test_a_described_group_is_its_rules(rules: list[Rule]) -> None:
    inward = [permission_of(rule) for rule in rules if rule.direction is Direction.INGRESS]
    outward = [permission_of(rule) for rule in rules if rule.direction is Direction.EGRESS]
    group = {"GroupId": "sg-0f", "IpPermissions": inward, "IpPermissionsEgress": outward}
    read, opaque = rules_of_group(group, PREFIX_LISTS)
    assert (Counter(read), opaque) == (Counter(rules), ())
    assert prefix_list_ids(group) == {str(rule.peer) for rule in rules if isinstance(rule.peer, PrefixList)}


@given(rule=known_rules)
def test_a_prefix_list_that_is_not_known_is_opaque_and_nothing_else_is(rule: Rule) -> None:
    read = rule_of_row(row_of(rule), {})
    assert isinstance(read, Opaque) == isinstance(rule.peer, PrefixList)
    assert (read.direction, read.id) == (rule.direction, rule.id)


@garbage
@given(row=anything)
def test_any_json_is_a_row_or_opaque(row: object) -> None:
    assert is_read(rule_of_row(row, PREFIX_LISTS))


@garbage
@given(row=known_rules.map(row_of).flatmap(bent))
def test_any_bent_row_is_a_rule_or_opaque(row: object) -> None:
    assert is_read(rule_of_row(row, PREFIX_LISTS))


@garbage
@given(permission=anything)
def test_any_json_is_a_permission_or_opaque(permission: object) -> None:
    read = list(rules_of_permission(Direction.INGRESS, permission, PREFIX_LISTS))
    assert read
    assert all(map(is_read, read))


@garbage
@given(permission=described_rules.map(permission_of).flatmap(bent))
def test_any_bent_permission_is_rules_or_opaque(permission: object) -> None:
    read = list(rules_of_permission(Direction.EGRESS, permission, PREFIX_LISTS))
    assert read
    assert all(map(is_read, read))


@garbage
@given(
    group=anything | described_rules.map(lambda rule: {"IpPermissions": [permission_of(rule)]}).flatmap(bent)
)
def test_any_json_is_a_group_as_far_as_it_can_be_read(group: object) -> None:
    rules, opaque = rules_of_group(group, PREFIX_LISTS)
    assert all(map(is_read, rules + opaque))
    assert all(isinstance(name, str) for name in prefix_list_ids(group))
