"""How long things take, of the 30 seconds that Lambda gives a batch: what is begun must end, and be told."""

from datetime import UTC, datetime

SECONDS_TO_SEND = 7
"""What SNS, SQS or the ledger may take to say no: two tries of 1 to connect and 2 to be answered, 1 between.

`BRIEF` of aws/clients.py makes it so.
"""
SECONDS_FOR_A_PAGE = 5
"""What a read around a cluster may take: 1 to connect, 4 to be answered. Thousands of nodes come in many.

Before each there is this and `SECONDS_TO_SEND`, or what is around the cluster is left to the next such look.
"""
SECONDS_FOR_A_LOOK = 14
"""No look is begun with less time left: 2 to read, 5 to write and see what came of it, and `SECONDS_TO_SEND`.

That is about twenty calls at a quarter of a second, three of them to the ledger, and a second to settle.
One may be silent: SNS, as the alert is in the ledger by then; the ledger, which the look then goes without,
for SNS has answered in less than those 7; or one try of EC2 or EKS, which costs 6 (1 to connect, 4 to be
answered, 1 until the next). Where SNS and the ledger are silent together, a look that was begun last may not
end: all of its batch comes again.
"""


def now() -> datetime:
    """The time by which findings open, leases end and people are reminded."""
    return datetime.now(UTC)
