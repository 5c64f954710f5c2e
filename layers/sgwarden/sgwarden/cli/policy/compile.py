"""`sgwarden policy compile`: the policy as the function reads it."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

from sgwarden.cli.out import write
from sgwarden.cli.project import fail
from sgwarden.policy.errors import PolicyError
from sgwarden.policy.packed import pack
from sgwarden.review.build import compile_policy

_STANDARD, _ADVANCED = 4096, 8192
"""Bytes that the value of an SSM parameter may have, by its tier (SSM API reference, PutParameter)."""


def compile_command(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The policy, in YAML.")],
    out: Annotated[Path | None, typer.Option(help="Where to write it; else standard output.")] = None,
    compress: Annotated[
        bool, typer.Option("--compress", help="Write it as small as the value of an SSM parameter has to be.")
    ] = False,
) -> None:
    """Check a policy and write it as the JSON that the Lambda reads."""
    try:
        compiled = compile_policy(file.read_bytes(), str(file))
        if compress:
            compiled = pack(compiled, str(file))
    except PolicyError as error:
        typer.echo(error.render(), err=True)
        raise typer.Exit(1) from None
    if compress:
        _tell_tier(file, len(compiled))
    write(compiled, out)


def _tell_tier(file: Path, size: int) -> None:
    """Say which tier of parameter a value of that size fits; end the command where none does."""
    if size > _ADVANCED:
        message = f"{file}: {size:,} bytes when compressed, of which an SSM parameter holds {_ADVANCED:,}"
        raise fail(f"{message}; deploy this policy with the stack")
    tier = f"standard tier ({_STANDARD:,})" if size <= _STANDARD else f"advanced tier ({_ADVANCED:,})"
    typer.echo(f"{size:,} bytes: an SSM parameter of the {tier} holds them", err=True)
