"""Progress is told of long work only, on standard error, and leaves a terminal as it was."""

from __future__ import annotations

import io
import time

import pytest
from sgwarden.cli import progress as module
from sgwarden.cli.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def until(written: io.StringIO, text: str) -> None:
    """Wait for the text to be written."""
    deadline = time.monotonic() + 10
    while text not in written.getvalue():
        assert time.monotonic() < deadline, written.getvalue()
        time.sleep(0.005)


def test_short_work_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = io.StringIO()
    monkeypatch.setattr("sys.stderr", pipe)
    with Progress(patience=60) as progress:
        progress.now("looking")
    assert pipe.getvalue() == ""


def test_long_work_is_told_of_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = io.StringIO()
    monkeypatch.setattr("sys.stderr", pipe)
    monkeypatch.setattr(module, "_BETWEEN_LINES_S", 0.01)
    with Progress(patience=0) as progress:
        progress.now("looked at 1 cluster")
        until(pipe, "looked at 1 cluster\n")
        progress.now("looked at 2 clusters, \x1b[31mred\x1b[0m the last")
        until(pipe, "looked at 2 clusters, red the last\n")


def test_on_a_terminal_the_line_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    error = Terminal()
    monkeypatch.setattr("sys.stderr", error)
    monkeypatch.setenv("TERM", "xterm")
    with Progress(patience=0) as progress:
        progress.now("looking [red]hard[/red]")
        until(error, "looking [red]hard[/red]")
    cursor_back, line_erased = "\x1b[?25h", "\x1b[2K"
    assert cursor_back in error.getvalue()
    assert line_erased in error.getvalue()


def test_an_error_passes_and_ends_it() -> None:
    with pytest.raises(ValueError, match="broken"), Progress(patience=0):
        raise ValueError("broken")
