"""Sweeps on their way into the reconcile function's queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.aws.errors import translated
from sgwarden.failure import CallError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import BatchResultErrorEntryTypeDef, SendMessageBatchRequestEntryTypeDef

    from sgwarden.sweep import Sweep

_A_CALL = 10  # SQS takes no more messages in one
_LONGEST_DELAY = 900  # nor lets one wait longer
_TRIES = 2


class SweepQueue:
    """Sends sweeps, ten a second to arrive: events that come meanwhile do not wait behind all of them."""

    def __init__(self, sqs: SQSClient, queue_url: str) -> None:
        self._sqs = sqs
        self._queue_url = queue_url

    def send(self, sweeps: Sequence[Sweep], after: int = 0) -> None:
        """Send them all, the first to arrive `after` so many seconds.

        Raises CallError for those that SQS takes neither at once nor when asked again.
        """
        waiting = {str(number): _entry(number, sweep, after) for number, sweep in enumerate(sweeps)}
        refused: Mapping[str, BatchResultErrorEntryTypeDef] = {}
        for _ in range(_TRIES):
            refused = self._refused(list(waiting.values()))
            waiting = {entry_id: waiting[entry_id] for entry_id in refused}
        if refused:
            first = next(iter(refused.values()))
            said = f"{len(refused)} of {len(sweeps)} groups are not swept: {first.get('Message', '')}"
            raise CallError("SendMessageBatch", first["Code"], said)

    def _refused(
        self, entries: Sequence[SendMessageBatchRequestEntryTypeDef]
    ) -> dict[str, BatchResultErrorEntryTypeDef]:
        """Those that SQS does not take, by their id in the call, with what it says of them."""
        refused: dict[str, BatchResultErrorEntryTypeDef] = {}
        for start in range(0, len(entries), _A_CALL):
            with translated("SendMessageBatch"):
                answer = self._sqs.send_message_batch(
                    QueueUrl=self._queue_url, Entries=entries[start : start + _A_CALL]
                )
            refused |= {each["Id"]: each for each in answer.get("Failed", ())}
        return refused


def _entry(number: int, sweep: Sweep, after: int) -> SendMessageBatchRequestEntryTypeDef:
    delay = min(after + number // _A_CALL, _LONGEST_DELAY)
    return {"Id": str(number), "MessageBody": sweep.body(), "DelaySeconds": delay}
