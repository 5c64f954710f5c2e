"""A sweep as it is deployed: one function compares the groups of clusters, one looks at what drifted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.smoke.delivery import deliver_all
from tests.smoke.faults import open_ssh
from tests.smoke.runtime import running
from tests.smoke.trouble import SmokeError

if TYPE_CHECKING:
    from tests.smoke.built import BuiltFunction
    from tests.smoke.runtime import Runtime
    from tests.smoke.stage import Stage

_LOOKED = ("reconciled", "skipped")
_GROUP = re.compile(r"\bsg-[0-9a-f]+\b")


def check_by_any_policy(event: object, runtime: Runtime, stage: Stage) -> None:
    """A sweep comes to its end, whatever the policy asks of the groups."""
    with stage.opened() as account:
        runtime.invoke(event, account.account_id, account.region)
        if not any(line.get("message") == "swept" for line in runtime.log()):
            raise SmokeError("it did not say what it swept")


def check(event: object, runtime: Runtime, stage: Stage, reconcile: BuiltFunction) -> None:
    """A change that no event told of is found and put right by nothing but the messages of the sweep."""
    with stage.opened() as account:
        before = stage.groups()
        drifted = max(stage.cluster_groups())
        open_ssh(drifted, stage)
        worth = sorted(stage.cluster_groups()) if event == {"remind": True} else [drifted]
        runtime.invoke(event, account.account_id, account.region)
        runtime.log()
        messages = [message.body for message in account.take_messages()]
        named = sorted(group for body in messages for group in set(_GROUP.findall(body)))
        if named != worth:
            raise SmokeError(f"messages for {named}, expected one for each of {worth}")
        with running(reconcile, stage.environment()) as looks:
            done = deliver_all(messages, looks, stage)
        looked = sorted(line["security_group"] for line in done.log if line.get("message") in _LOOKED)
        if done.dead or looked != named:
            raise SmokeError(f"of its messages for {named}, {reconcile.name} looked at {looked}")
        if stage.groups() != before:
            raise SmokeError(f"{reconcile.name} did not put right what its messages name")
