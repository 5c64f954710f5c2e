"""Text of strangers is one bounded line of visible characters."""

import pytest
from sgwarden.printable import printable


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("alice", "alice"),
        ("Zoë 東京 naïve 🙂", "Zoë 東京 naïve 🙂"),
        ("a\r\n\tb\u2028c\u00a0d  e ", "a b c d e"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x9b31mred", "red"),
        ("\x1b]8;;https://evil.example\x07click\x1b]8;;\x1b\\", "click"),
        ("\x1b]0;never ends", ""),
        ("\x90q#0\x9cafter", "after"),
        ("\x1b(Bplain\x1b", "plain"),
        ("a\x00b\x08c\x7fd", "abcd"),
        ("user\u202egnp.exe\u2066\u200b\ufeff", "usergnp.exe"),
        ("\ud800x\ue000", "x"),
        ("", ""),
        (None, ""),
        (7, ""),
        (["x"], ""),
    ],
)
def test_only_what_can_be_seen_stays(text: object, line: str) -> None:
    assert printable(text) == line


@pytest.mark.parametrize(
    ("text", "limit", "line"),
    [
        ("x" * 200, 200, "x" * 200),
        ("x" * 201, 200, "x" * 199 + "…"),
        ("abc def", 5, "abc…"),
        ("\x00" * 100 + "x", 3, ""),
    ],
)
def test_a_line_is_no_longer_than_its_limit(text: str, limit: int, line: str) -> None:
    assert printable(text, limit) == line
