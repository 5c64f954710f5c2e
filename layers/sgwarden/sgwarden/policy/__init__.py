"""Policies: what people write, and what it means for a cluster.

A YAML file is read and reviewed (`sgwarden.review`) and compiled to JSON. That is what runs: `load_compiled`,
`select` and `desired` are pure standard library.
"""

from sgwarden.policy.compiled import compile_document, load_compiled
from sgwarden.policy.conflict import Conflict, PolicyConflict
from sgwarden.policy.desired import Desired, Goal, Resolved
from sgwarden.policy.errors import PolicyError, Problem
from sgwarden.policy.places import (
    UnknownGroupNameError,
    UnknownPrefixListError,
    UnknownVpcError,
    UnresolvedError,
)
from sgwarden.policy.resolve import Needs, desired, needs, select
from sgwarden.policy.types import Document, Effect, Mode, Otherwise, Owner, Policy, Remedy, Severity

__all__ = [
    "Conflict",
    "Desired",
    "Document",
    "Effect",
    "Goal",
    "Mode",
    "Needs",
    "Otherwise",
    "Owner",
    "Policy",
    "PolicyConflict",
    "PolicyError",
    "Problem",
    "Remedy",
    "Resolved",
    "Severity",
    "UnknownGroupNameError",
    "UnknownPrefixListError",
    "UnknownVpcError",
    "UnresolvedError",
    "compile_document",
    "desired",
    "load_compiled",
    "needs",
    "select",
]
