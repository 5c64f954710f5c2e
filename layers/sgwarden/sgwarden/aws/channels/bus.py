"""Amazon EventBridge: the place to hook in whatever else people use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sgwarden.alert import Alert
from sgwarden.aws.errors import translated
from sgwarden.failure import CallError, PassingError
from sgwarden.rendering.event import calls, daily_entries, entries

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

    from sgwarden.daily import Daily

Json = dict[str, Any]

_TRIES = 2
_LASTING = {"MalformedDetail", "NotAuthorizedForSourceException", "NotAuthorizedForDetailTypeException"}


class EventBus:
    """Puts events on a bus: one for each change of state, and one for each report."""

    name = "event-bus"

    def __init__(self, events: EventBridgeClient, bus: str) -> None:
        self._events = events
        self._bus = bus

    def tell(self, told: Alert | Daily, seconds: float) -> None:  # noqa: ARG002  a call takes what it takes
        """Put the events; those that are refused are put once more. Raises CallError for what is left.

        Then all of them come again, and their ids tell who has heard of them already.
        """
        said = entries(told) if isinstance(told, Alert) else daily_entries(told)
        for call in calls(said):
            waiting = [{**entry, "EventBusName": self._bus} for entry in call]
            for left in reversed(range(_TRIES)):
                waiting = self._refused(waiting, last=not left)

    def _refused(self, waiting: list[Json], *, last: bool) -> list[Json]:
        """Those that were not taken; where it was the `last` try, an error instead."""
        if not waiting:
            return []
        with translated("PutEvents"):
            answer = self._events.put_events(Entries=waiting)  # type: ignore[arg-type]
        if not answer["FailedEntryCount"]:
            return []
        failed = [
            (each, entry)
            for each, entry in zip(answer["Entries"], waiting, strict=True)
            if "ErrorCode" in each
        ]
        if last:
            first = failed[0][0]
            kind = CallError if first["ErrorCode"] in _LASTING else PassingError
            message = f"{len(failed)} events were not taken: {first.get('ErrorMessage', '')}"
            raise kind("PutEvents", first["ErrorCode"], message)
        return [entry for _, entry in failed]
