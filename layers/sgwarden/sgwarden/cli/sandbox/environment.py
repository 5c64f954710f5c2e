"""The environment in which AWS clients find the sandbox, and no account of anybody."""

from __future__ import annotations

import os
from shlex import quote
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Each would have a client look for an account, or send its calls, elsewhere. Source: "Service-specific
# endpoints" and the settings reference of the AWS SDKs and Tools guide.
_IN_THE_WAY = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_ENDPOINT_URL_EC2",
    "AWS_ENDPOINT_URL_EKS",
    "AWS_ENDPOINT_URL_STS",
)
_PROXIES = ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
_OURSELVES = "127.0.0.1,localhost"


def variables(url: str, region: str, around: Mapping[str, str]) -> dict[str, str]:
    """What is to be set, in an environment that is so far as it is `around`."""
    bypass = ",".join(filter(None, (_OURSELVES, around.get("no_proxy") or around.get("NO_PROXY"))))
    proxied = any(around.get(name) for name in _PROXIES)
    return {
        "AWS_ENDPOINT_URL": url,
        # Credentials are not checked; that these are nobody's keeps a stray call out of every real account.
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        **(dict.fromkeys(("NO_PROXY", "no_proxy"), bypass) if proxied else {}),
    }


def inside(url: str, region: str, around: Mapping[str, str]) -> dict[str, str]:
    """The whole environment of a command that runs in the sandbox: `around` without its AWS settings."""
    kept = {name: value for name, value in around.items() if not name.startswith("AWS_")}
    return kept | variables(url, region, around)


def shell_lines(url: str, region: str, around: Mapping[str, str]) -> Iterator[str]:
    """What to paste into a POSIX shell."""
    yield f"unset {' '.join(_IN_THE_WAY)}"
    for name, value in variables(url, region, around).items():
        yield f"export {name}={quote(value)}"
