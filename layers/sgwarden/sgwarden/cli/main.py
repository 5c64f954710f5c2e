"""`sgwarden`: the commands together."""

import os

import typer

from sgwarden.cli import policy
from sgwarden.cli.history import history_command
from sgwarden.cli.planning.apply import apply_command
from sgwarden.cli.planning.plan import plan_command
from sgwarden.cli.replay.command import replay_command
from sgwarden.cli.report.command import report_command
from sgwarden.cli.sandbox.command import CONTEXT, sandbox_command
from sgwarden.cli.standard_output import standard_output
from sgwarden.cli.switch import pause_command, resume_command

app = typer.Typer(
    name="sgwarden",
    help="Keeps the security group of every Amazon EKS cluster true to a written policy.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
app.command("replay")(replay_command)
app.command("plan")(plan_command)
app.command("apply")(apply_command)
app.command("history")(history_command)
app.command("report")(report_command)
app.command("pause")(pause_command)
app.command("resume")(resume_command)
app.command("sandbox", context_settings=CONTEXT)(sandbox_command)
app.add_typer(policy.app)


def main() -> None:
    """Run the command line."""
    if os.environ.get("NO_COLOR"):
        _help_without_colour()
    with standard_output():
        app()


def _help_without_colour() -> None:
    """Rich alone keeps bold and dim for the help and the usage errors."""
    from typer import rich_utils  # noqa: PLC0415  Markdown takes a moment to import

    rich_utils.COLOR_SYSTEM = None
