"""The reconcile function in an embedded account, loaded as Lambda loads it and called as Lambda calls it."""

from __future__ import annotations

import importlib.util
import io
import json
import os
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import boto3
from botocore.retries.bucket import TokenBucket
from botocore.retries.quota import RetryQuota
from sgwarden.embedded import (
    AccountDescription,
    ClusterDescription,
    EmbeddedAccount,
    GroupDescription,
    PrefixListDescription,
    RuleDescription,
    VpcDescription,
)
from sgwarden.review.build import compile_policy
from sgwarden.traffic import parse_line
from sgwarden.traffic.ec2_request import permission_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

ROOT = Path(__file__).parents[2]
EVENTS = ROOT / "events"
APP = ROOT / "functions" / "reconcile" / "app.py"
SWEEP = ROOT / "functions" / "sweep" / "app.py"
POLICY = (EVENTS / "policy.yaml").read_text()
ACCOUNT, REGION = "111122223333", "eu-west-1"
VPC, CLUSTER, GROUP = "vpc-0b8d2f4a6c1e3957d", "dev-1", "sg-0c1f4a7be2d95083a"
TIMEOUT, SWEEP_TIMEOUT = 30, 300  # as template.yaml has it
SENT_BY_THE_SDK = 5  # a call and the four more that aws/clients.py asks for
WRITES = (
    "AuthorizeSecurityGroupIngress",
    "AuthorizeSecurityGroupEgress",
    "RevokeSecurityGroupIngress",
    "RevokeSecurityGroupEgress",
    "ModifySecurityGroupRules",
    "CreateTags",
)
Json = dict[str, Any]


class Context:
    """What Lambda gives beside the event."""

    function_name = "sgwarden-reconcile"
    memory_limit_in_mb = 512
    aws_request_id = "8a6e2f7c-1b3d-4c5e-9f70-2d4b6a8c0e11"

    def __init__(
        self,
        account_id: str,
        region: str,
        partition: str = "aws",
        seconds_left: Callable[[], float] = lambda: TIMEOUT,
    ) -> None:
        start = f"arn:{partition}:lambda:{region}:{account_id}"
        self.invoked_function_arn = f"{start}:function:{self.function_name}"
        self._seconds_left = seconds_left

    def get_remaining_time_in_millis(self) -> int:
        return round(self._seconds_left() * 1000)


@dataclass(slots=True)
class Deployed:
    """The function, with the account that it works in, all that it wrote, and the time that it is left."""

    account: EmbeddedAccount
    app: ModuleType
    out: io.StringIO = field(default_factory=io.StringIO)
    seconds_left: Callable[[], float] = lambda: TIMEOUT
    sweep_seconds_left: Callable[[], float] = lambda: SWEEP_TIMEOUT

    def deliver(self, *messages: str | Json) -> list[str]:
        """One batch of the queue; messages are m1, m2, and so on. The ids of those to deliver again."""
        bodies = [message if isinstance(message, str) else json.dumps(message) for message in messages]
        batch = {"Records": [_record(f"m{n}", body) for n, body in enumerate(bodies, start=1)]}
        with redirect_stdout(self.out):
            answer = self.app.handler(batch, self.context())
        assert set(answer) == {"batchItemFailures"}
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    def sweep(self, event: object) -> Json:
        """What the sweep function answers to its schedule; its messages are in the queue."""
        sweep = _with_own_output(Deployed(self.account, _loaded(SWEEP), self.out))
        with redirect_stdout(self.out):
            answer: Json = sweep.app.handler(event, self._context(self.sweep_seconds_left))
        return answer

    def context(self) -> Context:
        return self._context(self.seconds_left)

    def _context(self, seconds_left: Callable[[], float]) -> Context:
        return Context(self.account.account_id, self.account.region, seconds_left=seconds_left)

    def deliver_all(self, *messages: str | Json, at_most: int = 12) -> list[str]:
        """Deliver, with what it sends to itself, and again what failed, until the queue is empty.

        Returns the bodies of those that still fail in the end.
        """
        waiting = [message if isinstance(message, str) else json.dumps(message) for message in messages]
        for _ in range(at_most):
            if not waiting:
                break
            failed = self.deliver(*waiting)
            waiting = [waiting[int(each[1:]) - 1] for each in failed]
            waiting += [message.body for message in self.account.take_messages()]
        return waiting

    def operations(self) -> list[str]:
        return [call.operation for call in self.account.calls()]

    def writes(self) -> list[str]:
        return [call.operation for call in self.account.calls(*WRITES)]

    def alerts(self) -> list[Json]:
        """What was published: the result for each, and the texts beside it."""
        found = []
        for message in self.account.published():
            parts = json.loads(message.body)
            document = json.loads(parts["default"])
            if "daily" in document:
                continue
            (result,) = document["results"]
            said = {"subject": message.subject, "text": parts["email"], "attributes": message.attributes}
            found.append({**result, **said})
        return found

    def reports(self) -> list[Json]:
        """The daily reports that were published."""
        documents = [json.loads(json.loads(each.body)["default"]) for each in self.account.published()]
        return [document["daily"] for document in documents if "daily" in document]

    def logged(self, message: str = "") -> list[Json]:
        """The lines of the log, or those with this message."""
        lines = [json.loads(line) for line in self.out.getvalue().splitlines()]
        return [line for line in lines if "level" in line and line["message"] == (message or line["message"])]

    def reasons(self) -> list[str]:
        """Why events were ignored and groups skipped, as the log says it where no details are asked for."""
        return [reason for line in self.logged("left alone") for reason in line["reasons"]]

    def metrics(self) -> dict[str, list[float]]:
        """The values of each metric, of all invocations."""
        values: dict[str, list[float]] = {}
        for line in map(json.loads, self.out.getvalue().splitlines()):
            for directive in line.get("_aws", {}).get("CloudWatchMetrics", ()):
                for metric in directive["Metrics"]:
                    values.setdefault(metric["Name"], []).extend(line[metric["Name"]])
        return values

    def forget(self) -> None:
        """As if nothing had been called or written until now."""
        self.account.forget_calls()
        self.out.seek(0)
        self.out.truncate()


