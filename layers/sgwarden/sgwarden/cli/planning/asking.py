"""Asking a person before something is done."""

from __future__ import annotations

import sys

import typer


def agreed(question: str) -> bool:
    """Whether somebody says yes, and nothing less; nobody there to be asked says no."""
    if sys.stdin is None:  # closed by whoever started the command
        return False
    if sys.stdin.isatty():
        if sys.stdout is None or not sys.stdout.isatty():
            raise typer.BadParameter("give --yes: what is asked about went to a file")
        _forget_what_was_typed()
    typer.echo(f"{question} Only yes is a yes: ", nl=False, err=True)
    try:
        return sys.stdin.readline().strip() == "yes"
    except (OSError, ValueError):  # what cannot be read, or is no text
        return False


def _forget_what_was_typed() -> None:
    """Nobody has answered a question that was not there yet."""
    try:
        import termios  # noqa: PLC0415  Windows has none
    except ImportError:
        return
    termios.tcflush(sys.stdin, termios.TCIFLUSH)
