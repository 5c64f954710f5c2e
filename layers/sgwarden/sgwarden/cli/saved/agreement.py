"""The two files that tell of a group's rules must tell the same: else they are of different times."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sgwarden.printable import printable
from sgwarden.traffic import NOBODY, Direction, PrefixList, Rule
from sgwarden.traffic.ec2 import Opaque, prefix_list_ids, rule_of_row, rules_of_group
from sgwarden.traffic.rule import reading_order

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from sgwarden.cli.saved.files import Json

_LONGEST_SHOWN = 200


def only_in_one(described: Json, rows: Sequence[Json]) -> Iterator[tuple[str, bool]]:
    """Each line that only one of a described group and its rows has, and whether the group has it.

    Lines are of traffic: ids, descriptions, tags and the owners of groups do not count, nor how rules are
    put together in permissions. What cannot be read in one may be what is read in the other.
    """
    lists = {each: PrefixList(each, NOBODY) for each in _lists_named(described, rows)}
    rules, opaque = rules_of_group(described, lists)
    read = [rule_of_row(row, lists) for row in rows]
    for direction in Direction:
        of_group = _lines((*rules, *opaque), direction)
        of_rows = _lines(read, direction)
        group_id = described["GroupId"]
        yield from ((line, True) for line in _missing(of_group, of_rows, group_id))
        yield from ((line, False) for line in _missing(of_rows, of_group, group_id))


def _lists_named(described: Json, rows: Iterable[Json]) -> Iterator[str]:
    """The prefix lists of both; for two rules to be one, their entries need not be known."""
    yield from prefix_list_ids(described)
    yield from (row["PrefixListId"] for row in rows if isinstance(row.get("PrefixListId"), str))


def _lines(found: Iterable[Rule | Opaque], direction: Direction) -> Collection[Rule | Opaque]:
    """What is found of one direction, each line of traffic once, in reading order and the unreadable last."""
    there = [each for each in found if each.direction is direction]
    rules = {replace(each, id="", description="", tags=()) for each in there if isinstance(each, Rule)}
    in_order: list[Rule | Opaque] = [*sorted(rules, key=lambda each: reading_order(each.service, each.peer))]
    return dict.fromkeys(in_order + [each for each in there if isinstance(each, Opaque)]).keys()


def _missing(
    here: Collection[Rule | Opaque], there: Collection[Rule | Opaque], group_id: str
) -> Iterator[str]:
    """The lines that the other does not have, not even as something that cannot be read."""
    if any(isinstance(each, Opaque) for each in there):
        return
    further = set(there).difference(here)
    for each in here:
        if isinstance(each, Rule) and each not in there:
            yield each.text(group_id)
        elif isinstance(each, Opaque) and not further:
            yield printable(each.text, _LONGEST_SHOWN)
