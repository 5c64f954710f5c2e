"""A plan in a file: the policy it was made with, and for each group what it is like and what would change.

The changes are worked out anew, by the file's policy from the group as it is by then, and made only where
they, and the group, are still those of the file. So it is the policy in it that must be trusted.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sgwarden import report
from sgwarden.cli.planning.clusters import Looked, Place, is_drifted
from sgwarden.cli.planning.group_state import differences, is_state, state_of
from sgwarden.policy.compiled import compile_document, load_compiled
from sgwarden.policy.errors import PolicyError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sgwarden.outcome import Outcome
    from sgwarden.policy.types import Document

Json = dict[str, Any]
SCHEMA = "sgwarden/plan/v1"


class PlanFileError(Exception):
    """A file is no plan that can be used; says why."""


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done in one group, and what it was like when that was worked out."""

    place: Place
    state: Json
    changes: list[Json]

    @classmethod
    def of(cls, outcome: Outcome) -> Step:
        return cls(Place.of(outcome.cluster), state_of(outcome.group, outcome.planned), _changes(outcome))

    def moved(self, outcome: Outcome) -> str:
        """How the group, or what would be done there, is not what it was; empty where all is the same."""
        moved = differences(self.state, state_of(outcome.group, outcome.planned))
        if not moved and _changes(outcome) != self.changes:
            moved = ["the rules are the same, but other changes would be made"]
        return "; ".join(moved)


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """A policy, and the steps that it asks for."""

    document: Document
    steps: tuple[Step, ...]

    @classmethod
    def of(cls, document: Document, found: Iterable[Looked]) -> SavedPlan:
        """What was found to have drifted, as steps."""
        steps = (Step.of(each.outcome) for each in found if each.outcome and is_drifted(each))
        return cls(document, tuple(steps))

    def text(self) -> str:
        """The plan as the text of a file."""
        plan = {
            "schema": SCHEMA,
            "policy": json.loads(compile_document(self.document)),
            "steps": [_step_json(step) for step in self.steps],
        }
        return json.dumps(plan, indent=2, sort_keys=True) + "\n"


def read_plan(file: Path) -> SavedPlan:
    """The plan of a file; raises PlanFileError."""
    try:
        plan = json.loads(file.read_bytes())
    except OSError as error:
        raise PlanFileError(f"{file} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise PlanFileError(f"{file} is no plan: it is not JSON ({error})") from error
    if not isinstance(plan, dict) or plan.get("schema") != SCHEMA:
        wanted = f'expected what `sgwarden plan --out` writes, with "schema": "{SCHEMA}"'
        raise PlanFileError(f"{file} is no plan for this sgwarden: {wanted}")
    try:
        document = load_compiled(json.dumps(plan["policy"]), str(file))
        steps = tuple(_step(each) for each in plan["steps"])
        if len({step.place for step in steps}) < len(steps):
            raise ValueError("a group has one step")
        return SavedPlan(document, steps)
    except PolicyError as error:
        raise PlanFileError(f"the policy in {file} does not hold\n{error.render()}") from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise PlanFileError(f"{file} has been changed by hand, or is cut off: make the plan anew") from error


def _changes(outcome: Outcome) -> list[Json]:
    return [report.change(change, outcome.group.id) for change in outcome.changes]


def _step_json(step: Step) -> Json:
    place = step.place
    return {
        "cluster": {"name": place.name, "account": place.account, "region": place.region},
        "security_group": place.group_id,
        **({"additional": True} if place.additional else {}),
        "state": step.state,
        "changes": step.changes,
    }


def _step(step: Json) -> Step:
    cluster = step["cluster"]
    texts = (cluster["name"], cluster["account"], cluster["region"], step["security_group"])
    if not all(isinstance(text, str) and text for text in texts):
        raise ValueError("a step names a cluster and its group")
    if not is_state(step["state"]) or not isinstance(step["changes"], list):
        raise ValueError("a step has the state of its group, and changes")
    place = Place(*texts, additional="additional" in step)
    return Step(place, step["state"], step["changes"])
