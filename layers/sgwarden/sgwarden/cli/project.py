"""Where the project's own files are: the commands that run the function itself work from a clone."""

from __future__ import annotations

from pathlib import Path

import typer

from sgwarden.printable import printable

ROOT = Path(__file__).resolve().parents[4]
RECONCILE = ROOT / "functions" / "reconcile" / "app.py"
POLICY = ROOT / "layers" / "policy" / "policy.yaml"
ACCOUNT = ROOT / "events" / "account.yaml"
_LINE_LIMIT = 2_000


def fail(message: str, status: int = 1) -> typer.Exit:
    """What to raise after telling on stderr what is wrong."""
    first, *more = message.splitlines()
    typer.echo(f"sgwarden: {printable(first, _LINE_LIMIT)}", err=True)
    # The lines of a file and the marks below them are shown by whoever read it, spaces and all.
    for line in more:
        typer.echo(line, err=True)
    return typer.Exit(status)
