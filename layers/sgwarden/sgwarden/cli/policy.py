"""`sgwarden policy`: the commands that work on policy files."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

from sgwarden.cli.policy_check import check_command
from sgwarden.cli.policy_explain import explain_command
from sgwarden.cli.policy_schema import schema_command
from sgwarden.cli.policy_sets import sets_command
from sgwarden.policy.errors import PolicyError
from sgwarden.review.build import compile_policy

app = typer.Typer(name="policy", help="Work on policy files.", no_args_is_help=True)


@app.callback()
def policy() -> None:
    """Work on policy files."""


app.command("check")(check_command)
app.command("explain")(explain_command)
app.command("schema")(schema_command)
app.command("sets")(sets_command)


@app.command("compile")
def compile_command(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The policy, in YAML.")],
    out: Annotated[Path | None, typer.Option(help="Where to write it; else standard output.")] = None,
) -> None:
    """Check a policy and write it as the JSON that the Lambda reads."""
    try:
        compiled = compile_policy(file.read_bytes(), str(file))
    except PolicyError as error:
        typer.echo(error.render(), err=True)
        raise typer.Exit(1) from None
    if out is None:
        typer.echo(compiled, nl=False)
    else:
        out.write_text(compiled, encoding="utf-8")
