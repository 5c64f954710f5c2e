"""Alerts as they are sent, kept until the topic has confirmed them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class KeptAlert:
    """An alert as SNS takes it; `attributes` are all strings. Raises ValueError for anything else."""

    subject: str
    message: str
    attributes: dict[str, str]

    def __post_init__(self) -> None:
        texts = (self.subject, self.message, *self.attributes, *self.attributes.values())
        if not all(isinstance(text, str) and text for text in texts):
            raise ValueError("a kept alert has a subject, a message and attributes, all texts")

    def body(self) -> str:
        """The text that `read_kept_alert` reads, once it is JSON again."""
        return json.dumps(asdict(self))


def read_kept_alert(said: object) -> KeptAlert:
    """The alert; raises ValueError for what `body` cannot have written."""
    if not isinstance(said, dict) or not isinstance(said.get("attributes"), dict):
        raise ValueError("a kept alert has a subject, a message and attributes")
    try:
        return KeptAlert(**said)
    except TypeError as error:
        raise ValueError(f"not a kept alert: {error}") from error
