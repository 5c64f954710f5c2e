"""`sgwarden policy explain`: what a policy says of some traffic and why, or all that it says."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from sgwarden.cli import show
from sgwarden.cli.options import Output
from sgwarden.cli.policy.table import show_policy, table_document
from sgwarden.cli.policy_file import read_policy
from sgwarden.cli.project import fail
from sgwarden.policy.node import Scalar
from sgwarden.policy.reading import Reader
from sgwarden.printable import printable
from sgwarden.review.explain import Answer, Explanation, explain
from sgwarden.review.read_lines import read_line
from sgwarden.review.stand_in import policy_for, some_example
from sgwarden.review.table import whom_in_words
from sgwarden.review.types import Example

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from sgwarden.policy.types import Policy
    from sgwarden.review.explain import Part, Reason
    from sgwarden.review.types import PolicyFile, TrafficLine

_LINES_SHOWN = 3
_LONGEST = 1000
_STYLES = {
    Answer.CONTRADICTION: "bold red",
    Answer.REQUIRED: "bold green",
    Answer.ALLOWED: "green",
    Answer.ON_PROOF: "yellow",
    Answer.FORBIDDEN: "red",
    Answer.PARTLY: "yellow",
}


def explain_command(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The policy, in YAML.")],
    traffic: Annotated[
        str | None, typer.Option(help='One line, such as "tcp/22 from 203.0.113.7"; without it: everything.')
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(help="One of the examples, or a cluster by its name; without it: every policy."),
    ] = None,
    group: Annotated[
        str | None, typer.Option(help="An additional group of that cluster, by its name; else it is its own.")
    ] = None,
    output: Annotated[Output, typer.Option(help="How to show it.")] = Output.TEXT,
) -> None:
    """Say what the policy makes of some traffic, or draw all of it: who may, must, may not reach what."""
    policy, _ = read_policy(file)
    chosen = _chosen(policy, cluster, group)
    if traffic is None:
        policies = [each for each, _ in chosen]
        if output is Output.JSON:
            typer.echo(json.dumps(table_document(policies), indent=2))
        else:
            for each in policies:
                show_policy(show.console(), each)
        return
    line = _line(policy, traffic)
    explained = [explain(line, each, example) for each, example in chosen]
    if output is Output.JSON:
        document = {"traffic": str(line), "cluster": cluster, "policies": [*map(_json, explained)]}
        typer.echo(json.dumps(document, indent=2))
    else:
        _show(show.console(), str(line), explained)


def _chosen(file: PolicyFile, cluster: str | None, group: str | None) -> list[tuple[Policy, Example]]:
    """The policy of the cluster or its group, or all of them at no cluster in particular."""
    if group is not None and (not group or cluster is None):
        raise typer.BadParameter("--group is the name of a group, beside the name of its --cluster")
    if cluster is None:
        return [(each, some_example(each)) for each in file.document.policies]
    if not cluster:
        raise typer.BadParameter("--cluster is empty; leave it out for every policy")
    example = replace(file.examples.get(cluster, Example(cluster)), group=group or "")
    policy = policy_for(file.document, example)
    if policy is None:
        of = f"an additional group named {group} of " if group else ""
        raise fail(f"no policy is for {of}a cluster named {cluster}")
    return [(policy, example)]


def _line(file: PolicyFile, text: str) -> TrafficLine:
    reader = Reader()
    line = read_line(reader, Scalar(text, text), "--traffic", {each.name: each for each in file.peers})
    if line is None:
        said = ", ".join(f"{each.message}{f'; {each.hint}' if each.hint else ''}" for each in reader.problems)
        raise typer.BadParameter(said)
    return line


def _json(explained: Explanation) -> dict[str, Any]:
    return {
        "policy": explained.policy.name,
        "answer": explained.answer,
        "parts": [
            {
                "answer": part.answer,
                "traffic": [*part.lines],
                "by": [_reason_json(each) for each in part.reasons],
            }
            for part in explained.parts
        ],
        "assumed": [*explained.assumed],
    }


def _reason_json(reason: Reason) -> dict[str, str]:
    return {"statement": reason.id, "set": reason.ready_made, "why": reason.why}


def _show(out: Console, line: str, explained: list[Explanation]) -> None:
    out.print(Text(line, style="bold"))
    for each in explained:
        out.print()
        head = Text.assemble(show.safe(each.policy.name), ": ", (each.answer, _STYLES[each.answer]))
        whom = printable(whom_in_words(each.policy), _LONGEST)
        out.print(Text.assemble(head, (f"  {whom}", "dim")), soft_wrap=not out.is_terminal)
        for part in each.parts:
            _show_lines(out, _part_lines(part, alone=len(each.parts) == 1))
        if each.assumed:
            _show_lines(out, [Text(f"assumed: {'; '.join(each.assumed)}", style="dim")])


def _part_lines(part: Part, *, alone: bool) -> Iterator[Text]:
    if not alone:
        more = len(part.lines) - _LINES_SHOWN
        shown = ", ".join(part.lines[:_LINES_SHOWN]) + (f" and {more} more" if more > 0 else "")
        yield Text.assemble((f"{part.answer} ", _STYLES[part.answer]), shown)
    for reason in part.reasons:
        of = f" of set {reason.ready_made}" if reason.ready_made else ""
        why = show.safe(f": {reason.why}") if reason.why else ""
        yield Text.assemble("by ", (reason.id, "bold"), of, why)


def _show_lines(out: Console, lines: Iterator[Text] | list[Text]) -> None:
    """Indented lines: folded below themselves on a terminal, whole in a pipe."""
    for line in lines:
        pieces = line.wrap(out, max(out.width - 4, 20)) if out.is_terminal else [line]
        for number, piece in enumerate(pieces):
            out.print(Text("    " if number else "  ") + piece, soft_wrap=True)
