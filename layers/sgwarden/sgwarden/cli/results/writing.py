"""Results for programs and for the archive, in the format that was asked for."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from sgwarden.cli.options import Output
from sgwarden.cli.project import fail
from sgwarden.cli.results.statement_lines import statement_lines
from sgwarden.cli.results.unjudged import unjudged

if TYPE_CHECKING:
    from sgwarden.policy.types import Document

Json = dict[str, Any]


def write(results: Json, output: Output, policy: Path, document: Document) -> None:
    """Write the results of the contract to standard output; `policy` is the file that has the document.

    What could not be looked at is said on standard error where the format has findings and nothing else.
    """
    # As bytes: line ends and encoding are those of the format, whatever the system has.
    typer.echo(_rendered(results, output, policy, document).encode(), nl=False)
    if output in (Output.ASFF, Output.OCSF):
        for each in unjudged(results):
            if each.wrong:
                fail(f"{each.name} could not be looked at: {each.reason}")


def _rendered(results: Json, output: Output, policy: Path, document: Document) -> str:
    match output:
        case Output.CSV:
            from sgwarden.cli.results import as_csv  # noqa: PLC0415  what is not asked for is not imported

            return as_csv.render(results)
        case Output.SARIF:
            from sgwarden.cli.results import as_sarif  # noqa: PLC0415  the same

            return as_sarif.render(results, _seen_from_here(policy), statement_lines(document))
        case Output.ASFF:
            from sgwarden.cli.results import as_asff  # noqa: PLC0415  the same

            return as_asff.render(results, datetime.now(UTC))
        case Output.OCSF:
            from sgwarden.cli.results import as_ocsf  # noqa: PLC0415  the same

            return as_ocsf.render(results, datetime.now(UTC))
        case Output.HTML:
            from sgwarden.cli.results import as_html  # noqa: PLC0415  Jinja2 takes a moment

            return as_html.render(results, datetime.now(UTC))
        case _:
            return json.dumps(results, indent=2) + "\n"


def _seen_from_here(file: Path) -> str:
    """The file as programs find it that work where the command ran; of one elsewhere, the name alone."""
    path, here = file.resolve(), Path.cwd()
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else file.name
