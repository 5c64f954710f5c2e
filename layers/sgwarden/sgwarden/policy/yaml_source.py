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
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.nodes import MappingNode, ScalarNode
from ruamel.yaml.reader import ReaderError

from sgwarden.policy.errors import PolicyError, Problem
from sgwarden.policy.node import Entry, Mapping, Mark, Node, Scalar, Sequence

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
    problems: list[Problem] = []
    root = _composed(text, source)
    tree = _node(root, problems) if root is not None else Scalar(None, "", Mark(1, 1))
    if problems:
        raise PolicyError(problems, source, text)
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
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ReusedAnchorWarning)
            aliases = list(_alias_problems(text))
            if aliases:
                raise PolicyError(aliases, source, text)
            root: YamlNode | None = YAML(typ="safe", pure=True).compose(text)
            return root
    except (YAMLError, RecursionError) as error:
        raise PolicyError([_syntax_problem(error, text)], source, text) from error


def _alias_problems(text: str) -> Iterator[Problem]:
    for event in YAML(typ="safe", pure=True).parse(text):
        if isinstance(event, AliasEvent):
            hint = "write it out, or give it a name under peers:"
            yield Problem.at(_mark(event.start_mark), f"the alias *{event.anchor} is not supported", hint)


def _syntax_problem(error: Exception, text: str) -> Problem:
    if isinstance(error, MarkedYAMLError) and error.problem_mark is not None:
        said = ", ".join(part for part in (error.context, error.problem) if part)
        return Problem.at(_mark(error.problem_mark), f"this is not YAML: {said}")
    if isinstance(error, ReaderError):
        before = text[: error.position]
        column = error.position - before.rfind("\n")
        return Problem(before.count("\n") + 1, column, "this is not YAML: a control character")
    return Problem(1, 1, "this is not YAML that can be read: it is nested too deeply")


def _mark(mark: StreamMark) -> Mark:
    return Mark(mark.line + 1, mark.column + 1)


def _node(node: YamlNode, problems: list[Problem]) -> Node:
    mark = _mark(node.start_mark)
    kind = str(node.tag).removeprefix(_TAG)
    if isinstance(node, ScalarNode):
        return Scalar(_value(kind, node.value, mark, problems), node.value, mark)
    if kind not in ("map", "seq"):
        _refuse_tag(kind, mark, problems)
    if isinstance(node, MappingNode):
        return Mapping(tuple(_entries(node, problems)), mark)
    return Sequence(tuple(_node(item, problems) for item in node.value), mark)


def _entries(node: MappingNode, problems: list[Problem]) -> Iterator[Entry]:
    for key_node, value_node in node.value:
        key, value = _node(key_node, problems), _node(value_node, problems)
        if isinstance(value, Scalar) and value.text == "" and value.value is None:
            # ruamel puts what is not there where the next thing is, be it lines away.
            value = replace(value, mark=_mark(key_node.end_mark))
        if isinstance(key, Scalar):
            yield Entry(key, value)
        else:
            problems.append(Problem.at(key.mark, "a key must be text"))


def _value(kind: str, text: str, mark: Mark, problems: list[Problem]) -> str | int | float | bool | None:
    if kind in _TEXT_TAGS:
        return text
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    if kind in ("int", "float"):
        return _number(text)
    _refuse_tag(kind, mark, problems)
    return text


def _number(text: str) -> int | float:
    digits = text.replace("_", "")
    for read in (int, float):
        try:
            return read(digits)
        except ValueError:
            continue
    return int(digits, 0)  # 0x1f and 0o17


def _refuse_tag(tag: str, mark: Mark, problems: list[Problem]) -> None:
    problems.append(Problem.at(mark, f"the tag {tag} is not supported", "write the plain value"))
