"""One look at one cluster security group, and what follows from it.

Level-triggered: nothing here knows which event was the reason to look.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sgwarden.examine import examine, in_sync, planned
from sgwarden.observe import Judged
from sgwarden.outcome import Outcome
from sgwarden.policy.types import Mode
from sgwarden.remediate import no_deadline, remediate

if TYPE_CHECKING:
    from collections.abc import Callable

    from sgwarden.ceiling import Ceiling
    from sgwarden.cluster import Cluster
    from sgwarden.group import SecurityGroup
    from sgwarden.outcome import Skipped
    from sgwarden.policy.types import Document
    from sgwarden.remediate import Account


def reconcile(
    cluster: Cluster,
    group: SecurityGroup,
    document: Document,
    account: Account,
    ceiling: Ceiling,
    seconds_left: Callable[[], float] = no_deadline,
) -> Outcome | Skipped:
    """Bring the group, as it was read, to the policy, or under `observe` tell what would be done.

    `ceiling` is the most that may be done whatever the policy says, `seconds_left` what there is time for.
    Raises CallError where reading fails.
    """
    seen = examine(cluster, group, document, account)
    if isinstance(seen, Outcome):
        return _lowered(seen, ceiling)
    if not isinstance(seen, Judged):
        return seen
    if Mode.OBSERVE in (ceiling.mode, seen.desired.mode):
        return _lowered(planned(seen, seen.desired.mode), ceiling)
    if not seen.drift:
        return in_sync(seen, Mode.REMEDIATE)
    return remediate(seen, account, seconds_left=seconds_left)


def _lowered(outcome: Outcome, ceiling: Ceiling) -> Outcome:
    """The outcome under the ceiling; a pause holds nothing back where the policy itself only observes."""
    if outcome.mode is Mode.OBSERVE or ceiling.mode is Mode.REMEDIATE:
        return outcome
    return replace(outcome, mode=Mode.OBSERVE, paused=ceiling.paused)
