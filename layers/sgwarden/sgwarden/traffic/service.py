"""Services: which protocol and ports a rule speaks of, as places on one axis.

The axis has 65,536 places for each of the 256 IP protocols. TCP and UDP use theirs for ports, ICMP and ICMPv6
for type x 256 + code. The others have no ports (EC2 lets all of such a protocol through), so their places are
only ever taken together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from sgwarden.traffic.interval import IntervalSet

SLOT = 65536
PROTOCOLS = 256
ICMP, TCP, UDP, ICMPV6 = 1, 6, 17, 58
NAMES = {ICMP: "icmp", TCP: "tcp", UDP: "udp", ICMPV6: "icmpv6"}
NUMBERS = {name: number for number, name in NAMES.items()}
ALL_PLACES = IntervalSet(((0, PROTOCOLS * SLOT - 1),))

_EXPECTED = (
    'expected "all", "tcp", "udp/53", "tcp/1024-65535", "icmp", "icmp/3", "icmp/3.4", "icmpv6" or "proto/50"'
)
_NUMBER = "[0-9]{1,9}"
_FORM = re.compile(rf"(?P<name>[a-z0-9]+)(?:/(?P<first>{_NUMBER})(?:(?P<joint>[-.])(?P<last>{_NUMBER}))?)?")


@dataclass(frozen=True, slots=True)
class Service:
    """What one rule can say of protocol and ports: `first` to `last`, both included; no protocol means all.

    Raises ValueError for what no EC2 rule can say.
    """

    protocol: int | None
    first: int = 0
    last: int = SLOT - 1

    ALL: ClassVar[Service]

    def __post_init__(self) -> None:
        if self.protocol is not None and not 0 <= self.protocol < PROTOCOLS:
            raise ValueError(f"protocol {self.protocol} is out of range: expected 0 to 255")
        if not 0 <= self.first <= self.last < SLOT:
            raise ValueError(f"ports {self.first}-{self.last} are out of order or out of range 0 to 65535")
        if self.is_whole or self.protocol in (TCP, UDP):
            return
        if self.protocol not in (ICMP, ICMPV6):
            raise ValueError(f"{self} has no ports: only tcp and udp have")
        if self.first != self.last and (self.first % 256 or self.last != self.first + 255):
            raise ValueError("an ICMP service is all types, all codes of one type, or one code")

    @classmethod
    def parse(cls, text: str) -> Service:
        """Read the notation that `str` writes; raises ValueError saying what was expected."""
        match = _FORM.fullmatch(text.strip().lower())
        if not match:
            raise ValueError(f'unknown service "{text}": {_EXPECTED}')
        name, first, joint, last = match.group("name", "first", "joint", "last")
        if name == "proto" and first and not joint:
            return cls(int(first))
        if name == "all" and not first:
            return cls.ALL
        if name not in NUMBERS:
            raise ValueError(f'unknown service "{text}": {_EXPECTED}')
        return _ported(text, NUMBERS[name], first, joint, last)

    @property
    def is_whole(self) -> bool:
        """Whether all of the protocol is meant."""
        return (self.first, self.last) == (0, SLOT - 1)

    @property
    def places(self) -> IntervalSet:
        if self.protocol is None:
            return ALL_PLACES
        start = self.protocol * SLOT
        return IntervalSet(((start + self.first, start + self.last),))

    def __str__(self) -> str:
        if self.protocol is None:
            return "all"
        name = NAMES.get(self.protocol, f"proto/{self.protocol}")
        if self.is_whole or self.protocol not in NAMES:
            return name
        if self.protocol in (ICMP, ICMPV6):
            kind, code = divmod(self.first, 256)
            return f"{name}/{kind}" if self.first != self.last else f"{name}/{kind}.{code}"
        return f"{name}/{self.first}" if self.first == self.last else f"{name}/{self.first}-{self.last}"


Service.ALL = Service(None)


def _ported(text: str, protocol: int, first: str | None, joint: str | None, last: str | None) -> Service:
    if first is None:
        return Service(protocol)
    low, high = int(first), int(last or first)
    if protocol in (ICMP, ICMPV6):
        if joint == "-":
            raise ValueError(
                f'"{text}" is no ICMP service: write icmp/3 for a type, icmp/3.4 for type and code'
            )
        if low > 255 or (last and high > 255):
            raise ValueError(f'"{text}" is out of range: ICMP types and codes go from 0 to 255')
        return Service(protocol, low * 256 + high, low * 256 + high) if last else icmp_type(protocol, low)
    if joint == ".":
        raise ValueError(f'"{text}" is no range of ports: write tcp/20-25')
    if low > high:
        raise ValueError(f'"{text}" runs backwards: write the lower port first')
    if high >= SLOT:
        raise ValueError(f'"{text}" is out of range: ports go from 0 to 65535')
    return Service(protocol, low, high)


def icmp_type(protocol: int, kind: int) -> Service:
    """All codes of one ICMP type."""
    return Service(protocol, kind * 256, kind * 256 + 255)
