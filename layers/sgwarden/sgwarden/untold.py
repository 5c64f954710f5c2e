"""What channels have yet to be told: a message of the topic, or one of our own for a channel that failed."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sgwarden.alert import Alert, read_alert
from sgwarden.daily import Daily, read_daily
from sgwarden.record import get, text

if TYPE_CHECKING:
    from typing import Self

Json = dict[str, Any]

_MARK = "sgwarden-notify"


@dataclass(frozen=True, slots=True)
class Untold:
    """An alert or a daily report, and who is to hear of it: all channels, or the one that is named.

    A channel that is named has been tried `tries` times.
    """

    told: Alert | Daily
    channel: str = ""
    tries: int = 0

    @property
    def id(self) -> str:
        """The same for the same alert or report, however often it is delivered."""
        if isinstance(self.told, Alert):
            return self.told.id
        return f"daily/{self.told.account}/{self.told.region}/{self.told.time.isoformat()}"

    def for_channel(self, channel: str, *, tried: bool) -> Self:
        """What is left of it for one channel, that was `tried` once more or not even reached."""
        return replace(self, channel=channel, tries=self.tries + int(tried))

    def body(self) -> str:
        """The message's text, which `read_untold` reads."""
        kind = "alert" if isinstance(self.told, Alert) else "daily"
        return json.dumps({_MARK: {"channel": self.channel, "tries": self.tries, kind: self.told.as_json()}})


def read_untold(body: str) -> Untold:
    """What the message tells; raises ValueError for one that is neither an alert's nor a report's."""
    said = json.loads(body)
    ours = get(said, _MARK)
    if ours is None:
        return Untold(_read_told(said))
    channel, tries = text(get(ours, "channel")), get(ours, "tries")
    if not channel or type(tries) is not int or tries < 0:
        raise ValueError("a message for one channel, with no channel or no number of tries")
    return Untold(_read_told(ours), channel, tries)


def _read_told(said: object) -> Alert | Daily:
    if (alert := get(said, "alert")) is not None:
        return read_alert(alert)
    if (daily := get(said, "daily")) is not None:
        return read_daily(daily)
    raise ValueError("neither an alert nor a daily report")
