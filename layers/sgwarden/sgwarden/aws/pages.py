"""Long answers, page by page, for as long as there is time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from sgwarden.aws.errors import translated
from sgwarden.failure import PassingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    IsTime = Callable[[], bool]

Page = TypeVar("Page", bound="Mapping[str, Any]")


def always() -> bool:
    """Whether there is time, where nobody counts it."""
    return True


def in_time(operation: str, is_time: IsTime) -> None:
    """Raises PassingError where there is no time for a call."""
    if not is_time():
        raise PassingError(operation, "OutOfTime", "what is left of the time is for telling people")


def pages_in_time(operation: str, pages: Iterable[Page], is_time: IsTime) -> Iterator[Page]:
    """The pages; raises CallError where AWS refuses one, or there is one more and no time to read it."""
    in_time(operation, is_time)
    with translated(operation):
        for page in pages:
            yield page
            if page.get("NextToken"):
                in_time(operation, is_time)
