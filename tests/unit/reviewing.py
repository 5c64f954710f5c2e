"""Policy files for tests, and what is said of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.policy.errors import PolicyError, Problem
from sgwarden.review.build import compile_policy, read_policy_file
from sgwarden.review.check import warnings

if TYPE_CHECKING:
    from sgwarden.review.types import PolicyFile


def read_file(text: str) -> PolicyFile:
    return read_policy_file(text.encode(), "policy.yaml")


def rendered(problems: list[Problem]) -> list[str]:
    return [problem.render("policy.yaml").removeprefix("policy.yaml:") for problem in sorted(problems)]


def errors_of(text: str | bytes) -> list[str]:
    """What the file is refused for, each with its place; nothing for one that compiles."""
    try:
        compile_policy(text.encode() if isinstance(text, str) else text, "policy.yaml")
    except PolicyError as error:
        return rendered([*error.problems])
    return []


def warnings_of(text: str) -> list[str]:
    return [line.replace(" warning:", "") for line in rendered([*warnings(read_file(text))])]


def policy(lines: str, name: str = "p", clusters: str = "{name: '*'}") -> str:
    """A file with one policy, whose own lines begin in line 5."""
    return f"version: 1\npolicies:\n  - name: {name}\n    clusters: {clusters}\n{lines}"
