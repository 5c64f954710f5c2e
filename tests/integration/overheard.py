"""The alerts that a replay publishes, as whoever subscribes to the topic reads them."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from sgwarden.alert import Alert, read_alert
from sgwarden.cli.replay import replaying
from sgwarden.embedded.messages import published

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sgwarden.cli.replay.function import Delivery
    from sgwarden.embedded import EmbeddedAccount

Json = dict[str, Any]
_results_of = replaying.results_of


@contextmanager
def overheard() -> Iterator[dict[str, list[Alert]]]:
    """By the source of the event that they tell of, as events are replayed while the context lasts."""
    alerts: dict[str, list[Alert]] = {}

    def noted(source: str, deliveries: Iterable[Delivery], account: EmbeddedAccount) -> Iterator[Json]:
        told = [*deliveries]
        messages = published(call for delivery in told for call in delivery.calls)
        alerts[source] = [_alert(json.loads(message.body)) for message in messages]
        return _results_of(source, told, account)

    with patch.object(replaying, "results_of", noted):
        yield alerts


def _alert(message: Json) -> Alert:
    return read_alert(json.loads(message["default"])["alert"])
