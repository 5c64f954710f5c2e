"""Who did what, in a message to ourselves."""

from __future__ import annotations

from datetime import datetime

from sgwarden.printable import printable
from sgwarden.record import get, text
from sgwarden.trigger import Cause

_TEXTS = ("event", "event_id", "actor", "source_ip")


def kept_cause(cause: Cause) -> dict[str, str | None]:
    """The cause as JSON has it, which `read_cause` reads."""
    said: dict[str, str | None] = {key: getattr(cause, key) for key in _TEXTS}
    return {**said, "time": cause.time.isoformat() if cause.time else None}


def read_cause(said: object) -> Cause:
    """The cause; raises ValueError for a time that is none, or is in no zone."""
    event, event_id, actor, source_ip = (printable(get(said, key)) for key in _TEXTS)
    written = get(said, "time")
    time = datetime.fromisoformat(text(written)) if written is not None else None
    if time is not None and time.tzinfo is None:
        raise ValueError("a message to ourselves with a time that has no zone")
    return Cause(event, event_id, actor, source_ip, time)
