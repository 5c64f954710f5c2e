"""Reading the `limits:` section: how wide whatever is allowed may be."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sgwarden.cluster import IpFamily
from sgwarden.review.read_lines import split_line
from sgwarden.review.types import Limit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgwarden.policy.node import Node
    from sgwarden.policy.reading import Reader

WIDTH = re.compile(r"(ipv4|ipv6)/([0-9]{1,3})")
_LONGEST = {IpFamily.IPV4: 32, IpFamily.IPV6: 128}


def read_limits(reader: Reader, node: Node) -> tuple[Limit, ...]:
    """Every limit, each with one line or several."""
    return tuple(
        limit
        for entry in reader.entries(node, "limits")
        for item in reader.some(entry.value, f'limit "{entry.key.text}"')
        for limit in read_limit(reader, item, entry.key.text)
    )


def read_limit(reader: Reader, node: Node, name: str) -> Iterator[Limit]:
    """One line, such as `all from ipv4/16`; nothing where it is wrong, of which the reader has been told."""
    what = f'limit "{name}"'
    parts = split_line(reader, node, what, "WIDTH")
    if parts is None:
        return
    service, direction, word = parts
    match = WIDTH.fullmatch(word)
    family = IpFamily(match[1]) if match else IpFamily.IPV4
    if match and int(match[2]) <= _LONGEST[family]:
        yield Limit(name, service, direction, family, int(match[2]))
        return
    hint = "expected ipv4/0 to ipv4/32 or ipv6/0 to ipv6/128: the widest block that may be allowed"
    reader.problem(node.mark, f'{what}: "{word}" is no width', hint)
