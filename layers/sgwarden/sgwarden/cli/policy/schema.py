"""`sgwarden policy schema`: what editors complete and check policy files by."""

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

from sgwarden.cli.out import write
from sgwarden.review.schema import schema


def schema_command(
    out: Annotated[Path | None, typer.Option(help="Where to write it; else standard output.")] = None,
) -> None:
    """Write the JSON Schema (draft-07) of policy files."""
    write(json.dumps(schema(), indent=2) + "\n", out)
