"""What to do now: for each kind of finding and whatever became of it, a step that can be taken."""

from __future__ import annotations

import itertools
import shlex

import pytest
from sgwarden.ceiling import BY_STATE, NO_ADDITIONAL
from sgwarden.finding import Kind
from sgwarden.life import Transition
from sgwarden.outcome import Status
from sgwarden.policy.types import Severity
from sgwarden.rendering.advice import steps

from tests.unit.alerts import alert, note
from tests.unit.hostile import HOSTILE, hostile_alert

PLAN = "`sgwarden plan --region eu-west-1 --cluster prod-1`"
APPLY = f"{PLAN} shows the changes, and `sgwarden apply` with the same options makes them."
WORD = {
    Kind.FORBIDDEN_TRAFFIC: PLAN,
    Kind.MISSING_TRAFFIC: PLAN,
    Kind.MISSING_TAG: PLAN,
    Kind.WRONG_TAG: PLAN,
    Kind.LOST_TRAFFIC: "trim_limit",
    Kind.INTERRUPTED_TRAFFIC: "quota",
    Kind.OPAQUE_RULE: "prefix list",
    Kind.FORGED_CLAIM: "who made the rule",
    Kind.MASS_REVOCATION: "restart it",
    Kind.CLUSTER_GROUP_DELETED: "recreate the cluster",
    Kind.DETACHED_CLUSTER_GROUP: "launch template",
    Kind.MISPLACED_CONTROL_PLANE_GROUP: "from the nodes",
    Kind.DEFAULT_GROUP_ATTACHED: "groups of their own",
    Kind.AMBIGUOUS_CLUSTER_TAG: "remove it from the other",
    Kind.LEFT_OVER_GROUP: "Delete the group",
    Kind.POLICY_REFUSED: "`sgwarden policy check`",
    Kind.PLAN_REFUSED: "stood in the way",
    Kind.REMEDIATION_FAILED: PLAN,
}
STATUS = {
    Transition.FAILED: Status.FAILED,
    Transition.REMEDIATED: Status.REMEDIATED,
    Transition.RESOLVED: Status.IN_SYNC,
}


@pytest.mark.parametrize(("kind", "transition"), [*itertools.product(Kind, Transition)])
def test_every_kind_has_its_step(kind: Kind, transition: Transition) -> None:
    """One that is open, the word for it; one that is closed, that there is nothing to do."""
    status = STATUS.get(transition, Status.DRIFTED)
    said = steps(alert(note(kind=str(kind), transition=transition), status=status))
    assert said
    if transition.state.is_open:
        assert WORD[kind] in " ".join(said)
        assert "Nothing" not in " ".join(said)
    else:
        assert said[0].startswith("Nothing: ")
    assert len(set(said)) == len(said)
    assert all(step[-1] == "." and len(step) <= 350 and step.isprintable() for step in said)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "deploy Mode=remediate, with `mode: remediate` in the policy."),
        ({"paused": "by alice: upgrade"}, "`sgwarden resume` once the reason for the pause is gone."),
        ({"paused": BY_STATE}, "deploy State=running once the reason for the pause is gone."),
        ({"barred": NO_ADDITIONAL}, "deploy AdditionalGroups=yes (docs/operate.md, Additional groups)."),
    ],
)
def test_what_keeps_sgwarden_from_it(more: dict[str, object], said: str) -> None:
    assert steps(alert(**more)) == (
        APPLY,
        f"For sgwarden to make them: {said}",
        "Where it is meant to be so, say so in the policy.",
    )


def test_what_eks_has_made_goes_by_itself() -> None:
    assert steps(alert(held=("all to 0.0.0.0/0",)))[0].startswith("Wait for EKS to be done")


def test_what_was_put_right_is_for_its_author_to_hear() -> None:
    closed = note(transition=Transition.REMEDIATED)
    assert steps(alert(closed, status=Status.REMEDIATED)) == (
        "Nothing: the group is as the policy wants it.",
        "Where it is meant to be so, say so in the policy. "
        "Else tell whoever did it (Who) that it does not last.",
    )
    missed = steps(alert(closed, status=Status.REMEDIATED, missed=True))
    assert missed[1] == "See why no event told of it: docs/operate.md, events-missed."


def test_what_a_plan_costs_is_told_though_it_was_made() -> None:
    closed = [note(kind=str(kind), transition=Transition.REMEDIATED) for kind in (Kind.LOST_TRAFFIC,)]
    assert "trim_limit" in steps(alert(*closed, status=Status.REMEDIATED))[-1]


def test_what_is_left_is_told_and_not_what_is_closed() -> None:
    left = note(kind=str(Kind.OPAQUE_RULE), severity=Severity.MEDIUM)
    said = steps(alert(note(transition=Transition.REMEDIATED), left, status=Status.REMEDIATED))
    assert len(said) == 1
    assert "prefix list" in said[0]


def test_a_refusal_is_mended_first() -> None:
    refused = note(kind=str(Kind.PLAN_REFUSED))
    said = steps(alert(note(), refused, status=Status.REFUSED))
    assert all("stood in the way" in step for step in said)


def test_there_is_a_step_where_nothing_is_known() -> None:
    assert steps(alert(note(kind="NewKind")))[0] == APPLY
    assert steps(hostile_alert("x", notes=())) == ("Nothing.",)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_name_is_one_word_of_a_command(text: str) -> None:
    for step in steps(hostile_alert(text)):
        assert step.isprintable()
        assert len(step) <= 350
        if step.startswith("`sgwarden plan"):
            command = step[1 : step.rindex("` shows")]
            assert len(shlex.split(command)) == 6
