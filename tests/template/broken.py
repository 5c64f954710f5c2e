"""A break of the template, and how a value becomes another."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.template.application import plain

Json = dict[str, Any]
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Break:
    """A part of the template that is gone, or something else; `likely` is the file of tests to ask first.

    `told` stands for a value that is too long to be shown.
    """

    path: Path
    value: object = None
    gone: bool = False
    likely: str = ""
    told: str = ""

    def __str__(self) -> str:
        place = "/".join(map(str, self.path[1:] if self.path[0] == "Resources" else self.path))
        return f"{place} gone" if self.gone else f"{place} = {self.told or json.dumps(self.value)}"

    def made_in(self, template: Json) -> Json:
        """The template, broken; the parts on the way to the break are copies."""
        copy = plain(template)
        holder: Any = copy
        for key in self.path[:-1]:
            holder = holder[key]
        if self.gone:
            del holder[self.path[-1]]
        else:
            holder[self.path[-1]] = self.value
        return copy


def leaves(place: Path, value: Any) -> Iterator[tuple[Path, Any]]:  # noqa: ANN401  JSON
    """Every value below a place that is neither an object nor an array."""
    match value:
        case dict():
            for key, inner in value.items():
                yield from leaves((*place, key), inner)
        case list():
            for number, inner in enumerate(value):
                yield from leaves((*place, number), inner)
        case _:
            yield place, value


def one_letter(text: str) -> str:
    """Another text, that differs in the letter in its middle."""
    middle = len(text) // 2
    return text[:middle] + ("x" if text[middle] != "x" else "y") + text[middle + 1 :]
