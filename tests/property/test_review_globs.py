"""Whether patterns cover a pattern, held against the texts that they match."""

from __future__ import annotations

from fnmatch import fnmatchcase
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sgwarden.review.globs import covers

TEXTS = ["".join(letters) for size in range(6) for letters in product("abz", repeat=size)]
patterns = st.text("ab*?", max_size=5)


def matched(texts: list[str]) -> set[str]:
    return {text for text in TEXTS if any(fnmatchcase(text, each) for each in texts)}


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
        (["a*", "b*", "[[]*"], ["[ab]?"], True),
        (["a*", "b*"], ["[ab]?"], False),  # a selector also matches the very text of its pattern
        (["[!a]*"], ["b"], True),
        (["[!a]*"], ["?"], False),
        (["[a-m[]*"], ["[b-d]x"], True),
        (["?*"], ["*"], False),
        (["", "?*"], ["*"], True),
        (["[x] a"], ["[x] a"], True),
        (["[[]x] a", "x a"], ["[x] a"], True),
        (["prod-*"], ["prod-*-eu"], True),
        (["*-eu"], ["prod-*"], False),
    ],
)
def test_examples(wide: list[str], narrow: list[str], expected: bool) -> None:
    assert covers(wide, narrow) is expected
