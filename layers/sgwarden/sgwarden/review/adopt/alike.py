"""Which clusters can share a policy, and how that policy picks exactly them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sgwarden.policy.patterns import is_pattern
from sgwarden.policy.types import Selector
from sgwarden.printable import printable
from sgwarden.review.adopt.essential import TAGS, tag_is_there
from sgwarden.review.adopt.naming import unique
from sgwarden.review.adopt.today import term_of
from sgwarden.review.adopt.vpcs import by_vpc
from sgwarden.traffic import PrefixList

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    from sgwarden.cluster import Cluster
    from sgwarden.group import SecurityGroup
    from sgwarden.review.adopt.today import Found


class TwiceError(ValueError):
    """A cluster was given twice, and not the same both times."""


class UnnamedError(ValueError):
    """A cluster has a name by which no policy picks it alone; none of EKS has."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Clusters for which one policy is right, in the order of their names, with the name it is to have."""

    name: str
    selector: Selector
    alike: tuple[Found, ...]

    @property
    def clusters(self) -> tuple[Cluster, ...]:
        return tuple(cluster for cluster, _ in self.alike)


def kinds(found: Iterable[Found]) -> tuple[Kind, ...]:
    """The clusters by what they have in common, in the order of names; raises TwiceError and UnnamedError."""
    ordered = _each_once(found)
    by_likeness: dict[Hashable, list[Found]] = {}
    for each in ordered:
        by_likeness.setdefault(_likeness(*each), []).append(each)
    unlike = _names_of_several(by_likeness.values())
    accounts = {cluster.account for cluster, _ in ordered}
    regions = {cluster.region for cluster, _ in ordered}
    made: list[Kind] = []
    for alike in by_likeness.values():
        for part in _tellable(alike, unlike):
            told = part[0][0].name in unlike
            selector = _selector(part, told and len(accounts) > 1, told and len(regions) > 1)
            made.append(Kind(unique(_name(part, selector), {each.name for each in made}), selector, part))
    return tuple(sorted(made, key=lambda kind: kind.name))


def _each_once(found: Iterable[Found]) -> list[Found]:
    seen: dict[tuple[str, str, str], Found] = {}
    for each, group in found:
        if is_pattern(each.name):
            raise UnnamedError(f"no policy picks {each.name} alone: cluster names have no wildcards")
        cluster = replace(each, security_group_name=group.name)
        key = (cluster.name, cluster.region, cluster.account)
        first = seen.setdefault(key, (cluster, group))
        if first[1].id != group.id or _likeness(*first) != _likeness(cluster, group):
            where = f"{cluster.name} in {cluster.region} of account {cluster.account}"
            raise TwiceError(f"cluster {where} is there twice, and with other rules the second time")
    return [each for _, each in sorted(seen.items())]


def _likeness(cluster: Cluster, group: SecurityGroup) -> Hashable:
    """All that the policy of a cluster depends on: not the ids, order and descriptions of its rules."""
    rules = frozenset(
        (
            rule.direction,
            rule.service,
            term_of(rule.peer, cluster),
            rule.peer.addresses if isinstance(rule.peer, PrefixList) else None,
        )
        for rule in group.rules
    )
    tags = tuple(tag_is_there(key, value, cluster, group) for key, value in TAGS.items())
    hybrid = cluster.remote_nodes, cluster.remote_pods
    return rules, tags, cluster.ip_family, hybrid, by_vpc(cluster, group)


def _names_of_several(groups: Iterable[Sequence[Found]]) -> set[str]:
    """The names that clusters of more than one kind have: in another account or region are other rules."""
    once: set[str] = set()
    several: set[str] = set()
    for alike in groups:
        names = {cluster.name for cluster, _ in alike}
        several |= names & once
        once |= names
    return several


def _tellable(alike: Sequence[Found], unlike: set[str]) -> Iterator[tuple[Found, ...]]:
    """Clusters alike in parts that a selector can pick: by name alone, or in one account and region."""
    parts: dict[tuple[str, str], list[Found]] = {}
    for cluster, group in alike:
        where = (cluster.account, cluster.region) if cluster.name in unlike else ("", "")
        parts.setdefault(where, []).append((cluster, group))
    return (tuple(part) for _, part in sorted(parts.items()))


def _selector(part: Sequence[Found], with_account: bool, with_region: bool) -> Selector:
    first = part[0][0]
    return Selector(
        names=tuple(dict.fromkeys(cluster.name for cluster, _ in part)),
        accounts=(first.account,) if with_account else (),
        regions=(first.region,) if with_region else (),
    )


def _name(part: Sequence[Found], selector: Selector) -> str:
    first = printable(part[0][0].name) or "cluster"
    words = [first if len(selector.names) == 1 else f"like-{first}", *selector.regions, *selector.accounts]
    return "-".join(words)
