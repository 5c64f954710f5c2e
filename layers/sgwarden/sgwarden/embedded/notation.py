"""Rules between the notation that people read and the form in which EC2 keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.embedded.corrections.permissions import read_rule_request
from sgwarden.traffic import NOBODY, Direction, PrefixList, parse_line
from sgwarden.traffic.ec2_request import request_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sgwarden.embedded.corrections.rules import HeldRule, Meaning

_NAMED = {"icmp", "icmpv6"}


def meaning_of(line: str, self_id: str, prefix_list_ids: Iterable[str] = ()) -> Meaning:
    """What a line such as `tcp/22 from 0.0.0.0/0` says; raises ValueError for what is no line."""
    lists = {list_id: PrefixList(list_id, NOBODY) for list_id in prefix_list_ids}
    rule = parse_line(line, self_id=self_id, prefix_lists=lists)
    return read_rule_request(request_of(rule), egress=rule.direction is Direction.EGRESS).meaning


def line_of(rule: HeldRule) -> str:
    """The rule as a line; its own group reads `self`."""
    meaning = rule.meaning
    peer = "self" if meaning.peer == rule.group_id else meaning.peer
    return f"{_service(meaning)} {'to' if meaning.egress else 'from'} {peer}"


def _service(meaning: Meaning) -> str:
    name, first, last = meaning.protocol, meaning.from_port, meaning.to_port
    if name == "-1":
        return "all"
    if not meaning.has_ports:
        return f"proto/{name}"
    if name in _NAMED:
        return name if first < 0 else f"{name}/{first}" if last < 0 else f"{name}/{first}.{last}"
    if (first, last) == (0, 65535):
        return name
    return f"{name}/{first}" if first == last else f"{name}/{first}-{last}"
