"""One look at one group, as a result of the contract tells of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sgwarden.alert import Made
from sgwarden.outcome import Status
from sgwarden.policy.types import Mode, Severity
from sgwarden.trigger import Cause

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sgwarden.cli.report.node import Node


@dataclass(frozen=True, slots=True)
class State:
    """The rules of a group as lines of the notation, by direction, and its tags."""

    rules: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """A finding; `became` is the word for what became of it, empty where only the group's status says so.

    It is open where it is as true as when it was found. It stands for a `number` of them, itself among them,
    where nothing tells of the others.
    """

    id: str
    kind: str
    severity: Severity
    summary: str
    statement: str = ""
    impact: str = ""
    rules: tuple[str, ...] = ()
    causes: tuple[Cause, ...] = ()
    became: str = ""
    is_open: bool = True
    number: int = 1


@dataclass(frozen=True, slots=True)
class Place:
    """A group, and the cluster that it is of; account and region are empty where nothing says them."""

    cluster: str
    group: str
    account: str = ""
    region: str = ""
    additional: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """A result. `before` is there for a replay alone; `subject` and `mail` are what it told people."""

    place: Place
    policy: str
    mode: Mode
    status: Status
    findings: tuple[Found, ...]
    changes: tuple[Made, ...]
    before: State | None = None
    after: State | None = None
    remarks: tuple[str, ...] = ()
    event: str = ""
    subject: str = ""
    mail: str = ""


def read_look(result: Node) -> Look:
    """The look; raises UnexpectedError for what is no result of `sgwarden/v1`."""
    before, after, alert = result.maybe("before"), result.maybe("after"), result.maybe("alert")
    return Look(
        place=_place(result),
        policy=result.at("policy").text(),
        mode=result.at("mode").word(Mode),
        status=result.at("status").word(Status),
        findings=tuple(map(_found, result.at("findings").items())),
        changes=tuple(map(_made, result.at("changes").items())),
        before=_state(before) if before else None,
        after=_state(after) if after else None,
        remarks=tuple(_remarks(result)),
        event=result.text_at("event"),
        subject=alert.at("subject").text() if alert else "",
        mail=alert.at("text").text() if alert else "",
    )


def remarks(paused: str, barred: str, held: tuple[str, ...], *, missed: bool) -> list[str]:
    """What people should know of the look beside its findings, a sentence each."""
    return [
        *([f"sgwarden is paused ({paused}) and changes nothing."] if paused else []),
        *([f"sgwarden only observes here ({barred})."] if barred else []),
        *([f"Held until EKS is done with its update of the cluster: {', '.join(held)}."] if held else []),
        *(["No event told of this: a sweep found it."] if missed else []),
    ]


def _remarks(result: Node) -> list[str]:
    held = tuple(each.text() for each in result.items_at("held"))
    missed = result.maybe("missed_by_events") is not None
    return remarks(result.text_at("paused"), result.text_at("barred"), held, missed=missed)


def _place(result: Node) -> Place:
    cluster = result.at("cluster")
    return Place(
        cluster=cluster.at("name").text(),
        group=result.at("security_group").text(),
        account=cluster.text_at("account"),
        region=cluster.text_at("region"),
        additional=result.maybe("additional") is not None,
    )


def _found(finding: Node) -> Found:
    cause = finding.maybe("cause")
    return Found(
        id=finding.text_at("id"),
        kind=finding.at("kind").text(),
        severity=finding.at("severity").word(Severity),
        summary=finding.at("summary").text(),
        statement=finding.text_at("statement"),
        impact=finding.text_at("impact"),
        rules=tuple(each.text() for each in finding.items_at("rules")),
        causes=(_cause(cause),) if cause else (),
    )


def _cause(cause: Node) -> Cause:
    event, event_id, actor, address = map(cause.text_at, ("event", "event_id", "actor", "source_ip"))
    time = cause.maybe("time")
    return Cause(event, event_id, actor, address, time.moment() if time else None)


def _made(change: Node) -> Made:
    texts = map(change.text_at, ("direction", "rule_id", "rule", "was", "why"))
    return Made(change.at("action").text(), *texts)


def _state(state: Node) -> State:
    rules = {direction: state.at(direction).texts() for direction in ("ingress", "egress")}
    return State(rules, {key: value.text() for key, value in state.at("tags").members()})
