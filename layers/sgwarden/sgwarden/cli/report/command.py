"""`sgwarden report`: one page of how all groups stand, of whatever documents tell of them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sgwarden.cli import out as output
from sgwarden.cli.deployed import Region  # noqa: TC001 - typer reads the annotations
from sgwarden.cli.ledger import ledger_of
from sgwarden.cli.options import Profile  # noqa: TC001 - the same
from sgwarden.cli.project import fail
from sgwarden.cli.report.documents import Document
from sgwarden.cli.report.files import ReportError, documents
from sgwarden.cli.report.page import page_of

if TYPE_CHECKING:
    from sgwarden.cli.ledger import Ledger


Files = Annotated[
    list[Path] | None, typer.Argument(metavar="FILE", help="Files of JSON, or - for standard input.")
]
Stack = Annotated[
    str | None, typer.Option("--stack", help="Take the ledger of the deployed stack of this name.")
]
Page = Annotated[Path | None, typer.Option(help="The page.", show_default="standard output")]


def report_command(
    files: Files = None,
    stack: Stack = None,
    out: Page = None,
    title: Annotated[str, typer.Option(help="What the page is of, in a few words.")] = "",
    region: Region = None,
    profile: Profile = "",
) -> None:
    """Put results, alerts and the ledger's export together in one page of HTML that needs nothing else.

    Takes what plan, apply and replay print with --output json, and alerts as a queue delivers them, one
    document a file or one a line; and with --stack what the ledger of a deployed sgwarden has. See
    docs/report.md.
    """
    from sgwarden.cli.report.html import render  # noqa: PLC0415  Jinja2 takes a moment

    if not files and stack is None:
        raise typer.BadParameter("give FILEs, or --stack for the ledger of a deployed sgwarden")
    if stack is None and (region is not None or profile):
        raise typer.BadParameter("--region and --profile say where a --stack is, and none is given")
    told = [] if stack is None else [_of_ledger(ledger_of(stack, region, profile))]
    if out is not None:
        _spare(files or [], out)
    report = page_of([*told, *_read(files or [])], title, datetime.now(UTC))
    output.write(render(report), out)


def _spare(files: list[Path], out: Path) -> None:
    if out.exists() and any(file.exists() and file.samefile(out) for file in files):
        raise typer.BadParameter(f"--out {out} is one of the FILEs, and would be written over: name another")


def _of_ledger(ledger: Ledger) -> Document:
    return Document(alerts=ledger.alerts, standings=ledger.standings)


def _read(files: list[Path]) -> list[Document]:
    try:
        return [document for file in files for document in documents(file)]
    except ReportError as error:
        raise fail(str(error)) from error
