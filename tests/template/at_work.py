"""The functions at work in embedded accounts, as the stack sets them up, and what they asked AWS for."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from sgwarden.aws.ledger import DynamoLedger
from sgwarden.embedded import (
    AccountDescription,
    ClusterDescription,
    EmbeddedAccount,
    GroupDescription,
    PrefixListDescription,
    RuleDescription,
    read_account,
)
from sgwarden.embedded.ledger_table import make_table
from sgwarden.embedded.recorded import make_change
from sgwarden.life import State
from sgwarden.page import Entry, Page
from sgwarden.record import records

from tests.integration.deployed import (
    ACCOUNT,
    CLUSTER,
    EVENTS,
    GROUP,
    POLICY,
    REGION,
    VPC,
    Deployed,
    changed,
    deployed,
    vpc,
)
from tests.integration.fake_webhook import Reply, fake_webhook
from tests.integration.notifying import loaded
from tests.template.authorization import Request, requests_of
from tests.unit.alerts import alert, daily, note, standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.template.application import Stack

_LIST = "pl-0b8d2f4a6c1e3957d"
_NODES = "sg-0d2e4f6a8b0c1e3f5"
_POLICY = f"""
version: 1
policies:
  - name: all
    clusters: {{name: ["*"]}}
    mode: remediate
    ingress: {{deny: [{{id: no-ssh, traffic: tcp/22, from: anywhere}}]}}
    egress: {{deny: [{{id: no-mail, traffic: tcp/25, to: [anywhere, {_LIST}]}}]}}
    tags: {{require: {{Name: "{{cluster}}"}}}}
  - name: nodes
    clusters: {{name: ["*"]}}
    scope: additional-groups
    mode: remediate
    ingress:
      require: [{{id: api, traffic: tcp/443, from: cluster-security-group}}]
      deny: [{{id: no-public-ssh, traffic: tcp/22, from: anywhere}}]
    egress: {{deny: [{{id: no-mail-of-nodes, traffic: tcp/25, to: [anywhere, {_LIST}]}}]}}
    tags: {{require: {{Name: "{{cluster}}"}}}}
