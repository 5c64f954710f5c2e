"""New security groups, which are in a VPC that exists and have rules from the start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.ec2.exceptions import InvalidVPCIdError
from moto.ec2.models.security_groups import SecurityGroup, SecurityGroupBackend

from sgwarden.embedded.corrections.group_rules import GroupRules
from sgwarden.embedded.corrections.permissions import refused
from sgwarden.embedded.corrections.rules import Meaning, PeerKind, Wanted, held_rules

if TYPE_CHECKING:
    from collections.abc import Callable

    from moto.ec2.models import EC2Backend
    from moto.ec2.models.vpcs import VPC

    from sgwarden.embedded.corrections.state import State

_create = SecurityGroupBackend.create_security_group


def creation(state: State) -> Callable[..., SecurityGroup]:
    """What takes the place of moto's method, which any group that is not described is made by."""

    def create_security_group(
        backend: EC2Backend,
        name: str,
        description: str,
        vpc_id: str | None = None,
        tags: dict[str, str] | None = None,
        force: bool = False,
        is_default: bool | None = None,
    ) -> SecurityGroup:
        vpc = _vpc(backend, vpc_id)
        group = _create(backend, name, description, vpc.id, tags, force, is_default)
        held_rules(group, egress=True).clear()
        wanted = [*_first_rules(vpc), *([_from_itself(group)] if is_default else [])]
        GroupRules(backend, state).authorize(group, wanted)
        return group

    return create_security_group


def _vpc(backend: EC2Backend, vpc_id: str | None) -> VPC:
    """EC2: the default VPC where none is named."""
    if vpc_id:
        if vpc_id not in backend.vpcs:
            raise InvalidVPCIdError(vpc_id)
        return backend.vpcs[vpc_id]
    default = backend.get_default_vpc()
    if default is None:
        raise refused("VPCIdNotSpecified", "No default VPC for this user")
    return default


def _first_rules(vpc: VPC) -> list[Wanted]:
    """EC2: everything may go out, over IPv6 where the VPC has it."""
    everywhere = [(PeerKind.IPV4, "0.0.0.0/0")]
    if vpc.get_cidr_block_association_set(ipv6=True):
        everywhere.append((PeerKind.IPV6, "::/0"))
    return [Wanted(Meaning(True, "-1", -1, -1, kind, cidr)) for kind, cidr in everywhere]


def _from_itself(group: SecurityGroup) -> Wanted:
    """EC2: a VPC's default group lets its members reach each other."""
    return Wanted(Meaning(False, "-1", -1, -1, PeerKind.GROUP, str(group.id)), owner=str(group.owner_id))
