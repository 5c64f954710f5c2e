"""The samples: what people can replay, and most tests play with.

They are the files right in events/; what lies in its folders is no sample, and has no golden result.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
EVENTS = ROOT / "events"
POLICY = EVENTS / "policy.yaml"
Json = dict[str, Any]


def samples() -> dict[str, Json]:
    """Every sample, by its name."""
    found = {file.stem: json.loads(file.read_bytes()) for file in sorted(EVENTS.glob("*.json"))}
    for name, sample in found.items():
        if "detail" not in sample:
            raise ValueError(
                f"events/{name}.json is no event of EventBridge, as samples are; "
                "other recordings can lie in a folder of their own, as events/mine/"
            )
    return found
