"""What ends a command is told in lines of visible characters, with marks where they belong."""

from __future__ import annotations

import pytest
from sgwarden.cli.project import fail

HOSTILE = "\x1b[31mred\x1b[0m \x07\u202egnp.exe\x9b2J"
SHOWN = "red gnp.exe"


def told(message: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    fail(message)
    out, err = capsys.readouterr()
    assert out == ""
    return err.split("\n")


def test_every_line_is_visible(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(f"{HOSTILE}\n{HOSTILE}\n{HOSTILE}", capsys) == [f"sgwarden: {SHOWN}", SHOWN, SHOWN, ""]


def test_a_mark_stays_below_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    line = "  name: \x1b\u202e\x07bad  # why"
    _, shown, mark, _ = told(f"no\n{line}\n{' ' * line.index('bad')}^", capsys)
    assert shown == "  name:    bad  # why"
    assert mark.index("^") == shown.index("bad")


@pytest.mark.parametrize("separator", ["\r", "\x0b", "\x0c", "\x85", "\u2028", "\x1c"], ids=ascii)
def test_nothing_but_a_line_feed_begins_a_line(separator: str, capsys: pytest.CaptureFixture[str]) -> None:
    for message in (f"a{separator}b", f"x\na{separator}b", f"x\n  a{separator}b"):
        assert told(message, capsys)[-2].endswith("a b")


def test_no_line_goes_on_for_ever(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told("\n".join(("x" * 100_000, "x" * 100_000, "  " + "x" * 100_000)), capsys)
    assert max(map(len, lines)) < 6_000


def test_what_is_to_be_raised_has_the_status(capsys: pytest.CaptureFixture[str]) -> None:
    assert (fail("").exit_code, fail("no such command", 127).exit_code) == (1, 127)
    assert capsys.readouterr().err == "sgwarden: \nsgwarden: no such command\n"
