"""Messages to ourselves: an EKS update is not over when its event comes.

EKS may put rules and tags back minutes later, so a cluster is looked at again until its update is final.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sgwarden.calls import well_formed_update
from sgwarden.kept_cause import kept_cause, read_cause
from sgwarden.record import get, text
from sgwarden.target import TargetKind, well_formed

if TYPE_CHECKING:
    from typing import Self

    from sgwarden.trigger import Cause

DELAY = 60
"""Seconds between two looks."""
SELDOM = 300
"""The same where nobody has told of the update: who has been told is to come first, and say which it is."""
LOOKS = 240
"""Looks until an update counts as stuck: four hours at the least."""
_MARK = "sgwarden-follow-up"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Look at the cluster again, after `delay` seconds.

    `update_id` is empty where it is the cluster's own status that tells.
    """

    cluster: str
    update_id: str
    cause: Cause
    looks: int = 1
    delay: int = DELAY

    def again(self) -> Self | None:
        """The next look; None when there were enough."""
        return replace(self, looks=self.looks + 1) if self.looks < LOOKS else None

    def body(self) -> str:
        """The message's text, which `read_follow_up` reads."""
        follow = {"cluster": self.cluster, "update_id": self.update_id, "looks": self.looks}
        follow |= {"delay": self.delay}
        return json.dumps({_MARK: {**follow, "cause": kept_cause(self.cause)}})


def read_follow_up(body: object) -> FollowUp | None:
    """The follow-up that a message is, None where it is something else.

    Raises ValueError for one that `body` cannot have written: others may write to the queue too.
    """
    if not isinstance(body, dict) or _MARK not in body:
        return None
    follow = body[_MARK]
    names = well_formed(TargetKind.CLUSTER, [get(follow, "cluster")])
    update_id, looks = get(follow, "update_id"), get(follow, "looks")
    if not names or not (update_id == "" or well_formed_update(update_id)):
        raise ValueError("a follow-up of no cluster or update")
    if type(looks) is not int or looks < 1:
        raise ValueError("a follow-up without a number of looks")
    delay = SELDOM if get(follow, "delay") == SELDOM else DELAY
    return FollowUp(names[0], text(update_id), read_cause(get(follow, "cause")), looks, delay)
