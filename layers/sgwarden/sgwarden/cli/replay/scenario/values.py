"""Nodes of a scenario as plain values, for parameters that only AWS knows the meaning of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sgwarden.policy.node import Mapping, Scalar

if TYPE_CHECKING:
    from sgwarden.policy.node import Node


def value_of(node: Node) -> Any:  # noqa: ANN401  whatever was written
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Mapping):
        return {entry.key.text: value_of(entry.value) for entry in node.entries}
    return [value_of(item) for item in node.items]
