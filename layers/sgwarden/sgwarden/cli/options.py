"""Options that several commands share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

DRIFT = 3
"""The exit status for drift that is left; 1 is an error, and 2 a wrong call."""


class Output(StrEnum):
    """How results are written to standard output."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    SARIF = "sarif"
    ASFF = "asff"
    OCSF = "ocsf"
    HTML = "html"


PolicyFile = Annotated[
    Path, typer.Option(help="The policy file.", show_default="layers/policy/policy.yaml of the project")
]
Profile = Annotated[
    str, typer.Option(help="A profile of the AWS CLI.", show_default="that of the environment")
]
Regions = Annotated[
    list[str] | None,
    typer.Option("--region", help="A region; repeatable.", show_default="that of the environment"),
]
AllRegions = Annotated[bool, typer.Option("--all-regions", help="Every region that the account has enabled.")]
Clusters = Annotated[
    list[str] | None, typer.Option("--cluster", help="A cluster by name; repeatable.", show_default="all")
]
