"""How long things take, of the 30 seconds that Lambda gives a batch: what is begun must end, and be told."""

from datetime import UTC, datetime

SECONDS_TO_SEND = 7
"""What SNS or SQS may take to say no: two tries of 1 to connect and 2 to be answered, and 1 between them.

`BRIEF` of aws/clients.py makes it so.
"""
SECONDS_FOR_A_PAGE = 5
"""What a read around a cluster may take: 1 to connect, 4 to be answered. Thousands of nodes come in many.

Before each there is this and `SECONDS_TO_SEND`, or what is around the cluster is left to the next such look.
"""
SECONDS_FOR_A_LOOK = 14
"""No look is begun with less time left: 2 to read, 5 to write and see what came of it, and `SECONDS_TO_SEND`.

That is about twenty calls at a quarter of a second, and a second to settle. Where SNS does not answer, the
alert goes to the queue all the same; where it is one try of EC2 or EKS that is not answered, that costs 6
(1 to connect, 4 to be answered, 1 until the next), and SNS has answered in less than those 7.
"""


def now() -> datetime:
    """The time by which findings open, leases end and people are reminded."""
    return datetime.now(UTC)
