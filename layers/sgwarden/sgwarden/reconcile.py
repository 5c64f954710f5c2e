"""One look at one cluster security group, and what follows from it.

Level-triggered: nothing here knows which event was the reason to look.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sgwarden.examine import examine, in_sync, planned
from sgwarden.observe import Judged, find_cluster
from sgwarden.outcome import Outcome, Skipped
from sgwarden.policy.types import Mode
from sgwarden.remediate import remediate

if TYPE_CHECKING:
    from sgwarden.policy.types import Document
    from sgwarden.remediate import Account


def reconcile(group_id: str, document: Document, account: Account, ceiling: Mode) -> Outcome | Skipped:
    """Look at the group and bring it to the policy, or under `observe` tell what would be done.

    `ceiling` is the most that may be done whatever the policy says. Raises CallError where reading fails.
    """
    found = find_cluster(account, group_id)
    if isinstance(found, Skipped):
        return found
    seen = examine(*found, document, account)
    if isinstance(seen, Outcome) and ceiling is Mode.OBSERVE:
        return replace(seen, mode=ceiling)
    if not isinstance(seen, Judged):
        return seen
    if Mode.OBSERVE in (ceiling, seen.desired.mode):
        return planned(seen, Mode.OBSERVE)
    return remediate(seen, account) if seen.drift else in_sync(seen, Mode.REMEDIATE)