@contextmanager
def without_waiting() -> Iterator[None]:
    """The SDK does not wait between its tries."""
    with (
        patch("time.sleep"),
        patch.object(TokenBucket, "acquire", return_value=True),
        patch.object(RetryQuota, "acquire", return_value=True),
    ):
        yield


@contextmanager
def deployed(
    account: EmbeddedAccount,
    policy: str = POLICY,
    mode: str = "remediate",
    parameter: str = "",
    switch: str = "",
    state: str = "running",
    additional_groups: str = "no",
    daily_report: str = "yes",
    quiet_hours: str = "",
) -> Iterator[Deployed]:
    """The function in the account, which is open already; the SDK does not wait between its tries."""
    with ExitStack() as stack:
        directory = stack.enter_context(TemporaryDirectory())
        compiled = Path(directory, "policy.json")
        compiled.write_text(_compiled(policy))
        environment = {
            "SGWARDEN_ADDITIONAL_GROUPS": additional_groups,
            "SGWARDEN_DAILY_REPORT": daily_report,
            "SGWARDEN_HISTORY_DAYS": "365",
            "SGWARDEN_MODE": mode,
            "SGWARDEN_POLICY": str(compiled),
            "SGWARDEN_POLICY_PARAMETER": parameter,
            "SGWARDEN_QUIET_HOURS": quiet_hours,
            "SGWARDEN_REMIND_AFTER": "24",
            "SGWARDEN_STATE": state,
            "SGWARDEN_SWITCH_PARAMETER": switch,
            "SGWARDEN_TABLE": account.table_name,
            "SGWARDEN_TOPIC_ARN": account.topic_arn,
            "SGWARDEN_QUEUE_URL": account.queue_url,
            "AWS_REGION": account.region,
            "POWERTOOLS_SERVICE_NAME": "sgwarden",
            "POWERTOOLS_METRICS_NAMESPACE": "sgwarden",
            "POWERTOOLS_LOG_LEVEL": "INFO",
        }
        stack.enter_context(patch.dict(os.environ, environment))
        stack.enter_context(patch.object(boto3, "client", _client))
        stack.enter_context(without_waiting())
        yield _with_own_output(Deployed(account, _loaded()))


@contextmanager
def running(
    *,
    policy: str = POLICY,
    mode: str = "remediate",
    parameter: str = "",
    switch: str = "",
    state: str = "running",
    additional_groups: str = "no",
    daily_report: str = "yes",
    quiet_hours: str = "",
    quota: int = 60,
    update_looks: int = 1,
    receipts: bool = False,
    **parts: Any,  # noqa: ANN401  fields of AccountDescription
) -> Iterator[Deployed]:
    """The function in an account of one cluster `dev-1`, or of the parts that are given."""
    described = AccountDescription(
        account=ACCOUNT,
        region=REGION,
        **{"vpcs": (vpc(),), "clusters": (cluster(),), **parts},
    )
    with (
        EmbeddedAccount(described, quota=quota, update_looks=update_looks, receipts=receipts) as account,
        deployed(
            account, policy, mode, parameter, switch, state, additional_groups, daily_report, quiet_hours
        ) as function,
    ):
        account.forget_calls()
        yield function


