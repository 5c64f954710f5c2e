"""What to do now: the next steps for people, by what was found and what became of it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from sgwarden.ceiling import BY_STATE
from sgwarden.finding import Kind
from sgwarden.life import Transition
from sgwarden.outcome import Status
from sgwarden.printable import printable
from sgwarden.rendering.verdict import other_findings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgwarden.alert import Alert
    from sgwarden.life import Note

_NAME_SHOWN = 100  # as long as EKS lets the name of a cluster be

_FOR_PEOPLE = {
    Kind.OPAQUE_RULE: (
        "Look at the rule: what it lets through is not known, so it is left alone. Where it names a prefix "
        "list, let sgwarden read that; else put a rule in its place that can be read."
    ),
    Kind.FORGED_CLAIM: (
        "Find out who made the rule: its description claims an owner, and what can be verified does not "
        "bear that out. Where the traffic is wanted, let the policy allow it by itself."
    ),
    Kind.MASS_REVOCATION: (
        "Look at the log of the controller that lost its rules, and restart it: it makes them anew. Ask "
        "who took them away why; Who names them."
    ),
    Kind.CLUSTER_GROUP_DELETED: (
        "Plan to recreate the cluster: EKS does not make another group for it, and nobody can. Look in "
        "CloudTrail for the DeleteSecurityGroup that took it, so that the next one lasts."
    ),
    Kind.DETACHED_CLUSTER_GROUP: (
        "Put the cluster security group back on the interfaces, or have EKS do so by an update of the "
        "cluster. For nodes, add it to the launch template of their node group: docs/attachment.md."
    ),
    Kind.MISPLACED_CONTROL_PLANE_GROUP: (
        "Take the group from the nodes, or have EKS put it back on the control plane by an update of the "
        "cluster."
    ),
    Kind.DEFAULT_GROUP_ATTACHED: (
        "Give the cluster or the nodes groups of their own in place of the VPC's default group, whose "
        "rules all else in it goes by too."
    ),
    Kind.AMBIGUOUS_CLUSTER_TAG: (
        "Let only the cluster security group have the tag kubernetes.io/cluster/NAME: remove it from the "
        "other groups of the interface. As it is, load balancer controllers find no group to open a way in."
    ),
    Kind.LEFT_OVER_GROUP: (
        "Delete the group if the finding says that it may go. Before that, look for it in launch "
        "templates, in other accounts and in peered VPCs, which sgwarden does not see."
    ),
    Kind.POLICY_REFUSED: (
        "Mend the policy for this cluster: until then nothing is checked here. The finding says what is "
        "wrong with it, and `sgwarden policy check` whether it holds."
    ),
}
_OF_THE_WORK = {
    Kind.LOST_TRAFFIC: (
        "Where what goes with the rule is still needed, let the policy allow it by name and make a rule "
        "for it, or raise trim_limit."
    ),
    Kind.INTERRUPTED_TRAFFIC: (
        "Ask AWS for a higher quota of rules in a security group, or remove rules that nobody needs, so "
        "that there is room to add before taking away."
    ),
}
"""What a plan costs: worth a word however the finding ends."""
_IN_THE_POLICY = "Where it is meant to be so, say so in the policy."


def steps(alert: Alert) -> tuple[str, ...]:
    """The next steps in whole sentences, those for the worst finding first; at least one.

    Each is at most 350 characters. Commands stand in backquotes, and names in them are quoted for a shell.
    """
    left = [note for note in alert.notes if note.transition.state.is_open]
    said = (step for note in left or alert.notes for step in _steps(note, alert))
    costs = (_OF_THE_WORK[Kind(note.kind)] for note in alert.notes if note.kind in _OF_THE_WORK)
    return tuple(dict.fromkeys((*said, *costs))) or ("Nothing.",)


def _steps(note: Note, alert: Alert) -> Iterator[str]:
    """A kind that is not known here is as drift."""
    known = {str(kind): step for kind, step in _FOR_PEOPLE.items()}
    if note.transition is Transition.RESOLVED:
        yield _look_at_others(alert) or "Nothing: it is in order again, and sgwarden had no part in it."
    elif note.transition is Transition.REMEDIATED:
        yield from _put_right(alert)
    elif note.kind in known:
        yield known[note.kind]
    elif note.kind == Kind.PLAN_REFUSED:
        yield f"Mend what the finding says stood in the way, then look again: {_plan(alert)}."
    elif note.kind not in _OF_THE_WORK:
        yield from _drifted(alert)


def _put_right(alert: Alert) -> Iterator[str]:
    yield _look_at_others(alert) or "Nothing: the group is as the policy wants it."
    if alert.missed:
        yield "See why no event told of it: docs/operate.md, events-missed."
    else:
        yield f"{_IN_THE_POLICY} Else tell whoever did it (Who) that it does not last."


def _look_at_others(alert: Alert) -> str:
    others = other_findings(alert)
    return f"Look at what else there is: {others}" if others else ""


def _drifted(alert: Alert) -> Iterator[str]:
    """A group that may not be written to, or could not be, is for people to put right."""
    if alert.status is Status.FAILED:
        yield (
            "Look at it now. Each sweep tries again, but what AWS has refused (a permission, the rule quota) "
            f"it will refuse again until that is mended. What is left: {_plan(alert)}."
        )
        return
    if alert.held:
        yield "Wait for EKS to be done with its update of the cluster: what it has made goes after that."
    if alert.status is Status.REFUSED:
        yield f"Mend what stood in the way, then look again: {_plan(alert)}."
        return
    yield f"{_plan(alert)} shows the changes, and `sgwarden apply` with the same options makes them."
    yield from _by_itself(alert)
    yield _IN_THE_POLICY


def _by_itself(alert: Alert) -> Iterator[str]:
    """What keeps sgwarden from making them."""
    if alert.paused == BY_STATE:
        yield "For sgwarden to make them: deploy State=running once the reason for the pause is gone."
    elif alert.paused:
        yield "For sgwarden to make them: `sgwarden resume` once the reason for the pause is gone."
    elif alert.barred:
        yield "For sgwarden to make them: deploy AdditionalGroups=yes (docs/operate.md, Additional groups)."
    elif alert.status is Status.DRIFTED:
        yield "For sgwarden to make them: deploy Mode=remediate, with `mode: remediate` in the policy."


def _plan(alert: Alert) -> str:
    names = (printable(each, _NAME_SHOWN).replace("`", "'") for each in (alert.region, alert.cluster))
    region, cluster = map(shlex.quote, names)
    return f"`sgwarden plan --region {region} --cluster {cluster}`"
