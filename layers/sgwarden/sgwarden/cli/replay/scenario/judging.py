"""What is, beside what was expected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.cli.replay.scenario.acts import ActError, group_id_of
from sgwarden.cli.replay.scenario.story import Check
from sgwarden.embedded.corrections.listing import tags_of
from sgwarden.embedded.corrections.rules import held_rules
from sgwarden.embedded.notation import line_of, meaning_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sgwarden.cli.replay.scenario.model import Expect, GroupState, Rule
    from sgwarden.cli.replay.scenario.stage import Stage
    from sgwarden.embedded.corrections.rules import HeldRule

_TOLD = ("kind", "cluster", "transition", "actor", "summary")


def judged(stage: Stage, expect: Expect) -> Iterator[Check]:
    """Each expectation, met or not, now."""
    for name, state in {**expect.clusters, **expect.groups}.items():
        yield Check(stage.clock.now, name, tuple(_of_group(stage, name, state)))
    if expect.alerts is not None:
        yield Check(stage.clock.now, "alerts", tuple(_of_alerts(expect.alerts, stage.tally.alerts)))
    if expect.findings is not None:
        found = tuple(_of_findings(expect.findings, stage.tally.findings))
        yield Check(stage.clock.now, "findings", found)
    tally = stage.tally
    for what, bound, number in (
        ("writes", expect.writes, tally.writes),
        ("reads", expect.reads, tally.reads),
        ("reads of sweeps", expect.sweep_reads, tally.sweep_reads),
        ("messages of sweeps", expect.sweep_sends, tally.sweep_sends),
        ("dead letters", expect.dead_letters, len(stage.queue.dead)),
    ):
        if bound is not None:
            unmet = () if bound.holds(number) else (f"expected {bound}, found {number}",)
            yield Check(stage.clock.now, f"{what}: {bound}", unmet)


def _of_group(stage: Stage, name: str, state: GroupState) -> Iterator[str]:
    try:
        group_id = group_id_of(stage, name)
    except ActError:
        group_id = ""
    ec2 = stage.account.builder.ec2(stage.account.region)
    group = ec2.get_security_group_from_id(group_id) if group_id else None
    if group is None or not state.exists:
        if (group is not None) != state.exists:
            yield f"expected that it {'exists' if state.exists else 'is gone'}, which is not so"
        return
    for direction, wanted in (("ingress", state.ingress), ("egress", state.egress)):
        if wanted is not None:
            yield from _of_rules(stage, direction, wanted, held_rules(group, egress=direction == "egress"))
    yield from _of_tags("tag", state.tags, tags_of(ec2, group_id))


def _of_rules(
    stage: Stage, direction: str, wanted: Sequence[Rule], held: Sequence[HeldRule]
) -> Iterator[str]:
    ec2 = stage.account.builder.ec2(stage.account.region)
    rest = {rule.meaning: rule for rule in held}
    group_id = held[0].group_id if held else "sg-self"
    for rule in wanted:
        meaning = meaning_of(rule.line, group_id, ec2.managed_prefix_lists)
        found = rest.pop(meaning, None)
        if found is None:
            yield f"- {direction} {rule.line}"
            continue
        if rule.description is not None and found.description != rule.description:
            yield f'{direction} {rule.line} is described as "{found.description}", not "{rule.description}"'
        yield from _of_tags(f"{direction} {rule.line}: tag", rule.tags, tags_of(ec2, found.id))
    for rule_left in rest.values():
        yield f"+ {direction} {line_of(rule_left)}"


def _of_tags(what: str, wanted: Mapping[str, str | None], held: Mapping[str, str]) -> Iterator[str]:
    for key, value in wanted.items():
        if held.get(key) != value:
            expected = "absent" if value is None else f'"{value}"'
            found = f'"{held[key]}"' if key in held else "absent"
            yield f"{what} {key}: expected {expected}, found {found}"


def _of_alerts(wanted: Sequence[str], found: Sequence[str]) -> Iterator[str]:
    if list(wanted) == list(found):
        return
    yield from _difference(list(wanted), list(found))
    if sorted(wanted) == sorted(found):
        yield f"these came in another order: {'; '.join(found)}"


def _of_findings(wanted: Sequence[Mapping[str, str]], found: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """Each is found once, in any order, those with the most words first, and none is left over."""
    rest = list(found)
    for each in sorted(wanted, key=len, reverse=True):
        match = next((one for one in rest if all(one.get(key, "") == each[key] for key in each)), None)
        if match is None:
            yield f"- {_words(each)}"
        else:
            rest.remove(match)
    for one in rest:
        yield f"+ {_words({key: one[key] for key in _TOLD if one.get(key)})}"


def _difference(wanted: list[str], found: list[str]) -> Iterator[str]:
    for each in wanted:
        if each in found:
            found = _without(found, each)
        else:
            yield f"- {each}"
    for each in found:
        yield f"+ {each}"


def _without(things: list[str], thing: str) -> list[str]:
    place = things.index(thing)
    return [*things[:place], *things[place + 1 :]]


def _words(of: Mapping[str, str]) -> str:
    return ", ".join(f"{key}: {value or 'none'}" for key, value in of.items())
