"""`sgwarden pause` and `sgwarden resume`: whether the deployed function may change groups."""

from __future__ import annotations

import re
import shlex
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from sgwarden.ceiling import RUNNING, paused_text, read_switch
from sgwarden.cli.advice import explained
from sgwarden.cli.options import Profile  # noqa: TC001 - typer reads the annotations
from sgwarden.cli.project import fail
from sgwarden.failure import CallError
from sgwarden.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgwarden.aws.credentials import Credentials
    from sgwarden.aws.stack import Stack

_GUIDE = "docs/operate.md"
_STACK_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}")

StackName = Annotated[str, typer.Option("--stack", help="The stack, by its name in CloudFormation.")]
Region = Annotated[
    str | None, typer.Option(help="The region of the stack.", show_default="that of the environment")
]


@dataclass(frozen=True, slots=True)
class _Found:
    """A stack that has a switch, who looks at it, and what the switch means; `paused` is empty if it runs."""

    stack: Stack
    where: str
    who: str
    paused: str


def pause_command(
    reason: Annotated[str, typer.Option(help="Why; each alert says it until sgwarden is resumed.")],
    stack: StackName = "sgwarden",
    region: Region = None,
    profile: Profile = "",
) -> None:
    """Let the deployed sgwarden change no group until `sgwarden resume`. It goes on telling of drift."""
    if not printable(reason):
        raise typer.BadParameter("--reason is empty")
    with _told():
        found = _find(stack, region, profile)
        if found.paused:
            typer.echo(f"{found.where} is paused already ({found.paused}). Nothing was changed.")
            return
        found.stack.turn(paused_text(found.who, datetime.now(UTC), reason))
    typer.echo(f"{found.where} is paused: within a minute no group is changed. Drift is still told of.")
    options = {"--stack": stack, "--region": region, "--profile": profile}
    words = [word for option, value in options.items() if value for word in (option, value)]
    typer.echo(f"Resume: sgwarden resume {shlex.join(words)}")


def resume_command(stack: StackName = "sgwarden", region: Region = None, profile: Profile = "") -> None:
    """Let the deployed sgwarden change groups again, those that drifted while it was paused at once."""
    with _told():
        found = _find(stack, region, profile)
        if not found.paused:
            typer.echo(f"{found.where} is not paused. Nothing was changed.")
            return
        found.stack.turn(RUNNING)
    typer.echo(f"{found.where} runs again. Until now it was paused ({found.paused}).")
    try:
        found.stack.sweep()
    except CallError as error:
        typer.echo(
            f"sgwarden: no sweep was started ({explained(error, _GUIDE)}): "
            "what drifted meanwhile is put right by the next one, within the hour",
            err=True,
        )
    else:
        typer.echo("A sweep has begun: what drifted meanwhile is put right now.")


@contextmanager
def _told() -> Iterator[None]:
    """What AWS refuses ends the command with one line."""
    try:
        yield
    except CallError as error:
        raise fail(explained(error, _GUIDE)) from error


def _find(name: str, asked: str | None, profile: str) -> _Found:
    if not _STACK_NAME.fullmatch(name):
        raise typer.BadParameter("--stack is no name of a stack: letters, digits and hyphens, a letter first")
    from sgwarden.aws.credentials import Credentials  # noqa: PLC0415  boto3 takes a moment to import

    credentials = Credentials(profile)
    region = _region(credentials, asked)
    account, who = credentials.identity(region)
    stack = credentials.stack(name, region)
    text = stack.says()
    if not text:
        missing = f"there is no SSM parameter {stack.switch} in {region} of account {account}"
        raise fail(f"{missing}\n{_advice(stack)}")
    where = f"{name} ({region}, account {account})"
    return _Found(stack, where, who, read_switch(text, stack.switch).paused)


def _region(credentials: Credentials, asked: str | None) -> str:
    if asked == "":
        raise typer.BadParameter("--region is empty")
    region = asked or credentials.region
    if not region:
        raise typer.BadParameter("no region is set: give --region, or set AWS_REGION")
    credentials.must_know(region)
    return region


def _advice(stack: Stack) -> str:
    """What may be wrong where there is no switch."""
    try:
        names = stack.all_names()
    except CallError:
        return "Is it another --stack or --region?"
    there = f"Stacks there: {', '.join(map(printable, names))}." if names else "No stack there has a switch."
    return f"{there} Is it another --stack or --region?"
