"""Whether all that some patterns with wildcards match is matched by others: decided, not guessed.

A pattern is a row of steps, each for one character or, at a `*`, for any number. Walking both sides at once,
with characters of every kind, finds either a text that one side alone matches, or all there is. Hundreds of
policies are compared each with each, and most have no wildcards at all, so that is what is looked at first.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from sgwarden.policy.patterns import WILDCARDS, fits, is_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_OTHER = "\ue000"
"""Stands for every character that no pattern has."""

Place = tuple[int, int]
"""Of which pattern, and how many of its steps are behind."""


class _Sorted(NamedTuple):
    """Texts as they are, and those with wildcards."""

    plain: frozenset[str]
    patterns: tuple[str, ...]


def covers(wide: Sequence[str], narrow: Sequence[str]) -> bool:
    """Whether every text that one of `narrow` matches is matched by one of `wide`."""
    ours, theirs = _sorted(tuple(narrow)), _sorted(tuple(wide))
    return all(text in theirs.plain or _any_fits(text, theirs.patterns) for text in ours.plain) and all(
        _covers_pattern(theirs, each) for each in ours.patterns
    )


@cache
def _sorted(texts: tuple[str, ...]) -> _Sorted:
    return _Sorted(
        frozenset(each for each in texts if not is_pattern(each)),
        tuple(dict.fromkeys(each for each in texts if is_pattern(each))),
    )


def _any_fits(text: str, patterns: Iterable[str]) -> bool:
    return any(fits(text, each) for each in patterns)


def _covers_pattern(wide: _Sorted, narrow: str) -> bool:
    if narrow in wide.patterns:
        return True
    # No plain text has the character that stands for others, so that only a pattern can fit this one.
    sample = narrow.replace("?", _OTHER).replace("*", _OTHER)
    return _any_fits(sample, wide.patterns) and _walk(narrow, (*wide.patterns, *sorted(wide.plain)))


def _walk(narrow: str, wide: Sequence[str]) -> bool:
    ours = (narrow,)
    letters = sorted({_OTHER, *"".join((narrow, *wide))} - WILDCARDS)
    start = (_at(ours, _starts(ours)), _at(wide, _starts(wide)))
    waiting, seen = [start], {start}
    while waiting:
        mine, other = waiting.pop()
        if _is_end(ours, mine) and not _is_end(wide, other):
            return False
        for letter in letters:
            after = (_after(ours, mine, letter), _after(wide, other, letter))
            if after[0] and after not in seen:
                seen.add(after)
                waiting.append(after)
    return True


def _starts(patterns: Sequence[str]) -> Iterable[Place]:
    return ((number, 0) for number in range(len(patterns)))


def _at(patterns: Sequence[str], places: Iterable[Place]) -> frozenset[Place]:
    """The places, and those that a `*` lets through to."""
    reached: set[Place] = set()
    for number, behind in places:
        steps = patterns[number]
        reached.add((number, behind))
        while behind < len(steps) and steps[behind] == "*":
            behind += 1  # noqa: PLW2901 - on to where the stars end
            reached.add((number, behind))
    return frozenset(reached)


def _after(patterns: Sequence[str], places: frozenset[Place], letter: str) -> frozenset[Place]:
    onward = set()
    for number, behind in places:
        steps = patterns[number]
        if behind < len(steps) and steps[behind] in ("*", "?", letter):
            onward.add((number, behind if steps[behind] == "*" else behind + 1))
    return _at(patterns, onward)


def _is_end(patterns: Sequence[str], places: frozenset[Place]) -> bool:
    return any(behind == len(patterns[number]) for number, behind in places)
