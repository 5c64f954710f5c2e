"""Whether patterns cover a pattern, held against the texts that they match."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sgwarden.policy.patterns import fits
from sgwarden.review.globs import covers

TEXTS = ["".join(letters) for size in range(6) for letters in product("ab[", repeat=size)]
patterns = st.text("ab[*?", max_size=5)


def matched(texts: list[str]) -> set[str]:
    return {text for text in TEXTS if any(fits(text, each) for each in texts)}


@given(st.lists(patterns, max_size=3), st.lists(patterns, max_size=2))
def test_what_is_covered_is_matched(wide: list[str], narrow: list[str]) -> None:
    if covers(wide, narrow):
        assert matched(narrow) <= matched(wide)
    else:
        # A text that tells them apart may be longer than those that are tried, if a star makes it so.
        assert not matched(narrow) <= matched(wide) or any("*" in each for each in narrow)


@given(st.lists(patterns, min_size=1, max_size=3))
def test_patterns_cover_themselves(texts: list[str]) -> None:
    assert covers(texts, texts)
    assert all(covers(texts, [each]) for each in texts)
    assert covers(["*"], texts)


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        (["a*", "b*"], ["[ab]?"], False),  # a bracket is a character like any other
        (["[*"], ["[ab]?"], True),
        (["[!a]*"], ["b"], False),
        (["?a]"], ["[a]"], True),
        (["?*"], ["*"], False),
        (["", "?*"], ["*"], True),
        (["?", "??*"], ["?*"], True),
        (["a", "b"], ["?"], False),
        (["a", "b"], ["b", "a", "a"], True),
        (["a", "b*"], ["bc", "a"], True),
        (["a", "b*"], ["bc", "ab"], False),
        ([], ["a"], False),
        (["a"], [], True),
        (["prod-*"], ["prod-*-eu"], True),
        (["*-eu"], ["prod-*"], False),
    ],
)
def test_examples(wide: list[str], narrow: list[str], expected: bool) -> None:
    assert covers(wide, narrow) is expected


@given(st.text("ab[]*?!-", max_size=6), st.text("ab[]!-", max_size=6))
def test_only_stars_and_question_marks_are_wildcards(pattern: str, text: str) -> None:
    assert fits(text, pattern) is _fits(text, pattern)


def _fits(text: str, pattern: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(_fits(text[place:], pattern[1:]) for place in range(len(text) + 1))
    return bool(text) and pattern[0] in ("?", text[0]) and _fits(text[1:], pattern[1:])
