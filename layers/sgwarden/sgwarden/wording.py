"""Words for people: what a port is, and lists that stay short."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.traffic import Direction

if TYPE_CHECKING:
    from collections.abc import Sequence

_KNOWN = {
    "tcp/22": "SSH",
    "tcp/53": "DNS",
    "udp/53": "DNS",
    "tcp/443": "HTTPS",
    "tcp/3389": "RDP",
    "tcp/10250": "kubelet",
}
_AT_MOST = 4


def direction_word(direction: Direction) -> str:
    return "Inbound" if direction is Direction.INGRESS else "Outbound"


def service_name(service: str) -> str:
    """What people call a service of the notation; empty where it has no name that all know."""
    return _KNOWN.get(service, "")


def with_names(lines: Sequence[str]) -> str:
    """Lines of traffic in a sentence, well-known services by name, no more than a person reads.

    Neighbours with the same service name it once.
    """
    said: list[str] = []
    spoken_of = ""
    for line in lines[:_AT_MOST]:
        service, _, peer = line.rpartition(" ")
        said.append(peer if service == spoken_of else _named(line))
        spoken_of = service
    more = len(lines) - len(said)
    return ", ".join(said) + (f" and {more} more" if more > 0 else "")


def _named(line: str) -> str:
    service, _, peer = line.partition(" ")
    name = service_name(service)
    return f"{service} ({name}) {peer}" if name else line
