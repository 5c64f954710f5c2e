"""The samples and what `sgwarden replay` makes of them by their own policy, which tests/golden/ keeps.

Samples are the files right in events/; what lies in its folders is no sample, and has no golden result.
`make golden` writes those results anew. What then differs is a change of behaviour, to be read before it is
kept.
"""

from __future__ import annotations

import json
from contextlib import chdir
from pathlib import Path
from typing import Any

from sgwarden.cli.main import app
from typer.testing import CliRunner

ROOT = Path(__file__).parents[2]
EVENTS, GOLDEN = ROOT / "events", ROOT / "tests" / "golden"
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


def results() -> dict[str, Json]:
    """The part of the document that is of each sample, by its name."""
    names = samples()
    command = ["replay", "--policy", str(POLICY), "--output", "json"]
    with chdir(ROOT):  # the document names the files as the command did
        ran = CliRunner().invoke(app, [*command, *(f"events/{name}.json" for name in names)])
    assert not ran.stderr, ran.stderr
    document = json.loads(ran.stdout)
    return {name: _of(f"events/{name}.json", document) for name in names}


def written(result: Json) -> str:
    """A result as its file holds it."""
    return json.dumps(result, indent=2) + "\n"


def _of(source: str, document: Json) -> Json:
    of_it = {
        key: [each for each in document[key] if each["event"] == source] for key in ("results", "ignored")
    }
    return {"schema": document["schema"], **of_it}


def main() -> None:
    """Write the results of all samples anew, and take away those of samples that are gone."""
    found = results()
    GOLDEN.mkdir(exist_ok=True)
    for file in GOLDEN.glob("*.json"):
        if file.stem not in found:
            file.unlink()
    for name, result in found.items():
        (GOLDEN / f"{name}.json").write_text(written(result))


if __name__ == "__main__":
    main()
