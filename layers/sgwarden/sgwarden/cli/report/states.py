"""A group before and after: what a look tells of both, and what follows from its changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.cli.report.look import State
from sgwarden.outcome import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sgwarden.alert import Made
    from sgwarden.cli.report.look import Look

_UNTOUCHED = (Status.DRIFTED, Status.REFUSED)


def around(look: Look) -> tuple[State, State] | None:
    """The group as it was found, and as the changes left it or would leave it; None where neither is told.

    A replay tells both. `after` of a plan is the group with its changes made, `after` of an alert of what is
    left so the group without: the lines themselves say which. The other state follows by making the changes,
    or by taking them back.
    """
    if look.before is not None:
        untouched = look.status in _UNTOUCHED or look.after is None
        return look.before, made(look.before, look.changes) if untouched else look.after or State()
    if look.after is None:
        return None
    if look.status in _UNTOUCHED and not _are_made(look.after, look.changes):
        return look.after, made(look.after, look.changes)
    return unmade(look.after, look.changes), look.after


def of_changes(changes: Sequence[Made]) -> tuple[State, State]:
    """As far as the changes alone tell it."""
    after = made(State(), changes)
    return unmade(after, changes), after


def made(state: State, changes: Iterable[Made]) -> State:
    """The state with the changes."""
    for change in changes:
        gone, come = (change.rule, "") if change.sign == "-" else (change.was, change.rule)
        state = _turned(state, change, gone, come)
    return state


def unmade(state: State, changes: Sequence[Made]) -> State:
    """The state that the changes led away from."""
    for change in reversed(changes):
        gone, come = ("", change.rule) if change.sign == "-" else (change.rule, change.was)
        state = _turned(state, change, gone, come)
    return state


def _are_made(state: State, changes: Sequence[Made]) -> bool:
    return made(state, changes) == state


def _turned(state: State, change: Made, gone: str, come: str) -> State:
    if change.action == "tag":
        return State(state.rules, _tags(state, gone, come))
    rules = state.rules.get(change.direction, ())
    kept = tuple(rule for rule in rules if rule != gone)
    lines = kept if not come or come in kept else (*kept, come)
    return State({**state.rules, change.direction: lines}, state.tags)


def _tags(state: State, gone: str, come: str) -> dict[str, str]:
    without = {key: value for key, value in state.tags.items() if key != _key(gone, state)}
    key = _key(come, state)
    return {**without, key: come[len(key) + 1 :]} if come else without


def _key(tag: str, state: State) -> str:
    """The key of `key=value`: one that the group has where there is such, as keys too can have a `=`."""
    known = (key for key in state.tags if tag.startswith(f"{key}="))
    return max(known, key=len, default=tag.partition("=")[0])
