"""What the ledger of a deployed stack keeps, read by a person's own credentials."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sgwarden import report
from sgwarden.cli.advice import explained
from sgwarden.cli.deployed import GUIDE, missing, must_be_a_name, region_of
from sgwarden.cli.project import fail
from sgwarden.failure import CallError

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sgwarden.alert import Alert
    from sgwarden.aws.ledger_reader import LedgerReader
    from sgwarden.daily import Standing

_GONE = "ResourceNotFoundException"


@dataclass(frozen=True, slots=True)
class Ledger:
    """All alerts that are kept, the newest first, and each group with open findings, from the worst."""

    alerts: tuple[Alert, ...]
    standings: tuple[Standing, ...]

    def of(self, clusters: Collection[str]) -> Ledger:
        """What it has of these clusters."""
        return Ledger(
            tuple(each for each in self.alerts if each.cluster in clusters),
            tuple(each for each in self.standings if each.cluster in clusters),
        )

    def since(self, time: datetime) -> Ledger:
        """Without what was told earlier; what is open stays, however old."""
        return replace(self, alerts=tuple(each for each in self.alerts if each.time >= time))

    def as_json(self) -> dict[str, Any]:
        """The export, which `sgwarden report` reads."""
        return {
            "schema": report.SCHEMA,
            "alerts": [each.as_json() for each in self.alerts],
            "standings": [each.as_json() for each in self.standings],
        }


def ledger_of(name: str, asked_region: str | None, profile: str) -> Ledger:
    """The ledger of the stack of that name; ends the command where it cannot be read."""
    must_be_a_name(name)
    from sgwarden.aws.credentials import Credentials  # noqa: PLC0415  boto3 takes a moment to import

    try:
        credentials = Credentials(profile)
        region = region_of(credentials, asked_region)
        stack = credentials.stack(name, region)
        if not stack.find():
            raise missing(name, region, credentials)
        if not stack.table:
            raise fail(f"the stack {name} in {region} is of a version that kept no ledger: deploy this one")
    except CallError as error:
        raise fail(explained(error, GUIDE)) from error
    return _read(credentials.ledger(stack.table, region), stack.table)


def _read(reader: LedgerReader, table: str) -> Ledger:
    try:
        alerts = sorted(reader.history(), key=lambda each: (each.time, each.id), reverse=True)
        standings = [standing for _, standing in reader.watched() if standing]
    except CallError as error:
        said = explained(error, GUIDE)
        if error.code == _GONE:
            said = f"the ledger of the stack is gone: there is no table {table}\nSee {GUIDE}, The ledger."
        raise fail(said) from error
    return Ledger(tuple(alerts), tuple(sorted(standings, key=lambda each: each.rank)))
