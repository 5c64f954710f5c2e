"""`sgwarden report`: one page of how all groups stand, of whatever documents tell of them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sgwarden.cli import out as output
from sgwarden.cli.project import fail
from sgwarden.cli.report.files import ReportError, documents
from sgwarden.cli.report.page import page_of

if TYPE_CHECKING:
    from sgwarden.cli.report.documents import Document


Files = Annotated[list[Path], typer.Argument(metavar="FILE", help="Files of JSON, or - for standard input.")]
Page = Annotated[Path | None, typer.Option(help="The page.", show_default="standard output")]


def report_command(
    files: Files,
    out: Page = None,
    title: Annotated[str, typer.Option(help="What the page is of, in a few words.")] = "",
) -> None:
    """Put results, alerts and the ledger's export together in one page of HTML that needs nothing else.

    Takes what plan, apply and replay print with --output json, and alerts as a queue delivers them, one
    document a file or one a line. See docs/report.md.
    """
    from sgwarden.cli.report.html import render  # noqa: PLC0415  Jinja2 takes a moment

    report = page_of(_read(files), title, datetime.now(UTC))
    output.write(render(report), out)


def _read(files: list[Path]) -> list[Document]:
    try:
        return [document for file in files for document in documents(file)]
    except ReportError as error:
        raise fail(str(error)) from error
