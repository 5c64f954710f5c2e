"""A security group as JSON that can be compared: everything that a plan rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sgwarden.printable import printable
from sgwarden.traffic import PrefixList

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgwarden.group import SecurityGroup

Json = dict[str, Any]
_SHOWN = 5
_WORDS = {"rules": "rule", "opaque": "rule", "tags": "tag", "prefix_lists": "prefix list"}


def state_of(group: SecurityGroup, planned: SecurityGroup | None = None) -> Json:
    """Rules with ids, descriptions and tags; what cannot be read; the group's tags; prefix lists' entries.

    The lists are also those that rules name as they are planned.
    """
    rules = (*group.rules, *(planned.rules if planned else ()))
    lists = {rule.peer for rule in rules if isinstance(rule.peer, PrefixList)}
    return {
        "rules": {
            rule.id or f"{rule.direction} {rule.text(group.id)}": {
                "rule": f"{rule.direction} {rule.text(group.id)}",
                "description": rule.description,
                "tags": dict(rule.tags),
            }
            for rule in group.rules
        },
        "opaque": {each.id or each.text: {"rule": each.text} for each in group.opaque},
        "tags": {key: {"value": value} for key, value in group.tags.items()},
        "prefix_lists": {each.id: {"entries": [*map(str, each.addresses.networks())]} for each in lists},
    }


def differences(before: Json, now: Json) -> list[str]:
    """What is new, gone or changed, in words; the first few of them."""
    found = [each for part, word in _WORDS.items() for each in _differences(before[part], now[part], word)]
    more = [f"and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
    return [*found[:_SHOWN], *more]


def is_state(state: Json) -> bool:
    """Whether it is such as `state_of` makes."""
    parts = [state.get(part) for part in _WORDS]
    return all(isinstance(part, dict) and _all_objects(part) for part in parts)


def _all_objects(part: Json) -> bool:
    return all(isinstance(each, dict) for each in part.values())


def _differences(before: Json, now: Json, word: str) -> Iterator[str]:
    for key in sorted({*before, *now}, key=str):
        name = f"{word} {printable(key)}"
        if key not in now:
            yield f"{name} is gone: {_told(before[key])}"
        elif key not in before:
            yield f"{name} is new: {_told(now[key])}"
        elif before[key] != now[key]:
            yield f"{name} was {_told(before[key])} and is {_told(now[key])}"


def _told(value: Json) -> str:
    return printable(", ".join(str(each) for each in value.values() if each))
