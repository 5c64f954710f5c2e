"""What to do about failures of AWS that a person can do something about."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sgwarden.failure import CallError

_ADVICE = {
    "NoCredentialsError": "Sign in (aws sso login, aws configure), or give --profile.",
    "ProfileNotFound": "`aws configure list-profiles` lists those that there are.",
    "EndpointConnectionError": "Is there such a region, and a network?",
}


def explained(error: CallError) -> str:
    """What went wrong with AWS, and what to do where that is known."""
    advice = _ADVICE.get(error.code, "")
    return f"{error}{'' if not advice else f' {advice}' if str(error).endswith('.') else f'. {advice}'}"
