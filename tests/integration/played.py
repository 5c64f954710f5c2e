"""What `sgwarden replay` makes of the samples by their own policy, which tests/golden/ keeps.

What people are told of each, as every channel shows it, is in tests/golden/rendered/. `make golden` writes
all that anew. What then differs is a change of behaviour, to be read before it is kept.
"""

from __future__ import annotations

import json
from contextlib import chdir
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from unittest.mock import patch

from sgwarden.cli.main import app
from typer.testing import CliRunner

from tests.integration.overheard import overheard
from tests.integration.rendered import rendered
from tests.integration.samples import POLICY, ROOT, Json, samples

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sgwarden.alert import Alert

GOLDEN = ROOT / "tests" / "golden"
RENDERED = GOLDEN / "rendered"
_NOW = datetime(2026, 11, 3, 14, 22, tzinfo=UTC)  # of samples the clock is nobody's: alerts say their time


@dataclass(frozen=True, slots=True)
class Played:
    """The part of the document that is of each sample, and the alerts as published, by its name."""

    results: dict[str, Json]
    alerts: dict[str, list[Alert]]


def play() -> Played:
    """All samples, each in an account of its own."""
    names = samples()
    command = ["replay", "--policy", str(POLICY), "--output", "json"]
    with (
        overheard() as alerts,
        patch("sgwarden.timing.now", lambda: _NOW),
        chdir(ROOT),
    ):  # the document names the files as the command did
        ran = CliRunner().invoke(app, [*command, *(f"events/{name}.json" for name in names)])
    assert not ran.stderr, ran.stderr
    document = json.loads(ran.stdout)
    sources = {name: f"events/{name}.json" for name in names}
    return Played(
        {name: _of(source, document) for name, source in sources.items()},
        {name: alerts.get(source, []) for name, source in sources.items()},
    )


def written(result: Json) -> str:
    """A result as its file holds it."""
    return json.dumps(result, indent=2) + "\n"


def written_as_told(alerts: Iterable[Alert]) -> str:
    """What is told of a sample, as its file holds it."""
    return json.dumps([*map(rendered, alerts)], indent=1, ensure_ascii=False) + "\n"


def _of(source: str, document: Json) -> Json:
    of_it = {
        key: [each for each in document[key] if each["event"] == source] for key in ("results", "ignored")
    }
    return {"schema": document["schema"], **of_it}


def main() -> None:
    """Write the results of all samples anew, and take away those of samples that are gone."""
    played = play()
    _write(GOLDEN, {name: written(result) for name, result in played.results.items()})
    _write(RENDERED, {name: written_as_told(alerts) for name, alerts in played.alerts.items()})


def _write(folder: Path, texts: dict[str, str]) -> None:
    folder.mkdir(exist_ok=True)
    for file in folder.glob("*.json"):
        if file.stem not in texts:
            file.unlink()
    for name, text in texts.items():
        (folder / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
