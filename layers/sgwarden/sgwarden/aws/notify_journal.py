"""What operators see of the notify function: one JSON line for each thing that happens, and metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_lambda_powertools.metrics import MetricUnit

from sgwarden.failure import CallError

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger, Metrics

    from sgwarden.untold import Untold


class NotifyJournal:
    """Writes to a Powertools Logger and Metrics; no line has the address of a webhook in it."""

    def __init__(self, logger: Logger, metrics: Metrics) -> None:
        self._logger = logger
        self._metrics = metrics

    def dropped(self, body: str, reason: str) -> None:
        """A message that cannot be understood; whole."""
        self._logger.error("dropped", reason=reason, body=body)
        self._count("MessagesDropped")

    def told(self, told_id: str, channel: str) -> None:
        """A channel took it."""
        self._logger.info("told", alert=told_id, channel=channel)

    def put_back(self, told_id: str, channel: str, delay: int, error: Exception | None) -> None:
        """A channel that did not take it is told again; no error where it was busy already."""
        reason = str(error) if error else "not asked: it has just failed"
        self._logger.warning("told later", alert=told_id, channel=channel, seconds=delay, reason=reason)

    def given_up(self, untold: Untold, channel: str, error: Exception) -> None:
        """A channel will not hear of it: the alert is in the line, whole."""
        fault = None if isinstance(error, CallError) else error
        said = {"alert": untold.id, "channel": channel, "tries": untold.tries, "error": str(error)}
        self._logger.error("not told", extra={**said, "body": untold.body()}, exc_info=fault)
        self._count("NotificationsFailed")

    def unrecorded(self, told_id: str, error: CallError) -> None:
        """The ledger does not say, or keep, who was told: somebody may hear of it twice."""
        self._logger.error("unrecorded", alert=told_id, error=str(error))

    def failed(self, what: str, error: Exception) -> None:
        """Something that is to be tried again."""
        self._logger.error("failed", what=what, error=str(error))
        self._count("Failures")

    def put_off(self, messages: int) -> None:
        """So many messages are to come again, for want of time; often none."""
        if messages:
            self._logger.warning("put off", messages=messages)
            self._count("MessagesPutOff", messages)

    def _count(self, name: str, number: int = 1) -> None:
        self._metrics.add_metric(name, MetricUnit.Count, number)
