"""What AWS's error codes mean: whether the same call may go through later."""

import pytest
from botocore.exceptions import ClientError
from sgwarden.aws.errors import translated
from sgwarden.failure import CallError


@pytest.mark.parametrize(
    ("code", "status", "passing"),
    [
        ("ThrottlingException", 400, True),
        ("LimitExceededException", 429, True),  # of BatchImportFindings
        ("KMSThrottling", 400, True),
        ("KMSThrottlingException", 400, True),
        ("KmsThrottled", 400, True),
        ("RequestThrottled", 400, True),
        ("InternalServiceError", 500, True),
        ("ServiceUnavailable", 503, True),
        ("LimitExceededException", 400, False),  # of KMS and SSM: a quota
        ("AccessDeniedException", 400, False),
        ("ResourceNotFoundException", 400, False),
        ("KMSAccessDenied", 400, False),
    ],
)
def test_a_throttle_passes_and_a_refusal_does_not(code: str, status: int, passing: bool) -> None:
    said = {"Error": {"Code": code, "Message": "so it is"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    with pytest.raises(CallError) as caught, translated("Publish"):
        raise ClientError(said, "Publish")  # type: ignore[arg-type]
    assert caught.value.passing is passing
