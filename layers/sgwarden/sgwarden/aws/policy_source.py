"""Which policy is in force: the packaged one, or the one that an SSM parameter puts in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.failure import CallError
from sgwarden.policy.errors import PolicyError
from sgwarden.policy.packed import load_packed

if TYPE_CHECKING:
    from sgwarden.aws.journal import PowertoolsJournal
    from sgwarden.aws.parameter import Parameter
    from sgwarden.aws.parameter_store import ParameterStore
    from sgwarden.policy.types import Document

PACKAGED, PARAMETER = "packaged", "parameter"
MAX_AGE = 60


class PolicySource:
    """Judges what the parameter says when it changes, and not again before it changes once more."""

    def __init__(
        self, packaged: Document, name: str, store: ParameterStore, journal: PowertoolsJournal
    ) -> None:
        self._packaged = packaged
        self._parameter: Parameter | None = store.named(name, MAX_AGE, journal.policy_unreadable)
        self._journal = journal
        self._text: str | None = None
        self._override: Document | None = None

    def in_force(self) -> Document | CallError:
        """The policy for a batch; an error where SSM does not say whether there is another than the packaged.

        A policy in the parameter that does not hold is as good as none. That is the same in each process,
        whatever it read before.
        """
        if self._parameter is None:
            self._journal.policy_in_force(self._packaged, PACKAGED)
            return self._packaged
        try:
            text = self._parameter.text()
        except CallError as error:
            self._journal.policy_state(unreadable=True, refused=None)
            return error
        if text != self._text:
            self._text, self._override = text, self._judged(text, self._parameter.name)
        refused = bool(text) and self._override is None
        self._journal.policy_state(unreadable=self._parameter.unreadable, refused=refused)
        found = self._override or self._packaged
        self._journal.policy_in_force(found, PARAMETER if self._override else PACKAGED)
        return found

    def _judged(self, text: str, name: str) -> Document | None:
        if not text:
            self._journal.policy_absent(name)
            return None
        try:
            document = load_packed(text, f"SSM parameter {name}")
        except PolicyError as error:
            self._journal.policy_refused(error)
            return None
        self._journal.policy_replaced(name, document)
        return document
