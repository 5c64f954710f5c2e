"""All that is tried with each function of the template."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from tests.smoke import faults, loaded, notifying, samples, sweeping
from tests.smoke.runtime import EMF, running
from tests.smoke.trouble import RuntimeGoneError, SmokeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.smoke.built import BuiltFunction
    from tests.smoke.deployment import Deployment
    from tests.smoke.runtime import Runtime

    Check = Callable[[Runtime], None]

RECONCILE, SWEEP, NOTIFY = "Reconcile", "Sweep", "Notify"


@dataclass(slots=True)
class Checked:
    """A function: how many checks it went through, what failed, by the check's name, and what it took.

    The start is in seconds, the most memory in MB.
    """

    name: str
    done: int = 0
    init: float = 0.0
    memory: float = 0.0
    failures: dict[str, str] = field(default_factory=dict)


def check_all(deployment: Deployment) -> Iterator[Checked]:
    """Every function of the template; each has its checks, and none is without.

    Those by the samples' policy know what comes of it; with the policy that was built, nothing may break.
    """
    checks: dict[str, Mapping[str, Check]] = {
        RECONCILE: _reconciles(deployment),
        SWEEP: _sweeps(deployment),
        NOTIFY: {"an alert": partial(notifying.check, stage=deployment.stage)},
    }
    for name in sorted(checks.keys() | deployment.functions.keys()):
        function = deployment.functions.get(name)
        if function is None:
            yield Checked(
                name, failures={"template": "there is no such function in the template that was built"}
            )
        elif not checks.get(name):
            yield Checked(name, failures={"template": "the smoke test has no event for this function"})
        else:
            yield _checked(name, function, checks[name], deployment)
    for name, function in deployment.own_policy.items():
        checks_of_it = _sweeps_by_any_policy(deployment) if name == SWEEP else _by_any_policy(deployment)
        yield _checked(f"{name}, own policy", function, checks_of_it, deployment)


def _reconciles(deployment: Deployment) -> dict[str, Check]:
    stage = deployment.stage
    return {
        **{each.name: partial(samples.check, each, stage=stage) for each in samples.all_samples()},
        "a message that is no JSON": partial(faults.not_json, stage=stage),
        "a group that EC2 does not change": partial(faults.one_of_two_refused, stage=stage),
    }


def _by_any_policy(deployment: Deployment) -> dict[str, Check]:
    check = partial(samples.check_by_any_policy, stage=deployment.stage)
    return {each.name: partial(check, each) for each in samples.all_samples()}


def _sweeps_by_any_policy(deployment: Deployment) -> dict[str, Check]:
    check = partial(sweeping.check_by_any_policy, stage=deployment.stage)
    schedules = deployment.own_policy[SWEEP].schedules
    return {f"schedule {name}": partial(check, event) for name, event in schedules.items()}


def _sweeps(deployment: Deployment) -> dict[str, Check]:
    reconcile, sweep = (deployment.functions.get(name) for name in (RECONCILE, SWEEP))
    if reconcile is None or sweep is None:
        return {}
    return {
        f"schedule {name}": partial(sweeping.check, event, stage=deployment.stage, reconcile=reconcile)
        for name, event in sweep.schedules.items()
    }


def _checked(
    name: str, function: BuiltFunction, checks: Mapping[str, Check], deployment: Deployment
) -> Checked:
    """One process for all checks, so that all but the first find it warm."""
    checked = Checked(name)
    environment = deployment.stage.environment()
    try:
        with running(function, environment) as runtime:
            checked.init = runtime.init_seconds
            _try_each(checks, runtime, checked)
        loaded.check(function, environment)
    except SmokeError as error:
        checked.failures["the process"] = str(error)
    return checked


def _try_each(checks: Mapping[str, Check], runtime: Runtime, checked: Checked) -> None:
    for name, check in checks.items():
        checked.done += 1
        runtime.log()  # of a check that failed half-way, there may be lines that nobody read
        try:
            check(runtime)
            _has_counted(runtime)
        except RuntimeGoneError as error:
            checked.failures[name] = f"{error}\nNothing more was tried."
            return
        except SmokeError as error:
            checked.failures[name] = str(error)
        checked.memory = runtime.usage().memory


def _has_counted(runtime: Runtime) -> None:
    """Raises SmokeError where an invocation wrote no metrics, by which alarms and dashboard go."""
    uncounted, runtime.uncounted = runtime.uncounted, 0
    if uncounted:
        raise SmokeError(f"{uncounted} of its invocations wrote no metrics (a line with {EMF!r}) to the log")
