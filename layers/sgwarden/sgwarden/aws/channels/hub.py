"""AWS Security Hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.alert import Alert
from sgwarden.aws.errors import translated
from sgwarden.failure import CallError, PassingError
from sgwarden.rendering.asff import AT_ONCE, findings

if TYPE_CHECKING:
    from mypy_boto3_securityhub import SecurityHubClient
    from mypy_boto3_securityhub.type_defs import BatchImportFindingsResponseTypeDef

    from sgwarden.daily import Daily

_LASTING = {"InvalidInput", "InvalidInputException", "InvalidAccessException", "InvalidParameterValue"}


class SecurityHub:
    """Imports findings by ids that stay the same: once more is an update. It takes no reports."""

    name = "security-hub"

    def __init__(self, hub: SecurityHubClient) -> None:
        self._hub = hub

    def tell(self, told: Alert | Daily, seconds: float) -> None:  # noqa: ARG002  a call takes what it takes
        """Import the findings of an alert; raises CallError, also where the hub takes only some of them."""
        if not isinstance(told, Alert):
            return
        said = findings(told)
        for start in range(0, len(said), AT_ONCE):
            with translated("BatchImportFindings"):
                answer = self._hub.batch_import_findings(Findings=said[start : start + AT_ONCE])  # type: ignore[arg-type]
            if answer["FailedCount"]:
                raise _refusal(answer)


def _refusal(answer: BatchImportFindingsResponseTypeDef) -> CallError:
    """The call went through, and yet not everything was taken."""
    refused = answer.get("FailedFindings", [])
    codes = [each["ErrorCode"] for each in refused]
    code = next((each for each in codes if each not in _LASTING), codes[0] if codes else "Unknown")
    message = next((each["ErrorMessage"] for each in refused if each["ErrorCode"] == code), "")
    kind = CallError if code in _LASTING else PassingError
    return kind("BatchImportFindings", code, f"{answer['FailedCount']} findings were not taken: {message}")
