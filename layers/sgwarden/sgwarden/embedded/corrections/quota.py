"""The quota of rules: EC2 counts inbound and outbound, IPv4 and IPv6 apart.

A CIDR block counts once, in its own family. A reference to a group counts once in both. A prefix list counts
its maximum size in its own family, however few entries it has; the lists that AWS manages have a set weight.
Source: Amazon VPC user guide, "Amazon VPC quotas" and "AWS-managed prefix list weight".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.ec2.exceptions import RulesPerSecurityGroupLimitExceededError

from sgwarden.embedded.corrections.rules import Meaning, PeerKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from moto.ec2.models.managed_prefixes import ManagedPrefixList

_AWS_WEIGHTS = {"cloudfront.origin-facing": 55, "groundstation": 5, "vpc-lattice": 10}


def check_quota(
    quota: int,
    before: Iterable[Meaning],
    after: Iterable[Meaning],
    list_of: Callable[[str], ManagedPrefixList | None],
) -> None:
    """Raises `RulesPerSecurityGroupLimitExceeded` where a family grows past the quota."""
    was, is_now = list(before), list(after)
    for family in (PeerKind.IPV4, PeerKind.IPV6):
        count = _count(is_now, family, list_of)
        if count > quota and count > _count(was, family, list_of):
            raise RulesPerSecurityGroupLimitExceededError


def _count(
    meanings: list[Meaning], family: PeerKind, list_of: Callable[[str], ManagedPrefixList | None]
) -> int:
    return sum(_weight(meaning, family, list_of) for meaning in meanings)


def _weight(meaning: Meaning, family: PeerKind, list_of: Callable[[str], ManagedPrefixList | None]) -> int:
    if meaning.kind is not PeerKind.PREFIX_LIST:
        return int(meaning.kind in (family, PeerKind.GROUP))
    prefix_list = list_of(meaning.peer)
    if prefix_list is None or f"Cidr{prefix_list.address_family}".lower() != family.value.lower():
        return 0
    if prefix_list.max_entries:
        return int(prefix_list.max_entries)
    names = [weight for name, weight in _AWS_WEIGHTS.items() if name in str(prefix_list.prefix_list_name)]
    return names[0] if names else 1
