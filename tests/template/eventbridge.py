"""EventBridge's matching of events, for the operators that the template uses; any other is an error.

The meaning is that of aws/event-ruler, the matcher that EventBridge runs: all fields of a pattern must
match, one matcher of a field is enough, arrays are looked through at any depth, and what one object of a
pattern asks must be found within one object of the event.
"""

import json
from collections.abc import Iterator, Mapping, Sequence


def matches(pattern: Mapping[str, object], event: object) -> bool:
    """Whether an event (or an object within it) has all that the pattern asks for."""
    candidates = list(_objects(event))
    if len(candidates) > 1 and '"exists": false' in json.dumps(pattern):
        # Ruler asks whether any of the objects has the field, not whether one lacks it.
        raise NotImplementedError("exists: false below an array")
    return any(
        all(_field(wanted, candidate.get(key, _ABSENT)) for key, wanted in pattern.items())
        for candidate in candidates
    )


_ABSENT: list[object] = []


def _field(wanted: object, found: object) -> bool:
    if isinstance(wanted, Mapping):
        # A branch that is missing has no leaves: `exists: false` holds below it.
        return matches(wanted, found if any(_objects(found)) else {})
    if not isinstance(wanted, Sequence) or isinstance(wanted, str) or not wanted:
        raise ValueError(f"a pattern lists its values: {wanted!r}")
    leaves = list(_leaves(found))
    asked = [_one(matcher, leaves) for matcher in wanted]  # all of them: what is not known must not go unseen
    return any(asked)


def _one(matcher: object, leaves: list[object]) -> bool:
    if not isinstance(matcher, Mapping):
        value = _value(matcher)
        return any(_same(value, leaf) for leaf in leaves)
    ((operator, operand),) = matcher.items()
    match operator, operand:
        case "exists", bool():
            return bool(leaves) is operand
        case "prefix", str():
            return any(_begins(leaf, operand) for leaf in leaves)
        case "anything-but", _:
            excluded = _excluded(operand)
            return any(not excluded(leaf) for leaf in leaves)
    raise NotImplementedError(f"{operator}: {operand!r}")


def _excluded(operand: object) -> "Excluded":
    match operand:
        case {"prefix": str(prefix), **rest} if not rest:
            return Excluded(prefixes=(prefix,))
        case {"prefix": [str(), *_] as prefixes, **rest} if not rest and _of_one_type(prefixes):
            return Excluded(prefixes=tuple(prefixes))
        case [str() | int(), *_] as values if _of_one_type(values):
            return Excluded(values=tuple(map(_value, values)))
        case bool():
            pass
        case str() | int():
            return Excluded(values=(operand,))
    raise NotImplementedError(f"anything-but: {operand!r}")


class Excluded:
    """What a value must not be.

    Ruler takes any value that is there for a match until it proves otherwise: null is anything but a text.
    """

    def __init__(self, prefixes: tuple[str, ...] = (), values: tuple[object, ...] = ()) -> None:
        self._prefixes = prefixes
        self._values = values

    def __call__(self, leaf: object) -> bool:
        return any(_begins(leaf, each) for each in self._prefixes) or any(
            _same(each, leaf) for each in self._values
        )


def _of_one_type(values: Sequence[object]) -> bool:
    return len({type(value) for value in values}) == 1


def _value(matcher: object) -> object:
    # EventBridge compares numbers as they are written: 300, 300.0 and 3.0e2 are three.
    if isinstance(matcher, float):
        raise NotImplementedError(f"a number with a fraction: {matcher!r}")
    return matcher


def _begins(leaf: object, prefix: str) -> bool:
    return isinstance(leaf, str) and leaf.startswith(prefix)


def _same(one: object, other: object) -> bool:
    # In JSON, true is not 1.
    return type(one) is type(other) and one == other


def _objects(value: object) -> Iterator[Mapping[str, object]]:
    if isinstance(value, Mapping):
        yield value
    elif isinstance(value, list):
        for element in value:
            yield from _objects(element)


def _leaves(value: object) -> Iterator[object]:
    if isinstance(value, list):
        for element in value:
            yield from _leaves(element)
    elif not isinstance(value, Mapping):
        yield value
