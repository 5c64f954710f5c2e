"""What a document of results holds beside them: clusters and events that led to none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A cluster, a region or an event without a result; `wrong` where something stood in the way."""

    reason: str
    wrong: bool
    cluster: str = ""
    account: str = ""
    region: str = ""
    event: str = ""

    @property
    def name(self) -> str:
        """What it is, for people."""
        cluster = f"cluster {self.cluster}" if self.cluster else ""
        account = f"account {self.account}" if self.account else ""
        return ", ".join(part for part in (cluster, self.region, account, self.event) if part)


def unjudged(document: Json) -> Iterator[Unjudged]:
    """What could not be looked at, then what there was nothing to judge of."""
    for key, wrong in (("errors", True), ("ignored", False)):
        for entry in document.get(key, ()):
            yield Unjudged(**entry, wrong=wrong)
