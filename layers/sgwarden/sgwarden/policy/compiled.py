"""Compiled policies: canonical JSON, which is all that the Lambda reads.

It is the policy's own language with the ready-made statements written out and lists where one thing may stand
alone, in an envelope that tells the format and the source. What is there to be checked only is left out: it
has been. Equal documents compile to equal bytes.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from sgwarden.policy.errors import PolicyError, Problem
from sgwarden.policy.node import Mapping, Node, Scalar, from_json
from sgwarden.policy.peers import ManagedList, Named
from sgwarden.policy.read_selector import ALL_ADDITIONAL
from sgwarden.policy.reader import read_compiled
from sgwarden.policy.types import DEFAULT_TRIM_LIMIT, DirectionPolicy, Document, Effect, Statement

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sgwarden.policy.peers import PeerTerm
    from sgwarden.policy.types import Policy, Scope, Selector

FORMAT = 1
_SHA256 = re.compile(r"[0-9a-f]{64}")
Json = dict[str, object]


def compile_document(document: Document) -> str:
    """The document as canonical JSON: sorted keys, no spaces, one line."""
    compiled = {"format": FORMAT, "source": {"sha256": document.sha256}, "document": _document(document)}
    return json.dumps(compiled, sort_keys=True, separators=(",", ":"), ensure_ascii=True) + "\n"


def load_compiled(text: str, source: str = "compiled policy") -> Document:
    """The document of a compiled policy; raises PolicyError for an unknown format or anything amiss."""
    try:
        root = from_json(text)
    except (ValueError, RecursionError) as error:
        raise PolicyError([Problem(0, 0, f"this is no compiled policy: {error}")], source) from error
    known = _value(root, "format")
    if not (isinstance(known, Scalar) and type(known.value) is int and known.value == FORMAT):
        said = f"format {known.text} is not known" if isinstance(known, Scalar) else "it has no format"
        problem = Problem(0, 0, f"this is no compiled policy for this sgwarden: {said}", f"expected {FORMAT}")
        raise PolicyError([problem], source)
    body = _value(root, "document") or Scalar(None, "null")
    return read_compiled(body, source=source, sha256=_sha256(root, source))


def _value(node: Node | None, key: str) -> Node | None:
    if not isinstance(node, Mapping):
        return None
    return next((entry.value for entry in node.entries if entry.key.text == key), None)


def _sha256(root: Node, source: str) -> str:
    node = _value(_value(root, "source"), "sha256")
    text = node.text if isinstance(node, Scalar) else ""
    if text and not _SHA256.fullmatch(text):
        raise PolicyError([Problem(0, 0, f'"{text}" is no SHA-256')], source)
    return text


def _document(document: Document) -> Json:
    return _without_empty(
        {
            "version": document.version,
            "peers": {name: _terms(members) for name, members in document.peers.items()},
            "policies": [_policy(policy) for policy in document.policies],
        }
    )


def _policy(policy: Policy) -> Json:
    return _without_empty(
        {
            "name": policy.name,
            "clusters": _selector(policy.clusters),
            "scope": _scope(policy.scope),
            "mode": policy.mode.value,
            "use": list(policy.use),
            "remedy": policy.remedy.value,
            "trim_limit": None if policy.trim_limit == DEFAULT_TRIM_LIMIT else policy.trim_limit,
            "below_eks_minimum": policy.below_eks_minimum or None,
            "ingress": _direction(policy.ingress, "from"),
            "egress": _direction(policy.egress, "to"),
            "tags": _without_empty({"require": dict(policy.tags)}),
        }
    )


def _selector(selector: Selector) -> Json:
    return _without_empty(
        {
            "name": list(selector.names),
            "accounts": list(selector.accounts),
            "regions": list(selector.regions),
            "tags": dict(selector.tags),
        }
    )


def _scope(scope: Scope | None) -> Json | str | None:
    """None for cluster security groups, which are the scope of a policy that has none."""
    if scope is None:
        return None
    return _without_empty({"name": list(scope.names), "tags": dict(scope.tags)}) or ALL_ADDITIONAL


def _direction(direction: DirectionPolicy, preposition: str) -> Json:
    statements = {
        effect.value: [_statement(each, preposition) for each in direction.of(effect)] for effect in Effect
    }
    return _without_empty({"otherwise": direction.otherwise.value, **statements})


def _statement(statement: Statement, preposition: str) -> Json:
    return _without_empty(
        {
            "id": statement.id,
            "traffic": [str(service) for service in statement.services],
            preposition: _terms(statement.peers),
            "except": _terms(statement.excepted),
            "why": statement.why,
            "severity": statement.severity,
            "managed_by": statement.managed_by,
            "remedy": statement.remedy,
            "ip_family": statement.ip_family,
            "set": statement.ready_made,
        }
    )


def _terms(terms: Iterable[PeerTerm]) -> list[object]:
    return [_term(term) for term in terms]


def _term(term: PeerTerm) -> object:
    if isinstance(term, ManagedList):
        return {"prefix_list": term.name}
    return term.name if isinstance(term, Named) else str(term)


def _without_empty(values: Json) -> Json:
    """The values that say something: the reader's defaults stand for the rest."""
    return {key: value for key, value in values.items() if value not in (None, "", [], {})}
