"""One recorded call, happening again in an embedded account with sgwarden at work in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sgwarden import report
from sgwarden.aws.groups import group_of
from sgwarden.aws.prefix_lists import PrefixListReader
from sgwarden.cli.replay.function import Function
from sgwarden.cli.replay.replayed import Replayed
from sgwarden.embedded import EmbeddedAccount
from sgwarden.embedded.messages import published
from sgwarden.embedded.recorded import account_for, make_change
from sgwarden.traffic.ec2 import prefix_list_ids

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from sgwarden.cli.replay.function import Delivery, Run
    from sgwarden.cli.replay.inputs import Recording
    from sgwarden.embedded import AccountDescription
    from sgwarden.policy.types import Mode

Json = dict[str, Any]

NOTHING_TO_LOOK_AT = "there is no cluster security group to look at, or none any more"


def replay(
    recording: Recording, described: AccountDescription, policy: Path, ceiling: Mode, cluster: str
) -> Replayed:
    """Make the account, the change in it, and let the function have the event."""
    account = EmbeddedAccount(
        account_for(recording.record, described), region=recording.record.region, receipts=True
    )
    with account:
        recorded = make_change(account, recording.record, cluster=cluster, late=True)
        run = Function(account, policy, ceiling).run(recording.event())
        return Replayed(
            recording,
            presumed=recorded.presupposed,
            changed=(*recorded.done, *([recorded.not_done] if recorded.not_done else [])),
            results=tuple(worth_telling(results_of(recording.source, run.deliveries, account))),
            reason=_last(run, "reason") or NOTHING_TO_LOOK_AT,
            undelivered=_last(run, "error") or "it failed every time" if run.dead else "",
        )


def results_of(source: str, deliveries: Iterable[Delivery], account: EmbeddedAccount) -> Iterator[Json]:
    """The result of every look, with the group as that look found it and what people were told of it."""
    lists = PrefixListReader(account.client("ec2"))
    for delivery in deliveries:
        for result in (line["result"] for line in delivery.log if "result" in line):
            group_id = result["security_group"]
            yield {
                **result,
                "event": source,
                "before": _found(delivery, group_id, lists),
                "alert": _alert(delivery, group_id),
            }


def worth_telling(results: Iterable[Json]) -> Iterator[Json]:
    """A later look that found the group in order says nothing new."""
    seen: set[str] = set()
    for result in results:
        if result["findings"] or result["security_group"] not in seen:
            yield result
        seen.add(result["security_group"])


def _found(delivery: Delivery, group_id: str, lists: PrefixListReader) -> Json | None:
    """The group in the first answer that the function got about it."""
    answers = [call.answer for call in delivery.calls if call.operation == "DescribeSecurityGroups"]
    for described in (group for answer in answers for group in answer.get("SecurityGroups", ())):
        if described["GroupId"] == group_id:
            return report.state(group_of(described, lists.prefix_lists(prefix_list_ids(described), ())))
    return None


def _alert(delivery: Delivery, group_id: str) -> Json | None:
    """What went to the topic: a subject, and the text that goes by mail."""
    for message in published(delivery.calls):
        texts = json.loads(message.body)
        if json.loads(texts["default"])["results"][0]["security_group"] == group_id:
            return {"subject": message.subject, "text": texts["email"]}
    return None


def _last(run: Run, key: str) -> str:
    lines = (line for delivery in reversed(run.deliveries) for line in reversed(delivery.log))
    return next((line[key] for line in lines if key in line), "")
