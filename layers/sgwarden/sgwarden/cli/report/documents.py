"""Documents `sgwarden/v1`, each of the kinds that hold how groups stand, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sgwarden.alert import Alert, read_alert
from sgwarden.cli.report.look import Look, read_look
from sgwarden.cli.report.node import Node
from sgwarden.cli.results.unjudged import Unjudged
from sgwarden.daily import Daily, Standing, read_daily, read_standing
from sgwarden.report import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator

_KINDS = ("results", "alert", "alerts", "standings", "daily")
_EXPECTED = (
    f'a document of {SCHEMA} with results, alert or alerts: write one with "sgwarden plan --output json" or '
    '"sgwarden replay --output json", or save what a queue at the topic of alerts delivers'
)


@dataclass(frozen=True, slots=True)
class Document:
    """What one document says; `looks` that come with an alert are those of its moment."""

    looks: tuple[Look, ...] = ()
    alerts: tuple[Alert, ...] = ()
    standings: tuple[Standing, ...] = ()
    unjudged: tuple[Unjudged, ...] = ()

    @property
    def asked(self) -> tuple[Look, ...]:
        """The looks that stand by themselves, and did not come with an alert of their group."""
        told = {alert.group for alert in self.alerts}
        return tuple(look for look in self.looks if look.place.group not in told)


def read_document(said: object) -> Document:
    """The document; raises UnexpectedError where it is none of ours."""
    node = Node(said)
    schema = node.maybe("schema")
    if schema is None or schema.value != SCHEMA or not any(map(node.maybe, _KINDS)):
        raise node.unlike(_EXPECTED)
    alert, said_daily = node.maybe("alert"), node.maybe("daily")
    daily = said_daily.read(read_daily) if said_daily else None
    alerts = ([alert] if alert else []) + [*node.items_at("alerts")]
    standings = tuple(each.read(read_standing) for each in node.items_at("standings"))
    return Document(
        looks=tuple(map(read_look, node.items_at("results"))),
        alerts=tuple(each.read(read_alert) for each in alerts),
        standings=standings + (daily.standings if daily else ()),
        unjudged=(*_unjudged(node), *(_left_out(daily) if daily else ())),
    )


def _left_out(daily: Daily) -> Iterator[Unjudged]:
    if daily.left_out:
        reason = f"{daily.left_out:,} more groups with open findings found no room in the daily report"
        yield Unjudged(reason, wrong=True, account=daily.account, region=daily.region)


def _unjudged(document: Node) -> Iterator[Unjudged]:
    for key, wrong in (("errors", True), ("ignored", False)):
        for each in document.items_at(key):
            texts = map(each.text_at, ("cluster", "account", "region", "event"))
            yield Unjudged(each.at("reason").text(), wrong, *texts)
