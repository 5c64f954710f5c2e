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
        # numbers are not texts, and compared as they are written
        ({"a": [5]}, {"a": 5}, True),
        ({"a": [5]}, {"a": 5.0}, False),
        ({"a": [5]}, {"a": "5"}, False),
        ({"a": ["5"]}, {"a": 5}, False),
        # null is a value, which is neither absent nor empty
        ({"a": [None]}, {"a": [None]}, True),
        ({"a": [None]}, {"a": []}, False),
        ({"a": [""]}, {"a": None}, False),
        ({"a": {"b": [None]}}, {"a": None}, False),
        # arrays in arrays
        ({"a": ["x"]}, {"a": [[["x"]]]}, True),
        ({"a": {"b": ["x"]}}, {"a": [[{"b": "y"}], [[{"b": ["z", "x"]}]]]}, True),
        ({"a": {"b": {"c": ["x"]}}}, {"a": [{"b": [{"c": "y"}]}, {"b": [{"d": "x"}, {"c": "x"}]}]}, True),
        ({"a": {"b": {"c": ["x"]}}}, {"a": [{"b": "x"}, {"c": "x"}]}, False),
        ({"a": {"b": ["x"], "c": {"d": ["y"]}}}, {"a": [{"b": "x"}, {"c": [{"d": "y"}]}]}, False),
        ({"a": {"b": ["x"], "c": {"d": ["y"]}}}, {"a": [{"b": "x", "c": [{"d": "y"}]}]}, True),
        # texts among objects count for themselves
        ({"a": ["x"]}, {"a": [{"b": "y"}, "x"]}, True),
        ({"a": {"b": ["y"]}}, {"a": [{"b": "y"}, "x"]}, True),
        # arrays of objects, at any depth, but never across two of their objects
        ({"people": {"first": ["Alan"]}}, _PEOPLE, True),
        ({"people": {"first": ["Alan"], "last": ["Turing"]}}, _PEOPLE, True),
        ({"people": {"first": ["Ada"], "last": ["Turing"]}}, _PEOPLE, False),
        # prefix: texts only
        ({"a": [{"prefix": "sg-"}]}, {"a": ["eni-1", "sg-1"]}, True),
        ({"a": [{"prefix": "sg-"}]}, {"a": "asg-1"}, False),
        ({"a": [{"prefix": "5"}]}, {"a": 5}, False),
        ({"a": [{"prefix": "sg-"}]}, {"a": "SG-1"}, False),
        ({"a": [{"prefix": "sg-"}]}, {"a": "sg-"}, True),
        ({"a": [{"prefix": "sg-"}]}, {"a": None}, False),
        ({"a": [{"prefix": "sg-"}, {"prefix": "sgr-"}]}, {"a": "sgr-1"}, True),
        ({"a": [{"prefix": "sg-"}]}, {"a": [{"b": "sg-1"}]}, False),
        # exists: leaves only
        ({"a": [{"exists": False}]}, {}, True),
        ({"a": [{"exists": False}]}, {"a": None}, False),
        ({"a": [{"exists": True}]}, {"a": None}, True),
        ({"a": [{"exists": False}]}, {"a": {"b": 1}}, True),
        ({"a": {"b": [{"exists": False}]}}, {}, True),
        ({"a": [{"exists": True}]}, {"a": []}, False),
        ({"a": [{"exists": True}]}, {"a": {"b": 1}}, False),
        ({"a": [{"exists": True}]}, {"a": [{"b": 1}, None]}, True),
        ({"a": {"b": [{"exists": True}]}}, {"a": [{"c": 1}, {"b": 1}]}, True),
        ({"a": {"b": [{"exists": False}]}}, {"a": None}, True),
        ({"a": {"b": [{"exists": False}]}}, {"a": "x"}, True),
        # anything-but: what is absent is not a value, what is there is one whatever its type
        ({"a": [{"anything-but": "x"}]}, {"a": "y"}, True),
        ({"a": [{"anything-but": "x"}]}, {"a": "x"}, False),
        ({"a": [{"anything-but": "x"}]}, {}, False),
        ({"a": [{"anything-but": ["x", "y"]}]}, {"a": "y"}, False),
        ({"a": [{"anything-but": {"prefix": "x"}}]}, {"a": "xy"}, False),
        ({"a": [{"anything-but": {"prefix": "x"}}]}, {"a": "yx"}, True),
        ({"a": [{"anything-but": {"prefix": "x"}}]}, {"a": None}, True),
        ({"a": [{"exists": False}, {"anything-but": {"prefix": "x"}}]}, {}, True),
        ({"a": [{"exists": False}, {"anything-but": {"prefix": "x"}}]}, {"a": "xy"}, False),
        ({"a": [{"anything-but": {"prefix": "x"}}]}, {"a": ["xy", "yx"]}, True),
        ({"a": [{"anything-but": {"prefix": ["x", "y"]}}]}, {"a": "yx"}, False),
        ({"a": [{"anything-but": {"prefix": ["x", "y"]}}]}, {"a": "z"}, True),
        ({"a": [{"anything-but": ["x", "y"]}]}, {"a": "z"}, True),
        ({"a": [{"anything-but": ["x", "y"]}]}, {"a": ["x", "z"]}, True),
        ({"a": [{"anything-but": [1, 2]}]}, {"a": 2}, False),
        ({"a": [{"anything-but": 1}]}, {"a": "1"}, True),
        ({"a": [{"anything-but": "x"}]}, {"a": [{"b": "y"}]}, False),
    ],
)
def test_a_pattern_matches_as_eventbridge_says(
    pattern: dict[str, object], event: dict[str, object], expected: bool
) -> None:
    assert matches(pattern, event) is expected


@pytest.mark.parametrize(
    "matcher",
    [
        {"suffix": "x"},
        {"equals-ignore-case": "x"},
        {"wildcard": "x*"},
        {"numeric": ["=", 1]},
        {"exists": "no"},
        {"prefix": {"equals-ignore-case": "x"}},
        {"anything-but": {"suffix": "x"}},
        {"anything-but": {"prefix": []}},
        {"anything-but": []},
        {"anything-but": ["x", 1]},
        {"anything-but": None},
        1.5,
    ],
)
def test_an_operator_that_is_not_known_is_refused(matcher: object) -> None:
    for event in ({"a": "x"}, {}):
        with pytest.raises(NotImplementedError):
            matches({"a": ["x", matcher]}, event)


@pytest.mark.parametrize("place", ["$or", "$and"])
def test_an_operator_among_the_fields_is_refused(place: str) -> None:
    for pattern in ({place: [{"a": ["x"]}, {"b": ["x"]}]}, {"a": {place: [{"b": ["x"]}]}}):
        with pytest.raises(NotImplementedError):
            matches(pattern, {"a": {"b": "x"}})


def test_absence_below_an_array_is_refused() -> None:
    with pytest.raises(NotImplementedError):
        matches({"a": {"b": [{"exists": False}]}}, {"a": [{"b": 1}, {"c": 1}]})


@pytest.mark.parametrize("wanted", ["x", 1, None, []])
def test_a_pattern_without_a_list_is_refused(wanted: object) -> None:
    with pytest.raises(ValueError, match="lists its values"):
        matches({"a": wanted}, {"a": "x"})
