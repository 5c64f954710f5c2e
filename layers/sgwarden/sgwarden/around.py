"""What is not as it should be around a cluster: what carries its groups, and which are left over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.attachment import attachment_findings
from sgwarden.outcome import Status
from sgwarden.timing import SECONDS_FOR_A_PAGE, SECONDS_TO_SEND

if TYPE_CHECKING:
    from collections.abc import Callable

    from sgwarden.finding import Finding
    from sgwarden.outcome import Outcome
    from sgwarden.service import Service


def around(
    outcome: Outcome, service: Service, seconds_left: Callable[[], float]
) -> tuple[Finding, ...] | None:
    """What there is to tell; None where it could not be read, or not in time.

    It is never worth the rest: that it cannot be read is no reason to fail, and where sgwarden has written to
    the group, the batch has no time for it.
    """
    cluster = outcome.cluster
    if cluster.additional or outcome.is_gone:
        return ()
    if outcome.status not in (Status.IN_SYNC, Status.DRIFTED, Status.REFUSED):
        return None
    try:
        attached = service.world.attachments(
            cluster, lambda: seconds_left() >= SECONDS_FOR_A_PAGE + SECONDS_TO_SEND
        )
        return attachment_findings(cluster, outcome.group, attached)
    except Exception as error:
        service.journal.unread(f"the interfaces of {cluster.name}", error)
        return None
