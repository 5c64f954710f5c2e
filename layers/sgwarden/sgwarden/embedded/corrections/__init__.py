"""moto made right where it is not AWS, as far as sgwarden or a recorded change touches it.

Each module says what AWS does, and answers in the place of moto's methods while an account is open.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING
from unittest.mock import patch

import moto.eks.urls
from moto.ec2.models.security_groups import SecurityGroupBackend
from moto.ec2.responses.availability_zones_and_regions import AvailabilityZonesAndRegions
from moto.ec2.responses.elastic_network_interfaces import ElasticNetworkInterfaces
from moto.ec2.responses.instances import InstanceResponse
from moto.ec2.responses.security_groups import SecurityGroups
from moto.ec2.responses.tags import TagResponse
from moto.ec2.responses.vpcs import VPCs
from moto.eks.responses import EKSResponse

from sgwarden.embedded.corrections import eks, prefix_lists, tags
from sgwarden.embedded.corrections.clusters import ClusterCalls
from sgwarden.embedded.corrections.interfaces import InterfaceCalls
from sgwarden.embedded.corrections.new_groups import creation
from sgwarden.embedded.corrections.regions import RegionCalls
from sgwarden.embedded.corrections.security_groups import SecurityGroupCalls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sgwarden.embedded.building import Builder
    from sgwarden.embedded.corrections.state import State


@contextmanager
def corrected(state: State, builder: Builder) -> Iterator[None]:
    """moto answers as AWS does, until the context ends; `builder` does what EKS does to groups."""
    interfaces = InterfaceCalls(builder)
    places = (
        (SecurityGroups, SecurityGroupCalls(state).replacements()),
        (TagResponse, tags.replacements()),
        (AvailabilityZonesAndRegions, RegionCalls(state).replacements()),
        (VPCs, prefix_lists.replacements()),
        (EKSResponse, eks.EksCalls(state, builder.put_back).replacements()),
        (EKSResponse, ClusterCalls(builder).replacements()),
        (ElasticNetworkInterfaces, interfaces.interface_replacements()),
        (InstanceResponse, interfaces.instance_replacements()),
    )
    with ExitStack() as stack:
        for place, replacements in places:
            for name, answer in replacements.items():
                stack.enter_context(patch.object(place, name, _as_function(answer), create=True))
        stack.enter_context(patch.object(SecurityGroupBackend, "create_security_group", creation(state)))
        stack.enter_context(patch.dict(moto.eks.urls.url_paths, eks.URL_PATHS))
        yield


def _as_function(answer: Callable[..., object]) -> Callable[..., object]:
    # moto looks for its methods among the plain functions of the class, where a bound method is not seen.
    return lambda call: answer(call)  # noqa: PLW0108
