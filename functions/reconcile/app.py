"""The reconcile function: queue messages in, security groups true to policy out."""

from __future__ import annotations

import os
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from sgwarden.aws.clients import client
from sgwarden.aws.journal import PowertoolsJournal
from sgwarden.aws.ledger import DynamoLedger
from sgwarden.aws.parameter_store import ParameterStore
from sgwarden.aws.policy_source import PolicySource
from sgwarden.aws.prefix_lists import PrefixListReader
from sgwarden.aws.switch import CeilingSource
from sgwarden.aws.switch_journal import SwitchJournal
from sgwarden.aws.teller import AwsTeller
from sgwarden.aws.world import AwsWorld
from sgwarden.batch import Message, handle
from sgwarden.ceiling import State, deployed_ceiling
from sgwarden.policy.compiled import load_compiled
from sgwarden.policy.types import Mode
from sgwarden.recent import Recent
from sgwarden.service import Service
from sgwarden.terms import Terms, read_quiet_hours

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from mypy_boto3_dynamodb import DynamoDBClient

logger = Logger()
metrics = Metrics()

_journal = PowertoolsJournal(logger, metrics)
_region = os.environ["AWS_REGION"]
_recent = Recent()
_parameters = ParameterStore(_region)
_policies = PolicySource(
    load_compiled(Path(os.environ["SGWARDEN_POLICY"]).read_text()),
    os.environ["SGWARDEN_POLICY_PARAMETER"],
    _parameters,
    _journal,
)
_ceilings = CeilingSource(
    deployed_ceiling(
        Mode(os.environ["SGWARDEN_MODE"]),
        State(os.environ["SGWARDEN_STATE"]),
        additional_groups=os.environ["SGWARDEN_ADDITIONAL_GROUPS"] == "yes",
    ),
    os.environ["SGWARDEN_SWITCH_PARAMETER"],
    _parameters,
    SwitchJournal(logger, metrics),
)
_ec2, _eks = client("ec2", _region), client("eks", _region)
_lists = PrefixListReader(_ec2)
_sns, _topic_arn = client("sns", _region), os.environ["SGWARDEN_TOPIC_ARN"]
_sqs, _queue_url = client("sqs", _region), os.environ["SGWARDEN_QUEUE_URL"]
_table, _history_days = os.environ["SGWARDEN_TABLE"], int(os.environ["SGWARDEN_HISTORY_DAYS"])
_terms = Terms(
    timedelta(hours=int(os.environ["SGWARDEN_REMIND_AFTER"])),
    read_quiet_hours(os.environ["SGWARDEN_QUIET_HOURS"]),
    daily=os.environ["SGWARDEN_DAILY_REPORT"] == "yes",
)


@cache
def _dynamodb() -> DynamoDBClient:
    """A client of its own for the ledger, which batches of groups of no cluster never ask."""
    return client("dynamodb", _region)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    """Handle a batch of the queue; what is to be delivered again is named in the answer."""
    account_id = context.invoked_function_arn.split(":")[4]
    world = AwsWorld(_ec2, _eks, account_id, _lists)
    teller = AwsTeller(_sns, _topic_arn, _sqs, _queue_url)
    ledger = DynamoLedger(_dynamodb, _table, _history_days)
    in_force = _policies.in_force(), _ceilings.in_force()
    service = Service(world, teller, _journal, ledger, *in_force, _recent, _terms)
    metrics.add_metric("Messages", MetricUnit.Count, len(event["Records"]))
    messages = [Message(record["messageId"], record["body"]) for record in event["Records"]]
    failed = handle(messages, service, lambda: context.get_remaining_time_in_millis() / 1000)
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}
