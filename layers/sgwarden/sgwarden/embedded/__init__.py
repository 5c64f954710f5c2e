"""An AWS account in this process, for `sgwarden replay` and for tests: moto, made right where it is not AWS.

Never part of the deployed package.
"""

from sgwarden.embedded.isolation import without_settings

with without_settings():  # moto opens a session when it is imported, which fails where AWS_PROFILE names none
    from sgwarden.embedded.account import EmbeddedAccount
    from sgwarden.embedded.calls import ApiCall
from sgwarden.embedded.attached import InterfaceDescription, NodeDescription
from sgwarden.embedded.description import (
    AccountDescription,
    ClusterDescription,
    GroupDescription,
    PrefixListDescription,
    RuleDescription,
    VpcDescription,
)
from sgwarden.embedded.messages import Published, Queued
from sgwarden.embedded.reading import DescriptionError, parse_account, read_account

__all__ = [
    "AccountDescription",
    "ApiCall",
    "ClusterDescription",
    "DescriptionError",
    "EmbeddedAccount",
    "GroupDescription",
    "InterfaceDescription",
    "NodeDescription",
    "PrefixListDescription",
    "Published",
    "Queued",
    "RuleDescription",
    "VpcDescription",
    "parse_account",
    "read_account",
]
