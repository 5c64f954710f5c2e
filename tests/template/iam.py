"""IAM's decision on one request, for what the template uses of it; anything else is an error.

The meaning is that of the IAM user guide: "Policy evaluation logic" and "JSON policy elements: Condition".
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

Statement = Mapping[str, Any]
Context = Mapping[str, str | Sequence[str]]

_KNOWN = {"Sid", "Effect", "Action", "Resource", "Condition"}


def allowed(statements: Iterable[Statement], action: str, resource: str, context: Context) -> bool:
    """Whether some statement of an identity's policies allows it and none denies it."""
    effects = {one["Effect"] for one in statements if applies(one, action, resource, context)}
    return effects == {"Allow"}


def applies(statement: Statement, action: str, resource: str, context: Context) -> bool:
    """Whether a statement of an identity's policy has to do with the request."""
    return _applies(statement, _KNOWN, action, resource, context)


def lets_in(
    statements: Iterable[Statement], principal: str, action: str, resource: str, context: Context
) -> bool:
    """Whether the policy of a resource allows it to a service, by its name, or to an identity, by its ARN."""
    known = _KNOWN | {"Principal"}
    return {
        one["Effect"]
        for one in statements
        if _names(one["Principal"], principal) and _applies(one, known, action, resource, context)
    } == {"Allow"}


def _names(wanted: object, principal: str) -> bool:
    match wanted:
        case {"Service": str() | list() as services, **rest} if not rest:
            return principal in _list(services)
        case {"AWS": str() | list() as identities, **rest} if not rest:
            return principal in _list(identities)
    raise NotImplementedError(f"Principal: {wanted!r}")


def _applies(statement: Statement, known: set[str], action: str, resource: str, context: Context) -> bool:
    if unknown := set(statement) - known:
        raise NotImplementedError(unknown)
    if statement["Effect"] not in ("Allow", "Deny"):
        raise ValueError(statement["Effect"])
    conditions = [
        _holds(operator, _found(context, key), _list(wanted))
        for operator, keys in statement.get("Condition", {}).items()
        for key, wanted in keys.items()
    ]
    return (
        any(_like(action.lower(), one.lower()) for one in _list(statement["Action"]))
        and any(_like(resource, one) for one in _list(statement["Resource"]))
        and all(conditions)
    )


def _found(context: Context, name: str) -> str | Sequence[str] | None:
    # Keys have no case, the keys of tags in them included.
    return next((value for key, value in context.items() if key.lower() == name.lower()), None)


def _holds(operator: str, found: str | Sequence[str] | None, wanted: list[str]) -> bool:
    quantifier, _, single = operator.rpartition(":")
    if single == "Null" and not quantifier:
        return _null(found, wanted)
    test = _TESTS.get(single)
    if test is None:
        raise NotImplementedError(operator)
    match quantifier:
        case "ForAllValues":  # true of a key that is absent or has no values
            return all(any(test(one, each) for each in wanted) for one in _list(found))
        case "ForAnyValue":
            return any(test(one, each) for one in _list(found) for each in wanted)
        case "" if found is None:
            return False
        case "" if isinstance(found, str):
            return any(test(found, each) for each in wanted)
    raise NotImplementedError(f"{operator} on {found!r}")


def _null(found: object, wanted: list[str]) -> bool:
    if wanted not in (["true"], ["false"]):
        raise NotImplementedError(f"Null: {wanted}")
    return (found is None) is (wanted == ["true"])


def _arn_like(arn: str, pattern: str) -> bool:
    # Each of the six parts by itself: a wildcard does not reach over a colon, but for the last part's own.
    parts, wanted = arn.split(":", 5), pattern.split(":", 5)
    return len(parts) == len(wanted) == 6 and all(map(_like, parts, wanted))


def _like(text: str, pattern: str) -> bool:
    if "${" in pattern:
        raise NotImplementedError(f"a policy variable: {pattern}")
    wildcards = {"*": ".*", "?": "."}
    return bool(re.fullmatch("".join(wildcards.get(one, re.escape(one)) for one in pattern), text, re.DOTALL))


def _equals(text: str, wanted: str) -> bool:
    return text == wanted


_TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": _equals,
    "StringLike": _like,
    "ArnEquals": _arn_like,  # the two are the same
    "ArnLike": _arn_like,
}


def _list(value: str | Sequence[str] | None) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)
