"""The template as a stack of an embedded account, where events reach queues as EventBridge has it."""

import json
import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import moto.events.models
from moto.s3.models import s3_backends
from sgwarden.embedded import AccountDescription, EmbeddedAccount

from tests.template.application import ACCOUNT, EVERYTHING, REGION, STACK, Json, plain, translated
from tests.template.eventbridge import matches

LEFT_OUT = {
    "AWS::Lambda::EventSourceMapping": "moto's takes the messages away, and runs no function without Docker",
    "AWS::SQS::QueuePolicy": "moto has none in stacks, and lets anybody send",
    "AWS::SNS::TopicPolicy": "moto has none in stacks",
    "AWS::SNS::Subscription": "moto has none in stacks",
    "AWS::CloudWatch::Alarm": "moto has none in stacks",
}
"""Types that moto cannot make, and why. Other tests hold them: wiring, alarms, permissions."""


@dataclass(frozen=True, slots=True)
class EmbeddedStack:
    """The stack and its account."""

    account: EmbeddedAccount
    outputs: Mapping[str, str]

    def put(self, event: Json, region: str = REGION) -> None:
        """Put an event on the default bus of a region; in AWS nobody but AWS could name these sources."""
        entry = {
            "Source": event["source"],
            "DetailType": event["detail-type"],
            "Detail": json.dumps(event["detail"]),
            "Time": event["time"],
            "Resources": event["resources"],
        }
        answer = self.account.client("events", region).put_events(Entries=[entry])
        assert answer["FailedEntryCount"] == 0, answer

    def arrived(self, output: str = "ChangesQueue") -> list[Json]:
        """The messages of the queue that an output names, as the sender had them; it is empty after."""
        bodies = [json.loads(each.body) for each in self.account.take_messages(self.outputs[output])]
        return [as_sent(body) for body in bodies]


def as_sent(event: Json) -> Json:
    """The event without its id, which the bus gives, and its account, which moto's leaves out."""
    return {key: value for key, value in event.items() if key not in ("id", "account")}


@contextmanager
def embedded_stack() -> Iterator[EmbeddedStack]:
    """The stack with all that is optional, as far as moto makes it."""
    with ExitStack() as open_until_the_end:
        account = open_until_the_end.enter_context(
            EmbeddedAccount(AccountDescription(account=ACCOUNT, region=REGION))
        )
        open_until_the_end.enter_context(
            patch.object(moto.events.models.EventPattern, "matches_event", _matches_event)
        )
        yield EmbeddedStack(account, _created(account))


def _created(account: EmbeddedAccount) -> dict[str, str]:
    s3_backends[ACCOUNT]["aws"].create_bucket("bucket", REGION)
    account.client("s3").put_object(Bucket="bucket", Key="key", Body=b"")
    client = account.client("cloudformation")
    given = [{"ParameterKey": key, "ParameterValue": value} for key, value in EVERYTHING.items()]
    with warnings.catch_warnings(action="error", category=UserWarning):  # moto warns of what it passes over
        client.create_stack(StackName=STACK, TemplateBody=json.dumps(_template()), Parameters=given)
    (stack,) = client.describe_stacks(StackName=STACK)["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def _template() -> Json:
    template = plain(translated())
    resources: Json = template["Resources"]
    assert set(LEFT_OUT) <= {each["Type"] for each in resources.values()}, "nothing to leave out"
    template["Resources"] = {name: each for name, each in resources.items() if each["Type"] not in LEFT_OUT}
    return template


def _matches_event(pattern: Any, event: Json) -> bool:  # noqa: ANN401  moto's EventPattern
    """In moto's place, which does not look into arrays of objects; a rule of a schedule has no pattern."""
    written = pattern.get_pattern()
    return bool(written) and matches(written, event)