def vpc(*cidrs: str) -> VpcDescription:
    return VpcDescription(id=VPC, region=REGION, cidrs=cidrs or ("10.0.0.0/16",))


def cluster(*lines: str, name: str = CLUSTER, group: str = GROUP, **more: Any) -> ClusterDescription:  # noqa: ANN401
    """A cluster whose group has these rules, or if none are given, those that EKS makes."""
    rules = tuple(RuleDescription(line=line) for line in lines)
    more = {"unique_id": "407518226", "vpc": VPC, "default_rules": not lines, **more}
    return ClusterDescription(name=name, region=REGION, group=group, rules=more.pop("rules", rules), **more)


def group(group_id: str, *lines: str, **more: Any) -> GroupDescription:  # noqa: ANN401
    rules = tuple(RuleDescription(line=line) for line in lines)
    more = {"name": f"group-{group_id[-4:]}", "vpc": VPC, **more}
    return GroupDescription(id=group_id, region=REGION, rules=rules, **more)


def prefix_list(list_id: str, *entries: str, **more: Any) -> PrefixListDescription:  # noqa: ANN401
    return PrefixListDescription(
        id=list_id, region=REGION, entries=entries, **{"name": f"list-{list_id[-4:]}", **more}
    )


def event(name: str, request: object, response: object = None, **detail: object) -> Json:
    """An EventBridge event of one call, with what every record has."""
    service = "eks" if "Cluster" in name or "Config" in name else "ec2"
    record = {
        "eventVersion": "1.11",
        "eventID": "365f86ea-b899-4aa2-9c72-7dc160b0905c",
        "eventTime": "2026-11-03T14:21:37Z",
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "awsRegion": REGION,
        "recipientAccountId": ACCOUNT,
        "sourceIPAddress": "203.0.113.24",
        "userAgent": "aws-cli/2.31.0",
        "userIdentity": {"type": "IAMUser", "accountId": ACCOUNT, "userName": "alice"},
        "requestParameters": request,
        "responseElements": response,
        **detail,
    }
    return {
        "version": "0",
        "id": "0c5d1c13-524b-4e19-afde-40ce1aec49a4",
        "detail-type": "AWS API Call via CloudTrail",
        "source": f"aws.{service}",
        "account": ACCOUNT,
        "time": "2026-11-03T14:21:37Z",
        "region": REGION,
        "resources": [],
        "detail": record,
    }


def changed(group_id: str = GROUP, name: str = "AuthorizeSecurityGroupIngress", **detail: object) -> Json:
    """An event that says no more than which group to look at."""
    return event(name, {"groupId": group_id}, **detail)


def open_to(function: Deployed, line: str, group_id: str = GROUP) -> str:
    """Adds a rule as a stranger would, which counts for no call; returns its id."""
    _ec2(function, "authorize", line, group_id)
    function.forget()
    return function.account.rule_ids(group_id)[line]


def close(function: Deployed, line: str, group_id: str = GROUP) -> None:
    """Takes a rule away as a stranger would, which counts for no call."""
    _ec2(function, "revoke", line, group_id)
    function.forget()


def _ec2(function: Deployed, verb: str, line: str, group_id: str) -> None:
    rule = parse_line(line, self_id=group_id)
    call = getattr(function.account.client("ec2"), f"{verb}_security_group_{rule.direction}")
    call(GroupId=group_id, IpPermissions=[permission_of(rule)])


def _record(message_id: str, body: str) -> Json:
    return {
        "messageId": message_id,
        "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
        "body": body,
        "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1793715697000"},
        "messageAttributes": {},
        "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:Changes",
        "awsRegion": REGION,
    }


def _loaded(path: Path = APP) -> ModuleType:
    """A function's module."""
    spec = importlib.util.spec_from_file_location("app", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_make_client = boto3.client


@cache
def _cached_client(service: str, region: str, config: Any) -> Any:  # noqa: ANN401  its type depends on the name
    return _make_client(service, region_name=region, config=config)  # type: ignore[call-overload]


def _client(service: str, *, region_name: str, config: Any = None) -> Any:  # noqa: ANN401
    return _cached_client(service, region_name, config)


@cache
def _compiled(policy: str) -> str:
    return compile_policy(policy.encode(), "policy.yaml")


def _with_own_output(function: Deployed) -> Deployed:
    # Loggers of one name are one logger: it would go on writing to the output of the first module.
    for handler in function.app.logger._logger.handlers:
        handler.setStream(function.out)
    function.app.logger.setLevel("INFO")
    return function
