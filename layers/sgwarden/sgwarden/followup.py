"""Messages to ourselves: an EKS update is not over when its event comes.

EKS may put rules and tags back minutes later, so a cluster is looked at again until its update is final.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sgwarden.trigger import Cause

if TYPE_CHECKING:
    from typing import Self

DELAY = 60
"""Seconds between two looks."""
LOOKS = 240
"""Looks until an update counts as stuck: four hours."""
_MARK = "sgwarden-follow-up"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Look at the cluster again; `update_id` is empty where the cluster itself is being made."""

    cluster: str
    update_id: str
    cause: Cause
    looks: int = 1

    def again(self) -> Self | None:
        """The next look; None when there were enough."""
        return replace(self, looks=self.looks + 1) if self.looks < LOOKS else None

    def body(self) -> str:
        """The message's text, which `read_follow_up` reads."""
        cause = self.cause
        time = cause.time.isoformat() if cause.time else None
        said = {
            "event": cause.event,
            "event_id": cause.event_id,
            "actor": cause.actor,
            "source_ip": cause.source_ip,
        }
        follow = {"cluster": self.cluster, "update_id": self.update_id, "looks": self.looks}
        return json.dumps({_MARK: {**follow, "cause": {**said, "time": time}}})


def read_follow_up(body: Any) -> FollowUp | None:  # noqa: ANN401  any JSON
    """The follow-up that a message is, or None where it is something else."""
    if not isinstance(body, dict) or _MARK not in body:
        return None
    follow = body[_MARK]
    said = follow["cause"]
    time = datetime.fromisoformat(said["time"]) if said["time"] else None
    return FollowUp(**{**follow, "cause": Cause(**{**said, "time": time})})
