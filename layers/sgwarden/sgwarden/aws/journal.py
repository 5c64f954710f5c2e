"""What operators see: one JSON line for each thing that happens, and metrics beside it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aws_lambda_powertools.metrics import MetricUnit

from sgwarden import report
from sgwarden.failure import CallError
from sgwarden.finding import DRIFT
from sgwarden.outcome import Outcome, Skipped, Status
from sgwarden.printable import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_lambda_powertools import Logger, Metrics

    from sgwarden.policy.errors import PolicyError
    from sgwarden.policy.types import Document
    from sgwarden.trigger import Cause

_REASON_LIMIT = 2_000
_REASONS_SHOWN = 3  # CloudWatch Logs is paid by the byte; all of them are details


class PowertoolsJournal:
    """Writes to a Powertools Logger and Metrics; lines carry the ids of the CloudTrail events behind them."""

    def __init__(self, logger: Logger, metrics: Metrics) -> None:
        self._logger = logger
        self._metrics = metrics

    def ignored(self, body: str, reason: str) -> None:
        """An event that leads nowhere; a detail, as most are in a busy account."""
        self._logger.debug("ignored", reason=reason, body=body)

    def dropped(self, body: str, reason: str) -> None:
        """A message that cannot be understood, or that matters and does not say where to look; whole."""
        self._logger.error("dropped", reason=reason, body=body)
        self._count("MessagesDropped")

    def failed(self, what: str, error: Exception) -> None:
        """Something that is to be tried again."""
        self._logger.error("failed", what=what, error=str(error), exc_info=error)
        self._count("Failures")

    def unread(self, what: str, error: Exception) -> None:
        """Something that a look went without; the next that asks for it reads it again."""
        passing = isinstance(error, CallError) and error.passing
        log = self._logger.warning if passing else self._logger.error
        log("unread", what=what, error=str(error), exc_info=None if passing else error)

    def unconfirmed(self, group_id: str, alert: str) -> None:
        """An alert that was sent over and over, and of which no receipt came: it is let go."""
        self._logger.error("alert unconfirmed", security_group=group_id, alert=alert)
        self._count("Failures")

    def ledger_unavailable(self, group_id: str, error: Exception) -> None:
        """The ledger, which a look went without: people may be told twice, rather than not at all."""
        self._logger.error("ledger unavailable", security_group=group_id, error=str(error))
        self._count("LedgerUnavailable")

    def looked(self, group_id: str, result: Outcome | Skipped, causes: Sequence[Cause]) -> None:
        """A look at a group, with what came of it; a detail where it is skipped."""
        with self._logger.append_context_keys(
            correlation_id=next((cause.event_id for cause in causes), None),
            events=[cause.event_id for cause in causes],
            security_group=group_id,
        ):
            if isinstance(result, Skipped):
                self._logger.debug("skipped", reason=result.reason)
            else:
                self._logger.info("reconciled", result=report.result(result))
                self._measure(result, causes)

    def left_alone(self, ignored: Sequence[str], skipped: Sequence[str]) -> None:
        """The reasons why events of a batch led nowhere and why groups were skipped, all in one line."""
        reasons = Counter((*ignored, *skipped))
        if not reasons:
            return
        said: dict[str, object] = {"ignored": len(ignored), "skipped": len(skipped)}
        if len(reasons) <= _REASONS_SHOWN:
            said["reasons"] = dict(reasons)
        self._logger.info("left alone", extra=said)
        self._count("EventsIgnored", len(ignored))
        self._count("GroupsSkipped", len(skipped))

    def put_off(self, messages: int) -> None:
        """So many messages are to come again, whole or in part, for want of time; often none."""
        if messages:
            self._logger.warning("put off", messages=messages)
            self._count("MessagesPutOff", messages)

    def policy_in_force(self, document: Document, origin: str) -> None:
        """The policy that this batch is held to: all its lines say where it is from, and its SHA-256."""
        self._logger.append_keys(policy={"from": origin, "sha256": document.sha256[:12]})

    def policy_replaced(self, parameter: str, document: Document) -> None:
        """A policy of the parameter comes into force."""
        names = [printable(policy.name) for policy in document.policies]
        self._logger.info("policy replaced", parameter=parameter, sha256=document.sha256, policies=names)

    def policy_absent(self, parameter: str) -> None:
        """There is no parameter of that name, and so the packaged policy is in force."""
        self._logger.info("policy not replaced", parameter=parameter, reason="there is no such parameter")

    def policy_refused(self, error: PolicyError) -> None:
        """What the parameter says is no policy, and so the packaged policy is in force."""
        # Anybody may have written it: half a surrogate pair, and the line could not be written at all.
        self._logger.error("policy refused", reason=printable(str(error), _REASON_LIMIT))

    def policy_unreadable(self, error: CallError, *, kept: bool) -> None:
        """SSM does not say what is in the parameter; `kept`: what it said last goes on being in force."""
        self._logger.error("policy unreadable", error=str(error), kept=kept)

    def policy_state(self, *, unreadable: bool, refused: bool | None) -> None:
        """What the alarms go by; told where it is in order too, so that they can end. None is not known."""
        self._count("PolicyUnreadable", int(unreadable))
        if refused is not None:
            self._count("PolicyRefused", int(refused))

    def _measure(self, outcome: Outcome, causes: Sequence[Cause]) -> None:
        self._count("DriftFound", sum(finding.kind in DRIFT for finding in outcome.findings))
        if outcome.status is Status.DRIFTED:
            return
        self._count("ChangesMade", len(outcome.changes))
        self._count("MissedByEvents", int(outcome.missed))
        self._count("Failures", int(outcome.status in (Status.FAILED, Status.REFUSED)))
        times = [cause.time for cause in causes if cause.time]
        if outcome.status is Status.REMEDIATED and times:
            seconds = (datetime.now(UTC) - min(times)).total_seconds()
            self._metrics.add_metric("SecondsToRemedy", MetricUnit.Seconds, max(seconds, 0.0))

    def _count(self, name: str, number: int = 1) -> None:
        self._metrics.add_metric(name, MetricUnit.Count, number)
