"""Results for programs, in the format that was asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sgwarden.cli.options import Output

if TYPE_CHECKING:
    from pathlib import Path

Json = dict[str, Any]


def written(document: Json, output: Output, policy: Path) -> str:
    """The document of the contract in a format; `policy` is the file that it was judged by."""
    if output is Output.JSON:
        return json.dumps(document, indent=2) + "\n"
    raise NotImplementedError(policy)
