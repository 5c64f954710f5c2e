"""What to do about failures of AWS that a person can do something about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.printable import printable

if TYPE_CHECKING:
    from sgwarden.failure import CallError

# EC2 says what exactly was missing in an encoded text of some thousand characters.
_MESSAGE_LIMIT = 4_000

# Nothing was called under these names.
_NO_CALLS = {"Profile", "Region"}

_SIGN_IN = "Sign in (aws sso login, aws configure), or give --profile."
_SIGN_IN_AGAIN = "Sign in again (aws sso login, for a profile with --profile)."
_NOT_KNOWN_THERE = (
    "Either the credentials are wrong or exist no more, or the account has not enabled this region: "
    "--all-regions takes those that it has."
)
_SIGNED_WRONGLY = "The secret key is not that of the access key, or the clock here is wrong."
_NOT_ALLOWED = "{guide} lists the permissions that are needed."
_TOO_FAST = "AWS wants fewer calls: try again in a minute, or name what counts with --region and --cluster."
_NOT_REACHED = "Is there such a region, and a network?"

_OF_CREDENTIALS = {
    "NoCredentialsError": _SIGN_IN,
    "PartialCredentialsError": "Access key and secret key are given together, or neither.",
    "CredentialRetrievalError": "Mend what the profile has its credentials from, or give another --profile.",
    "ProfileNotFound": "`aws configure list-profiles` lists those that there are.",
    "SSOTokenLoadError": _SIGN_IN_AGAIN,
    "UnauthorizedSSOTokenError": _SIGN_IN_AGAIN,
    "TokenRetrievalError": _SIGN_IN_AGAIN,
    "LoginRefreshRequired": "",
    "LoginTokenLoadError": "Sign in again (aws login).",
}
"""What is wrong before AWS is asked for anything, by botocore's names: whatever the call was to be."""

_OF_CALLS = {
    "ExpiredToken": _SIGN_IN_AGAIN,
    "ExpiredTokenException": _SIGN_IN_AGAIN,
    "RequestExpired": f"{_SIGN_IN_AGAIN} Or is the clock here wrong?",
    "InvalidSignatureException": _SIGNED_WRONGLY,
    "SignatureDoesNotMatch": _SIGNED_WRONGLY,
    "AuthFailure": _NOT_KNOWN_THERE,
    "InvalidClientTokenId": _NOT_KNOWN_THERE,
    "OptInRequired": _NOT_KNOWN_THERE,
    "UnrecognizedClientException": _NOT_KNOWN_THERE,
    "AccessDenied": _NOT_ALLOWED,
    "AccessDeniedException": _NOT_ALLOWED,
    "UnauthorizedOperation": _NOT_ALLOWED,
    "RequestLimitExceeded": _TOO_FAST,
    "Throttled": _TOO_FAST,
    "Throttling": _TOO_FAST,
    "ThrottlingException": _TOO_FAST,
    "TooManyRequestsException": _TOO_FAST,
    "ConnectTimeoutError": _NOT_REACHED,
    "EndpointConnectionError": _NOT_REACHED,
    "ProxyConnectionError": "HTTPS_PROXY names the proxy.",
}


def explained(error: CallError, guide: str = "docs/session.md") -> str:
    """What went wrong with AWS, and what to do where that is known: one line of visible characters.

    `guide` lists the permissions that the command needs.
    """
    said = str(error)
    if error.operation in _NO_CALLS or error.code in _OF_CREDENTIALS:
        said = said.removeprefix(f"{error.operation} failed with {error.code}: ")
    # A message can be what a program of the profile, or a proxy, has printed.
    said = printable(said, _MESSAGE_LIMIT)
    advice = _OF_CREDENTIALS.get(error.code) or _OF_CALLS.get(error.code, "").format(guide=guide)
    if not advice:
        return said
    return f"{said} {advice}" if said.endswith((".", "?", "!")) else f"{said}. {advice}"
