"""Where the clusters that a command looks at come from: regions of a live account, or saved files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from sgwarden.cli.planning.clusters import Looked, plan_clusters
from sgwarden.cli.progress import Progress
from sgwarden.cli.project import fail

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sgwarden.cli.live import Live
    from sgwarden.cli.planning.clusters import Source
    from sgwarden.policy.types import Document


_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Sources:
    """Regions, or one set of files, by what people call them; `names` are the clusters that count, or all."""

    of: Mapping[str, Source]
    names: Collection[str] = ()

    def __post_init__(self) -> None:
        if not all(self.names):
            raise typer.BadParameter("--cluster is empty")

    @classmethod
    def live(cls, live: Live, names: Collection[str]) -> Sources:
        return cls({each.region: each for each in live.inventories(names)}, names)

    def planned(self, document: Document) -> list[Looked]:
        """Every cluster against the policy; ends the command where a name is that of no cluster."""
        found: list[Looked] = []
        with Progress() as progress:
            for title, source in self.of.items():
                progress.now(f"{title}: looking for clusters")
                for number, looked in enumerate(plan_clusters(title, source, document, self.names), 1):
                    progress.now(f"{title}: looked at {number} clusters, {looked.place.name} the last")
                    found.append(looked)
        self._all_found({looked.place.name for looked in found})
        return found

    def _all_found(self, found: set[str]) -> None:
        """End the command where a name was not found, unless a region failed that may have it."""
        for name in self.names:
            if name not in found and "" not in found:
                where = " or ".join(self.of) if len(self.of) <= _SHOWN else f"any of {len(self.of)} regions"
                raise fail(f"no cluster is named {name} in {where}; without --cluster all are listed")
