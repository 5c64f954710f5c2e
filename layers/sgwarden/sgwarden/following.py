"""The looks to come: at a cluster that EKS is busy with, and at groups for which a change is on its way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.followup import SELDOM, FollowUp
from sgwarden.rest import TURNS, Rest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sgwarden.asked import Asked, Errand
    from sgwarden.service import Service
    from sgwarden.trigger import Trigger

_OVER_AT_ONCE = "DeleteCluster"
"""The one call on a cluster after which there is nothing to look at again."""


def next_look(follow: FollowUp | None, trigger: Trigger, service: Service) -> FollowUp | None:
    """The look that comes after an event, or after a follow-up, as long as the update is not over.

    Raises CallError where that cannot be found out.
    """
    if follow is None:
        last = not trigger.is_of_eks or trigger.cause.event == _OVER_AT_ONCE
        return None if last else FollowUp(trigger.target.name, trigger.update_id, trigger.cause)
    if service.world.is_final(follow.cluster, follow.update_id):
        return None
    again = follow.again()
    if again is None:
        service.journal.dropped(follow.body(), "the update is still not final after the last look")
    return again


def seldom_look(cluster: str, trigger: Trigger) -> FollowUp:
    """The look that comes where EKS updates the cluster, and no event has told of that."""
    return FollowUp(cluster, "", trigger.cause, delay=SELDOM)


def leads_on(asked: Asked, errand: Errand) -> bool:
    """Whether EKS itself leads here; a seldom look that is over, or was the last, begins no other."""
    is_seldom = asked.follow is not None and asked.follow.delay == SELDOM
    return not is_seldom and (errand.trigger.is_by_eks or errand.trigger.is_of_eks)


def looks_to_come(asked: Iterable[Asked]) -> Mapping[FollowUp, str]:
    """The next looks at clusters, each once, and the id of the message that is to answer for it."""
    return {
        follow: each.id
        for each in asked
        for errand in each.errands
        if errand.is_done
        for follow in errand.next_looks
    }


def once_more(asked: Asked, service: Service) -> Rest | None:
    """All of an event, for later, where what it tells of is not in force yet; None where nothing is to come.

    Of an event that is handled in parts, the first part sees to it.
    """
    if asked.done or all(errand.in_force for errand in asked.errands):
        return None
    names = tuple(dict.fromkeys(errand.trigger.target.name for errand in asked.errands))
    if asked.turn == TURNS:
        service.journal.dropped(", ".join(names), "it is still changing after the last look")
        return None
    return Rest(asked.event, names, (), asked.turn + 1)
