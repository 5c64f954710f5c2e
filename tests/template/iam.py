"""IAM's decision on one request, for what the template uses of it; anything else is an error."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

Statement = Mapping[str, Any]
Context = Mapping[str, str | list[str]]


def allowed(statements: Iterable[Statement], action: str, resource: str, context: Context) -> bool:
    """Whether some statement allows it and none denies it."""
    effects = {one["Effect"] for one in statements if _applies(one, action, resource, context)}
    return effects == {"Allow"}


def _applies(statement: Statement, action: str, resource: str, context: Context) -> bool:
    known = {"Sid", "Effect", "Action", "Resource", "Condition"}
    if unknown := set(statement) - known:
        raise NotImplementedError(unknown)
    return (
        any(fnmatchcase(action.lower(), one.lower()) for one in _list(statement["Action"]))
        and any(fnmatchcase(resource, one) for one in _list(statement["Resource"]))
        and all(
            _holds(operator, context.get(key), _list(wanted))
            for operator, keys in statement.get("Condition", {}).items()
            for key, wanted in keys.items()
        )
    )


def _holds(operator: str, found: str | list[str] | None, wanted: list[str]) -> bool:
    match operator:
        case "Null":
            return (found is None) is (wanted == ["true"])
        case "StringEquals":
            return found in wanted
        case "ForAnyValue:StringLike":
            return any(fnmatchcase(one, pattern) for one in _list(found) for pattern in wanted)
    raise NotImplementedError(operator)


def _list(value: str | list[str] | None) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else value
