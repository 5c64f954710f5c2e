"""A cluster security group that is deleted under its cluster is told of with any call of EKS on it."""

from __future__ import annotations

import pytest

from tests.integration.deployed import CLUSTER, GROUP, event, group, running
from tests.integration.test_sweep_compares import PLAIN, delete_group


@pytest.mark.parametrize("name", ["UpdateClusterVersion", "UpdateClusterConfig"])
def test_a_call_of_eks_on_the_cluster_tells_of_it(name: str) -> None:
    with running(groups=(group(PLAIN),)) as function:
        delete_group(function)
        assert function.deliver(event(name, {"name": CLUSTER})) == []
        (alert,) = function.alerts()
        assert alert["subject"] == (
            f"[critical] {CLUSTER} beyond repair: Cluster security group deleted: {GROUP}"
        )
