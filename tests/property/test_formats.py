"""Whatever strangers write, a table computes nothing and a page runs nothing."""

from __future__ import annotations

import csv
import io
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st
from sgwarden.cli.results import as_csv, as_html

from tests.unit.documents import everything_hostile
from tests.unit.html_pages import Page, assert_harmless

FORMULA = set("=+-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212")
SEPARATORS = ',;|\t"'

text = st.text(
    st.one_of(st.sampled_from("=+-@\uff1d\uff20,;|\"'\t\r\n \x00\x1b\u202e\u200b<>&{}%#"), st.characters()),
    max_size=40,
)


def begins(cell: str) -> str:
    """What a cell begins with for the eye: the first character that is neither blank nor invisible."""
    seen = (each for each in cell if not each.isspace() and not unicodedata.category(each).startswith("C"))
    return next(seen, "")


@settings(max_examples=150)
@given(text)
def test_no_cell_begins_with_a_formula_whatever_separates_cells(words: str) -> None:
    table = as_csv.render(everything_hostile(words))
    assert {len(row) for row in csv.reader(io.StringIO(table, newline=""))} == {len(as_csv.COLUMNS)}
    for row in csv.reader(io.StringIO(table, newline="")):
        for cell in row:
            pieces = "".join("\n" if each in SEPARATORS else each for each in cell).split("\n")
            assert not {begins(piece) for piece in pieces} & FORMULA


@settings(max_examples=40)
@given(text)
def test_a_page_has_no_element_of_a_stranger(words: str) -> None:
    source = as_html.render(everything_hostile(words))
    assert_harmless(source)
    found, plain = Page(source), Page(as_html.render(everything_hostile("x")))
    names = {name for _, attributes in found.elements for name in attributes}
    # Where all texts are empty, a part of the page has nothing to show.
    assert names <= {name for _, attributes in plain.elements for name in attributes}
