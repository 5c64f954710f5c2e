"""A policy file into its compiled form, as the command line and the layer's build do it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sgwarden.policy.compiled import compile_document
from sgwarden.policy.errors import PolicyError
from sgwarden.policy.reader import raise_problems, read_document
from sgwarden.policy.reading import Reader, given
from sgwarden.policy.ready_made import ready_made_sets
from sgwarden.policy.yaml_source import decoded, parse
from sgwarden.review.check import errors
from sgwarden.review.read_examples import read_examples
from sgwarden.review.read_expect import read_expectations
from sgwarden.review.read_limits import read_limits
from sgwarden.review.types import PolicyFile

if TYPE_CHECKING:
    from sgwarden.policy.types import Document
    from sgwarden.review.types import Aftermath, Example, Expectation, Limit

CHECKED_KEYS = ("examples", "limits", "expect")
"""The sections of a policy file that do not run."""


def read_policy_file(data: bytes, source: str) -> PolicyFile:
    """All that a YAML policy file says; raises PolicyError with everything that is wrong with it."""
    tree, text, reader = parse(data, source), decoded(data, source), Reader()
    sha256 = hashlib.sha256(data).hexdigest()
    document, names, fields = read_document(reader, tree, ready_made_sets(), also=CHECKED_KEYS, sha256=sha256)
    examples: dict[str, Example] = given(fields, "examples", lambda node: read_examples(reader, node), {})
    limits: tuple[Limit, ...] = given(fields, "limits", lambda node: read_limits(reader, node), ())
    expect: tuple[Expectation | Aftermath, ...] = given(
        fields, "expect", lambda node: read_expectations(reader, node, names, examples), ()
    )
    raise_problems(reader, source, text)
    return PolicyFile(document, tuple(names.values()), examples, limits, expect)


def checked_policy_file(data: bytes, source: str) -> Document:
    """The document that is to run; what reads well must hold as well, or PolicyError is raised."""
    file = read_policy_file(data, source)
    found = tuple(errors(file))
    if found:
        raise PolicyError(found, source, decoded(data, source))
    return file.document


def compile_policy(data: bytes, source: str) -> str:
    """The compiled form of a YAML policy file; raises PolicyError, also for what reads well and is wrong."""
    return compile_document(checked_policy_file(data, source))
