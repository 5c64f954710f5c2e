"""The text of a policy file that today's rules satisfy exactly."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from sgwarden.review.adopt.alike import kinds
from sgwarden.review.adopt.draft import draft
from sgwarden.review.adopt.writing import WIDTH, asked, comment, entry, flow, item, mapping, scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sgwarden.policy.types import Selector, Statement
    from sgwarden.review.adopt.alike import Kind
    from sgwarden.review.adopt.draft import Draft, Line, Side
    from sgwarden.review.adopt.today import Found
    from sgwarden.traffic import Direction

MODELINE = "# yaml-language-server: $schema=./policy.schema.json"


@dataclass(frozen=True, slots=True)
class Adopted:
    """A policy file, and how much there is in it."""

    text: str
    clusters: int
    policies: int
    questions: int

    def __str__(self) -> str:
        counted = (
            _counted(self.clusters, "cluster"),
            _counted(self.policies, "policy", "policies"),
            f"{_counted(self.questions, 'question')} for a reviewer",
        )
        return ", ".join(counted)


def adopted(found: Iterable[Found], *, beside: int = 0) -> Adopted:
    """The policy file that the rules of these clusters satisfy exactly, the same whatever their order.

    It tells of so many groups `beside` theirs that people have tagged as additional ones.
    Raises TwiceError for a cluster that is there twice, UnnamedError for one that no policy can name, and
    ValueError where there is none.
    """
    everyone = list(found)
    if not everyone:
        raise ValueError("there is no cluster to write a policy for")
    groups = {group.id: f"the group of cluster {cluster.name}" for cluster, group in everyone}
    drafts = [draft(kind, groups) for kind in kinds(everyone)]
    clusters = sum(len(each.kind.alike) for each in drafts)
    questions = sum(1 for each in drafts for _ in each.questions())
    lines = chain(_header(drafts, clusters, questions), _about(beside), *map(_policy, drafts))
    return Adopted("\n".join(lines) + "\n", clusters, len(drafts), questions)


def _header(drafts: Sequence[Draft], clusters: int, questions: int) -> Iterator[str]:
    found = [cluster for each in drafts for cluster in each.kind.clusters]
    accounts, regions = {each.account for each in found}, {each.region for each in found}
    where = f"{_counted(len(accounts), 'account')}, {_counted(len(regions), 'region')}"
    paragraphs = (
        f"What is open today at {_counted(clusters, 'cluster')} ({where}), written by `sgwarden policy init`:"
        " with this policy `sgwarden plan` finds nothing to do, and whatever else is opened is drift."
        " That something is open today does not make it right.",
        f"There {_are(questions)} for a reviewer in this file, each a comment that begins with `question:`."
        " Narrow or remove the line below it, or answer it there; `sgwarden plan` then shows what that would"
        " change.",
        "Nothing is changed by this policy while its mode is observe: sgwarden writes only where both the"
        " policy and the stack's parameter Mode say `remediate`.",
        "The ready-made sets under `use:` (`sgwarden policy sets` shows them) are true of today to the word.",
        "Next: `sgwarden policy check` and `sgwarden plan` with this file, and `sgwarden policy explain` for"
        " what it says of some traffic.",
    )
    yield MODELINE
    for paragraph in paragraphs:
        yield from comment(paragraph, 0, hanging=0)


def _about(beside: int) -> Iterator[str]:
    """What the file does not speak of, and the beginning of what it does."""
    if beside:
        groups = _counted(beside, "group")
        yield f"# Not in this file: {groups} tagged sgwarden:cluster, which takes a policy with a `scope`."
    yield from ("version: 1", "policies:")


def _policy(each: Draft) -> Iterator[str]:
    yield ""
    yield from comment(_whose(each.kind), 2)
    yield f"  - name: {scalar(each.kind.name)}"
    yield from _selector(each.kind.selector)
    yield "    mode: observe"
    yield from asked(each.about_minimum, 4)
    if each.is_below_minimum:
        yield "    below_eks_minimum: true"
    if each.use:
        yield from asked(each.about_use, 4)
        yield f"    use: [{', '.join(each.use)}]"
    for direction, side in each.sides.items():
        yield from _side(direction, side)
    yield from asked(each.about_tags, 4)
    if each.tags:
        yield from ("    tags:", "      require:")
        yield from (f"        {scalar(key)}: {scalar(value)}" for key, value in each.tags.items())


def _whose(kind: Kind) -> str:
    """Where the clusters are, and of one its group."""
    clusters = kind.clusters
    places = dict.fromkeys(f"{each.region}, account {each.account}" for each in clusters)
    whose = clusters[0].security_group_id if len(clusters) == 1 else f"{len(clusters)} clusters alike"
    return f"{'; '.join(places)}: {whose}"


def _selector(selector: Selector) -> Iterator[str]:
    entries = {"name": selector.names, "accounts": selector.accounts, "regions": selector.regions}
    given = {key: texts for key, texts in entries.items() if texts}
    line = f"    clusters: {mapping({key: flow(texts) for key, texts in given.items()})}"
    if len(line) <= WIDTH:
        yield line
        return
    yield "    clusters:"
    for key, texts in given.items():
        yield from entry(key, texts, 6)


def _side(direction: Direction, side: Side) -> Iterator[str]:
    if not (side.require or side.allow):
        yield from asked(side.questions, 4)
        yield f"    {direction}: {{otherwise: deny}}"
        return
    yield f"    {direction}:"
    yield from asked(side.questions, 6)
    yield "      otherwise: deny"
    for effect, lines in (("require", side.require), ("allow", side.allow)):
        if lines:
            yield f"      {effect}:"
            for line in lines:
                yield from _line(line, direction)


def _line(line: Line, direction: Direction) -> Iterator[str]:
    for note in line.notes:
        yield from comment(note, 8)
    yield from asked(line.questions, 8)
    yield from item(_entries(line.statement, direction), 8)


def _entries(statement: Statement, direction: Direction) -> dict[str, str | Sequence[str]]:
    entries: dict[str, str | Sequence[str]] = {
        "id": statement.id,
        "traffic": [str(each) for each in statement.services],
        direction.preposition: [str(each) for each in statement.peers],
        "severity": str(statement.severity or ""),
        "why": statement.why,
    }
    return {key: value for key, value in entries.items() if value}


def _are(questions: int) -> str:
    if not questions:
        return "is no question"
    return f"{'is' if questions == 1 else 'are'} {_counted(questions, 'question')}"


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
