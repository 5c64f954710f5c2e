"""The findings of an alert one by one, for hubs and buses, and the names that all of these know them by."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sgwarden.printable import printable
from sgwarden.rendering.links import partition_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgwarden.alert import Alert
    from sgwarden.life import Note

_LIMIT = 500


def group_arn(alert: Alert) -> str:
    return _arn(alert, "ec2", f"security-group/{alert.group}")


def cluster_arn(alert: Alert) -> str:
    return _arn(alert, "eks", f"cluster/{alert.cluster}")


def each_alone(alert: Alert) -> Iterator[tuple[Alert, Note]]:
    """Each finding, and the alert as if it told of that alone: what is advised then is for no other."""
    return ((replace(alert, notes=(note,)), note) for note in alert.notes)


def finding_uid(alert: Alert, note: Note) -> str:
    """The same through a finding's whole life, and of no other in any account."""
    place = (partition_of(alert.region), alert.region, alert.account)
    return printable("/".join((*place, alert.group, note.id)), _LIMIT)


def arn(service: str, region: str, account: str, resource: str) -> str:
    """One visible line, whatever stands in it."""
    return printable(f"arn:{partition_of(region)}:{service}:{region}:{account}:{resource}", _LIMIT)


def _arn(alert: Alert, service: str, resource: str) -> str:
    return arn(service, alert.region, alert.account, resource)
