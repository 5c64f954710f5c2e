"""How long things take, of the 30 seconds that Lambda gives a batch: what is begun must end, and be told."""

SECONDS_TO_SEND = 7
"""What SNS or SQS may take to say no: two tries of 1 to connect and 2 to be answered, and 1 between them.

`BRIEF` of aws/clients.py makes it so.
"""
SECONDS_TO_LOOK_AROUND = 5
"""What the interfaces of a cluster may take: up to seven reads, in the time for writes that were not made.

After a look that did write they are not read: its alert must not wait.
"""
SECONDS_FOR_A_LOOK = 14
"""No look is begun with less time left: 2 to read, 5 to write and see what came of it, and `SECONDS_TO_SEND`.

That is about twenty calls at a quarter of a second, and a second to settle. Where SNS does not answer, the
alert goes to the queue all the same; where it is one try of EC2 or EKS that is not answered, that costs 6
(1 to connect, 4 to be answered, 1 until the next), and SNS has answered in less than those 7.
"""
