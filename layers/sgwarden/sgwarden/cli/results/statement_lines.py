"""Where a policy file says what it says, for formats that point to a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sgwarden.policy.types import Document


def statement_lines(document: Document) -> dict[tuple[str, str], int]:
    """The line of each statement by the names of its policy and its own; of a policy, with an empty one.

    A statement of a ready-made set is in another file, and a compiled policy has no lines.
    """
    marks = [
        *(((policy.name, ""), policy.mark) for policy in document.policies),
        *(
            ((policy.name, statement.id), statement.mark)
            for policy in document.policies
            for statement in (*policy.ingress, *policy.egress)
            if not statement.ready_made
        ),
    ]
    return {names: mark.line for names, mark in marks if mark.line}
