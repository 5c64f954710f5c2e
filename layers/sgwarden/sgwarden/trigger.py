"""An event says only where to look, who made the change and when; what is true now is read afresh."""

from dataclasses import dataclass
from datetime import datetime

from sgwarden.actor import actor_of
from sgwarden.calls import CALLS, Call, Touch, rule_ids, update_id
from sgwarden.printable import printable
from sgwarden.record import Record, get, records, texts_under
from sgwarden.revoked import made_rules, revoked_rules
from sgwarden.target import Target, TargetKind, well_formed
from sgwarden.tool import service_of
from sgwarden.traffic import Rule

__all__ = ["NO_RECORD", "Cause", "Ignored", "Target", "TargetKind", "Touch", "Trigger", "read"]


AMAZON_EKS = service_of("eks.amazonaws.com")
"""The actor of what EKS does by itself."""
_FROM_BEGINNING_TO_END = ("CreateCluster", "DeleteCluster")


@dataclass(frozen=True, slots=True)
class Cause:
    """Who did what, and when; every text is fit to print as it is."""

    event: str
    event_id: str
    actor: str
    source_ip: str
    time: datetime | None


@dataclass(frozen=True, slots=True)
class Trigger:
    """One target to reconcile, and the call that is the reason for it.

    `rule_ids` are the rules that the call names, in its request or response; empty if it names none.
    `update_id` is the EKS update to follow until it is final; empty if there is none. `groups` are those that
    got or lost the tag of the cluster that is the target. `removed` are the rules that the call took away, as
    far as the record tells, with the descriptions that they had; `made` are those that it made.
    """

    target: Target
    cause: Cause
    touches: frozenset[Touch]
    rule_ids: frozenset[str] = frozenset()
    update_id: str = ""
    groups: frozenset[str] = frozenset()
    removed: tuple[Rule, ...] = ()
    made: tuple[Rule, ...] = ()

    @property
    def is_by_eks(self) -> bool:
        """Whether EKS made the call itself."""
        return self.cause.actor == AMAZON_EKS

    @property
    def is_of_eks(self) -> bool:
        """Whether something was done to a cluster, and not to the tag of one on a group."""
        return self.target.kind is TargetKind.CLUSTER and self.touches != {Touch.TAGS}

    @property
    def is_update(self) -> bool:
        """Whether EKS makes again, because of it, what is its own, and nothing else."""
        call = CALLS.get(self.cause.event.lower())
        is_of_clusters = call is not None and call.service == "eks"
        return self.is_of_eks and is_of_clusters and self.cause.event not in _FROM_BEGINNING_TO_END


@dataclass(frozen=True, slots=True)
class Ignored:
    """An event that leads nowhere, and why; the reason is fit to print as it is.

    It is `harmless` where that is sure to be right: a call of no interest, one that failed, tags of something
    else. It is not where something may have changed and the record does not say of what.
    """

    reason: str
    harmless: bool = True


NO_RECORD = Ignored("not a CloudTrail record", harmless=False)


def read(event: object) -> tuple[Trigger, ...] | Ignored:
    """Where an event tells to look, or why it does not; never raises, whatever the event is.

    The event is EventBridge's, a bare CloudTrail record, a log file of them, or any of these as JSON text in
    SNS or SQS. A call that names several resources gives several triggers. Of several reasons to ignore it,
    one that is not harmless is given.
    """
    results = [_read(record) for record in records(event)]
    triggers = tuple(trigger for result in results if isinstance(result, tuple) for trigger in result)
    if triggers:
        return triggers
    reasons = [result for result in results if isinstance(result, Ignored)]
    return min(reasons, key=lambda each: each.harmless, default=NO_RECORD)


def _read(record: Record) -> tuple[Trigger, ...] | Ignored:
    call = CALLS.get(record.event_name.lower())
    if call is None:
        return Ignored(
            f"{_short(record.event_name) or 'a call without a name'} is not a call that matters here"
        )
    # Redshift and ECS have a CreateCluster too, and Redshift a CreateTags.
    if record.service not in {call.service, ""}:
        return Ignored(f"{call.name} was a call to {_short(record.service)}, not to {call.service}")
    if record.failure:
        return Ignored(f"{call.name} failed with {_short(record.failure)}, so it changed nothing")
    if triggers := _triggers(record, call):
        return triggers
    reason = f"{call.name} names {call.without}{_why_not(record)}"
    return Ignored(reason, harmless=_tags_something_else(record, call))


def _tags_something_else(record: Record, call: Call) -> bool:
    return call.touches == {Touch.TAGS} and any(texts_under(record.request, "resource"))


def _triggers(record: Record, call: Call) -> tuple[Trigger, ...]:
    cause = Cause(
        event=call.name,
        event_id=printable(get(record.body, "eventID")),
        actor=actor_of(record),
        source_ip=printable(get(record.body, "sourceIPAddress")),
        time=record.time,
    )
    return tuple(
        Trigger(
            target,
            cause,
            call.touches,
            _rules(record, target),
            update_id(record),
            _tagged(record, target, call),
            revoked_rules(record),
            made_rules(record),
        )
        for target in call.targets(record)
    )


def _rules(record: Record, target: Target) -> frozenset[str]:
    return frozenset({target.name} if target.kind is TargetKind.RULE else rule_ids(record))


def _tagged(record: Record, target: Target, call: Call) -> frozenset[str]:
    if target.kind is not TargetKind.CLUSTER or call.touches != {Touch.TAGS}:
        return frozenset()
    return frozenset(well_formed(TargetKind.GROUP, texts_under(record.request, "resource")))


def _why_not(record: Record) -> str:
    return "" if isinstance(record.request, dict) else ": it came without request parameters"


def _short(text: str) -> str:
    return printable(text, 80)
