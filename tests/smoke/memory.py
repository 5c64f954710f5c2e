"""`make memory`: how much memory the functions should have, from what they use on this machine.

An estimate, printed with all that it takes for granted. Lambda gives CPU in proportion to memory: at 1,769 MB
as much as one vCPU. Source: "Configure Lambda function memory", AWS Lambda developer guide.
"""

from __future__ import annotations

import argparse
import platform
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sgwarden.embedded import AccountDescription, ClusterDescription, RuleDescription

from tests.smoke import measured, samples
from tests.smoke.checks import RECONCILE, SWEEP
from tests.smoke.delivery import deliver
from tests.smoke.deployment import BUILT, deployed
from tests.smoke.faults import changed, open_ssh
from tests.smoke.runtime import running

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.smoke.built import BuiltFunction
    from tests.smoke.deployment import Deployment
    from tests.smoke.measured import Event, Start
    from tests.smoke.runtime import Runtime
    from tests.smoke.stage import Stage

SIZES = (128, 256, 384, 512, 768, 1024, 1536, 1769)
VCPU = 1769  # MB that come with one; a process with one thread at work has no use for more
CALL = 0.040  # seconds that a call to AWS takes to be answered, a guess
# On-demand, arm64, us-east-1. Source: "AWS Lambda pricing". Since August 2025 starts are billed like events.
GB_SECOND, REQUEST = 0.0000133334, 0.20e-6
ROUNDS, MANY, CLUSTERS = 60, 200, 3_000
ASSUMPTIONS = """\
Taken for granted: a vCPU of Lambda is as fast as this machine's, each call to AWS takes {call:.0f} ms, a
cold start gets no more CPU than its share, and layers have bytecode, as they do where they were built with
Lambda's Python at hand. Not in it: the time that Lambda takes to make an environment and to fetch the code,
waits for calls that AWS throttles, and TLS, which takes some 20 ms of CPU for each service when it is first
called. Prices: arm64 in us-east-1, {compute:.4f} USD a million GB-seconds and {request:.2f} USD a million
requests; no free tier. "All cold" is where every request finds no warm environment."""


def main() -> None:
    """Print what was measured, and what follows for each size."""
    parser = argparse.ArgumentParser(prog="memory", description=__doc__)
    parser.add_argument("built", type=Path, nargs="?", default=BUILT, help="the directory of `sam build`")
    print(f"Measured with Python {platform.python_version()} on {platform.machine()}.")
    with deployed(parser.parse_args().built) as deployment:
        for name, measure in ((RECONCILE, _reconcile), (SWEEP, _sweep)):
            if name in deployment.functions:
                print(f"\n{name}, which has {deployment.functions[name].memory} MB")
                measure(deployment)
    prices = {"compute": GB_SECOND * 1e6, "request": REQUEST * 1e6}
    print("\n" + ASSUMPTIONS.format(call=CALL * 1000, **prices))


def _reconcile(deployment: Deployment) -> None:
    stage = deployment.stage
    with (
        _started(deployment, RECONCILE) as (function, start),
        running(function, stage.environment()) as runtime,
    ):
        for sample in samples.all_samples():
            samples.check(sample, runtime, stage)
        clean, drifted = _events(runtime, stage)
        _say("event, in order", clean.cpu, runtime.usage().memory, clean.calls)
        _say("event, put right", drifted.cpu, runtime.usage().memory, drifted.calls)
        many = _event_of_many(runtime, stage)
        _say(f"{MANY} rules to revoke", many.cpu, runtime.usage().memory, many.calls)
    _show(start, {"in order": clean, "put right": drifted})


@contextmanager
def _started(deployment: Deployment, name: str) -> Iterator[tuple[BuiltFunction, Start]]:
    """The function with bytecode in its layers, and how it starts; that it starts without is told only."""
    with measured.prepared(deployment.functions[name], bytecode=False) as function:
        start = measured.start(function, deployment.stage)
        _say("start, no bytecode", start.cpu, start.memory)
    with measured.prepared(deployment.functions[name], bytecode=True) as function:
        start = measured.start(function, deployment.stage)
        _say("start", start.cpu, start.memory)
        yield function, start


def _events(runtime: Runtime, stage: Stage) -> tuple[Event, Event]:
    """An event on a group in order, and one on a group that is open to the world."""
    with stage.opened():
        group = min(stage.cluster_groups())
        happen = partial(deliver, {"event": changed(group, stage)}, runtime, stage)
        clean = measured.event(runtime, stage, happen, lambda: None, ROUNDS)
        drifted = measured.event(runtime, stage, happen, partial(open_ssh, group, stage), ROUNDS)
    return clean, drifted


def _event_of_many(runtime: Runtime, stage: Stage) -> Event:
    """An event on a group of many rules, none of which may be."""
    lines = [f"tcp/{1024 + number} from 10.{number}.0.0/16" for number in range(MANY)]
    cluster = ClusterDescription(
        name="prod-many",
        region=_region(stage),
        tags={"environment": "production"},
        rules=tuple(RuleDescription(line=line) for line in lines),
    )
    with stage.opened(_account(stage, cluster)):
        (group,) = stage.cluster_groups()
        happen = partial(deliver, {"event": changed(group, stage)}, runtime, stage)
        return measured.event(runtime, stage, happen, lambda: None, 1)


def _sweep(deployment: Deployment) -> None:
    stage = deployment.stage
    clusters = [ClusterDescription(name=f"dev-{number}", region=_region(stage)) for number in range(CLUSTERS)]
    with (
        _started(deployment, SWEEP) as (function, start),
        running(function, stage.environment()) as runtime,
        stage.opened(_account(stage, *clusters)) as account,
    ):
        happen = partial(runtime.invoke, {"remind": False}, account.account_id, account.region)
        sweep = measured.event(runtime, stage, happen, account.take_messages, ROUNDS // 20)
        _say(f"{CLUSTERS} clusters", sweep.cpu, runtime.usage().memory, sweep.calls)
    _show(start, {f"{CLUSTERS} clusters": sweep})


def _account(stage: Stage, *clusters: ClusterDescription) -> AccountDescription:
    described = stage.described
    return AccountDescription(account=described.account, region=described.region, clusters=clusters)


def _region(stage: Stage) -> str:
    return stage.described.region


def _say(what: str, cpu: float, memory: float, calls: float = 0) -> None:
    made = f", {calls:.0f} calls" if calls else ""
    print(f"  {what:<20}{cpu * 1000:>7.0f} ms of CPU, {memory:.0f} MB at most so far{made}")


def _show(start: Start, events: Mapping[str, Event]) -> None:
    """A line for each size: the cold start, then for each event how long it takes and what a million cost."""
    heads = "".join(f"{name:>14}{'a million':>12}{'all cold':>10}" for name in events)
    print(f"\n  {'MB':>6}{'cold start':>13}{heads}")
    for size in SIZES:
        share = min(1.0, size / VCPU)
        cold = start.cpu / share
        line = f"  {size:>6}{cold * 1000:>10.0f} ms"
        for event in events.values():
            warm = event.cpu / share + event.calls * CALL
            line += (
                f"{warm * 1000:>11.0f} ms{_million(size, warm):>8.2f} USD{_million(size, warm + cold):>10.2f}"
            )
        print(line)


def _million(size: int, seconds: float) -> float:
    """What a million requests cost that take so long, in USD."""
    return 1e6 * (size / 1024 * seconds * GB_SECOND + REQUEST)


if __name__ == "__main__":
    main()
