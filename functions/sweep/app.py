"""The sweep function: a message to the reconcile function for each group that EKS has made for a cluster."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from sgwarden.aws.clients import client
from sgwarden.aws.groups import GroupReader
from sgwarden.aws.prefix_lists import PrefixListReader
from sgwarden.aws.sweep_queue import SweepQueue
from sgwarden.sweep import Sweep, reminds

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()
metrics = Metrics()

_region = os.environ["AWS_REGION"]
_ec2 = client("ec2", _region)
_groups = GroupReader(_ec2, PrefixListReader(_ec2))
_queue = SweepQueue(client("sqs", _region), os.environ["SGWARDEN_QUEUE_URL"])


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: object, _context: LambdaContext) -> dict[str, int]:
    """Send the messages; whatever fails is raised, so that Lambda calls again and in the end complains."""
    remind = reminds(event)
    groups = _groups.cluster_group_ids()
    _queue.send([Sweep(group_id, remind) for group_id in groups])
    logger.info("swept", groups=len(groups), remind=remind)
    metrics.add_metric("GroupsSwept", MetricUnit.Count, len(groups))
    return {"groups": len(groups)}
