"""Each recorded event through the deployed function: what came of it must be what tests/golden/ keeps.

That holds by the samples' own policy. By another, each must come to an end.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sgwarden.cli.replay.inputs import Recording, recordings
from sgwarden.cli.replay.replaying import NOTHING_TO_LOOK_AT, worth_telling
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
POLICY = EVENTS / "policy.yaml"


def all_samples() -> list[Recording]:
    """Every sample; raises SmokeError for one that cannot be read."""
    found = list(recordings(sorted(EVENTS.glob("*.json"))))
    for each in found:
        if not isinstance(each, Recording):
            raise SmokeError(str(each))
    return [each for each in found if isinstance(each, Recording)]


def check(sample: Recording, runtime: Runtime, stage: Stage) -> None:
    """Raises SmokeError where the results, the alerts or the groups are not what they should be."""
    file = GOLDEN / f"{sample.name}.json"
    if not file.exists():
        raise SmokeError(f"there is no {file}; `make golden` makes it, to be read before it is kept")
    golden = json.loads(file.read_bytes())
    with _delivered(sample, runtime, stage) as (before, done):
        _compare(_expected(golden), _found(done, stage.told()), "result")
        _compare(_last_states(before, golden), stage.groups(), "security groups after")


def check_by_any_policy(sample: Recording, runtime: Runtime, stage: Stage) -> None:
    """Raises SmokeError where the function does not come to an end with it."""
    with _delivered(sample, runtime, stage):
        pass


@contextmanager
def _delivered(
    sample: Recording, runtime: Runtime, stage: Stage
) -> Iterator[tuple[Mapping[str, Json], Delivered]]:
    """The account after its event; all groups as they were before it, and what became of it."""
    with stage.opened(account_for(sample.record, stage.described)) as account:
        make_change(account, sample.record, cluster="replayed", late=True)
        stage.renumber_prefix_lists()
        before = stage.groups()
        done = deliver_all([json.dumps(sample.event())], runtime, stage)
        if done.dead:
            raise SmokeError(
                f"the function failed every time; it logged at last\n{_shown(done.log)[-_SHOWN:]}"
            )
        yield before, done


def _expected(golden: Json) -> Json:
    """The golden document, without how `replay` found the groups and names the event."""
    results = [_without(each, "before", "event") for each in golden["results"]]
    return {"results": results, "ignored": [each["reason"] for each in golden["ignored"]]}


def _found(done: Delivered, told: Sequence[Told]) -> Json:
    alerts = [(json.loads(each.body), each.subject) for each in told]
    results = [
        {**result, "alert": None}
        for result in worth_telling(line["result"] for line in done.log if "result" in line)
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
    return {"results": results, "ignored": [] if results else [(reasons or [NOTHING_TO_LOOK_AT])[-1]]}


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
