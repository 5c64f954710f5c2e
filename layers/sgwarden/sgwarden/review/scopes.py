"""Which groups of a cluster policies are for, against each other and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.review.globs import covers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sgwarden.cluster import Cluster
    from sgwarden.policy.types import Scope


def includes(wide: Scope | None, narrow: Scope | None) -> bool:
    """Whether every group of the one is one of the other; no scope has a cluster's own group and others."""
    if wide is None or narrow is None:
        return wide is None and narrow is None
    return all_match(wide.names, narrow.names) and all_tags_match(wide.tags, narrow.tags)


def all_match(wide: tuple[str, ...], narrow: tuple[str, ...]) -> bool:
    """Whether the patterns match all that the others do; none at all match everything."""
    return not wide or covers(wide, narrow or ("*",))


def all_tags_match(wide: Mapping[str, str], narrow: Mapping[str, str]) -> bool:
    """Whether whatever has the tags of the one has those of the other."""
    return all(key in narrow and covers((value,), (narrow[key],)) for key, value in wide.items())


def scope_in_words(scope: Scope | None) -> str:
    """Which groups of its clusters a policy is for, on one line."""
    if scope is None:
        return "cluster security groups"
    tags = [f"{key}={value}" for key, value in scope.tags.items()]
    kinds = (("named", scope.names), ("tagged", tags))
    which = ", ".join(f"{kind} {' or '.join(values)}" for kind, values in kinds if values)
    return f"additional groups {which}".rstrip()


def group_in_words(cluster: Cluster) -> str:
    """The group that is looked at, as messages call it."""
    if not cluster.additional:
        return f"cluster {cluster.name}"
    return f"group {cluster.security_group_name or cluster.security_group_id} of cluster {cluster.name}"
