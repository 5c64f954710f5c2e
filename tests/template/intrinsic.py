"""CloudFormation's own functions, as far as the template uses them; any other is an error."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
_NOTHING = object()
_VARIABLE = re.compile(r"\$\{([^}]*)\}")


@dataclass(frozen=True, slots=True)
class Intrinsic:
    """Puts values in the place of functions; the caller says what resources give to `Ref` and `GetAtt`."""

    conditions: Mapping[str, Any]
    values: Mapping[str, Any]
    reference: Callable[[str], str]
    attribute: Callable[[str, str], str]

    def __call__(self, value: Any) -> Any:  # noqa: ANN401  JSON
        """The value with every function replaced by what it gives, and without what is AWS::NoValue."""
        put = self._put(value)
        if put is _NOTHING:
            raise ValueError("AWS::NoValue where a value must be")
        return put

    def holds(self, condition: str) -> bool:
        return self._true(self.conditions[condition])

    def _put(self, value: Any) -> Any:  # noqa: ANN401  JSON
        match value:
            case {"Ref": str(name), **rest} if not rest:
                return self._ref(name)
            case {"Fn::GetAtt": [str(name), str(attribute)], **rest} if not rest:
                return self.attribute(name, attribute)
            case {"Fn::Sub": str(text), **rest} if not rest:
                return self._substituted(text)
            case {"Fn::If": [str(condition), where_true, where_false], **rest} if not rest:
                return self._put(where_true if self.holds(condition) else where_false)
            case dict() if not any(str(key).startswith("Fn::") or key == "Ref" for key in value):
                put = {key: self._put(inner) for key, inner in value.items()}
                return {key: inner for key, inner in put.items() if inner is not _NOTHING}
            case list():
                return [put for put in map(self._put, value) if put is not _NOTHING]
            case str() | int() | float() | None:
                return value
        raise NotImplementedError(value)

    def _ref(self, name: str) -> Any:  # noqa: ANN401  lists of a CommaDelimitedList
        if name == "AWS::NoValue":
            return _NOTHING
        return self.values[name] if name in self.values else self.reference(name)

    def _substituted(self, text: str) -> str:
        return _VARIABLE.sub(lambda found: self._variable(found[1]), text)

    def _variable(self, name: str) -> str:
        if name.startswith("!"):
            return f"${{{name[1:]}}}"
        if "." in name:
            return self.attribute(*name.split(".", 1))
        value = self._ref(name)
        if not isinstance(value, str | int):
            raise TypeError(f"${{{name}}} is no text: {value!r}")
        return str(value)

    def _true(self, condition: Any) -> bool:  # noqa: ANN401  JSON
        match condition:
            case {"Fn::Equals": [one, other]}:
                return bool(self(one) == self(other))
            case {"Fn::Not": [inner]}:
                return not self._true(inner)
            case {"Fn::And": [*inner]}:
                return all(map(self._true, inner))
            case {"Fn::Or": [*inner]}:
                return any(map(self._true, inner))
            case {"Condition": str(name)}:
                return self.holds(name)
        raise NotImplementedError(condition)


def parameter_values(declared: Mapping[str, Json], given: Mapping[str, str]) -> dict[str, Any]:
    """The value of each parameter, given or by default; ValueError for one that CloudFormation refuses."""
    if unknown := set(given) - set(declared):
        raise ValueError(f"no such parameters: {sorted(unknown)}")
    return {name: _value(name, each, given.get(name, each.get("Default"))) for name, each in declared.items()}


def _value(name: str, declared: Json, value: Any) -> Any:  # noqa: ANN401  JSON
    allowed, pattern = declared.get("AllowedValues"), declared.get("AllowedPattern")
    if value is None or (allowed and str(value) not in map(str, allowed)):
        raise ValueError(f"{name}: {value!r} is none of {allowed}")
    if pattern and not re.fullmatch(pattern, value):
        raise ValueError(f"{name}: {value!r} does not match {pattern}")
    match declared["Type"]:
        case "String":
            return value
        case "Number":
            return int(value)
        case "CommaDelimitedList":
            return [each.strip() for each in value.split(",")]
    raise NotImplementedError(declared["Type"])
