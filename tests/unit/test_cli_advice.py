"""What a person can do about a failure of AWS is said with it."""

from __future__ import annotations

import pytest
from botocore import exceptions
from sgwarden.aws.errors import translated
from sgwarden.cli.advice import explained
from sgwarden.failure import CallError

NOT_ALLOWED = "docs/session.md lists the permissions that are needed."
SIGN_IN_AGAIN = "Sign in again (aws sso login, for a profile with --profile)."


def of(code: str, message: str = "No.", operation: str = "ListClusters") -> str:
    return explained(CallError(operation, code, message))


@pytest.mark.parametrize(
    ("codes", "advice"),
    [
        ("ExpiredToken ExpiredTokenException", SIGN_IN_AGAIN),
        ("RequestExpired", f"{SIGN_IN_AGAIN} Or is the clock here wrong?"),
        ("SignatureDoesNotMatch InvalidSignatureException", "The secret key is not that of the access key,"),
        ("AccessDenied AccessDeniedException UnauthorizedOperation", NOT_ALLOWED),
        (
            "RequestLimitExceeded Throttled Throttling ThrottlingException TooManyRequestsException",
            "AWS wants fewer calls: try again in a minute, or name what counts with --region and --cluster.",
        ),
        ("EndpointConnectionError ConnectTimeoutError", "Is there such a region, and a network?"),
        ("ProxyConnectionError", "HTTPS_PROXY names the proxy."),
    ],
)
def test_a_call_that_failed_comes_with_advice(codes: str, advice: str) -> None:
    for code in codes.split():
        assert of(code).startswith(f"ListClusters failed with {code}: No. {advice}")


@pytest.mark.parametrize(
    "code", ["AuthFailure", "InvalidClientTokenId", "OptInRequired", "UnrecognizedClientException"]
)
def test_credentials_that_a_region_does_not_know_may_be_wrong_or_the_region_not_enabled(code: str) -> None:
    said = of(code)
    assert "the credentials are wrong" in said
    assert "the account has not enabled this region: --all-regions" in said


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            exceptions.NoCredentialsError(),
            "Unable to locate credentials. Sign in (aws sso login, aws configure), or give --profile.",
        ),
        (
            exceptions.PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"),
            "Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY. "
            "Access key and secret key are given together, or neither.",
        ),
        (
            exceptions.CredentialRetrievalError(provider="custom-process", error_msg="it failed"),
            "Error when retrieving credentials from custom-process: it failed. "
            "Mend what the profile has its credentials from, or give another --profile.",
        ),
        (
            exceptions.ProfileNotFound(profile="nobody"),
            "The config profile (nobody) could not be found. "
            "`aws configure list-profiles` lists those that there are.",
        ),
        (
            exceptions.SSOTokenLoadError(error_msg="no token"),
            f"Error loading SSO Token: no token. {SIGN_IN_AGAIN}",
        ),
        (
            exceptions.UnauthorizedSSOTokenError(),
            "The SSO session associated with this profile has expired or is otherwise invalid. To refresh "
            f"this SSO session run aws sso login with the corresponding profile. {SIGN_IN_AGAIN}",
        ),
        (
            exceptions.TokenRetrievalError(provider="sso", error_msg="Token has expired"),
            f"Error when retrieving token from sso: Token has expired. {SIGN_IN_AGAIN}",
        ),
        (
            exceptions.LoginRefreshRequired(),
            "Your session has expired or credentials have changed. Please reauthenticate using 'aws login'.",
        ),
    ],
    ids=lambda each: type(each).__name__,
)
def test_credentials_that_are_not_there_are_told_of_in_no_call_s_name(error: Exception, said: str) -> None:
    for operation in ("Region", "ListClusters"):
        with pytest.raises(CallError) as raised, translated(operation):
            raise error
        assert explained(raised.value) == said


@pytest.mark.parametrize("operation", ["Region", "Profile"])
def test_what_is_no_call_is_not_named_as_one(operation: str) -> None:
    assert of("UnknownRegion", "there is no region x; did you mean y?", operation) == (
        "there is no region x; did you mean y?"
    )


def test_what_nobody_knows_advice_for_is_told_as_it_is() -> None:
    assert of("InternalFailure", "Oops") == "ListClusters failed with InternalFailure: Oops"


def test_a_message_is_one_line_of_visible_characters() -> None:
    said = of("CredentialRetrievalError", "x\x1b[31mred\x1b[0m\r\nTraceback:\n  \u202eboom\x07", "Region")
    assert said.startswith("xred Traceback: boom. Mend what")


def test_advice_stands_behind_a_message_of_any_length() -> None:
    assert of("UnauthorizedOperation", "Encoded: " + "x" * 100_000).endswith(f"…. {NOT_ALLOWED}")
    assert len(of("UnauthorizedOperation", "x" * 100_000)) < 5_000
