"""One look at one group of a cluster, and what follows from it.

Level-triggered: nothing here knows which event was the reason to look.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sgwarden.examine import examine, in_sync, planned
from sgwarden.observe import Judged, with_removals
from sgwarden.outcome import Outcome
from sgwarden.policy.types import Mode
from sgwarden.remediate import no_deadline, nobody_else, remediate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sgwarden.ceiling import Ceiling
    from sgwarden.cluster import Cluster
    from sgwarden.group import SecurityGroup
    from sgwarden.outcome import Skipped
    from sgwarden.policy.types import Document
    from sgwarden.recent import Removal
    from sgwarden.remediate import Account


def reconcile(
    cluster: Cluster,
    group: SecurityGroup,
    document: Document,
    account: Account,
    ceiling: Ceiling,
    seconds_left: Callable[[], float] = no_deadline,
    removals: Sequence[Removal] = (),
    begin: Callable[[Outcome], None] = nobody_else,
) -> Outcome | Skipped:
    """Bring the group, as it was read, to the policy, or under `observe` tell what would be done.

    `ceiling` is the most that may be done whatever the policy says, `seconds_left` what there is time for;
    `removals` is what is known to have been taken from the group of late, which changes nothing of what it is
    brought to. `begin` is called right before the group is written to, with what is about to be done. Raises
    CallError where reading fails, and what `begin` raises.
    """
    seen = examine(cluster, group, document, account)
    barred = ceiling.barred_from(cluster)
    if isinstance(seen, Outcome):
        return _lowered(seen, ceiling, barred)
    if not isinstance(seen, Judged):
        return seen
    seen = with_removals(account, seen, removals, account.in_use)
    if barred or Mode.OBSERVE in (ceiling.mode, seen.desired.mode):
        return _lowered(planned(seen, seen.desired.mode), ceiling, barred)
    if not seen.drift:
        return in_sync(seen, Mode.REMEDIATE)
    return remediate(seen, account, seconds_left=seconds_left, begin=begin)


def _lowered(outcome: Outcome, ceiling: Ceiling, barred: str) -> Outcome:
    """The outcome under the ceiling; a pause holds nothing back where the policy itself only observes.

    Nor does what bars it from the group, where the stack only observes.
    """
    if outcome.mode is Mode.OBSERVE or (ceiling.mode is Mode.REMEDIATE and not barred):
        return outcome
    if ceiling.mode is Mode.OBSERVE and not ceiling.paused:
        barred = ""
    return replace(outcome, mode=Mode.OBSERVE, paused=ceiling.paused, barred=barred)
