"""Addresses in the AWS console of what an alert is about, in the console of its partition."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from sgwarden.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgwarden.alert import Alert
    from sgwarden.daily import Standing
    from sgwarden.trigger import Cause

_EVENTS_SHOWN = 4
_NAME_SHOWN = 80
_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}")
_PARTITIONS = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "eu-isoe-": "aws-iso-e",
    "us-isof-": "aws-iso-f",
    "eusc-": "aws-eusc",
}
# Of the other partitions no address is known that could be shown to be right.
_CONSOLES = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}


@dataclass(frozen=True, slots=True)
class Link:
    """A place to look: `url` is ASCII and quoted, `title` yet to be escaped for where it is shown."""

    title: str
    url: str


def partition_of(region: str) -> str:
    """The partition that a region is in, as its name tells (botocore's partitions.json)."""
    return next((name for start, name in _PARTITIONS.items() if region.startswith(start)), "aws")


def is_region(text: str) -> bool:
    """Whether it can be a region's name, and so a part of a host name or a command."""
    return bool(_REGION.fullmatch(text))


def links_of(alert: Alert) -> tuple[Link, ...]:
    """The group, the cluster, and the calls that may be to blame; none where the console is not known."""
    return tuple(_links(alert))


def links_of_standing(standing: Standing, region: str) -> tuple[Link, ...]:
    """The group and its cluster; none where the console is not known."""
    return links_to(standing.cluster, standing.group, region)


def links_to(cluster: str, group: str, region: str) -> tuple[Link, ...]:
    """A group and its cluster by their names; none where the console is not known."""
    console = _console(region)
    return (_group(console, group), _cluster(console, cluster)) if console else ()


def _links(alert: Alert) -> Iterator[Link]:
    console = _console(alert.region)
    if not console:
        return
    yield _group(console, alert.group)
    yield _cluster(console, alert.cluster)
    causes = (*(cause for note in alert.notes for cause in note.causes), *alert.causes)
    told = {cause.event_id: cause for cause in causes if cause.event_id}
    yield from (_event(console, cause) for cause in [*told.values()][:_EVENTS_SHOWN])


def _console(region: str) -> tuple[str, str] | None:
    """The host of the region's console, and what every address in it ends its path with."""
    host = _CONSOLES.get(partition_of(region))
    return (f"https://{region}.{host}", f"home?region={region}") if host and is_region(region) else None


def _group(console: tuple[str, str], group: str) -> Link:
    host, home = console
    return Link("Security group", f"{host}/ec2/{home}#SecurityGroup:groupId={_quoted(group)}")


def _cluster(console: tuple[str, str], cluster: str) -> Link:
    host, home = console
    return Link("Cluster", f"{host}/eks/{home}#/clusters/{_quoted(cluster)}")


def _event(console: tuple[str, str], cause: Cause) -> Link:
    """CloudTrail's event history has an event within minutes, and for 90 days."""
    host, home = console
    title = f"CloudTrail event {printable(cause.event, _NAME_SHOWN)}".rstrip()
    return Link(title, f"{host}/cloudtrailv2/{home}#/events/{_quoted(cause.event_id)}")


def _quoted(text: str) -> str:
    # A lone surrogate, which cannot be quoted, is not printable.
    return quote(printable(text), safe="")
