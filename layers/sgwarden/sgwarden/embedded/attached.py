"""The network interfaces of a cluster as a description has them: those of the control plane, and nodes."""

from __future__ import annotations

from dataclasses import dataclass

SELF = "self"
"""In a list of groups, the cluster security group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceDescription:
    """An interface of a control plane, with the groups that EKS gives it where none are named."""

    id: str = ""
    groups: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check("eni-", "an interface", self.id, self.groups)


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeDescription:
    """An instance with one interface, or so `many` alike; without `groups` it has the cluster security group.

    With a `node_group`, it is of that managed one. Its id follows from the cluster's name if it is left out.
    """

    id: str = ""
    node_group: str = ""
    groups: tuple[str, ...] = (SELF,)
    many: int = 1

    def __post_init__(self) -> None:
        _check("i-", "an instance", self.id, self.groups)
        if self.id and self.many > 1:
            raise ValueError(f'"{self.id}" is the id of one instance, and there are {self.many}')


def _check(prefix: str, what: str, given: str, groups: tuple[str, ...]) -> None:
    if given and not given.startswith(prefix):
        raise ValueError(f'"{given}" is no id of {what}: expected {prefix}...')
    for group in groups:
        if group != SELF and not group.startswith("sg-"):
            raise ValueError(f'"{group}" is no security group id: expected sg-... or {SELF}')
