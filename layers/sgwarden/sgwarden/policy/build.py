"""A policy file into its compiled form, as the command line and the layer's build do it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sgwarden.policy.check import problems
from sgwarden.policy.compiled import compile_document
from sgwarden.policy.errors import PolicyError
from sgwarden.policy.reader import read_document
from sgwarden.policy.ready_made import ready_made_sets
from sgwarden.policy.yaml_source import decoded, parse

if TYPE_CHECKING:
    from sgwarden.policy.types import Document


def read_policy_file(data: bytes, source: str) -> Document:
    """The document of a YAML policy file; raises PolicyError with all that is wrong with it."""
    tree = parse(data, source)
    sha256 = hashlib.sha256(data).hexdigest()
    return read_document(tree, ready_made_sets(), source=source, text=decoded(data, source), sha256=sha256)


def checked_policy_file(data: bytes, source: str) -> Document:
    """The same, and what reads well must hold as well: expectations, and requirements against denials."""
    document = read_policy_file(data, source)
    found = tuple(problems(document))
    if found:
        raise PolicyError(found, source, decoded(data, source))
    return document


def compile_policy(data: bytes, source: str) -> str:
    """The compiled form of a YAML policy file; raises PolicyError, also for what reads well and is wrong."""
    return compile_document(checked_policy_file(data, source))
