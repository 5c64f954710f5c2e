"""What goes wrong on the way to the function, or while it works: one message must not stop the others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sgwarden.traffic import parse_line
from sgwarden.traffic.ec2_request import permission_of

from tests.smoke.delivery import deliver, deliver_all
from tests.smoke.trouble import SmokeError

if TYPE_CHECKING:
    from tests.smoke.runtime import Runtime
    from tests.smoke.stage import Stage

_SSH = "tcp/22 from 0.0.0.0/0"


def not_json(runtime: Runtime, stage: Stage) -> None:
    """A message that is no JSON is written to the log whole and let go; its neighbour is handled."""
    with stage.opened():
        group = min(stage.cluster_groups())
        failed = deliver({"text": "not JSON", "event": changed(group, stage)}, runtime, stage)
        log = runtime.log()
        dropped = [line.get("body") for line in log if line.get("message") == "dropped"]
        looked = [line["result"]["security_group"] for line in log if "result" in line]
        _expect(
            (set(), ["not JSON"], [group]), (failed, dropped, looked), "what failed, was dropped, looked at"
        )


def one_of_two_refused(runtime: Runtime, stage: Stage) -> None:
    """Where EC2 refuses to change one of two groups, the other is put right, and the one is tried again."""
    with stage.opened() as account:
        before = stage.groups()
        pair = sorted(stage.cluster_groups())[:2]
        for group in pair:
            open_ssh(group, stage)
        opened = stage.groups()
        account.fail("RevokeSecurityGroupIngress", "UnauthorizedOperation")
        failed = deliver({group: changed(group, stage) for group in pair}, runtime, stage)
        runtime.log()
        left = {group for group in pair if stage.groups()[group] == opened[group]}
        _expect(1, len(left), "groups left as they were")
        _expect(left, failed, "messages to deliver again")
        _expect(before, stage.groups() | {group: before[group] for group in left}, "the other groups")
        deliver_all([changed(group, stage) for group in failed], runtime, stage)
        _expect(before, stage.groups(), "groups after the second delivery")


def open_ssh(group: str, stage: Stage) -> None:
    """Open a group to the world without a word to the queue."""
    permission = permission_of(parse_line(_SSH, self_id=group))
    stage.account.client("ec2").authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])


def changed(group: str, stage: Stage) -> str:
    """The event of a call that names the group and no more."""
    account, region = stage.account.account_id, stage.account.region
    detail = {
        "eventID": "365f86ea-b899-4aa2-9c72-7dc160b0905c",
        "eventTime": "2026-11-03T14:21:37Z",
        "eventSource": "ec2.amazonaws.com",
        "eventName": "AuthorizeSecurityGroupIngress",
        "awsRegion": region,
        "recipientAccountId": account,
        "userIdentity": {"type": "IAMUser", "accountId": account, "userName": "alice"},
        "requestParameters": {"groupId": group},
    }
    return json.dumps(
        {
            "detail-type": "AWS API Call via CloudTrail",
            "source": "aws.ec2",
            "account": account,
            "region": region,
            "detail": detail,
        }
    )


def _expect(expected: object, found: object, what: str) -> None:
    if expected != found:
        raise SmokeError(f"{what}: expected {expected}, found {found}")
