"""What became of a recorded call when it was played back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sgwarden.cli.replay.inputs import Recording

Json = dict[str, Any]

IGNORED = "ignored"
_FROM_THE_WORST = ("failed", "refused", "drifted", "remediated", "in_sync")


@dataclass(frozen=True, slots=True)
class Replayed:
    """A recorded call, played back.

    `presumed` had to be true before it, `changed` is what it changed in the account. `results` are those of
    the contract, one a look at a group; `reason` says why there is none. `undelivered` is why the queue gave
    up on it.
    """

    recording: Recording
    presumed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    results: tuple[Json, ...] = ()
    reason: str = ""
    undelivered: str = ""

    @property
    def status(self) -> str:
        """The worst status of its results, `ignored` without any; `failed` where the queue gave up."""
        statuses = {result["status"] for result in self.results}
        if self.undelivered:
            statuses.add("failed")
        return next((each for each in _FROM_THE_WORST if each in statuses), IGNORED)
