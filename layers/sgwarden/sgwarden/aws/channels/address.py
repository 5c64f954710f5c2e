"""A webhook's address, which is as good as a password: it is in no variable, no log and no error."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from sgwarden.aws.errors import translated
from sgwarden.failure import CallError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_ssm import SSMClient

MAX_AGE = 300.0
"""Seconds for which an address that was read is used."""
_HTTPS = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?/[!-~]*")


class Address:
    """The text of a secret of Secrets Manager, or of an SSM parameter, by its ARN; read when it is needed."""

    def __init__(
        self,
        arn: str,
        secrets: SecretsManagerClient,
        ssm: SSMClient,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._arn = arn
        self._secrets = secrets
        self._ssm = ssm
        self._clock = clock
        self._url = ""
        self._read_at = 0.0

    def url(self) -> str:
        """The address; raises CallError where it cannot be read or is none."""
        if not self._url or self._clock() - self._read_at > MAX_AGE:
            self._url, self._read_at = self._checked(self._read()), self._clock()
        return self._url

    def replaced(self) -> str:
        """Another address that stands there by now, empty where it is still the same; raises CallError."""
        before, self._url = self._url, ""
        return self.url() if self.url() != before else ""

    def _read(self) -> str:
        if ":secretsmanager:" in self._arn:
            with translated("GetSecretValue"):
                return self._secrets.get_secret_value(SecretId=self._arn).get("SecretString", "")
        with translated("GetParameter"):
            answer = self._ssm.get_parameter(Name=self._arn, WithDecryption=True)
        return answer["Parameter"].get("Value", "")

    def _checked(self, said: str) -> str:
        url = said.strip()
        if not _HTTPS.fullmatch(url):
            raise CallError(
                "reading the webhook's address", "NoAddress", f"{self._arn} holds no https address"
            )
        return url
