"""The sweep function: groups are compared with the policy, and those worth a look get a message each."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from sgwarden import timing
from sgwarden.aws.clients import PATIENT, client
from sgwarden.aws.journal import PowertoolsJournal
from sgwarden.aws.ledger_reader import LedgerReader
from sgwarden.aws.parameter_store import ParameterStore
from sgwarden.aws.policy_source import PolicySource
from sgwarden.aws.survey import Survey
from sgwarden.aws.sweep_queue import SweepQueue
from sgwarden.aws.teller import AwsTeller
from sgwarden.comparing import compare
from sgwarden.daily import Daily, Standing
from sgwarden.failure import CallError
from sgwarden.policy.compiled import load_compiled
from sgwarden.rendering.sns_daily import published_daily_as
from sgwarden.sweep import read_order

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_SECONDS_TO_SEND = 60  # three thousand messages are three hundred calls
_SHOWN = 10  # clusters in one line of the log
_SECONDS_FOR_EVENTS = 300  # to come first: what they tell of has a cause, and was not missed

logger = Logger()
metrics = Metrics()

_region = os.environ["AWS_REGION"]
_journal = PowertoolsJournal(logger, metrics)
_policies = PolicySource(
    load_compiled(Path(os.environ["SGWARDEN_POLICY"]).read_text()),
    os.environ["SGWARDEN_POLICY_PARAMETER"],
    ParameterStore(_region),
    _journal,
)
_ec2, _eks = client("ec2", _region, PATIENT), client("eks", _region)
_sqs, _queue_url = client("sqs", _region), os.environ["SGWARDEN_QUEUE_URL"]
_queue = SweepQueue(_sqs, _queue_url)
_ledger = LedgerReader(client("dynamodb", _region), os.environ["SGWARDEN_TABLE"])
_topic_arn, _tells_daily = os.environ["SGWARDEN_TOPIC_ARN"], os.environ["SGWARDEN_DAILY_REPORT"] == "yes"


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: object, context: LambdaContext) -> dict[str, int]:
    """Send the messages; whatever fails is raised, so that Lambda calls again and in the end complains."""
    order = read_order(event)
    account_id = context.invoked_function_arn.split(":")[4]
    survey = Survey(_ec2, _eks, account_id, lambda: _is_time(context))
    watched = _watched()
    found = compare(survey, _policies.in_force(), order, watched)
    _queue.send(found.sweeps, after=0 if order.after_pause else _SECONDS_FOR_EVENTS)
    numbers = {"groups": found.groups, "sent": len(found.sweeps), "gone": found.gone}
    others = {
        "left_over": found.left_over,
        "untagged": len(found.untagged),
        "clusters_described": survey.described,
        "watched": len(watched),
    }
    if found.unread:
        _journal.unread("the interfaces of control planes", found.unread)
    if found.untagged:
        logger.warning("untagged", extra={"clusters": found.untagged[:_SHOWN]})
    logger.info("swept", extra={**numbers, **others, "remind": order.remind})
    metrics.add_metric("GroupsSwept", MetricUnit.Count, found.groups)
    metrics.add_metric("GroupsSent", MetricUnit.Count, len(found.sweeps))
    if order.remind and _tells_daily:
        # Last: where it fails, Lambda sweeps again, and nobody was told twice.
        _tell(Daily(timing.now(), account_id, _region, tuple(each for each in watched.values() if each)))
    return numbers


def _watched() -> dict[str, Standing | None]:
    """The groups that the ledger has something open of; none where it cannot be read: the next sweep asks."""
    try:
        return dict(_ledger.watched())
    except CallError as error:
        _journal.unread("what is open by the ledger", error)
        return {}


def _tell(daily: Daily) -> None:
    """Tell people of all that is open; raises CallError."""
    if daily.standings:
        AwsTeller(client("sns", _region), _topic_arn, _sqs, _queue_url).publish(published_daily_as(daily))


def _is_time(context: LambdaContext) -> bool:
    return context.get_remaining_time_in_millis() / 1000 > _SECONDS_TO_SEND
