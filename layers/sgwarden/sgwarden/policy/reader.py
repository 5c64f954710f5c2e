"""Document nodes into policy documents and ready-made sets: strict, and with every problem at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.policy.errors import PolicyError
from sgwarden.policy.node import Scalar, Sequence
from sgwarden.policy.read_peers import read_names
from sgwarden.policy.read_policy import read_policy
from sgwarden.policy.read_statements import read_direction
from sgwarden.policy.reading import Reader, given
from sgwarden.policy.tags import read_tags
from sgwarden.policy.types import DirectionPolicy, Document, StatementSet
from sgwarden.traffic import Direction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sgwarden.policy.node import Entry, Node
    from sgwarden.policy.read_peers import Names
    from sgwarden.policy.types import Policy

DOCUMENT_KEYS = ("version", "peers", "policies")
SET_KEYS = ("description", "ingress", "egress", "tags")
VERSION = 1


def read_document(
    reader: Reader,
    node: Node,
    sets: Mapping[str, StatementSet],
    *,
    also: tuple[str, ...] = (),
    sha256: str = "",
) -> tuple[Document, Names, dict[str, Entry]]:
    """The document, its names for peers, and all sections: those of `also` are the caller's to read."""
    fields = reader.fields(node, "a policy file", (*DOCUMENT_KEYS, *also), required=("version", "policies"))
    given(fields, "version", lambda value: _check_version(reader, value), None)
    names: Names = given(fields, "peers", lambda value: read_names(reader, value), {})
    policies = _read_policies(reader, fields, names, sets)
    members = {name: named.members for name, named in names.items()}
    return Document(policies, members, VERSION, sha256), names, fields


def read_compiled(node: Node, *, source: str = "policy", sha256: str = "") -> Document:
    """The document of a compiled policy, its sets' statements written out; raises PolicyError."""
    reader = Reader(compiled=True)
    document, _, _ = read_document(reader, node, {}, sha256=sha256)
    raise_problems(reader, source, "")
    return document


def read_set(node: Node, name: str, *, source: str, text: str = "") -> StatementSet:
    """A ready-made set; raises PolicyError."""
    reader = Reader(compiled=True)
    fields = reader.fields(node, "the set", SET_KEYS, required=("description",))
    found = StatementSet(
        name,
        given(fields, "description", lambda value: reader.text(value, "description"), ""),
        given(
            fields,
            "ingress",
            lambda value: read_direction(reader, value, Direction.INGRESS, {}),
            DirectionPolicy(),
        ),
        given(
            fields,
            "egress",
            lambda value: read_direction(reader, value, Direction.EGRESS, {}),
            DirectionPolicy(),
        ),
        given(fields, "tags", lambda value: read_tags(reader, value, "tags"), {}),
    )
    raise_problems(reader, source, text)
    return found


def _check_version(reader: Reader, node: Node) -> None:
    if not (isinstance(node, Scalar) and node.value == VERSION and not isinstance(node.value, bool)):
        is_quoted = isinstance(node, Scalar) and node.value == str(VERSION)
        hint = "leave the quotes out" if is_quoted else ""
        reader.problem(node.mark, f"version must be {VERSION}, the only one there is", hint)


def _read_policies(
    reader: Reader, fields: dict[str, Entry], names: Names, sets: Mapping[str, StatementSet]
) -> tuple[Policy, ...]:
    if "policies" not in fields:
        return ()
    node = fields["policies"].value
    items = reader.listed(node, "policies")
    if isinstance(node, Sequence) and not items:
        reader.problem(node.mark, "policies is an empty list")
    policies = tuple(read_policy(reader, item, names, sets, place) for place, item in enumerate(items, 1))
    first: dict[str, Policy] = {}
    for policy in policies:
        earlier = first.setdefault(policy.name, policy)
        if earlier is not policy and policy.name:
            hint = f"first in line {earlier.mark.line}" if earlier.mark.line else ""
            reader.problem(policy.mark, f'two policies are named "{policy.name}"', hint)
    return policies


def raise_problems(reader: Reader, source: str, text: str) -> None:
    """Raise PolicyError where the reader has found anything wrong."""
    if reader.problems:
        raise PolicyError(reader.problems, source, text)
