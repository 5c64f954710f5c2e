"""Nothing of an embedded account ever reaches AWS, and nobody's own AWS settings ever reach it."""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn
from unittest.mock import patch

import boto3
from botocore.httpsession import URLLib3Session
from botocore.loaders import create_loader

if TYPE_CHECKING:
    from collections.abc import Iterator

# Any of these could lead a client elsewhere: profiles, roles, endpoints, proxies, moto's server mode.
_PREFIXES = ("AWS_", "MOTO_", "TEST_SERVER_MODE", "TEST_PROXY_MODE", "HTTP_PROXY", "HTTPS_PROXY", "BOTO_")
_NO_FILES = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}

# Each account has a session of its own; that they share one loader, and so read the models of the APIs
# but once in a process, makes opening an account three times as fast.
shared_loader = cache(create_loader)


@cache
def shared_client(service: str, region: str) -> Any:  # noqa: ANN401  a client's type depends on its name
    """A client of whichever account is open: all have the same false credentials, and moto answers for all.

    Making one takes longer than a call does, and opening an account takes three.
    """
    return boto3.client(service, region_name=region)  # type: ignore[call-overload]


class OutsideCallError(RuntimeError):
    """Something tried to send a request out of an embedded account."""


@contextmanager
def without_settings(**ours: str) -> Iterator[None]:
    """The environment has nobody's AWS settings until the context ends, but `ours`."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(_PREFIXES)}
    with patch.dict(os.environ, kept | _NO_FILES | ours, clear=True):
        yield


@contextmanager
def isolated(account: str, region: str) -> Iterator[None]:
    """No botocore client can send a request, and all credentials are false, until the context ends."""
    with (
        without_settings(**_environment(account, region)),
        patch.object(URLLib3Session, "send", _refuse_to_send),
        patch("botocore.session.create_loader", shared_loader),
        # A thousand patterns for `requests`, which nothing here calls; botocore is answered without them.
        patch("moto.core.models.RESPONSES_METHODS", ()),
    ):
        yield


def _environment(account: str, region: str) -> dict[str, str]:
    return {
        "AWS_ACCESS_KEY_ID": "embedded",
        "AWS_SECRET_ACCESS_KEY": "embedded",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
        "MOTO_ACCOUNT_ID": account,
        # Records that were made anonymous name regions that do not exist.
        "MOTO_ALLOW_NONEXISTENT_REGION": "true",
        "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
    }


def _refuse_to_send(_session: object, request: object) -> NoReturn:
    # moto answers before botocore sends anything: what arrives here was on its way to a real endpoint.
    raise OutsideCallError(
        f"a request to {getattr(request, 'url', '?')} was about to leave the embedded account"
    )
