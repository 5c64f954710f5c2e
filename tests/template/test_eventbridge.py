"""The matcher that the tests of the rules rest on agrees with the documented examples of EventBridge."""

import pytest

from tests.template.eventbridge import matches

_PEOPLE = {"people": [{"first": "Ada", "last": "King"}, [{"first": "Alan", "last": "Turing"}]], "count": 5}


@pytest.mark.parametrize(
    ("pattern", "event", "expected"),
    [
        ({"a": ["x", "y"]}, {"a": "y", "b": "z"}, True),
        ({"a": ["x"], "b": ["x"]}, {"a": "x", "b": "z"}, False),
        ({"a": ["x"]}, {}, False),
        ({"a": {"b": ["x"]}}, {"a": "x"}, False),
        # an array of the event matches when one of its values does
        ({"a": ["x"]}, {"a": ["w", ["x"]]}, True),
        ({"a": ["x"]}, {"a": []}, False),
        # types are JSON's
        ({"a": [True]}, {"a": 1}, False),
        ({"a": [None]}, {"a": None}, True),
        ({"a": [None]}, {}, False),
        ({"a": [None]}, {"a": ""}, False),
        # arrays of objects, at any depth, but never across two of their objects
        ({"people": {"first": ["Alan"]}}, _PEOPLE, True),
        ({"people": {"first": ["Alan"], "last": ["Turing"]}}, _PEOPLE, True),
        ({"people": {"first": ["Ada"], "last": ["Turing"]}}, _PEOPLE, False),
        # prefix: texts only
        ({"a": [{"prefix": "sg-"}]}, {"a": ["eni-1", "sg-1"]}, True),
        ({"a": [{"prefix": "sg-"}]}, {"a": "asg-1"}, False),
        ({"a": [{"prefix": "5"}]}, {"a": 5}, False),
        # exists: leaves only
        ({"a": [{"exists": False}]}, {}, True),
        ({"a": [{"exists": False}]}, {"a": None}, False),
        ({"a": [{"exists": True}]}, {"a": None}, True),
        ({"a": [{"exists": False}]}, {"a": {"b": 1}}, True),
        ({"a": {"b": [{"exists": False}]}}, {}, True),
        # anything-but: what is absent is not a value, what is there is one whatever its type
        ({"a": [{"anything-but": "x"}]}, {"a": "y"}, True),
        ({"a": [{"anything-but": "x"}]}, {"a": "x"}, False),
        ({"a": [{"anything-but": "x"}]}, {}, False),
        ({"a": [{"anything-but": ["x", "y"]}]}, {"a": "y"}, False),
        ({"a": [{"anything-but": {"prefix": "x"}}]}, {"a": "xy"}, False),
        ({"a": [{"anything-but": {"prefix": "x"}}]}, {"a": "yx"}, True),
        ({"a": [{"anything-but": {"prefix": "x"}}]}, {"a": None}, True),
        ({"a": [{"exists": False}, {"anything-but": {"prefix": "x"}}]}, {}, True),
    ],
)
def test_a_pattern_matches_as_eventbridge_says(
    pattern: dict[str, object], event: dict[str, object], expected: bool
) -> None:
    assert matches(pattern, event) is expected


@pytest.mark.parametrize("matcher", [{"suffix": "x"}, {"anything-but": {"suffix": "x"}}, {"exists": "no"}])
def test_an_operator_that_is_not_known_is_refused(matcher: dict[str, object]) -> None:
    with pytest.raises(NotImplementedError):
        matches({"a": [matcher]}, {"a": "x"})


def test_absence_below_an_array_is_refused() -> None:
    with pytest.raises(NotImplementedError):
        matches({"a": {"b": [{"exists": False}]}}, {"a": [{"b": 1}, {"c": 1}]})


def test_a_pattern_without_a_list_is_refused() -> None:
    with pytest.raises(ValueError, match="lists its values"):
        matches({"a": "x"}, {"a": "x"})
