"""YAML 1.2 into document nodes: the one module that knows a YAML parser, never imported in Lambda.

Only what a reviewer can take at its word is accepted: no aliases or merge keys (what stands in one place
could change another), no tags, one document. A policy's `peers:` give names to what would be repeated.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, ReusedAnchorWarning, YAMLError
from ruamel.yaml.events import AliasEvent, NodeEvent
from ruamel.yaml.nodes import MappingNode, ScalarNode
from ruamel.yaml.reader import ReaderError

from sgwarden.policy.errors import PolicyError, Problem
from sgwarden.policy.node import Entry, Mapping, Mark, Node, Scalar, Sequence
from sgwarden.policy.yaml_quotes import address_before, cannot_begin, in_quotes, special_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ruamel.yaml.error import StreamMark
    from ruamel.yaml.nodes import Node as YamlNode

_TAG = "tag:yaml.org,2002:"
# Dates are text here, as in YAML 1.2's core schema; ruamel still resolves them.
_TEXT_TAGS = ("str", "timestamp", "merge")


def parse(data: bytes, source: str) -> Node:
    """The tree of a YAML file; raises PolicyError with what is wrong."""
    text = decoded(data, source)
    root = _composed(text, source)
    trees = _Trees(text)
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
    aliases: list[Problem] = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ReusedAnchorWarning)
            for problem in _alias_problems(text):
                aliases.append(problem)  # kept even where what follows is no YAML
            root: YamlNode | None = YAML(typ="safe", pure=True).compose(text) if not aliases else None
    except (YAMLError, RecursionError) as error:
        raise PolicyError(aliases or [_syntax_problem(error, text)], source, text) from error
    if aliases:
        raise PolicyError(aliases, source, text)
    return root


def _alias_problems(text: str) -> Iterator[Problem]:
    anchors = set()
    for event in YAML(typ="safe", pure=True).parse(text):
        if isinstance(event, NodeEvent) and not isinstance(event, AliasEvent):
            anchors.add(event.anchor)
        if not isinstance(event, AliasEvent):
            continue
        mark, words = _mark(event.start_mark), special_words(text, event.start_mark.index)
        if event.anchor in anchors or not words:
            hint = "write it out, or give it a name under peers:"
            yield Problem.at(mark, f"the alias *{event.anchor} is not supported", hint)
        else:
            yield Problem.at(mark, *cannot_begin(words))


def _syntax_problem(error: Exception, text: str) -> Problem:
    if isinstance(error, MarkedYAMLError) and error.problem_mark is not None:
        return _unquoted(error, text) or _as_said(error, error.problem_mark, text)
    if isinstance(error, ReaderError):
        before = text[: error.position]
        column = error.position - before.rfind("\n")
        return Problem(before.count("\n") + 1, column, "this is not YAML: a control character")
    return Problem(1, 1, "this is not YAML that can be read: it is nested too deeply")


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

    def __init__(self, text: str) -> None:
        self.text = text
        self.problems: list[Problem] = []

    def node(self, node: YamlNode) -> Node:
        mark = _mark(node.start_mark)
        kind = str(node.tag).removeprefix(_TAG)
        words = special_words(self.text, node.start_mark.index) if _may_be_text(node, self.text) else ""
        if words:
            self.problems.append(Problem.at(mark, *cannot_begin(words)))
            return Scalar(words, words, mark)
        if isinstance(node, ScalarNode):
            return Scalar(self._value(kind, node.value, mark), node.value, mark)
        if kind not in ("map", "seq"):
            self._refuse_tag(kind, mark)
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

    def _value(self, kind: str, text: str, mark: Mark) -> str | int | float | bool | None:
        if kind in _TEXT_TAGS:
            return text
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() == "true"
        if kind in ("int", "float"):
            return _number(text)
        self._refuse_tag(kind, mark)
        return text

    def _refuse_tag(self, tag: str, mark: Mark) -> None:
        self.problems.append(Problem.at(mark, f"the tag {tag} is not supported", "write the plain value"))


def _may_be_text(node: YamlNode, text: str) -> bool:
    """Whether a word without quotes may have been meant: an anchor or tag of nothing, or `?it` in a list."""
    first, end = node.start_mark.index, node.end_mark.index
    if isinstance(node, ScalarNode):
        return bool(node.value == "" and first < end)
    return isinstance(node, MappingNode) and bool(node.flow_style) and text.startswith("?", first)


def _number(text: str) -> int | float:
    digits = text.replace("_", "")
    for read in (int, float):
        try:
            return read(digits)
        except ValueError:
            continue
    return int(digits, 0)  # 0x1f and 0o17
