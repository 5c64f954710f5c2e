"""A left-over group may go exactly when every point that it lets through is in the cluster security group."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from sgwarden.group import SecurityGroup
from sgwarden.leftover import left_over, not_yet_in
from sgwarden.traffic import Direction, Group, Rule, union

from tests.property.small_groups import SELF, boxes, let_through, points_of

OLD = "sg-b"
rules = st.lists(
    st.builds(lambda way, box: Rule(way, *box), st.sampled_from(Direction), boxes), max_size=6
).map(tuple)


def group(group_id: str, of: tuple[Rule, ...]) -> SecurityGroup:
    return SecurityGroup(group_id, group_id, "vpc-0a", of)


def moved(rule: Rule) -> Rule:
    return Rule(rule.direction, rule.service, Group(SELF)) if str(rule.peer) == OLD else rule


@given(own=rules, old=rules)
def test_what_is_not_yet_there_is_the_points_of_the_old_group_that_the_other_has_not(
    own: tuple[Rule, ...], old: tuple[Rule, ...]
) -> None:
    missing = not_yet_in(group(SELF, own), group(OLD, old), {OLD})
    for direction in Direction:
        has, had = ([rule for rule in of if rule.direction is direction] for of in (own, old))
        lacking = let_through(map(moved, had)) & ~let_through(has)
        said = union(line.traffic for line in missing.get(direction, ()))
        assert points_of(said) == lacking
        assert (direction in missing) == bool(lacking)


@given(own=rules, old=rules)
def test_nothing_is_missing_once_the_lines_are_added(own: tuple[Rule, ...], old: tuple[Rule, ...]) -> None:
    missing = not_yet_in(group(SELF, own), group(OLD, old), {OLD})
    added = tuple(Rule(way, *line) for way, lines in missing.items() for line in lines)
    assert not not_yet_in(group(SELF, own + added), group(OLD, old), {OLD})


ids = st.sampled_from(["sg-0", "sg-1", "sg-2", "sg-3", "sg-4"])


@given(idle=st.sets(ids), named_by=st.dictionaries(ids, st.frozensets(ids)))
def test_nothing_that_is_to_stay_names_a_group_that_is_left_over(
    idle: set[str], named_by: dict[str, frozenset[str]]
) -> None:
    groups = [group(each, ()) for each in sorted(idle)]
    found = {each.id for each in left_over(groups, named_by, SELF)}
    assert all(named_by.get(each, frozenset()) <= found | {SELF} for each in found)
    # No more are kept than need be: with any of the others, somebody who stays would be left without it.
    wanting = {each for each in idle - found if not named_by.get(each, frozenset()) - found - {SELF}}
    assert not wanting
