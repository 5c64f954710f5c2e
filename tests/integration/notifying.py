"""The notify function in an embedded account with every channel, as Lambda loads and calls it."""

from __future__ import annotations

import json
import os
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from sgwarden.embedded import AccountDescription, EmbeddedAccount
from sgwarden.report import SCHEMA

from tests.integration.deployed import ACCOUNT, REGION, ROOT, Deployed, _loaded, _with_own_output
from tests.integration.fake_webhook import FakeWebhook, fake_webhook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgwarden.alert import Alert
    from sgwarden.daily import Daily

Json = dict[str, Any]

APP = ROOT / "functions" / "notify" / "app.py"
NOTIFY_TIMEOUT = 60  # as template.yaml has it
_SLACK, _TEAMS = "slack/T000/B000/secret", "teams/workflows/0/secret"


@dataclass(slots=True)
class Notifying:
    """The function, the webhooks that it meets, and what it left in the queues."""

    function: Deployed
    webhook: FakeWebhook
    slack_arn: str
    teams_arn: str

    @property
    def account(self) -> EmbeddedAccount:
        return self.function.account

    def deliver(self, *told: Alert | Daily | str) -> list[str]:
        """One batch of the queue, as the topic's raw subscription puts messages there."""
        return self.function.deliver(*(each if isinstance(each, str) else body(each) for each in told))

    def slack(self) -> list[Json]:
        return self.webhook.taken(_SLACK)

    def teams(self) -> list[Json]:
        return self.webhook.taken(_TEAMS)

    def waiting(self) -> list[tuple[Json, int]]:
        """What it sent to itself, and the seconds until it comes; the queue is empty after."""
        messages = self.account.take_messages()
        return [(json.loads(each.body)["sgwarden-notify"], each.delay) for each in messages]

    def chat(self) -> list[Json]:
        """What was published for Amazon Q."""
        return [json.loads(each.body) for each in self.account.published()]

    def events(self) -> list[Json]:
        calls = self.account.calls("PutEvents")
        return [entry for call in calls for entry in call.parameters["Entries"]]

    def hub(self) -> list[Json]:
        found: list[Json] = self.account.client("securityhub").get_findings()["Findings"]
        return found

    def replace_slack_webhook(self, url: str) -> None:
        self.account.client("secretsmanager").put_secret_value(SecretId=self.slack_arn, SecretString=url)


def body(told: Alert | Daily) -> str:
    """The message of the topic."""
    kind = "daily" if hasattr(told, "standings") else "alert"
    return json.dumps({"schema": SCHEMA, kind: told.as_json(), "results": []})


@contextmanager
def notifying(**settings: str) -> Iterator[Notifying]:
    """The function with all channels, less those that the settings turn off."""
    described = AccountDescription(account=ACCOUNT, region=REGION)
    with ExitStack() as stack:
        webhook = stack.enter_context(fake_webhook())
        account = stack.enter_context(EmbeddedAccount(described))
        yield stack.enter_context(loaded(account, webhook, **settings))


@contextmanager
def loaded(account: EmbeddedAccount, webhook: FakeWebhook, **settings: str) -> Iterator[Notifying]:
    """The function in an account that is open, with secrets that lead to the webhook."""
    secret = account.client("secretsmanager").create_secret(Name="slack", SecretString=webhook.url(_SLACK))
    ssm = account.client("ssm")
    ssm.put_parameter(Name="/sgwarden/teams", Type="SecureString", Value=webhook.url(_TEAMS) + "\n")
    teams_arn = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/sgwarden/teams"
    account.client("securityhub").enable_security_hub()
    variables = {
        "AWS_REGION": account.region,
        "POWERTOOLS_SERVICE_NAME": "sgwarden",
        "POWERTOOLS_METRICS_NAMESPACE": "sgwarden",
        "POWERTOOLS_LOG_LEVEL": "DEBUG",
        "SGWARDEN_QUEUE_URL": account.queue_url,
        "SGWARDEN_TABLE": account.table_name,
        "SGWARDEN_SLACK_WEBHOOK": secret["ARN"],
        "SGWARDEN_TEAMS_WEBHOOK": teams_arn,
        "SGWARDEN_CHAT_TOPIC_ARN": account.topic_arn,
        "SGWARDEN_SECURITY_HUB": "yes",
        "SGWARDEN_EVENT_BUS": "default",
        "SSL_CERT_FILE": str(webhook.certificate),
        **settings,
    }
    with patch.dict(os.environ, variables):
        function = _with_own_output(Deployed(account, _loaded(APP), seconds_left=lambda: NOTIFY_TIMEOUT))
        account.forget_calls()
        yield Notifying(function, webhook, secret["ARN"], teams_arn)
