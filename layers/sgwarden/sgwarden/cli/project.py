"""Where the project's own files are: the commands that run the function itself work from a clone."""

from __future__ import annotations

from pathlib import Path

import typer

ROOT = Path(__file__).resolve().parents[4]
RECONCILE = ROOT / "functions" / "reconcile" / "app.py"
POLICY = ROOT / "layers" / "policy" / "policy.yaml"
ACCOUNT = ROOT / "events" / "account.yaml"


def fail(message: str, status: int = 1) -> typer.Exit:
    """What to raise after telling on stderr what is wrong."""
    typer.echo(f"sgwarden: {message}", err=True)
    return typer.Exit(status)
