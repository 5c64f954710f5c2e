"""The findings of an alert one by one, for hubs and buses, and the names that all of these know them by."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sgwarden.alert import Others
from sgwarden.finding import SEVERITIES
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
    return ((replace(alert, notes=(note,), others=_beside(note, alert)), note) for note in alert.notes)


def _beside(note: Note, alert: Alert) -> Others | None:
    """What is open besides the finding, the others of the alert among it."""
    open_too = [each for each in alert.notes if each is not note and each.transition.state.is_open]
    told = [Others(1, each.severity, each.summary) for each in open_too]
    others = [*told, *([alert.others] if alert.others else [])]
    if not others:
        return None
    worst = min(others, key=lambda each: SEVERITIES.index(each.severity))
    return replace(worst, findings=sum(each.findings for each in others))


def finding_uid(alert: Alert, note: Note) -> str:
    """The same through a finding's whole life, and of no other in any account."""
    place = (partition_of(alert.region), alert.region, alert.account)
    return printable("/".join((*place, alert.group, note.id)), _LIMIT)


def arn(service: str, region: str, account: str, resource: str) -> str:
    """One visible line, whatever stands in it."""
    return printable(f"arn:{partition_of(region)}:{service}:{region}:{account}:{resource}", _LIMIT)


def _arn(alert: Alert, service: str, resource: str) -> str:
    return arn(service, alert.region, alert.account, resource)
