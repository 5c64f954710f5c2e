"""The looks to come at a cluster that EKS is busy with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.followup import SELDOM, FollowUp

if TYPE_CHECKING:
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
