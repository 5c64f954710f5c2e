"""Patterns for names of clusters, regions and tag values: `*` and `?` are the only wildcards there are."""

from __future__ import annotations

import re
from fnmatch import translate
from functools import lru_cache

WILDCARDS = frozenset("*?")


def is_pattern(text: str) -> bool:
    """Whether anything but the text itself fits it."""
    return not WILDCARDS.isdisjoint(text)


def fits(text: str, pattern: str) -> bool:
    """Whether the text is one that the pattern stands for."""
    return _expression(pattern).match(text) is not None


@lru_cache(maxsize=4096)
def _expression(pattern: str) -> re.Pattern[str]:
    # To fnmatch a bracket begins a set of characters, and tag values may well have brackets.
    return re.compile(translate(pattern.replace("[", "[[]")))
