"""Tags that a policy requires, with placeholders for what is known of the cluster only later."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sgwarden.policy.reading import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sgwarden.policy.node import Entry, Node
    from sgwarden.policy.reading import Reader

TAGS_KEYS = ("require",)
_CONSENT = "sgwarden:"
PLACEHOLDERS = ("cluster", "group_name")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

# EC2 user guide, tag restrictions.
_KEY_LENGTH = 128
_VALUE_LENGTH = 256


def fill(template: str, values: Mapping[str, str]) -> str:
    """The template with every `{placeholder}` replaced; raises KeyError for one without a value."""
    return _PLACEHOLDER.sub(lambda match: values[match[1]], template)


def placeholders(template: str) -> frozenset[str]:
    return frozenset(_PLACEHOLDER.findall(template))


def read_tags(reader: Reader, node: Node, what: str) -> dict[str, str]:
    """The `tags:` of a policy or a set."""
    fields = reader.fields(node, what, TAGS_KEYS)
    if "require" not in fields:
        return {}
    required = f"{what}.require"
    return {
        entry.key.text: _checked(reader, entry, f'tag "{entry.key.text}"')
        for entry in reader.entries(fields["require"].value, required)
    }


def _checked(reader: Reader, entry: Entry, what: str) -> str:
    key, value = entry.key.text, reader.text(entry.value, what)
    if key.lower().startswith("aws:"):
        hint = "only AWS writes aws: tags; leave it out"
        reader.problem(entry.key.mark, f'the tag key "{key}" cannot be required', hint)
    if key.lower().startswith(_CONSENT):
        hint = "people put sgwarden: tags on groups to say what may be done to them; leave it out"
        reader.problem(entry.key.mark, f'the tag key "{key}" cannot be required', hint)
    if not 0 < len(key) <= _KEY_LENGTH:
        reader.problem(entry.key.mark, f"a tag key has 1 to {_KEY_LENGTH} characters, not {len(key)}")
    if len(value) > _VALUE_LENGTH:
        reader.problem(
            entry.value.mark, f"a tag value has at most {_VALUE_LENGTH} characters, not {len(value)}"
        )
    for text, mark in ((key, entry.key.mark), (value, entry.value.mark)):
        for name in sorted(placeholders(text) - set(PLACEHOLDERS)):
            hint = did_you_mean(name, PLACEHOLDERS, f"known here: {', '.join(PLACEHOLDERS)}")
            reader.problem(mark, f'unknown placeholder "{{{name}}}" in {what}', hint)
    return value
