"""An alert that cannot be sent fits into a message of the queue, whatever is in it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest
from botocore.exceptions import ReadTimeoutError
from sgwarden.aws.teller import AwsTeller, messages
from sgwarden.kept_alert import read_kept_alert

from tests.unit.outcomes import cause, finding, outcome

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from sgwarden.outcome import Outcome

    from tests.integration.deployed import Json

A_MESSAGE = 262_144  # bytes that SQS takes
UGLY = '"\\é😀'


class Deaf:
    """A topic that refuses all, and a queue that takes what SQS would take."""

    def __init__(self) -> None:
        self.bodies: list[str] = []

    def publish(self, **_: object) -> None:
        raise ReadTimeoutError(endpoint_url="https://sns.example.com")

    def send_message(self, MessageBody: str, **_: object) -> None:  # noqa: N803
        assert len(MessageBody.encode()) <= A_MESSAGE
        self.bodies.append(MessageBody)


def kept(of: Outcome) -> Json:
    """What is kept of the alert: the parts of the message, read back."""
    deaf = Deaf()
    AwsTeller(cast("SNSClient", deaf), "topic", cast("SQSClient", deaf), "queue").publish(of, [cause()])
    (body,) = deaf.bodies
    found = read_kept_alert(json.loads(body))
    assert found is not None
    parts: Json = json.loads(found.message)
    return parts


def many(number: int, headline: str = "Inbound open", **more: object) -> Outcome:
    return outcome(*(finding(headline, id=f"{each:016x}", **more) for each in range(number)))


ANY = {
    "an ordinary one": outcome(),
    "findings": many(1500),
    "findings that need escapes": many(1500, reason=UGLY * 10),
    "traffic": many(30, traffic=("tcp/22 from 0.0.0.0/0",) * 2000),
    "rules": many(30, rules=("sgr-0c1f4a7be2d95083a",) * 2000),
    "one long reason": outcome(finding(reason=UGLY * 100_000)),
    "long headlines": many(20, headline=UGLY * 20_000),
    "tags": replace(
        outcome(), group=replace(outcome().group, tags={f"{UGLY}{each}": UGLY * 60 for each in range(500)})
    ),
    "changes": outcome(changes=outcome().changes * 2000),
}


@pytest.mark.parametrize("name", ANY)
def test_whatever_is_in_it_the_queue_takes_it(name: str) -> None:
    parts = kept(ANY[name])
    (result,) = json.loads(parts["default"])["results"]
    assert (result["cluster"]["name"], result["status"]) == ("prod-1", "remediated")
    assert parts["email"]
    assert parts["sms"].startswith("[critical] prod-1 put right")


def test_an_ordinary_one_is_kept_whole() -> None:
    assert json.dumps(kept(outcome())) == next(messages(outcome(), [cause()]))


def test_no_more_is_left_out_than_must_be() -> None:
    parts = kept(ANY["changes"])
    (result,) = json.loads(parts["default"])["results"]
    assert result["changes"] == []
    assert len(result["findings"]) == 1
