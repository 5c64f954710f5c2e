"""Which of the calls that led here may have caused a finding.

Nobody is to be blamed for what was there before: a call is the cause only where it can have had that effect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.finding import Finding, Kind
from sgwarden.trigger import Touch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgwarden.trigger import Cause, Trigger

_NEVER_OPEN = ("Revoke", "UpdateSecurityGroupRuleDescriptions")
_NEVER_CLOSE = ("Authorize", "UpdateSecurityGroupRuleDescriptions")


def cause_of(finding: Finding, triggers: Sequence[Trigger]) -> Cause | None:
    """The last call that can have caused the finding; one that names a rule of it goes before others."""
    able = [trigger for trigger in triggers if _able(trigger, finding)]
    sure = [trigger for trigger in able if trigger.rule_ids & set(finding.rules)]
    best = max(sure or able, key=_time, default=None)
    return best.cause if best else None


def _time(trigger: Trigger) -> float:
    return trigger.cause.time.timestamp() if trigger.cause.time else 0.0


def _able(trigger: Trigger, finding: Finding) -> bool:
    event = trigger.cause.event
    if finding.kind in (Kind.MISSING_TAG, Kind.WRONG_TAG):
        return Touch.TAGS in trigger.touches
    if finding.direction is None or Touch(finding.direction) not in trigger.touches:
        return False
    if finding.kind is Kind.MISSING_TRAFFIC:
        return not event.startswith(_NEVER_CLOSE)
    if finding.kind is Kind.FORBIDDEN_TRAFFIC:
        named_others = bool(trigger.rule_ids and finding.rules and not trigger.rule_ids & set(finding.rules))
        return not event.startswith(_NEVER_OPEN) and not named_others
    return False
