"""The ready-made sets of statements; read where policies are written, never in Lambda."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING

from sgwarden.policy.reader import read_set
from sgwarden.policy.yaml_source import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from importlib.resources.abc import Traversable

    from sgwarden.policy.types import DirectionPolicy, Statement, StatementSet


@cache
def ready_made_sets() -> Mapping[str, StatementSet]:
    """Every set by its name, in the order of names."""
    found = {}
    for file in sorted(_folder().iterdir(), key=lambda each: each.name):
        name = file.name.removesuffix(".yaml")
        data = file.read_bytes()
        found[name] = _signed(read_set(parse(data, file.name), name, source=file.name, text=data.decode()))
    return MappingProxyType(found)


def set_file(name: str) -> Traversable:
    """The file of a set, with the reasons and sources that stand beside its lines."""
    return _folder().joinpath(f"{name}.yaml")


def _folder() -> Traversable:
    return resources.files("sgwarden.policy").joinpath("sets")


def _signed(each: StatementSet) -> StatementSet:
    """The set with its name on every statement, to tell where they come from."""
    return replace(each, ingress=_sign(each.ingress, each.name), egress=_sign(each.egress, each.name))


def _sign(direction: DirectionPolicy, name: str) -> DirectionPolicy:
    def signed(statements: Iterable[Statement]) -> tuple[Statement, ...]:
        return tuple(replace(statement, ready_made=name) for statement in statements)

    return replace(
        direction,
        require=signed(direction.require),
        allow=signed(direction.allow),
        deny=signed(direction.deny),
    )
