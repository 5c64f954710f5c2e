"""Sets of whole numbers as intervals: the one-dimensional part of the algebra."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class IntervalSet:
    """A set of integers: sorted closed spans that neither overlap nor touch.

    Any spans may be given; they are put into that one form, so that equal sets are equal values.
    Raises ValueError for a span whose first number is greater than its last.
    """

    spans: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "spans", tuple(_merged(sorted(self.spans))))

    def __bool__(self) -> bool:
        return bool(self.spans)

    @property
    def size(self) -> int:
        """How many integers there are in it."""
        return sum(last - first + 1 for first, last in self.spans)

    def __contains__(self, number: int) -> bool:
        return any(first <= number <= last for first, last in self.spans)

    def __or__(self, other: IntervalSet) -> IntervalSet:
        return IntervalSet(self.spans + other.spans) if self and other else self or other

    def __and__(self, other: IntervalSet) -> IntervalSet:
        return IntervalSet(tuple(_shared(self.spans, other.spans))) if self and other else IntervalSet()

    def __sub__(self, other: IntervalSet) -> IntervalSet:
        return IntervalSet(tuple(_left_over(self.spans, other.spans))) if self and other else self

    def __le__(self, other: IntervalSet) -> bool:
        return not self - other


def _merged(spans: list[Span]) -> Iterable[Span]:
    held: Span | None = None
    for first, last in spans:
        if first > last:
            raise ValueError(f"a span must not end before it starts: {first}-{last}")
        if held and first <= held[1] + 1:
            held = (held[0], max(held[1], last))
            continue
        if held:
            yield held
        held = (first, last)
    if held:
        yield held


def _shared(left: tuple[Span, ...], right: tuple[Span, ...]) -> Iterable[Span]:
    i = j = 0
    while i < len(left) and j < len(right):
        first, last = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if first <= last:
            yield first, last
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1


def _left_over(left: tuple[Span, ...], right: tuple[Span, ...]) -> Iterable[Span]:
    j = 0
    for start, last in left:
        first = start
        while j < len(right) and right[j][1] < first:
            j += 1
        k = j
        while k < len(right) and right[k][0] <= last:
            if right[k][0] > first:
                yield first, right[k][0] - 1
            first = right[k][1] + 1
            k += 1
        if first <= last:
            yield first, last
