"""Alerts that could not be sent, as messages to ourselves."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

_MARK = "sgwarden-alert"


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
        """The message's text, which `read_kept_alert` reads."""
        return json.dumps({_MARK: asdict(self)})


def read_kept_alert(body: object) -> KeptAlert | None:
    """The alert that a message keeps, None where it is something else; raises ValueError for a bent one."""
    if not isinstance(body, dict) or _MARK not in body:
        return None
    try:
        return KeptAlert(**body[_MARK])
    except (TypeError, AttributeError) as error:
        raise ValueError(f"not a kept alert: {error}") from error
