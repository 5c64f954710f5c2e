"""Microsoft Teams, by the address of a workflow."""

from __future__ import annotations

import json
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener

from sgwarden.aws.channels.bounded import TIMEOUT, bounded_context
from sgwarden.aws.channels.webhook import Answer, WebhookChannel, seconds_of
from sgwarden.failure import PassingError
from sgwarden.rendering.teams import card, daily_card

if TYPE_CHECKING:
    from sgwarden.aws.channels.address import Address

Json = dict[str, Any]


class _Unmoved(HTTPRedirectHandler):
    """Follows no redirect: the address of a workflow has its key in it, and the card is for nobody else."""

    def redirect_request(self, *_args: object, **_more: object) -> None:
        return None


def teams(address: Address) -> WebhookChannel:
    """The channel; its address is that of a workflow that begins when a webhook request is received."""
    return WebhookChannel("teams", address, _post, card, daily_card)


def _post(url: str, payload: Json) -> Answer:
    headers = {"Content-Type": "application/json"}
    # The address is https: address.py takes no other.
    request = Request(url, json.dumps(payload).encode(), headers, method="POST")  # noqa: S310
    opener = build_opener(_Unmoved, HTTPSHandler(context=bounded_context()))
    try:
        with opener.open(request, timeout=TIMEOUT) as response:
            return Answer(response.status, taken=200 <= response.status < 300)
    except HTTPError as error:
        with error:
            return Answer(error.code, taken=False, retry_after=seconds_of(error.headers.get("Retry-After")))
    except (OSError, HTTPException) as error:
        raise PassingError("the webhook of teams", type(error).__name__, "there was no answer") from None
