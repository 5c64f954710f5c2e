"""Allowed traffic that is wider than a limit permits.

Judged as the statements are written, and together: two halves of a block are the block. What is denied on top
takes nothing off, and what only a cluster can tell (`vpc`, prefix lists) is not judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sgwarden.cluster import IpFamily
from sgwarden.policy.errors import Problem
from sgwarden.review.worlds import World
from sgwarden.traffic import ANYWHERE_IPV4, ANYWHERE_IPV6, PeerSet, Traffic, union
from sgwarden.traffic.interval import IntervalSet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sgwarden.policy.types import Policy, Statement
    from sgwarden.review.types import Limit
    from sgwarden.traffic.peers import Network

_ADDRESSES = {IpFamily.IPV4: ANYWHERE_IPV4, IpFamily.IPV6: ANYWHERE_IPV6}


def too_wide(policy: Policy, limit: Limit) -> Iterator[Problem]:
    """Every statement of the policy that is wider than the limit, alone or with others that are not."""
    opened = _opened(policy, limit)
    narrow = {}
    for each, traffic in opened.items():
        found = _wider(traffic, limit)
        if found:
            yield _as_problem(policy, each, limit, f"allows {_widest(found)}")
        else:
            narrow[each] = traffic
    together = _wider(union(narrow.values()), limit)
    for each, traffic in narrow.items():
        mine = [one for one in together if one.traffic & traffic]
        if mine:
            others = [other.id for other in narrow if other is not each and narrow[other] & mine[0].traffic]
            names = ", ".join(f'"{name}"' for name in others)
            yield _as_problem(policy, each, limit, f"allows {_widest(mine)} together with {names}")


def _opened(policy: Policy, limit: Limit) -> dict[Statement, Traffic]:
    """What each statement requires or allows of the limit's traffic."""
    direction = policy.direction(limit.direction)
    within = Traffic.of([limit.service], _ADDRESSES[limit.ip_family])
    return {
        each: World(limit.ip_family).traffic(each) & within for each in (*direction.require, *direction.allow)
    }


class _Wide(NamedTuple):
    """A block that is open, and what of it."""

    block: Network
    traffic: Traffic


def _wider(opened: Traffic, limit: Limit) -> list[_Wide]:
    """Every block wider than the limit."""
    return [
        _Wide(block, Traffic.over([IntervalSet(((first, last),))], PeerSet.of_cidr(block)))
        for first, last, peers in opened.bands
        for block in peers.networks()
        if block.prefixlen < limit.length
    ]


def _widest(found: Iterable[_Wide]) -> Network:
    return min((each.block for each in found), key=lambda block: block.prefixlen)


def _as_problem(policy: Policy, statement: Statement, limit: Limit, what: str) -> Problem:
    mark = policy.mark if statement.ready_made else statement.mark
    said = f'"{statement.id}" of policy "{policy.name}" {what}, wider than limit "{limit.name}" ({limit})'
    return Problem.at(mark, said)
