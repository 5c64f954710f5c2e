"""Imports point one way, and the pure core knows no AWS SDK."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).parents[2] / "layers" / "sgwarden" / "sgwarden"

# From the bottom up; a module may import its own row and what lies below it.
ROWS = (
    ("traffic", "printable", "timing", "claimed"),
    ("cluster", "group", "record", "tool"),
    ("target", "actor"),
    ("calls", "revoked"),
    ("trigger",),
    ("kept_cause",),
    ("recent",),
    ("policy",),
    ("drift", "eks_rules", "claim", "marks"),
    ("change",),
    ("trim", "simulate", "order"),
    ("plan",),
    ("prove", "review"),
    ("failure", "wording", "owners", "mass_revocation"),
    ("impact",),
    ("finding", "apply"),
    ("drift_findings",),
    ("notice", "causes", "outcome", "ceiling", "owner_findings"),
    ("updating",),
    ("observe",),
    ("attached",),
    ("leftover", "ambiguity", "meeting"),
    ("attachment",),
    ("examine", "vanished"),
    ("certainty",),
    ("remediate",),
    ("reconcile",),
    ("report", "followup", "kept_alert", "sweep", "rest", "suspicion", "life"),
    ("alert", "daily"),
    ("untold",),
    ("notify",),
    ("page", "terms", "receipt"),
    ("rendering",),
    ("comparing",),
    ("noting",),
    ("settling",),
    ("announcement",),
    ("service",),
    ("outbox", "around"),
    ("bookkeeping",),
    ("look",),
    ("looking",),
    ("asked",),
    ("locations", "following", "tagging"),
    ("batch",),
    ("aws",),
    ("embedded", "cli"),
)
PURE = {name for row in ROWS for name in row} - {"aws", "embedded", "cli"}
# The reading of YAML is for builds and the command line; Lambda reads compiled policies.
YAML_READERS = {"policy/yaml_source.py"}

MODULES = sorted(
    path.relative_to(PACKAGE)
    for path in PACKAGE.rglob("*.py")
    if path.parent != PACKAGE or path.stem != "__init__"
)


def part_of(module: Path) -> str:
    """The top-level name that a module belongs to."""
    return module.parts[0].removesuffix(".py")


def imported(module: Path) -> Iterator[str]:
    """Every module that is imported, also those for types alone."""
    for node in ast.walk(ast.parse((PACKAGE / module).read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own_parts(module: Path) -> set[str]:
    names = (name.split(".") for name in imported(module))
    return {name[1] for name in names if name[0] == "sgwarden" and len(name) > 1}


def row_of(part: str) -> int:
    return next(number for number, row in enumerate(ROWS) if part in row)


def test_every_part_has_its_row() -> None:
    assert {part_of(module) for module in MODULES} == {name for row in ROWS for name in row}


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_no_import_points_up(module: Path) -> None:
    above = {part for part in own_parts(module) if row_of(part) > row_of(part_of(module))}
    assert not above


@pytest.mark.parametrize("module", [each for each in MODULES if part_of(each) in PURE], ids=str)
def test_the_core_is_standard_library_only(module: Path) -> None:
    roots = {name.split(".")[0] for name in imported(module)} - {"sgwarden"}
    foreign = roots - sys.stdlib_module_names
    assert foreign <= ({"ruamel"} if module.as_posix() in YAML_READERS else set())


def test_nothing_that_is_deployed_reviews_policies() -> None:
    at_home = {"review", "cli", "embedded"}
    assert not [each for each in MODULES if part_of(each) not in at_home and "review" in own_parts(each)]


@pytest.mark.parametrize("function", ["notify", "reconcile", "sweep"])
def test_a_function_imports_no_command_line(function: str) -> None:
    app = PACKAGE.parents[2] / "functions" / function / "app.py"
    assert not {part for part in own_parts(app) if part in {"cli", "embedded", "review"}}
