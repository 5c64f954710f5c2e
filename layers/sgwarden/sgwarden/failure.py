"""What can go wrong when AWS or a channel is asked for something; the adapters in `aws/` know the codes."""

from __future__ import annotations


class CallError(Exception):
    """A call was refused. `passing` says whether the same call may go through later."""

    passing = False

    def __init__(self, operation: str, code: str, message: str) -> None:
        self.operation = operation
        self.code = code
        super().__init__(f"{operation} failed with {code}: {message}")


class PassingError(CallError):
    """A throttle, a time-out or a fault on the side of AWS."""

    passing = True


class LaterError(PassingError):
    """Refused until `seconds` from now, as the answer says."""

    def __init__(self, operation: str, code: str, message: str, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(operation, code, message)


class ConflictError(CallError):
    """Somebody was there first: the rule to add is there already, or the one to change is gone.

    Where the call was `repeated`, that may have been ourselves: the answer to an earlier try can get lost.
    """

    passing = True

    def __init__(self, operation: str, code: str, message: str, *, repeated: bool = False) -> None:
        self.repeated = repeated
        super().__init__(operation, code, message)


class QuotaError(CallError):
    """The group may not have as many rules as the call would give it."""
