"""Which deployed stack a command is about: its options, and what is said where there is none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from sgwarden.cli.advice import explained
from sgwarden.cli.project import fail
from sgwarden.failure import CallError

if TYPE_CHECKING:
    from sgwarden.aws.credentials import Credentials

GUIDE = "docs/operate.md"
"""Lists the permissions that these commands need."""
_STACK_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}")

StackName = Annotated[str, typer.Option("--stack", help="The stack, by its name in CloudFormation.")]
Region = Annotated[
    str | None, typer.Option(help="The region of the stack.", show_default="that of the environment")
]


def must_be_a_name(stack: str) -> None:
    """End the command where no stack can have the name."""
    if not _STACK_NAME.fullmatch(stack):
        raise typer.BadParameter("--stack is no name of a stack: letters, digits and hyphens, a letter first")


def region_of(credentials: Credentials, asked: str | None) -> str:
    """The region that is asked for, or that of the environment; without any, the command ends."""
    if asked == "":
        raise typer.BadParameter("--region is empty")
    region = asked or credentials.region
    if not region:
        raise typer.BadParameter("no region is set: give --region, or set AWS_REGION")
    try:
        credentials.must_know(region)
    except CallError as error:
        # It may be newer than boto3, and a pause must not wait for an upgrade.
        typer.echo(f"sgwarden: it is tried all the same, but {explained(error)}", err=True)
    return region


def missing(stack: str, region: str, credentials: Credentials) -> typer.Exit:
    """What to raise after telling that there is no such stack."""
    try:
        account = f" of account {credentials.identity(region)[0]}"
    except CallError:
        account = ""
    return fail(
        f"there is no stack {stack} in {region}{account}: "
        f"Lambda has no function {stack}-reconcile of sgwarden\n"
        "Is it another --stack, --region or --profile?"
    )
