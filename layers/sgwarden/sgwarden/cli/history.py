"""`sgwarden history`: what people were told, as the ledger of a deployed stack has it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from sgwarden.cli import show
from sgwarden.cli.deployed import Region, StackName  # noqa: TC001 - typer reads the annotations
from sgwarden.cli.ledger import ledger_of
from sgwarden.cli.options import Clusters, Profile  # noqa: TC001 - the same
from sgwarden.rendering.verdict import blamed, leading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgwarden.alert import Alert
    from sgwarden.cli.ledger import Ledger

_SPAN = re.compile(r"([1-9][0-9]{0,4})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_HEADINGS = ("when (UTC)", "severity", "became", "cluster", "who", "what")


class HistoryOutput(StrEnum):
    """How it is written to standard output."""

    TEXT = "text"
    JSON = "json"


Since = Annotated[
    str, typer.Option(help="How far back, as 30m, 24h, 7d or 4w.", show_default="all that is kept")
]


def history_command(
    stack: StackName = "sgwarden",
    cluster: Clusters = None,
    since: Since = "",
    output: Annotated[HistoryOutput, typer.Option(help="How to show it.")] = HistoryOutput.TEXT,
    region: Region = None,
    profile: Profile = "",
) -> None:
    """Show what people were told, the newest first, from the ledger of the deployed sgwarden.

    With --output json it is an export that `sgwarden report` makes a page of.
    """
    span = _span(since) if since else None
    ledger = ledger_of(stack, region, profile)
    if cluster:
        ledger = ledger.of(cluster)
    if span:
        ledger = ledger.since(datetime.now(UTC) - span)
    if output is HistoryOutput.JSON:
        typer.echo(json.dumps(ledger.as_json(), indent=2))
    else:
        _show(ledger)


def _span(said: str) -> timedelta:
    found = _SPAN.fullmatch(said)
    if not found:
        raise typer.BadParameter(f"--since {said!r}: expected a number with m, h, d or w, as 7d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _show(ledger: Ledger) -> None:
    out = show.console()
    if ledger.alerts:
        heading = tuple(Text(each, "dim") for each in _HEADINGS)
        show.table(out, [heading, *(tuple(_cells(alert)) for alert in ledger.alerts)])
    else:
        out.print("No alert is kept of what was asked for.")
    number = len(ledger.standings)
    groups = f"in {number} group{'' if number == 1 else 's'}" if number else "none"
    out.print(f"Open findings now: {groups}.")


def _cells(alert: Alert) -> Iterator[Text]:
    yield Text(f"{alert.time.astimezone(UTC):%Y-%m-%d %H:%M:%S}")
    yield show.severity(alert.severity)
    yield Text(str(alert.transition))
    yield show.safe(f"{alert.cluster} {alert.group}" if alert.additional else alert.cluster)
    yield show.safe(_who(alert))
    yield show.safe(_what(alert))


def _who(alert: Alert) -> str:
    """Who is to blame, or where nobody is, who was there."""
    names = [*dict.fromkeys(each.actor or each.source_ip for each in blamed(alert) or alert.causes)]
    return _and_more(names[0], len(names) - 1) if names and names[0] else "nobody known"


def _what(alert: Alert) -> str:
    first = leading(alert)
    return _and_more(first.short, len(alert.notes) - 1 + alert.left_out) if first else "nothing"


def _and_more(text: str, more: int) -> str:
    return f"{text} and {more} more" if more else text
