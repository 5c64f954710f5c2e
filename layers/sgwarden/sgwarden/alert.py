"""What people are told of one group at one moment: the model that every channel's message is made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sgwarden.finding import worst
from sgwarden.kept_cause import kept_cause, read_cause
from sgwarden.life import Note, Transition, read_count, read_note, read_time
from sgwarden.outcome import Status
from sgwarden.policy.types import Mode, Severity
from sgwarden.record import get, items, text

if TYPE_CHECKING:
    from datetime import datetime

    from sgwarden.trigger import Cause

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Made:
    """A change in words: made, or where the group was not touched, one that would be.

    `action` is authorize, modify, revoke or tag; `rule` a line of the notation with the cluster's own group
    as `self`, or `key=value`; `was` the same before, empty where there was nothing. `description` is that of
    the rule that went, or came.
    """

    action: str
    direction: str
    rule_id: str
    rule: str
    was: str = ""
    why: str = ""
    description: str = ""

    @property
    def sign(self) -> str:
        """`+` made, `-` taken away, `~` changed in place."""
        if self.was:
            return "~"
        return "-" if self.action == "revoke" else "+"

    @property
    def line(self) -> str:
        """The change as people write it: `~ ingress tcp/20-25 from 0.0.0.0/0 -> tcp/20-21 from 0.0.0.0/0`."""
        # A value can be long or the same as the key: what changed is the part behind the first "=".
        kind = "tag" if self.action == "tag" else self.direction
        into = self.rule.partition("=")[2] if self.action == "tag" else self.rule
        said = f"{self.was} -> {into}" if self.was else self.rule
        return f"{self.sign} {kind} {said}" + (f" ({self.rule_id})" if self.rule_id else "")

    def as_json(self) -> Json:
        """What `read_made` reads."""
        return {name: getattr(self, name) for name in _MADE}


@dataclass(frozen=True, slots=True)
class Others:
    """The findings of a group that are open, and that an alert does not tell of; `summary` is the worst."""

    findings: int
    severity: Severity
    summary: str

    def as_json(self) -> Json:
        """What `read_others` reads."""
        return {"findings": self.findings, "severity": str(self.severity), "summary": self.summary}


@dataclass(frozen=True, slots=True)
class Alert:
    """One group, its findings that changed their state, and what was done.

    `id` is told once: whoever hears it twice may drop the second. `thread` is the same from the first finding
    of a group until it is in order again. `notes` are the worst first; `causes` are the calls that led here,
    whether or not to blame. `changes` are those of this run, made or only meant; `earlier` are those that a
    run before set out to make which broke off, as far as they may have been made. `others` are known from
    before and still open. `status`, `mode`, `paused`, `barred`, `missed` and `held` are as in an Outcome.
    So many notes more are `left_out`, none of them worse, where a message has no room for all.
    """

    id: str
    thread: str
    time: datetime
    cluster: str
    account: str
    region: str
    group: str
    policy: str
    mode: Mode
    status: Status
    notes: tuple[Note, ...]
    group_name: str = ""
    additional: bool = False
    paused: str = ""
    barred: str = ""
    missed: bool = False
    held: tuple[str, ...] = ()
    changes: tuple[Made, ...] = ()
    earlier: tuple[Made, ...] = ()
    others: Others | None = None
    causes: tuple[Cause, ...] = ()
    left_out: int = 0

    @property
    def severity(self) -> Severity:
        """The worst of what others have not put right; of all, where that is all it tells of."""
        told = [note for note in self.notes if note.transition is not Transition.RESOLVED] or self.notes
        return worst(told)

    @property
    def transition(self) -> Transition:
        """The gravest of its findings."""
        order = tuple(Transition)
        return min((note.transition for note in self.notes), key=order.index, default=Transition.RESOLVED)

    @property
    def is_over(self) -> bool:
        """Whether nothing of the group is open any more."""
        return self.others is None and not any(note.transition.state.is_open for note in self.notes)

    def as_json(self) -> Json:
        """What `read_alert` reads; docs/alert.schema.json describes it."""
        return {
            **{name: getattr(self, name) for name in _TEXTS},
            **{name: getattr(self, name) for name in _ANSWERS},
            "time": self.time.isoformat(),
            "mode": str(self.mode),
            "status": str(self.status),
            "severity": str(self.severity),
            "transition": str(self.transition),
            "held": list(self.held),
            "findings": [note.as_json() for note in self.notes],
            "changes": [made.as_json() for made in self.changes],
            "earlier": [made.as_json() for made in self.earlier],
            "others": self.others and self.others.as_json(),
            "causes": [kept_cause(cause) for cause in self.causes],
            "left_out": self.left_out,
        }


_TEXTS = ("id", "thread", "cluster", "account", "region", "group", "group_name", "policy", "paused", "barred")
_ANSWERS = ("additional", "missed")
_MADE = ("action", "direction", "rule_id", "rule", "was", "why", "description")


def read_alert(said: object) -> Alert:
    """The alert; raises ValueError for what `as_json` cannot have written."""
    texts = {name: text(get(said, name)) for name in _TEXTS}
    left_out = read_count(get(said, "left_out"), 0, "an alert leaves out a number of findings, or none")
    return Alert(
        id=texts["id"],
        thread=texts["thread"],
        cluster=texts["cluster"],
        account=texts["account"],
        region=texts["region"],
        group=texts["group"],
        group_name=texts["group_name"],
        policy=texts["policy"],
        paused=texts["paused"],
        barred=texts["barred"],
        additional=get(said, "additional") is True,
        missed=get(said, "missed") is True,
        time=read_time(get(said, "time")),
        mode=Mode(text(get(said, "mode"))),
        status=Status(text(get(said, "status"))),
        held=tuple(map(text, items(get(said, "held")))),
        notes=tuple(map(read_note, items(get(said, "findings")))),
        changes=tuple(map(read_made, items(get(said, "changes")))),
        earlier=tuple(map(read_made, items(get(said, "earlier")))),
        others=None if get(said, "others") is None else read_others(get(said, "others")),
        causes=tuple(map(read_cause, items(get(said, "causes")))),
        left_out=left_out,
    )


def read_others(said: object) -> Others:
    """The others; raises ValueError for what `as_json` cannot have written."""
    findings = read_count(get(said, "findings"), 1, "of other findings there is one at least")
    return Others(findings, Severity(text(get(said, "severity"))), text(get(said, "summary")))


def read_made(said: object) -> Made:
    """The change; what is no text is empty."""
    return Made(**{name: text(get(said, name)) for name in _MADE})
