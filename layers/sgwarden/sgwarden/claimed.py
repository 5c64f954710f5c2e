"""The words by which owners of rules know their own: a description that says them claims an owner."""

from __future__ import annotations

import re

BY_CONTROLLER = re.compile(r"elbv2\.k8s\.aws/targetGroupBinding=shared")
BY_PROVIDER = re.compile(
    r"kubernetes\.io/rule/nlb/(?:(client|health)=[a-zA-Z0-9-]{1,32}|mtu(?:=[a-zA-Z0-9-]{1,32})?)"
)
BY_EKSCTL = re.compile(r"Allow unmanaged nodes to communicate with control plane \(all ports\)")
BY_EKS = re.compile(r"Allows EFA traffic, which is not matched by CIDR rules\.")
_ALL = (BY_CONTROLLER, BY_PROVIDER, BY_EKSCTL, BY_EKS)


def claims_an_owner(description: str) -> bool:
    """Whether the description names an owner: to the letter, as the owner itself goes by it."""
    return any(words.fullmatch(description) for words in _ALL)
