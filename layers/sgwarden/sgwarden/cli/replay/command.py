"""`sgwarden replay`: recorded events, played back to the function that is deployed."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sgwarden import report
from sgwarden.calls import CALLS
from sgwarden.cli import show
from sgwarden.cli.account_file import described_account
from sgwarden.cli.options import DRIFT, Output, PolicyFile
from sgwarden.cli.policy_file import checked_policy
from sgwarden.cli.project import ACCOUNT, POLICY, RECONCILE, fail
from sgwarden.cli.replay.inputs import STANDARD_INPUT, InputError, Recording, inputs
from sgwarden.cli.replay.replayed import Replayed
from sgwarden.cli.replay.scenario.times import shown
from sgwarden.cli.replay.text import show_replayed, show_summary
from sgwarden.cli.results.writing import write
from sgwarden.policy.compiled import compile_document
from sgwarden.policy.types import Mode
from sgwarden.printable import printable
from sgwarden.trigger import Ignored, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from rich.console import Console

    from sgwarden.cli.replay.scenario.story import Played
    from sgwarden.embedded import AccountDescription
    from sgwarden.policy.types import Document


Events = Annotated[
    list[Path], typer.Argument(metavar="EVENT", help="Files, folders, or - for standard input.")
]
_OF_EVENTS = ("policy", "mode", "account", "cluster")
AccountFile = Annotated[
    Path | None, typer.Option(help="What is in the account; else the account.yaml beside the events.")
]


def replay_command(
    ctx: typer.Context,
    events: Events,
    policy: PolicyFile = POLICY,
    mode: Annotated[
        Mode | None, typer.Option(help="Observe only, or remediate whatever mode the policy says.")
    ] = None,
    account: AccountFile = None,
    cluster: Annotated[
        str, typer.Option(help="Name of the cluster that is made up for a group the account lacks.")
    ] = "replayed",
    output: Annotated[Output, typer.Option(help="How to show it.")] = Output.TEXT,
) -> None:
    """Play recorded events back: the account, the change and the deployed function, all on this machine.

    Takes EventBridge events, CloudTrail records and CloudTrail log files, gzip too. They are judged by the
    policy that is deployed; what is shown of the samples in events/ comes of --policy events/policy.yaml.
    Takes scenarios too (docs/scenarios.md), which say for themselves by what policy and in what account.
    Exit status 3 where drift is left, 1 where something went wrong or is not as a scenario expects.
    """
    if not RECONCILE.exists():
        raise fail("the function that is deployed is not here: replay works from a clone of the project")
    replayed: list[Replayed] = []
    played: list[Played] = []
    unread = 0
    out, described = show.console(), cache(described_account)
    document = checked_policy(policy)
    found = [*inputs(events)]
    _say_what_scenarios_keep(ctx, found)
    with _compiled(document, mode) as compiled:
        for recording in found:
            if isinstance(recording, InputError):
                fail(str(recording))
                unread += 1
                continue
            if isinstance(recording, Path):
                unread += not _play(recording, played, out if output is Output.TEXT else None, len(found))
                continue
            in_account = partial(described, account or _beside(recording.file))
            replayed.append(_replayed(recording, in_account, compiled, mode, cluster))
            if output is Output.TEXT:
                show_replayed(out, replayed[-1], whole=len(found) == 1)
    if output is not Output.TEXT:
        write(_document(replayed, played), output, policy, document)
        if output is not Output.JSON:  # which has what became of scenarios
            _tell_what_is_unmet(played)
    elif len(found) > 1:
        show_summary(out, replayed, played)
    unmet = sum(len(each.unmet) for each in played)
    raise typer.Exit(_exit_status(replayed, unread + unmet))


def _say_what_scenarios_keep(ctx: typer.Context, found: Sequence[Recording | Path | InputError]) -> None:
    """What was asked for and is not done is said, before anything is shown."""
    scenarios = [isinstance(each, Path) for each in found]
    if not any(scenarios):
        return
    options = _OF_EVENTS if all(scenarios) else ("mode",)
    sources = {name: ctx.get_parameter_source(name) for name in options}
    given = [f"--{name}" for name, source in sources.items() if source and source.name != "DEFAULT"]
    if given:
        fail(f"note: only recorded events go by {' and '.join(given)}; a scenario keeps what it says itself")


def _tell_what_is_unmet(played: Iterable[Played]) -> None:
    """On stderr, where the format has no place for scenarios."""
    for each in played:
        for check in each.unmet:
            fail(f"{each.file} at {shown(check.at)}: unmet {check.what}")
            for line in check.unmet:
                typer.echo(f"  {printable(line)}", err=True)


def _play(file: Path, played: list[Played], out: Console | None, of: int) -> bool:
    """Play the scenario of the file; whether it could be. Of several, one is shown if it went wrong."""
    from sgwarden.cli.replay.scenario.playing import play  # noqa: PLC0415  moto takes a second to import
    from sgwarden.cli.replay.scenario.reading import ScenarioError, read_scenario  # noqa: PLC0415
    from sgwarden.cli.replay.scenario.text import show_played  # noqa: PLC0415

    try:
        played.append(play(read_scenario(file)))
    except ScenarioError as error:
        fail(f"the scenario does not hold\n{error}")
        return False
    if out and (of == 1 or played[-1].unmet):
        show_played(out, played[-1])
    return True


@contextmanager
def _compiled(document: Document, mode: Mode | None) -> Iterator[Path]:
    """The policy as the layer carries it; `--mode remediate` is for every policy of the file."""
    if mode is Mode.REMEDIATE:
        policies = tuple(replace(each, mode=Mode.REMEDIATE) for each in document.policies)
        document = replace(document, policies=policies)
    with TemporaryDirectory(prefix="sgwarden-") as folder:
        compiled = Path(folder) / "policy.json"
        compiled.write_text(compile_document(document), encoding="utf-8")
        yield compiled


def _replayed(
    recording: Recording,
    described: Callable[[], AccountDescription],
    policy: Path,
    mode: Mode | None,
    cluster: str,
) -> Replayed:
    if recording.record.event_name.lower() not in CALLS:
        # As deployed: EventBridge's rules let no other call through to the function.
        ignored = read(recording.event())
        return Replayed(recording, reason=ignored.reason if isinstance(ignored, Ignored) else "")
    from sgwarden.cli.replay.replaying import replay  # noqa: PLC0415  moto takes a second to import

    return replay(recording, described(), policy, mode or Mode.REMEDIATE, cluster)


def _beside(file: Path) -> Path:
    """The account that lies beside the event; that of the project's samples where there is none."""
    beside = file.parent / "account.yaml"
    return beside if str(file) != STANDARD_INPUT and beside.exists() else ACCOUNT


def _document(replayed: list[Replayed], played: list[Played]) -> dict[str, Any]:
    """The contract, and beside it the events that led to no result, and what became of scenarios."""
    ignored = [
        {"event": each.recording.source, "reason": each.undelivered or each.reason}
        for each in replayed
        if not each.results
    ]
    results = [result for each in replayed for result in each.results]
    results += [result for each in played for result in each.results]
    scenarios = {"scenarios": [each.json() for each in played]} if played else {}
    return {**report.document(results), "ignored": ignored, **scenarios}


def _exit_status(replayed: list[Replayed], unread: int) -> int:
    statuses = {each.status for each in replayed}
    if unread or statuses & {"failed", "refused"}:
        return 1
    return DRIFT if "drifted" in statuses else 0
