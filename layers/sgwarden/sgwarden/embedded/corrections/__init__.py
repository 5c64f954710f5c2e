"""moto made right where it is not AWS, as far as sgwarden or a recorded change touches it.

Each module says what AWS does, and answers in the place of moto's methods while an account is open.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING
from unittest.mock import patch

import moto.eks.urls
from moto.ec2.responses.security_groups import SecurityGroups
from moto.ec2.responses.tags import TagResponse
from moto.ec2.responses.vpcs import VPCs
from moto.eks.responses import EKSResponse

from sgwarden.embedded.corrections import eks, prefix_lists, tags
from sgwarden.embedded.corrections.security_groups import SecurityGroupCalls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sgwarden.embedded.corrections.state import State


@contextmanager
def corrected(state: State, puts_back: Callable[[str, str], object]) -> Iterator[None]:
    """moto answers as AWS does, until the context ends; `puts_back` is what an EKS update does to a group."""
    places = (
        (SecurityGroups, SecurityGroupCalls(state).replacements()),
        (TagResponse, tags.replacements()),
        (VPCs, prefix_lists.replacements()),
        (EKSResponse, eks.EksCalls(state, puts_back).replacements()),
    )
    with ExitStack() as stack:
        for place, replacements in places:
            for name, answer in replacements.items():
                stack.enter_context(patch.object(place, name, _as_function(answer), create=True))
        stack.enter_context(patch.dict(moto.eks.urls.url_paths, eks.URL_PATHS))
        yield


def _as_function(answer: Callable[..., object]) -> Callable[..., object]:
    # moto looks for its methods among the plain functions of the class, where a bound method is not seen.
    return lambda call: answer(call)  # noqa: PLW0108