"""
# What is left of the first two is two rules each: the old one, narrowed, and a new one with its tags.
_TAGS = {"team": "platform"}
_TO_TRIM = (
    RuleDescription(line="tcp/20-30 from 0.0.0.0/0", tags=_TAGS),
    RuleDescription(line="tcp/20-30 to 0.0.0.0/0", tags=_TAGS),
    RuleDescription(line=f"tcp/25-60 to {_LIST}"),
)
_TO_BE_TRIMMED = AccountDescription(
    account=ACCOUNT,
    region=REGION,
    vpcs=(vpc(),),
    clusters=(
        ClusterDescription(
            name=CLUSTER, region=REGION, group=GROUP, vpc=VPC, rules=_TO_TRIM, default_rules=False
        ),
    ),
    groups=(
        GroupDescription(
            id=_NODES,
            name="nodes",
            region=REGION,
            vpc=VPC,
            tags={"sgwarden:cluster": CLUSTER},
            rules=(
                *_TO_TRIM,
                RuleDescription(line="tcp/22 from 198.51.100.7/32"),
                RuleDescription(line="tcp/25 to 10.9.9.0/24"),
            ),
        ),
    ),
    prefix_lists=(PrefixListDescription(id=_LIST, name="mail", region=REGION, entries=("10.9.0.0/16",)),),
)
_EMPTY = AccountDescription(account=ACCOUNT, region=REGION)
_DESCRIBED = read_account(EVENTS / "account.yaml")


def reconciling(stack: Stack, samples: str = "*") -> Iterator[Request]:
    """What the reconcile function asks for: on every sample of this pattern, and where no sample leads."""
    for file in sorted(EVENTS.glob(f"{samples}.json")):
        yield from _of_sample(stack, json.loads(file.read_text()))
    with at_work(stack) as function:
        assert function.deliver_all(changed()) == function.deliver_all(changed(_NODES)) == []
        alerts = [json.loads(message.body)["default"] for message in function.account.published()]
        assert len(alerts) == 2
        assert function.deliver(*alerts) == []  # each comes back as its receipt
        yield from _asked(function)


def sweeping(stack: Stack) -> Iterator[Request]:
    """What the sweep function asks for."""
    with at_work(stack, _DESCRIBED, POLICY) as function:
        account = function.account
        ledger = DynamoLedger(lambda: account.client("dynamodb"), account.table_name, 1)
        ledger.write(Page(GROUP, 1, cluster=CLUSTER, entries=(Entry(note(), State.OPEN, None),)))
        function.forget()
        assert function.sweep({"remind": True})["sent"] > 1
        yield from _asked(function)
    with at_work(stack) as function:
        assert function.sweep({"remind": False})["sent"]
        yield from _asked(function)


def notifying(stack: Stack) -> Iterator[Request]:
    """What the notify function asks for, where a channel takes an alert and where it does not."""
    variables = stack.of_type("AWS::Lambda::Function")["Notify"]["Environment"]["Variables"]
    with fake_webhook() as webhook, EmbeddedAccount(_EMPTY) as account:
        account.topic_arn = account.client("sns").create_topic(Name=stack.name("Chat"))["TopicArn"]
        account.queue_url = account.client("sqs").create_queue(QueueName=stack.name("Notices"))["QueueUrl"]
        account.table_name = stack.name("Ledger")
        make_table(account.client("dynamodb"), account.table_name)
        ours = {name: value for name, value in variables.items() if name.startswith("SGWARDEN_")}
        # A secret has a name that AWS ends: the one that is made stands for the one that the stack names.
        with loaded(account, webhook) as world:
            made = {**ours, "SGWARDEN_SLACK_WEBHOOK": world.slack_arn}
            assert made == {name: os.environ[name] for name in ours}
            webhook.replies = [Reply(500, "")]
            assert world.deliver(alert(), daily(standing())) == []
            for each in _asked(world.function):
                secret = each.resource == world.slack_arn
                yield replace(each, resource=ours["SGWARDEN_SLACK_WEBHOOK"]) if secret else each


def _of_sample(stack: Stack, event: dict[str, object]) -> Iterator[Request]:
    (record,) = records(event)
    with at_work(stack, _DESCRIBED, POLICY) as function:
        make_change(function.account, record)
        function.forget()
        function.deliver_all(event)
        yield from _asked(function)


def _asked(function: Deployed) -> Iterator[Request]:
    for call in function.account.calls():
        yield from requests_of(call, function.account)


@contextmanager
def at_work(
    stack: Stack, described: AccountDescription = _TO_BE_TRIMMED, policy: str = _POLICY
) -> Iterator[Deployed]:
    """A function with the environment that the stack gives it, in an account that has what the stack has."""
    variables = stack.of_type("AWS::Lambda::Function")["Reconcile"]["Environment"]["Variables"]
    with EmbeddedAccount(described) as account:
        account.topic_arn = account.client("sns").create_topic(Name=stack.name("Alerts"))["TopicArn"]
        account.queue_url = account.client("sqs").create_queue(QueueName=stack.name("Changes"))["QueueUrl"]
        account.table_name = stack.name("Ledger")
        make_table(account.client("dynamodb"), account.table_name)
        settings = {
            "mode": variables["SGWARDEN_MODE"],
            "parameter": variables["SGWARDEN_POLICY_PARAMETER"],
            "switch": variables["SGWARDEN_SWITCH_PARAMETER"],
            "state": variables["SGWARDEN_STATE"],
            "additional_groups": variables["SGWARDEN_ADDITIONAL_GROUPS"],
            "daily_report": variables["SGWARDEN_DAILY_REPORT"],
            "quiet_hours": "",  # whatever they are: what is told is told now
            "policy": policy,
        }
        with deployed(account, **settings) as function:
            assert (account.topic_arn, account.queue_url, account.table_name) == (
                variables["SGWARDEN_TOPIC_ARN"],
                variables["SGWARDEN_QUEUE_URL"],
                variables["SGWARDEN_TABLE"],
            )
            account.forget_calls()
            yield function
