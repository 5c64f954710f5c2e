"""`sgwarden policy`: the commands that work on policy files."""

import typer

from sgwarden.cli.policy.check import check_command
from sgwarden.cli.policy.compile import compile_command
from sgwarden.cli.policy.explain import explain_command
from sgwarden.cli.policy.init import init_command
from sgwarden.cli.policy.schema import schema_command
from sgwarden.cli.policy.sets import sets_command

app = typer.Typer(name="policy", help="Work on policy files.", no_args_is_help=True)


@app.callback()
def policy() -> None:
    """Work on policy files."""


app.command("init")(init_command)
app.command("check")(check_command)
app.command("explain")(explain_command)
app.command("compile")(compile_command)
app.command("schema")(schema_command)
app.command("sets")(sets_command)
