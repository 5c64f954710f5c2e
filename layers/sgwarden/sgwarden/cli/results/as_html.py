"""Results as the page that `sgwarden report` makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sgwarden.cli.report.documents import read_document
from sgwarden.cli.report.html import render as page
from sgwarden.cli.report.page import page_of

if TYPE_CHECKING:
    from datetime import datetime

Json = dict[str, Any]


def render(document: Json, when: datetime | None = None) -> str:
    """The page; `when` is the time that it says it is of."""
    return page(page_of([read_document(document)], when=when))
