"""An alert as every channel shows it, and what each channel would refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sgwarden.rendering import chat, plain, slack, teams

from tests.unit import test_rendering_asff, test_rendering_event, test_rendering_ocsf
from tests.unit.test_rendering_chat import FORM
from tests.unit.test_rendering_plain import ASCII, GSM
from tests.unit.test_rendering_plain import _is_plain as must_be_plain
from tests.unit.test_rendering_slack import _faults as slack_faults
from tests.unit.test_rendering_teams import _faults as teams_faults
from tests.unit.told import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable

    from sgwarden.alert import Alert

Json = dict[str, Any]

CHANNELS: dict[str, Callable[[Alert], Any]] = {
    "mail": lambda told: [plain.subject(told), *plain.text(told).splitlines()],
    "sms": plain.sms,
    "attributes": plain.attributes,
    "chat": chat.message,
    "slack": slack.blocks,
    "teams": teams.card,
    **FORMATS,
}


def _mail(told: Alert) -> None:
    must_be_plain(plain.text(told))
    assert 0 < len(plain.subject(told)) < 100
    assert set(plain.subject(told)) <= ASCII


def _sms(told: Alert) -> None:
    assert 0 < len(plain.sms(told)) <= 140
    assert set(plain.sms(told)) <= GSM


def _attributes(told: Alert) -> None:
    assert len(plain.attributes(told)) <= 10  # SNS hands on no more with raw delivery
    assert all(value and value.isprintable() for value in plain.attributes(told).values())


def _slack(told: Alert) -> None:
    assert slack_faults(slack.blocks(told)) == []


def _teams(told: Alert) -> None:
    assert teams_faults(teams.card(told)) == []


CHECKS: dict[str, Callable[[Alert], object]] = {
    "mail": _mail,
    "sms": _sms,
    "attributes": _attributes,
    "chat": lambda told: FORM.validate(chat.message(told)),
    "slack": _slack,
    "teams": _teams,
    "asff": test_rendering_asff.checked,
    "event": test_rendering_event.details,
    "ocsf": test_rendering_ocsf.checked,
}
"""What fails where the channel does not take the alert: the limits and schema of its own tests."""


def rendered(told: Alert) -> Json:
    """The alert as each channel shows it."""
    return {channel: render(told) for channel, render in CHANNELS.items()}
