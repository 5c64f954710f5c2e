"""Pages and alerts as items of the ledger's table.

A group's items share its id as `pk`. Its page is `PAGE`, each of its alerts `ALERT#<id>`, and a page that is
watched is in the index `open` too. The long texts are JSON, which is ASCII, whatever strangers wrote.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sgwarden.alert import read_alert
from sgwarden.daily import read_standing
from sgwarden.failure import CallError
from sgwarden.kept_alert import KeptAlert
from sgwarden.page import read_page

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

    from sgwarden.alert import Alert
    from sgwarden.daily import Standing
    from sgwarden.page import Page

Item = dict[str, "AttributeValueTypeDef"]

OPEN = "open"
"""The index of the pages that are watched, and the attribute that puts them there."""
PAGE = "PAGE"
ALERT = "ALERT#"
_CLOSED_KEPT = timedelta(days=31)
"""So long a page is kept of which nothing is watched: what is found again within is `reopened`."""
_PLAIN = 64 * 1024  # a longer text is packed: DynamoDB takes 400 KB for an item
_ITEM_TAKES = 390_000  # of its 409,600 bytes, what an alert and its message may fill
_SUMMARY = 300
# Of zlib's errors, and ValueError is that of JSON and of the readers. A text can be nested too deep.
_UNREADABLE = (ValueError, TypeError, zlib.error, RecursionError)


def key(group: str, sort: str) -> Item:
    """Where an item of the group is."""
    return {"pk": {"S": group}, "sk": {"S": sort}}


def page_item(page: Page, now: datetime) -> Item:
    """The page; in the index only where it is watched, and gone in a month only where it is not."""
    item = key(page.group, PAGE)
    item |= {"version": {"N": str(page.version)}, "page": _packed(json.dumps(page.as_json()))}
    if not page.is_watched:
        return {**item, "ttl": _seconds(now + _CLOSED_KEPT)}
    item[OPEN] = {"S": "1"}
    if standing := page.standing:
        shown = replace(standing, summary=standing.summary[:_SUMMARY])
        item["standing"] = {"S": json.dumps(shown.as_json())}
    return item


def alert_item(alert: Alert, kept: KeptAlert | None, history_days: int) -> Item:
    """The alert, as it is to be sent with it where it is `kept`: it does not expire before it is sent.

    Of one that fills more than an item, what the topic is told stays, which says what is left out of it.
    """
    item, whole = key(alert.group, ALERT + alert.id), _packed(json.dumps(alert.as_json()))
    if not kept:
        return {**item, "alert": whole, "ttl": ends(alert.time, history_days)}
    message = _packed(json.dumps(asdict(kept)))
    if _size(whole) + _size(message) > _ITEM_TAKES:
        whole = _packed(json.dumps(json.loads(json.loads(kept.message)["default"])["alert"]))
    return {**item, "alert": whole, "kept": message}


def ends(time: datetime, history_days: int) -> AttributeValueTypeDef:
    """When an alert of this time is history no more."""
    return _seconds(time + timedelta(days=history_days))


def page_of(item: Mapping[str, Any], group: str, table: str) -> Page:
    """The page; raises CallError where the item is not as `page_item` wrote it."""
    try:
        page = read_page(json.loads(_unpacked(item.get("page"))))
        if page.group != group:
            raise ValueError(f"it is the page of {page.group!r}")
    except _UNREADABLE as error:
        raise _broken(group, PAGE, table, error) from error
    return page


def alert_of(item: Mapping[str, Any], table: str) -> Alert:
    """The alert; raises CallError where the item is not as `alert_item` wrote it."""
    try:
        return read_alert(json.loads(_unpacked(item.get("alert"))))
    except _UNREADABLE as error:
        raise _broken(item["pk"]["S"], item["sk"]["S"], table, error) from error


def kept_of(item: Mapping[str, Any], group: str, alert: str, table: str) -> KeptAlert | None:
    """The alert as it is to be sent; raises CallError where the item is not as `alert_item` wrote it."""
    if "kept" not in item:
        return None
    try:
        return KeptAlert(**json.loads(_unpacked(item["kept"])))
    except _UNREADABLE as error:
        raise _broken(group, ALERT + alert, table, error) from error


def standing_of(item: Mapping[str, Any]) -> Standing | None:
    """How a watched page stands, as the index has it; None where nothing is open, or that cannot be read.

    The look that follows reads the page itself, and says what is wrong with it.
    """
    try:
        return read_standing(json.loads(item["standing"]["S"])) if "standing" in item else None
    except _UNREADABLE:
        return None


def _broken(group: str, sort: str, table: str, error: Exception) -> CallError:
    where = json.dumps(key(group, sort))
    return CallError(
        "GetItem",
        "BrokenItem",
        f"what the ledger {table} keeps of {group} cannot be read ({error}): mend or delete its item "
        f"{where}; without a page, the group counts as one that was never looked at",
    )


def _packed(text: str) -> AttributeValueTypeDef:
    return {"S": text} if len(text) <= _PLAIN else {"B": zlib.compress(text.encode())}


def _size(packed: AttributeValueTypeDef) -> int:
    return len(packed["S"] if "S" in packed else packed["B"])


def _unpacked(value: object) -> str:
    match value:
        case {"S": str(text)}:
            return text
        case {"B": bytes(packed)}:
            return zlib.decompress(packed).decode()
        case _:
            raise ValueError("it has no text where one was expected")


def _seconds(time: datetime) -> AttributeValueTypeDef:
    return {"N": str(int(time.timestamp()))}
