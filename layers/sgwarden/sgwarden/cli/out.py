"""Where a command's text goes: into the file of its `--out`, or to standard output."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from sgwarden.cli.project import fail

if TYPE_CHECKING:
    from pathlib import Path


def write(text: str, out: Path | None) -> None:
    """Write the text; a file that cannot be written ends the command."""
    if out is None:
        typer.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise fail(f"{out} cannot be written: {error.strerror}") from error
