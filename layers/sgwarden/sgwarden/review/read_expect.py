"""Reading the `expect:` section: what the policy's author wants to hold, whatever else changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.policy.node import Mapping as MappingNode
from sgwarden.policy.node import Scalar, Sequence
from sgwarden.policy.patterns import fits, is_pattern
from sgwarden.review.read_lines import read_lines
from sgwarden.review.types import Aftermath, Expectation, TrafficLine, Verdict
from sgwarden.traffic import Direction

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sgwarden.policy.node import Entry, Node
    from sgwarden.policy.read_peers import Names
    from sgwarden.policy.reading import Reader
    from sgwarden.review.types import Example

EXPECTATION_KEYS = (
    "cluster",
    "group",
    "direction",
    *(verdict.value for verdict in Verdict),
    "given",
    "after",
)


def read_expectations(
    reader: Reader, node: Node, names: Names, examples: Mapping[str, Example]
) -> tuple[Expectation | Aftermath, ...]:
    """The section, one thing expected of one cluster each."""
    return tuple(
        each
        for place, item in enumerate(reader.listed(node, "expect"), 1)
        for each in _Entry(reader, item, names, f"expectation {place}").read(examples)
    )


class _Entry:
    """Reads one entry, which may expect several things of several clusters."""

    def __init__(self, reader: Reader, node: Node, names: Names, what: str) -> None:
        self.reader = reader
        self.node = node
        self.names = names
        self.what = what
        self.fields = reader.fields(node, what, EXPECTATION_KEYS, required=("cluster",))

    def read(self, examples: Mapping[str, Example]) -> Iterator[Expectation | Aftermath]:
        self._check_complete()
        groups = self._groups()
        clusters = [(cluster, group) for cluster in self._clusters(examples) for group in groups]
        direction = self._direction()
        for verdict in (each for each in Verdict if each in self.fields):
            lines = self._lines(verdict, self.reader.some(self.fields[verdict].value, self._of(verdict)))
            self._check_direction(direction, lines)
            yield from (
                Expectation(cluster, verdict, line, group) for cluster, group in clusters for line in lines
            )
        if "given" in self.fields and "after" in self.fields:
            yield from self._aftermath(clusters, direction)

    def _of(self, key: str) -> str:
        return f'"{key}" of {self.what}'

    def _check_complete(self) -> None:
        if isinstance(self.node, MappingNode) and not self.fields.keys() & {*Verdict, "given", "after"}:
            hint = "give allowed, denied or required, or given and after"
            self.reader.problem(self.node.mark, f"{self.what} expects nothing", hint)
        for key, other in (("given", "after"), ("after", "given")):
            if key in self.fields and other not in self.fields:
                hint = "the rules that a group has, and those that remediation leaves it"
                self.reader.problem(
                    self.fields[key].key.mark, f'{self.what} has "{key}" but no "{other}"', hint
                )

    def _clusters(self, examples: Mapping[str, Example]) -> Iterator[str]:
        """The names; one with wildcards stands for the examples that it matches."""
        if "cluster" not in self.fields:
            return
        what = self._of("cluster")
        for item in self.reader.some(self.fields["cluster"].value, what):
            text = self.reader.text(item, what)
            if not is_pattern(text):
                yield from filter(None, [text])
                continue
            found = [name for name in examples if fits(name, text)]
            if not found:
                hint = "describe the clusters that it stands for under examples:"
                self.reader.problem(item.mark, f'{what}: no example is named like "{text}"', hint)
            yield from found

    def _groups(self) -> tuple[str, ...]:
        """The names of additional groups, or none for the cluster's own."""
        if "group" not in self.fields:
            return ("",)
        what = self._of("group")
        for item in self.reader.some(self.fields["group"].value, what):
            if isinstance(item, Scalar) and is_pattern(item.text):
                hint = "an expectation is of one group: write a name that it could have"
                self.reader.problem(item.mark, f'{what}: "{item.text}" is no name', hint)
        return self.reader.texts(self.fields["group"].value, what)

    def _direction(self) -> Direction | None:
        if "direction" not in self.fields:
            return None
        return self.reader.choice(self.fields["direction"].value, self._of("direction"), Direction)

    def _lines(self, key: str, nodes: Iterable[Node]) -> tuple[TrafficLine, ...]:
        return read_lines(self.reader, nodes, self._of(key), self.names)

    def _check_direction(self, direction: Direction | None, lines: Iterable[TrafficLine]) -> None:
        for line in lines:
            if direction not in (None, line.direction):
                said = f'{self.what} is of {direction} but its traffic says "{line.direction.preposition}"'
                self.reader.problem(line.mark, said)

    def _aftermath(
        self, clusters: Iterable[tuple[str, str]], direction: Direction | None
    ) -> Iterator[Aftermath]:
        given, after = (self._lines(key, self._listed(self.fields[key])) for key in ("given", "after"))
        lines = (*given, *after)
        direction = direction or next((line.direction for line in lines), None)
        if direction is None:
            hint = "add direction: ingress or direction: egress"
            self.reader.problem(self.node.mark, f"{self.what} does not say which way its traffic goes", hint)
            return
        self._check_direction(direction, lines)
        mark = self.fields["after"].key.mark
        yield from (Aftermath(cluster, direction, given, after, group, mark) for cluster, group in clusters)

    def _listed(self, entry: Entry) -> tuple[Node, ...]:
        """One line or a list of any length: a group may have no rules, and be left with none."""
        return entry.value.items if isinstance(entry.value, Sequence) else (entry.value,)
