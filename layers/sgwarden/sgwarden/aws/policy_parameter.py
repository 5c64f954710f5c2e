"""The SSM parameter that may hold a policy: what it says, asked once a minute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.parameters import GetParameterError, SSMProvider

from sgwarden.aws.errors import translated
from sgwarden.failure import CallError

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

    from sgwarden.aws.journal import PowertoolsJournal

MAX_AGE = 60
_ABSENT = "ParameterNotFound"


class PolicyParameter(SSMProvider):
    """Powertools' provider for one parameter, which also remembers the answers that are no text.

    That there is no parameter is an answer like any other. Where SSM gives none, the last one holds for
    another minute: a fault that passes must not put another policy in force. `unreadable` says that it is so.
    """

    def __init__(self, name: str, ssm: SSMClient, journal: PowertoolsJournal) -> None:
        super().__init__(boto3_client=ssm)
        self.name = name
        self.unreadable = False
        self._journal = journal
        self._last: str | None = None

    def text(self) -> str:
        """What the parameter says, empty where there is none; raises CallError where it was never known."""
        try:
            return str(self.get(self.name, max_age=MAX_AGE, decrypt=False))
        except GetParameterError as error:
            # Powertools keeps the words of what was raised below; that itself stands behind it.
            raise (error.__context__ or error) from None

    def _get(self, name: str, decrypt: bool = False, **sdk_options: Any) -> str:  # noqa: ANN401  Powertools' own
        try:
            with translated("GetParameter"):
                self._last = super()._get(name, decrypt, **sdk_options)
        except CallError as error:
            if error.code != _ABSENT:
                return self._kept(error)
            self._last = ""
        self.unreadable = False
        return self._last

    def _kept(self, error: CallError) -> str:
        self.unreadable = True
        self._journal.policy_unreadable(error, kept=self._last is not None)
        if self._last is None:
            raise error
        return self._last
