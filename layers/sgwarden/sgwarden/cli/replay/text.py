"""What became of recorded calls, for eyes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from rich.text import Text

from sgwarden.actor import actor_of
from sgwarden.cli import show
from sgwarden.cli.replay.replayed import IGNORED
from sgwarden.finding import SEVERITIES
from sgwarden.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from sgwarden.cli.replay.replayed import Replayed
    from sgwarden.cli.replay.scenario.story import Played
    from sgwarden.record import Record

Json = dict[str, Any]
_MAIL_LABEL = 9
_ERROR_LIMIT = 400


def show_replayed(out: Console, replayed: Replayed, *, whole: bool) -> None:
    """The event, what it changed and what came of it; with `whole`, the alert as it comes by mail."""
    show.heading(out, replayed.recording.source)
    show.item(out, "event", [_event(replayed.recording.record)])
    show.item(out, "presumed", replayed.presumed)
    if replayed.changed != (replayed.reason,):  # that would be told twice
        show.item(out, "change", replayed.changed or ["none"])
    seen: set[str] = set()
    for result in replayed.results:
        _show_look(out, result, again=result["security_group"] in seen)
        _show_alert(out, result["alert"], whole=whole)
        seen.add(result["security_group"])
    if replayed.undelivered:
        error = printable(replayed.undelivered, _ERROR_LIMIT)
        show.item(out, "given up", [f"the message went to the dead letters: {error}"])
    elif not replayed.results:
        show.item(out, IGNORED, [replayed.reason])
    out.print()


def show_summary(out: Console, replayed: Sequence[Replayed], played: Sequence[Played] = ()) -> None:
    """A line for each event and each scenario, and how many came to what."""
    folders = {each.recording.file.parent for each in replayed}
    show.table(out, [_summary(each, whole_path=len(folders) > 1) for each in replayed])
    if replayed and played:
        out.print()
    show.table(out, [_played(each) for each in played])
    out.print()
    counts = Counter(each.status for each in replayed)
    counts.update("unmet" if each.unmet else "as expected" for each in played)
    out.print(show.counts(counts), soft_wrap=True)


def _played(played: Played) -> list[Text]:
    """How many of its expectations are not met, and what it is about."""
    state = Text(f"{len(played.unmet)} unmet", "bold red") if played.unmet else Text("as expected", "green")
    return [state, show.safe(played.file.stem), show.safe(played.about)]


def _event(record: Record) -> str:
    """Who called what, from where and when."""
    source = record.body.get("sourceIPAddress")
    where = f" from {source}" if source else ""
    when = f", {record.time:%Y-%m-%d %H:%M:%S} UTC" if record.time else ""
    return f"{record.event_name or 'a call without a name'} by {actor_of(record)}{where}{when}"


def _show_look(out: Console, result: Json, *, again: bool) -> None:
    cluster, before, after = result["cluster"], result["before"], result["after"]
    policy = f"policy {result['policy']} ({result['mode']})"
    where = f"{cluster['name']}, {result['security_group']}, {cluster['region']}, {policy}"
    show.item(out, "later" if again else "cluster", [where])
    sections = [*_sections(result)]
    if before:
        show.item(out, "before", show.state(before, sections))
    show.item(out, "finding", [*show.findings(result["findings"])] or ["none"])
    show.item(out, "held", [f"{line}, until EKS is done with its update" for line in result.get("held", ())])
    show.item(out, "plan", [*show.changes(result["changes"])] or ["nothing to change"])
    changed = [section for section in sections if not before or before[section] != after[section]]
    show.item(out, "after", [*show.state(after, changed)] or ["as before"])
    show.item(out, "status", [show.status(result["status"])])


def _sections(result: Json) -> Iterator[str]:
    """Both directions, and the tags where there is something to say of them."""
    yield from ("ingress", "egress")
    spoken_of = [finding["kind"] for finding in result["findings"]]
    if any(kind.endswith("Tag") for kind in spoken_of) or any(
        change["action"] == "tag" for change in result["changes"]
    ):
        yield "tags"


def _show_alert(out: Console, alert: Json | None, *, whole: bool) -> None:
    if alert is None:
        show.item(out, "alert", ["none"])
        return
    show.item(out, "alert", [Text(alert["subject"], "bold") if whole else alert["subject"]])
    if whole:
        show.item(out, "", ["", *map(_mail_line, alert["text"].splitlines())])


def _mail_line(line: str) -> show.Row:
    """A line of the mail, hanging below its own label."""
    head = show.safe(line[:_MAIL_LABEL])
    return show.Row([line[_MAIL_LABEL:]], Text(f"{head.plain:{_MAIL_LABEL}}"))


def _summary(replayed: Replayed, *, whole_path: bool) -> list[Text]:
    recording = replayed.recording
    findings = [finding["severity"] for result in replayed.results for finding in result["findings"]]
    worst = min(findings, key=SEVERITIES.index, default="")
    clusters = dict.fromkeys(result["cluster"]["name"] for result in replayed.results)
    return [
        show.status(replayed.status),
        show.severity(worst or "-"),
        show.safe(", ".join(clusters) or "-"),
        show.safe(recording.source if whole_path else recording.name),
    ]
