"""Events that gave a group the tag of a cluster, or took it: which of the clusters they matter to.

One call may name fifty clusters, and each would be looked at with all that is around it. Controllers go by
the tag on nodes alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sgwarden.asked import Asked, Errand
    from sgwarden.service import Service
    from sgwarden.target import Target

ON_NO_NODE = "the tag of a cluster, none of whose nodes carries the group"


def leave_out(asked: Sequence[Asked], service: Service, is_time: Callable[[], bool]) -> list[Target]:
    """Drop the errands to clusters whose nodes carry none of the tagged groups; returns their targets.

    One read of nodes for all of the batch. What it does not come to is left to the daily reminder.
    """
    errands = [errand for each in asked for errand in each.errands]
    wanted = {pair for errand in errands for pair in _pairs(errand)}
    carried = _carried(wanted, service, is_time) if wanted else set()
    for each in asked:
        each.errands = [errand for errand in each.errands if _matters(errand, carried)]
    return [errand.trigger.target for errand in errands if not _matters(errand, carried)]


def _matters(errand: Errand, carried: set[tuple[str, str]]) -> bool:
    return not errand.trigger.groups or bool(carried & _pairs(errand))


def _pairs(errand: Errand) -> set[tuple[str, str]]:
    """The groups that got or lost the tag, each with the cluster; none where it is about something else."""
    return {(group, errand.trigger.target.name) for group in errand.trigger.groups}


def _carried(
    wanted: set[tuple[str, str]], service: Service, is_time: Callable[[], bool]
) -> set[tuple[str, str]]:
    groups, clusters = ({pair[side] for pair in wanted} for side in (0, 1))
    carried: set[tuple[str, str]] = set()
    try:
        for pair in service.world.nodes_with(groups, clusters, is_time):
            carried.add(pair)
            if wanted <= carried:
                break
    except Exception as error:
        service.journal.unread("the nodes with tagged groups", error)
    return carried
