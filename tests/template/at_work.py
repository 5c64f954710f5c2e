"""The functions at work in embedded accounts, as the stack sets them up, and what they asked AWS for."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sgwarden.embedded import (
    AccountDescription,
    ClusterDescription,
    EmbeddedAccount,
    GroupDescription,
    PrefixListDescription,
    RuleDescription,
    read_account,
)
from sgwarden.embedded.recorded import make_change
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
from tests.template.authorization import Request, requests_of

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
_DESCRIBED = read_account(EVENTS / "account.yaml")


def reconciling(stack: Stack, samples: str = "*") -> Iterator[Request]:
    """What the reconcile function asks for: on every sample of this pattern, and where no sample leads."""
    for file in sorted(EVENTS.glob(f"{samples}.json")):
        yield from _of_sample(stack, json.loads(file.read_text()))
    with at_work(stack) as function:
        function.account.fail("Publish", "InternalError", times=99)
        assert function.deliver_all(changed(), at_most=2)  # the alert waits in the queue
        function.deliver_all(changed(_NODES), at_most=2)
        yield from _asked(function)


def sweeping(stack: Stack) -> Iterator[Request]:
    """What the sweep function asks for."""
    with at_work(stack, _DESCRIBED, POLICY) as function:
        assert function.sweep({"remind": True})["sent"] > 1
        yield from _asked(function)
    with at_work(stack) as function:
        assert function.sweep({"remind": False})["sent"]
        yield from _asked(function)


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
        settings = {
            "mode": variables["SGWARDEN_MODE"],
            "parameter": variables["SGWARDEN_POLICY_PARAMETER"],
            "switch": variables["SGWARDEN_SWITCH_PARAMETER"],
            "state": variables["SGWARDEN_STATE"],
            "additional_groups": variables["SGWARDEN_ADDITIONAL_GROUPS"],
            "policy": policy,
        }
        with deployed(account, **settings) as function:
            assert (account.topic_arn, account.queue_url) == (
                variables["SGWARDEN_TOPIC_ARN"],
                variables["SGWARDEN_QUEUE_URL"],
            )
            account.forget_calls()
            yield function
