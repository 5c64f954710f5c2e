"""An alert as it is handed on by what was built: one channel takes it, and one cannot be told where to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.integration.notifying import body
from tests.smoke.delivery import deliver
from tests.smoke.trouble import SmokeError
from tests.unit.alerts import alert

if TYPE_CHECKING:
    from tests.smoke.runtime import Runtime
    from tests.smoke.stage import Stage


def check(runtime: Runtime, stage: Stage) -> None:
    """Amazon Q's topic has the alert; what Slack has yet to be told waits, as nothing here keeps secrets."""
    with stage.opened() as account:
        failed = deliver({"m1": body(alert())}, runtime, stage)
        log = runtime.log()
        told = [json.loads(each.body)["metadata"]["threadId"] for each in stage.told()]
        if failed or told != [alert().thread]:
            raise SmokeError(
                f"the topic has {told}, expected one alert; it logged\n{json.dumps(log, indent=2)}"
            )
        waiting = [json.loads(message.body)["sgwarden-notify"] for message in account.take_messages()]
        if [each["channel"] for each in waiting] != ["slack"]:
            raise SmokeError(f"for later there is {waiting}, expected one message for Slack")
