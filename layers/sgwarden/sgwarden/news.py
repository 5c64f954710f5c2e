"""What of a look is news: each thing is told once, however many looks find it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.finding import ABOUT_ATTACHMENT
from sgwarden.outcome import Status

if TYPE_CHECKING:
    from sgwarden.finding import Finding
    from sgwarden.look import Look
    from sgwarden.outcome import Outcome
    from sgwarden.recent import Recent


def is_news(outcome: Outcome, look: Look, recent: Recent) -> bool:
    """Whether there is something to tell that people have not been told of already."""
    failed = outcome.status is Status.FAILED
    # Whoever asks: no group is written to without people being told, however it ended.
    if look.remind or outcome.has_written:
        return bool(outcome.findings)
    if look.event:
        # What cannot be judged was there before, and is news only if one of these calls can have brought it.
        around_alone = all(each.kind in ABOUT_ATTACHMENT for each in outcome.findings)
        if outcome.status is not Status.IN_SYNC and not around_alone:
            return bool(outcome.findings)
        return any(finding.cause or _is_new_to(finding, look) for finding in outcome.findings)
    if not look.messages:
        # A sweep cannot tell what is new: it is told where one reminds, but for what must not wait for that.
        return outcome.is_gone and not recent.was_told_gone(outcome.group.id)
    found = {each.id for each in outcome.findings}
    return bool(found) if failed else not found <= look.told


def _is_new_to(finding: Finding, look: Look) -> bool:
    """What is around a cluster is told once for each thing that EKS does to it."""
    return finding.kind in ABOUT_ATTACHMENT and look.is_of_eks and finding.id not in look.told
