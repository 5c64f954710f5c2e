"""Who did what, in a message to ourselves."""

from __future__ import annotations

from datetime import UTC, datetime

from sgwarden.printable import printable
from sgwarden.record import get, text
from sgwarden.trigger import Cause

_TEXTS = ("event", "event_id", "actor", "source_ip")


def kept_cause(cause: Cause) -> dict[str, str | None]:
    """The cause as JSON has it, which `read_cause` reads."""
    said: dict[str, str | None] = {key: getattr(cause, key) for key in _TEXTS}
    return {**said, "time": cause.time.isoformat() if cause.time else None}


def read_cause(said: object) -> Cause:
    """The cause; raises ValueError as `moment` does."""
    event, event_id, actor, source_ip = (printable(get(said, key)) for key in _TEXTS)
    written = get(said, "time")
    time = moment(text(written)) if written is not None else None
    return Cause(event, event_id, actor, source_ip, time)


def moment(said: str) -> datetime:
    """The time; raises ValueError for one that is none, is in no zone, or is in no year of UTC."""
    time = datetime.fromisoformat(said)
    if time.tzinfo is None:
        raise ValueError("a time that has no zone")
    try:
        time.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("a time that is in no year of UTC") from error
    return time
