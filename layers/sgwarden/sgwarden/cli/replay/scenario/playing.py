"""A scenario played from beginning to end."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sgwarden.cli.replay.function import Function
from sgwarden.cli.replay.replaying import worth_telling
from sgwarden.cli.replay.scenario.acts import ActError, act
from sgwarden.cli.replay.scenario.clock import Clock
from sgwarden.cli.replay.scenario.judging import judged
from sgwarden.cli.replay.scenario.model import Expect
from sgwarden.cli.replay.scenario.reading import ScenarioError
from sgwarden.cli.replay.scenario.stage import Stage
from sgwarden.cli.replay.scenario.story import Check, Moment, Played
from sgwarden.embedded import EmbeddedAccount
from sgwarden.policy.compiled import compile_document
from sgwarden.policy.errors import Problem
from sgwarden.policy.reading import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sgwarden.cli.replay.scenario.model import Scenario, Step

_LONGEST = 12 * 3600
"""Seconds after the last step by which nothing may wait any more: three times what an update is followed."""


def play(scenario: Scenario) -> Played:
    """What happens; raises ScenarioError where a step cannot be done."""
    with _staged(scenario) as stage:
        checks: list[Check] = []
        for step in scenario.steps:
            _until(stage, step.at)
            stage.clock.now = max(stage.clock.now, step.at)
            checks += _done(stage, scenario, step)
            stage.look_around()
        checks += _to_the_end(stage)
        _must_have_been_there(stage, scenario)
        if scenario.expect:
            checks += judged(stage, scenario.expect)
        checks += _unspoken_dead_letters(stage, scenario)
        moments = tuple(_gathered(stage.moments))
        results = tuple(worth_telling(stage.results))
        return Played(scenario.file, scenario.about, moments, tuple(checks), results)


@contextmanager
def _staged(scenario: Scenario) -> Iterator[Stage]:
    clock = Clock()
    account = EmbeddedAccount(scenario.account, eks_waits=True, receipts=True)
    with TemporaryDirectory(prefix="sgwarden-") as folder, account, clock.stopped():
        compiled = Path(folder) / "policy.json"
        compiled.write_text(compile_document(scenario.policy), encoding="utf-8")
        function = Function(account, compiled, scenario.mode, additional_groups=scenario.additional_groups)
        stage = Stage(str(scenario.file), account, function, clock)
        stage.look_around()
        yield stage


def _done(stage: Stage, scenario: Scenario, step: Step) -> Iterable[Check]:
    if isinstance(step.act, Expect):
        return judged(stage, step.act)
    try:
        act(stage, step.act)
    except ActError as error:
        problem = Problem.at(step.mark, str(error))
        raise ScenarioError(problem.render(str(scenario.file), scenario.text)) from error
    return ()


def _until(stage: Stage, at: int) -> None:
    """All that the functions have to do before; what is due at that very moment waits for the step."""
    while (due := stage.next_work_at()) is not None and due < at:
        stage.clock.now = max(stage.clock.now, due)
        stage.work()


def _to_the_end(stage: Stage) -> Iterator[Check]:
    last = stage.clock.now + _LONGEST
    _until(stage, last)
    if stage.queue.waiting:
        yield Check(stage.clock.now, "an end", (f"{len(stage.queue.waiting)} messages still wait",))


def _unspoken_dead_letters(stage: Stage, scenario: Scenario) -> Iterator[Check]:
    """In the end there are no more of them than a step said that there are by then."""
    if scenario.expect and scenario.expect.dead_letters:
        return
    bounds = [each.dead_letters for each in scenario.expectations if each.dead_letters]
    said = max((bound.number for bound in bounds if not bound.at_most), default=0)
    if len(stage.queue.dead) > said:
        found = f"expected {said}, found {len(stage.queue.dead)}"
        yield Check(stage.clock.now, f"dead letters: {said}", (found,))


def _must_have_been_there(stage: Stage, scenario: Scenario) -> None:
    """Of what never was, nothing can be told apart from a name that is misspelt."""
    for each in scenario.expectations:
        for name, state in {**each.clusters, **each.groups}.items():
            if name not in stage.seen:
                what, hint = "cluster", did_you_mean(name, stage.seen, "clusters go by name, groups by id")
                if name in each.groups:
                    what = "group"
                said = f"neither the account nor any step has a {what} {name}"
                problem = Problem.at(state.mark, said, hint)
                raise ScenarioError(problem.render(str(scenario.file), scenario.text))


def _gathered(moments: Iterable[Moment]) -> Iterator[Moment]:
    """Moments that are like the one before make one with it."""
    last: Moment | None = None
    for moment in moments:
        if last and (last.who, last.what, last.alerts) == (moment.who, moment.what, moment.alerts):
            last = replace(last, times=last.times + 1, until=moment.at)
            continue
        if last:
            yield last
        last = moment
    if last:
        yield last
