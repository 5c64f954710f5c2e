"""Where the project's own files are: the commands that run the function itself work from a clone."""

from __future__ import annotations

from pathlib import Path

import typer

from sgwarden.printable import printable

ROOT = Path(__file__).resolve().parents[4]
RECONCILE = ROOT / "functions" / "reconcile" / "app.py"
SWEEP = ROOT / "functions" / "sweep" / "app.py"
POLICY = ROOT / "layers" / "policy" / "policy.yaml"
ACCOUNT = ROOT / "events" / "account.yaml"
SAMPLES_POLICY = ROOT / "events" / "policy.yaml"
_LINE_LIMIT = 5_000


def fail(message: str, status: int = 1) -> typer.Exit:
    """What to raise after telling on stderr what is wrong."""
    first, *more = message.split("\n")
    typer.echo(f"sgwarden: {printable(first, _LINE_LIMIT)}", err=True)
    for line in more:
        typer.echo(_further(line), err=True)
    return typer.Exit(status)


def _further(line: str) -> str:
    """A further line as what can be seen of it; an indented one is of a file, or a mark below such."""
    if not line.startswith(" "):
        return printable(line, _LINE_LIMIT)
    # One space for each character that is not seen: a mark stands where it stood.
    return "".join(character if character.isprintable() else " " for character in line[:_LINE_LIMIT]).rstrip()
