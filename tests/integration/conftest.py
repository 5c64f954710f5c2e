"""Clients are made by the hundred; what all of one service have in common is made once in a process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from botocore.client import ClientCreator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.model import ServiceModel

_make_class = ClientCreator._create_client_class  # type: ignore[attr-defined]


@pytest.fixture(scope="session", autouse=True)
def _classes_of_clients_are_made_once() -> Iterator[None]:
    """botocore makes a class of a thousand methods for each client, which takes longer than most calls."""
    made: dict[str, Any] = {}

    def class_of(creator: ClientCreator, service: str, model: ServiceModel) -> Any:  # noqa: ANN401
        if service not in made:
            made[service] = _make_class(creator, service, model)
        return made[service]

    with patch.object(ClientCreator, "_create_client_class", class_of):
        yield
