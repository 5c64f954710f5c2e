"""Pages of a long answer, as EC2 gives them where `MaxResults` is sent."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any, TypeVar

from sgwarden.embedded.corrections.permissions import refused

Item = TypeVar("Item")


def page(
    items: list[Item], request: dict[str, Any], *, least: int, most: int, default: int | None = None
) -> tuple[list[Item], dict[str, str]]:
    """The items asked for, and `NextToken` where there are more; `default` is the size of a page unasked."""
    size = request.get("MaxResults") or default
    if size is not None and not least <= int(size) <= most:
        message = f"Value ( {size} ) for parameter maxResults is invalid."
        raise refused("InvalidParameterValue", f"{message} Expecting a value between {least} and {most}.")
    start = _start(request.get("NextToken") or "")
    if size is None or start + int(size) >= len(items):
        return items[start:], {}
    end = start + int(size)
    return items[start:end], {"NextToken": urlsafe_b64encode(str(end).encode()).decode()}


def _start(token: str) -> int:
    try:
        return int(urlsafe_b64decode(token)) if token else 0
    except ValueError:
        raise refused("InvalidParameterValue", "Unable to parse pagination token") from None
