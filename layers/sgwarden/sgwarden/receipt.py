"""Messages to ourselves, by way of the topic: an alert that went out comes back as its own receipt.

Whoever publishes an alert may die before it can write down that it did. The topic is subscribed to by the
function's own queue, so that the alert itself says so.
"""

from __future__ import annotations

from dataclasses import dataclass

from sgwarden.printable import printable
from sgwarden.record import get
from sgwarden.report import SCHEMA
from sgwarden.target import TargetKind, well_formed


@dataclass(frozen=True, slots=True)
class Receipt:
    """The alert about the group has gone out."""

    group: str
    alert: str


def read_receipt(body: object) -> Receipt | None:
    """The receipt that a message is, None where it is something else; raises ValueError for a bent one."""
    if not isinstance(body, dict) or body.get("schema") != SCHEMA:
        return None
    groups, alert = well_formed(TargetKind.GROUP, [get(body, "alert", "group")]), get(body, "alert", "id")
    if not groups or not isinstance(alert, str) or not alert:
        raise ValueError(f"an alert of no group or id: {printable(repr(alert))}")
    return Receipt(groups[0], alert)
