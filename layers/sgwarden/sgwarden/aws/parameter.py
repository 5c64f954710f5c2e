"""An SSM parameter: what it says, asked no more often than it may have changed something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from aws_lambda_powertools.utilities.parameters import GetParameterError, SSMProvider

from sgwarden.aws.errors import translated
from sgwarden.failure import CallError

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

ABSENT = "ParameterNotFound"


class Unreadable(Protocol):
    """Is told that SSM does not say what is in the parameter."""

    def __call__(self, error: CallError, *, kept: bool) -> None:
        """`kept`: what it said last goes on being in force."""


class Parameter(SSMProvider):
    """Powertools' provider for one parameter, which also remembers the answers that are no text.

    That there is no parameter is an answer like any other. Where SSM gives none, the last one holds for as
    long again: a fault that passes must not put anything else in force. `unreadable` says that it is so.
    """

    def __init__(self, name: str, max_age: int, ssm: SSMClient, tell: Unreadable) -> None:
        super().__init__(boto3_client=ssm)
        self.name = name
        self.unreadable = False
        self._max_age = max_age
        self._tell = tell
        self._last: str | None = None

    def text(self, *, afresh: bool = False) -> str:
        """What the parameter says, empty where there is none; raises CallError where it was never known.

        `afresh` asks SSM however young the last answer is, but not while SSM gives none: waiting for it in
        every batch would leave less time for the groups.
        """
        force = afresh and not self.unreadable
        try:
            return str(self.get(self.name, max_age=self._max_age, decrypt=False, force_fetch=force))
        except GetParameterError as error:
            # Powertools keeps the words of what was raised below; that itself stands behind it.
            raise (error.__context__ or error) from None

    def _get(self, name: str, decrypt: bool = False, **sdk_options: Any) -> str:  # noqa: ANN401  Powertools' own
        try:
            with translated("GetParameter"):
                self._last = super()._get(name, decrypt, **sdk_options)
        except CallError as error:
            if error.code != ABSENT:
                return self._kept(error)
            self._last = ""
        self.unreadable = False
        return self._last

    def _kept(self, error: CallError) -> str:
        self.unreadable = True
        self._tell(error, kept=self._last is not None)
        if self._last is None:
            raise error
        return self._last
