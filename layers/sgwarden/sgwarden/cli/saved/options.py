"""Options that name what the AWS CLI has saved."""

from pathlib import Path
from typing import Annotated

import typer

from sgwarden.cli.saved.account import IN_FOLDER

_PANEL = "Saved from the AWS CLI"

Folder = Annotated[
    Path | None,
    typer.Option(
        "--from", help=f"A folder of the files below: {', '.join(IN_FOLDER)}.", rich_help_panel=_PANEL
    ),
]
SecurityGroups = Annotated[
    Path | None, typer.Option(help="Output of aws ec2 describe-security-groups.", rich_help_panel=_PANEL)
]
ClusterFile = Annotated[
    Path | None,
    typer.Option(
        help="Output of aws eks describe-cluster: one, or many in a list or in a row.", rich_help_panel=_PANEL
    ),
]
Rules = Annotated[
    Path | None,
    typer.Option(
        help="Output of aws ec2 describe-security-group-rules; has the ids.", rich_help_panel=_PANEL
    ),
]
PrefixLists = Annotated[
    Path | None,
    typer.Option(
        help="Output of aws ec2 describe-prefix-lists; managed lists with their Entries put in.",
        rich_help_panel=_PANEL,
    ),
]
Vpcs = Annotated[Path | None, typer.Option(help="Output of aws ec2 describe-vpcs.", rich_help_panel=_PANEL)]
