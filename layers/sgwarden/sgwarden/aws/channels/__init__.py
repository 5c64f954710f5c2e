"""The ways to people and to programs of theirs, as they are switched on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sgwarden.aws.channels.address import Address
from sgwarden.aws.channels.bus import EventBus
from sgwarden.aws.channels.chat import ChatTopic
from sgwarden.aws.channels.hub import SecurityHub
from sgwarden.aws.clients import client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgwarden.notify import Channel


@dataclass(frozen=True, slots=True)
class Settings:
    """What is on: webhooks by the ARN of what keeps their address, a topic's ARN, a bus; empty where off."""

    slack_webhook: str = ""
    teams_webhook: str = ""
    chat_topic: str = ""
    security_hub: bool = False
    event_bus: str = ""


def channels_of(settings: Settings, region: str) -> tuple[Channel, ...]:
    """A channel for all that is on; nothing is called before there is something to tell."""
    return tuple(_channels(settings, region))


def _channels(settings: Settings, region: str) -> Iterator[Channel]:
    # What is off is not imported either: slack_sdk alone takes a tenth of a second of a cold start.
    if settings.slack_webhook:
        from sgwarden.aws.channels.slack import slack  # noqa: PLC0415

        yield slack(_address(settings.slack_webhook))
    if settings.teams_webhook:
        from sgwarden.aws.channels.teams import teams  # noqa: PLC0415

        yield teams(_address(settings.teams_webhook))
    if settings.chat_topic:
        yield ChatTopic(client("sns", region), settings.chat_topic)
    if settings.security_hub:
        yield SecurityHub(client("securityhub", region))
    if settings.event_bus:
        yield EventBus(client("events", region), settings.event_bus)


def _address(arn: str) -> Address:
    region = arn.split(":")[3]  # which may be another than the stack's: no other has it
    return Address(arn, client("secretsmanager", region), client("ssm", region))
