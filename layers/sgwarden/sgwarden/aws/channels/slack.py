"""Slack, by an incoming webhook."""

from __future__ import annotations

import logging
from http.client import HTTPException
from typing import TYPE_CHECKING, Any

from slack_sdk.errors import SlackClientError
from slack_sdk.webhook import WebhookClient

from sgwarden.aws.channels.bounded import TIMEOUT, bounded_context
from sgwarden.aws.channels.webhook import Answer, WebhookChannel, seconds_of
from sgwarden.failure import PassingError
from sgwarden.rendering.slack import blocks, daily_blocks

if TYPE_CHECKING:
    from sgwarden.aws.channels.address import Address

Json = dict[str, Any]

_TAKEN = "ok"
# The SDK logs the address at DEBUG, to a logger without a level of its own too, and errors with all they say.
_SILENT = logging.Logger("sgwarden.slack", logging.CRITICAL + 1)


def slack(address: Address) -> WebhookChannel:
    """The channel; its address is that of an incoming webhook."""
    return WebhookChannel("slack", address, _post, blocks, daily_blocks)


def _post(url: str, payload: Json) -> Answer:
    # Without the SDK's handlers of retries: they wait for as long as Slack asks, whatever time is left.
    context = bounded_context()
    client = WebhookClient(url, timeout=TIMEOUT, ssl=context, logger=_SILENT, retry_handlers=[])
    try:
        response = client.send_dict(payload)
    except (OSError, HTTPException, SlackClientError, ValueError, LookupError) as error:
        # The last two are of a body that is not in the characters that it claims, or in none that there are.
        raise PassingError("the webhook of slack", type(error).__name__, "there was no answer") from None
    # A redirect is followed, and then somebody else answers: only Slack says just this.
    taken = response.status_code == 200 and response.body.strip() == _TAKEN
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status_code, taken, response.body, seconds_of(headers.get("retry-after")))
