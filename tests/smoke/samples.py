"""Each recorded event through the deployed function: what came of it must be what tests/golden/ keeps."""

from __future__ import annotations

import json
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sgwarden.cli.replay.inputs import Recording, recordings
from sgwarden.cli.replay.replaying import _NOTHING_TO_LOOK_AT
from sgwarden.embedded.recorded import account_for, make_change

from tests.smoke.delivery import deliver_all
from tests.smoke.trouble import SmokeError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.smoke.delivery import Delivered
    from tests.smoke.runtime import Runtime
    from tests.smoke.stage import Stage, Told

Json = dict[str, Any]
ROOT = Path(__file__).parents[2]
_SHOWN = 2_000
EVENTS, GOLDEN = ROOT / "events", ROOT / "tests" / "golden"


def all_samples() -> list[Recording]:
    """Every sample; raises SmokeError for one that cannot be read."""
    found = list(recordings([EVENTS]))
    for each in found:
        if not isinstance(each, Recording):
            raise SmokeError(str(each))
    return [each for each in found if isinstance(each, Recording)]


def check(sample: Recording, runtime: Runtime, stage: Stage) -> None:
    """Raises SmokeError where the results, the alerts or the groups are not what they should be."""
    golden = json.loads((GOLDEN / f"{sample.name}.json").read_bytes())
    with stage.opened(account_for(sample.record, stage.described)) as account:
        make_change(account, sample.record, cluster="replayed", late=True)
        before = stage.groups()
        done = deliver_all([json.dumps(sample.event())], runtime, stage)
        if done.dead:
            raise SmokeError(
                f"the function failed every time; it logged at last\n{_shown(done.log)[-_SHOWN:]}"
            )
        _compare(_expected(golden), _found(done, stage.told()), "result")
        _compare(_last_states(before, golden), stage.groups(), "security groups after")


def _expected(golden: Json) -> Json:
    """The golden document, without how `replay` found the groups and names the event."""
    results = [_without(each, "before", "event") for each in golden["results"]]
    return {"results": results, "ignored": [each["reason"] for each in golden["ignored"]]}


def _found(done: Delivered, told: Sequence[Told]) -> Json:
    alerts = [(json.loads(each.body), each.subject) for each in told]
    results = [
        {**result, "alert": None}
        for result in _worth_telling(line["result"] for line in done.log if "result" in line)
    ]
    for texts, subject in alerts:
        told_of = json.loads(texts["default"])["results"][0]
        for result in results:
            if result["alert"] is None and _without(result, "alert") == told_of:
                result["alert"] = {"subject": subject, "text": texts["email"]}
                break
        else:
            results.append({**told_of, "alert": f"told, and not in the log: {subject}"})
    reasons = [line["reason"] for line in done.log if "reason" in line]
    return {"results": results, "ignored": [] if results else [(reasons or [_NOTHING_TO_LOOK_AT])[-1]]}


def _worth_telling(results: Iterator[Json]) -> Iterator[Json]:
    """As `replay` has it: a later look that found the group in order says nothing new."""
    seen: set[str] = set()
    for result in results:
        if result["findings"] or result["security_group"] not in seen:
            yield result
        seen.add(result["security_group"])


def _last_states(before: Mapping[str, Json], golden: Json) -> dict[str, Json]:
    """All groups as they were, but those that were looked at, which are as the last look left them."""
    return {**before, **{result["security_group"]: result["after"] for result in golden["results"]}}


def _compare(expected: object, found: object, what: str) -> None:
    if expected != found:
        lines = unified_diff(
            _shown(expected).splitlines(), _shown(found).splitlines(), "expected", "found", lineterm="", n=2
        )
        raise SmokeError(f"the {what}:\n" + "\n".join(lines))


def _without(result: Json, *keys: str) -> Json:
    return {key: value for key, value in result.items() if key not in keys}


def _shown(value: object) -> str:
    return json.dumps(value, indent=2)
