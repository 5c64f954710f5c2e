"""`sgwarden replay`: recorded events, played back to the function that is deployed."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sgwarden import report
from sgwarden.cli import show
from sgwarden.cli.inputs import InputError, Recording, recordings
from sgwarden.cli.options import DRIFT, Output
from sgwarden.cli.policy_file import checked_policy
from sgwarden.cli.project import ACCOUNT, POLICY, fail
from sgwarden.policy.compiled import compile_document
from sgwarden.policy.types import Mode
from sgwarden.trigger import read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from sgwarden.cli.replaying import Replayed
    from sgwarden.embedded import AccountDescription


def replay_command(
    events: Annotated[
        list[Path], typer.Argument(metavar="EVENT...", help="Files, folders, or - for standard input.")
    ],
    policy: Annotated[Path, typer.Option(help="The policy file.")] = POLICY,
    mode: Annotated[
        Mode | None, typer.Option(help="Observe only, or remediate whatever mode the policy says.")
    ] = None,
    account: Annotated[
        Path | None, typer.Option(help="What is in the account; else the account.yaml beside the events.")
    ] = None,
    cluster: Annotated[
        str, typer.Option(help="Name of the cluster that is made up for a group the account lacks.")
    ] = "replayed",
    output: Annotated[Output, typer.Option(help="How to show it.")] = Output.TEXT,
) -> None:
    """Play recorded events back: the account, the change and the deployed function, all on this machine.

    Takes EventBridge events, CloudTrail records and CloudTrail log files, gzip too.
    """
    out = show.console()
    replayed: list[Replayed] = []
    unread = 0
    with _compiled(policy, mode) as compiled:
        for recording in recordings(events):
            if isinstance(recording, InputError):
                fail(str(recording))
                unread += 1
                continue
            replayed.append(_replayed(recording, account, compiled, mode, cluster))
            if output is Output.TEXT:
                _show(out, replayed[-1])
    if output is Output.JSON:
        typer.echo(json.dumps(_document(replayed), indent=2))
    elif len(replayed) > 1:
        show.summary(out, Counter(_status(each) for each in replayed))
    raise typer.Exit(_exit_status(replayed, unread))


@contextmanager
def _compiled(file: Path, mode: Mode | None) -> Iterator[Path]:
    """The policy as the layer carries it; `--mode remediate` is for every policy of the file."""
    document = checked_policy(file)
    if mode is Mode.REMEDIATE:
        policies = tuple(replace(each, mode=Mode.REMEDIATE) for each in document.policies)
        document = replace(document, policies=policies)
    with TemporaryDirectory(prefix="sgwarden-") as folder:
        compiled = Path(folder) / "policy.json"
        compiled.write_text(compile_document(document), encoding="utf-8")
        yield compiled


def _replayed(
    recording: Recording, account: Path | None, policy: Path, mode: Mode | None, cluster: str
) -> Replayed:
    from sgwarden.cli.replaying import replay  # noqa: PLC0415  moto takes a second to import

    described = _described(account or _beside(recording))
    return replay(recording, described, policy, mode or Mode.REMEDIATE, cluster)


def _beside(recording: Recording) -> Path:
    """The account that lies beside the event; that of the project's samples where there is none."""
    beside = Path(recording.source.rpartition("#")[0] or recording.source).parent / "account.yaml"
    return beside if beside.exists() else ACCOUNT


def _described(file: Path) -> AccountDescription:
    from sgwarden.embedded import DescriptionError, read_account  # noqa: PLC0415  as above

    try:
        return read_account(file)
    except (DescriptionError, OSError) as error:
        raise fail(f"the account description does not hold\n{error}") from error


def _status(replayed: Replayed) -> str:
    statuses = [result["status"] for result in replayed.results]
    return next(
        (each for each in ("failed", "refused", "drifted", "remediated") if each in statuses), ""
    ) or ("in_sync" if statuses else "ignored")


def _exit_status(replayed: list[Replayed], unread: int) -> int:
    statuses = {_status(each) for each in replayed}
    if unread or not replayed or statuses & {"failed", "refused"} or any(each.dead for each in replayed):
        return 1
    return DRIFT if "drifted" in statuses else 0


def _document(replayed: list[Replayed]) -> dict[str, Any]:
    """The contract, with the source of each result, and the events that led to none."""
    results = [
        {**result, "event": each.recording.source, "before": each.before.get(result["security_group"])}
        for each in replayed
        for result in each.results
    ]
    ignored = [
        {"event": each.recording.source, "reason": each.ignored} for each in replayed if not each.results
    ]
    return {**report.document(results), "ignored": ignored}


def _show(out: Console, replayed: Replayed) -> None:
    recording = replayed.recording
    show.heading(out, recording.source)
    show.item(out, "event", [_event(recording)])
    show.item(out, "presumed", replayed.recorded.presupposed)
    show.item(out, "change", replayed.recorded.done or [replayed.recorded.not_done or "nothing"])
    for result in replayed.results:
        cluster = result["cluster"]
        where = (
            f"{cluster['name']}, {result['security_group']}, {cluster['region']}, policy {result['policy']}"
        )
        show.item(out, "cluster", [where])
        if before := replayed.before.get(result["security_group"]):
            show.item(out, "before", show.state_lines(before))
        show.item(out, "finding", show.finding_lines(result["findings"]) or ["none"])
        show.item(out, "plan", show.change_lines(result["changes"]) or ["nothing to change"])
        show.item(out, "after", show.state_lines(result["after"]))
        show.item(out, "status", [show.status_text(result["status"])])
    if not replayed.results:
        show.item(out, "ignored", [replayed.ignored])
    show.item(out, "alert", [alert.subject for alert in replayed.alerts] or ["none"])
    if replayed.dead:
        show.item(out, "queue", ["a message went to the dead letters after five deliveries"])
    out.print()


def _event(recording: Recording) -> str:
    triggers = read(recording.event())
    if not isinstance(triggers, tuple):
        return recording.record.event_name or "a record without a call"
    cause = triggers[0].cause
    when = f", {cause.time:%Y-%m-%d %H:%M:%S} UTC" if cause.time else ""
    return f"{cause.event} by {cause.actor} from {cause.source_ip}{when}"
