"""Ids that follow from names, so that the same account has the same ids in every run."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID


def derived_id(prefix: str, *words: str) -> str:
    """An id such as `sg-0a1b...`, in the long form that EC2 gives: a prefix, 0 and 16 hexadecimal digits."""
    return f"{prefix}-0{_digest(words)[:16]}"


def subnet_ids(vpc_id: str) -> list[str]:
    """The subnets of a described VPC, which stand for themselves only: nothing is in them."""
    return [derived_id("subnet", vpc_id, zone) for zone in ("a", "b")]


def unique_number(*words: str) -> str:
    """The number that EKS puts at the end of a cluster security group's name: up to ten digits."""
    return str(int(_digest(words)[:8], 16))


def derived_uuid(*words: str) -> str:
    return str(UUID(hex=_digest(words)[:32], version=4))


def _digest(words: tuple[str, ...]) -> str:
    return sha256("\n".join(words).encode()).hexdigest()
