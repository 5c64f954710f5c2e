"""What operators see of the switch: whether sgwarden is paused, and whether that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_lambda_powertools.metrics import MetricUnit

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger, Metrics

    from sgwarden.ceiling import Ceiling
    from sgwarden.failure import CallError


class SwitchJournal:
    """Writes to a Powertools Logger and Metrics."""

    def __init__(self, logger: Logger, metrics: Metrics) -> None:
        self._logger = logger
        self._metrics = metrics

    def turned(self, ceiling: Ceiling) -> None:
        """It is paused or not, otherwise than before, or this process learns so for the first time."""
        if ceiling.paused:
            self._logger.error("paused", paused=ceiling.paused)
        else:
            self._logger.info("running")

    def unreadable(self, error: CallError, *, kept: bool) -> None:
        """SSM does not say whether it is paused; `kept`: what it said last goes on being in force."""
        self._logger.error("switch unreadable", error=str(error), kept=kept)

    def state(self, *, unreadable: bool, paused: bool | None) -> None:
        """What the alarms go by; told where it is in order too, so that they can end. None is not known."""
        self._count("SwitchUnreadable", unreadable)
        if paused is not None:
            self._count("Paused", paused)

    def _count(self, name: str, number: int) -> None:
        self._metrics.add_metric(name, MetricUnit.Count, int(number))
