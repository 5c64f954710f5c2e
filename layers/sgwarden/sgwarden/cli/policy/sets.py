"""`sgwarden policy sets`: the ready-made statements that a policy can use."""

from __future__ import annotations

from typing import Annotated

import typer

from sgwarden.policy.reading import did_you_mean
from sgwarden.policy.ready_made import ready_made_sets, set_file


def sets_command(
    name: Annotated[str, typer.Argument(help="One of them, to be shown whole.")] = "",
) -> None:
    """List the ready-made sets, or show one: every line with why it is there and where it comes from."""
    sets = ready_made_sets()
    if not name:
        width = max(map(len, sets))
        for each in sets.values():
            typer.echo(f"{each.name:{width}}  {each.description}")
    elif name in sets:
        typer.echo(set_file(name).read_text(encoding="utf-8"), nl=False)
    else:
        hint = did_you_mean(name, sets, f"known here: {', '.join(sets)}")
        raise typer.BadParameter(f'unknown ready-made set "{name}"; {hint}')
