"""YAML 1.2 into document nodes: the one module that knows a YAML parser, never imported in Lambda.

Only what a reviewer can take at its word is accepted: no anchors, aliases or merge keys (what stands in one
place could change another), no tags, no directives that change how the rest is read, one document. A policy's
`peers:` give names to what would be repeated.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)
from ruamel.yaml.nodes import MappingNode, ScalarNode
from ruamel.yaml.reader import ReaderError

from sgwarden.policy.errors import LINE_BREAK, PolicyError, Problem
from sgwarden.policy.node import Entry, Mapping, Mark, Node, Scalar, Sequence
from sgwarden.policy.yaml_quotes import address_before, cannot_begin, in_quotes, special_words
from sgwarden.policy.yaml_values import plain_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ruamel.yaml.error import StreamMark
    from ruamel.yaml.events import Event
    from ruamel.yaml.nodes import Node as YamlNode

_TAG = "tag:yaml.org,2002:"
_DEEPEST = 100
"""Levels of lists and mappings; the language has ten, and the parser's time grows with their square."""


def parse(data: bytes, source: str) -> Node:
    """The tree of a YAML file; raises PolicyError with what is wrong."""
    text = decoded(data, source)
    root = _composed(text, source)
    trees = _Trees()
    tree = trees.node(root) if root is not None else Scalar(None, "", Mark(1, 1))
    if trees.problems:
        raise PolicyError(trees.problems, source, text)
    return tree


def decoded(data: bytes, source: str) -> str:
    """The text of a file in UTF-8; raises PolicyError for any other."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise PolicyError([Problem(line, column, "this is not UTF-8")], source) from error


def _composed(text: str, source: str) -> YamlNode | None:
    refused = [*_directives(text)]
    root: YamlNode | None = None
    try:
        if not refused:
            for problem in _not_taken(text):
                refused.append(problem)  # kept even where what follows is no YAML
        if not refused:
            root = YAML(typ="safe", pure=True).compose(text)
    except YAMLError as error:
        raise PolicyError(refused or [_syntax_problem(error, text)], source, text) from error
    if refused:
        raise PolicyError(refused, source, text)
    return root


def _directives(text: str) -> Iterator[Problem]:
    """All but `%YAML 1.2`: any other would have the rest mean something else, or is known to nobody."""
    at_start = True
    for number, line in enumerate(LINE_BREAK.split(text), 1):
        if at_start and line.startswith("%"):
            words = line.split()
            if words[:2] != ["%YAML", "1.2"]:
                said = f"the directive {' '.join(words[:2])} is not supported"
                yield Problem(number, 1, said, "leave it out: this is read as YAML 1.2")
        elif line.strip() and not line.lstrip().startswith("#"):
            at_start = line.startswith("...")


def _not_taken(text: str) -> Iterator[Problem]:
    """What YAML has and a policy has not, up to where it is nested too deeply to go on."""
    anchors: set[str] = set()
    depth = 0
    for event in YAML(typ="safe", pure=True).parse(text):
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > _DEEPEST:
            hint = f"{_DEEPEST} levels at most"
            yield Problem.at(_mark(event.start_mark), "this is nested too deeply to be read", hint)
            return
        if isinstance(event, NodeEvent):
            yield from _not_taken_of(event, text, anchors)
            anchors.add(event.anchor)


def _not_taken_of(event: NodeEvent, text: str, anchors: set[str]) -> Iterator[Problem]:
    mark = _mark(event.start_mark)
    is_alias = isinstance(event, AliasEvent)
    known = is_alias and event.anchor in anchors
    words = special_words(text, event.start_mark.index) if _may_be_text(event, text) and not known else ""
    if words:
        yield Problem.at(mark, *cannot_begin(words))
    elif is_alias:
        hint = "write it out, or give it a name under peers:"
        yield Problem.at(mark, f"the alias *{event.anchor} is not supported", hint)
    else:
        if event.anchor is not None:
            yield Problem.at(mark, f"the anchor &{event.anchor} is not supported", "leave it out")
        if isinstance(event, ScalarEvent | CollectionStartEvent) and event.tag is not None:
            said = str(event.tag).replace(_TAG, "!!", 1)
            yield Problem.at(mark, f"the tag {said} is not supported", "write the plain value")


def _may_be_text(event: Event, text: str) -> bool:
    """Whether a word without quotes may have been meant: an alias, an anchor or tag of nothing, or `?it` in a
    list."""
    first, end = event.start_mark.index, event.end_mark.index
    if isinstance(event, ScalarEvent):
        return bool(event.value == "" and first < end)
    if isinstance(event, MappingStartEvent):
        return bool(event.flow_style) and text.startswith("?", first)
    return isinstance(event, AliasEvent)


def _syntax_problem(error: YAMLError, text: str) -> Problem:
    if isinstance(error, MarkedYAMLError) and error.problem_mark is not None:
        return _unquoted(error, text) or _as_said(error, error.problem_mark, text)
    if isinstance(error, ReaderError):
        before = text[: error.position]
        column = error.position - before.rfind("\n")
        return Problem(before.count("\n") + 1, column, "this is not YAML: a control character")
    return Problem(1, 1, f"this is not YAML: {error}")


def _unquoted(error: MarkedYAMLError, text: str) -> Problem | None:
    """The problem in the words of who meant a text, if that is what went wrong."""
    for mark in (error.context_mark, error.problem_mark):
        if mark is not None and (words := special_words(text, mark.index)):
            return Problem.at(_mark(mark), *cannot_begin(words))
    return None


def _as_said(error: MarkedYAMLError, mark: StreamMark, text: str) -> Problem:
    said = ", ".join(part for part in (error.context, error.problem) if part)
    address = address_before(text, mark.index)
    return Problem.at(_mark(mark), f"this is not YAML: {said}", in_quotes(address) if address else "")


def _mark(mark: StreamMark) -> Mark:
    return Mark(mark.line + 1, mark.column + 1)


class _Trees:
    """Turns the nodes of the parser into our own, and gathers what is not taken."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def node(self, node: YamlNode) -> Node:
        mark = _mark(node.start_mark)
        if isinstance(node, ScalarNode):
            return Scalar(node.value if node.style else plain_value(node.value), node.value, mark)
        if isinstance(node, MappingNode):
            return Mapping(tuple(self._entries(node)), mark)
        return Sequence(tuple(self.node(item) for item in node.value), mark)

    def _entries(self, node: MappingNode) -> Iterator[Entry]:
        for key_node, value_node in node.value:
            key, value = self.node(key_node), self.node(value_node)
            if isinstance(value, Scalar) and value.text == "" and value.value is None:
                # ruamel puts what is not there where the next thing is, be it lines away.
                value = replace(value, mark=_mark(key_node.end_mark))
            if isinstance(key, Scalar):
                yield Entry(key, value)
            else:
                self.problems.append(Problem.at(key.mark, "a key must be text"))
