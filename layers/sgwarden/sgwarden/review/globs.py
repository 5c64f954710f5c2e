"""Whether all that some patterns with wildcards match is matched by others: decided, not guessed.

Patterns are those of selectors: of `fnmatch`, or a text as it is. A pattern is a row of steps, each for one
character or, at a `*`, for any number. Walking both sides at once, with characters of every kind, finds
either a text that one side alone matches, or all there is.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import cache
from string import printable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_STEP = re.compile(r"\*|\[!?\]?[^\]]*\]|.", re.DOTALL)
_SPECIAL = re.compile(r"[*?[]")
_OTHER = "\ue000"
"""Stands for every character that no pattern has."""

Steps = tuple[str, ...]
Place = tuple[int, int]
"""Of which pattern, and how many of its steps are behind."""


def covers(wide: Sequence[str], narrow: Sequence[str]) -> bool:
    """Whether every text that one of `narrow` matches is matched by one of `wide`."""
    ours, theirs = _patterns(narrow), _patterns(wide)
    letters = sorted({_OTHER, *printable, *"".join((*narrow, *wide))})
    start = (_at(ours, _starts(ours)), _at(theirs, _starts(theirs)))
    waiting, seen = [start], {start}
    while waiting:
        mine, other = waiting.pop()
        if _is_end(ours, mine) and not _is_end(theirs, other):
            return False
        for letter in letters:
            after = (_after(ours, mine, letter), _after(theirs, other, letter))
            if after[0] and after not in seen:
                seen.add(after)
                waiting.append(after)
    return True


def _patterns(texts: Iterable[str]) -> tuple[Steps, ...]:
    """The steps of each; a text with brackets is also matched by itself, as selectors have it."""
    return tuple(
        tuple(_STEP.findall(form)) for text in texts for form in (text, _SPECIAL.sub(r"[\g<0>]", text))
    )


def _starts(patterns: Sequence[Steps]) -> Iterable[Place]:
    return ((number, 0) for number in range(len(patterns)))


def _at(patterns: Sequence[Steps], places: Iterable[Place]) -> frozenset[Place]:
    """The places, and those that a `*` lets through to."""
    reached: set[Place] = set()
    for number, behind in places:
        steps = patterns[number]
        reached.add((number, behind))
        while behind < len(steps) and steps[behind] == "*":
            behind += 1  # noqa: PLW2901 - on to where the stars end
            reached.add((number, behind))
    return frozenset(reached)


def _after(patterns: Sequence[Steps], places: frozenset[Place], letter: str) -> frozenset[Place]:
    onward = set()
    for number, behind in places:
        steps = patterns[number]
        if behind < len(steps) and _takes(steps[behind], letter):
            onward.add((number, behind if steps[behind] == "*" else behind + 1))
    return _at(patterns, onward)


@cache
def _takes(step: str, letter: str) -> bool:
    return fnmatchcase(letter, step)


def _is_end(patterns: Sequence[Steps], places: frozenset[Place]) -> bool:
    return any(behind == len(patterns[number]) for number, behind in places)
