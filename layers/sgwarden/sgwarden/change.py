"""The changes that can be made to a security group."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sgwarden.traffic import Rule, Traffic


@dataclass(frozen=True, slots=True)
class Authorize:
    """Make a rule; `why` names the statements that ask for it."""

    rule: Rule
    why: str

    @property
    def brings(self) -> Traffic:
        """What the change leaves in place or adds."""
        return self.rule.traffic


@dataclass(frozen=True, slots=True)
class Modify:
    """Turn a rule into another in place: it keeps its id, description and tags."""

    rule: Rule
    into: Rule
    why: str

    @property
    def brings(self) -> Traffic:
        """What the change leaves in place or adds."""
        return self.into.traffic


@dataclass(frozen=True, slots=True)
class Revoke:
    """Take a rule away whole."""

    rule: Rule
    why: str

    @property
    def brings(self) -> Traffic:
        """What the change leaves in place or adds."""
        return Traffic.NONE


@dataclass(frozen=True, slots=True)
class SetTag:
    """Give the group a tag; `before` is its value until now, None where it has none."""

    key: str
    value: str
    before: str | None = None
    why: str = "tags"


RuleChange = Authorize | Modify | Revoke
Change = RuleChange | SetTag


class Order(StrEnum):
    """How additions and removals follow each other."""

    ADDITIONS_FIRST = "additions first"
    WITHIN_QUOTA = "within the rule quota"


def is_reserved(tag_key: str) -> bool:
    """Whether AWS alone writes the tag (EC2 user guide, tag restrictions: in any mix of cases)."""
    return tag_key.lower().startswith("aws:")
