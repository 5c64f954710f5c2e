"""What a browser finds in a page: well-formed, with nothing that a stranger could run or have fetched."""

from __future__ import annotations

import re
from html.parser import HTMLParser

VOID = {"meta", "img", "br", "hr", "link", "input"}
FETCHING = {"src", "href", "srcset", "data", "action", "formaction", "poster", "background", "ping", "style"}
ALLOWED = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "style",
        "script",
        "body",
        "header",
        "nav",
        "main",
        "footer",
        "section",
    ),
    *(
        "details",
        "summary",
        "h1",
        "h2",
        "h3",
        "p",
        "span",
        "b",
        "small",
        "code",
        "div",
        "a",
        "ul",
        "ol",
        "li",
    ),
    *("table", "thead", "tbody", "tr", "th", "td", "svg", "rect"),
    *("label", "input", "select", "option", "output"),
}


_LEADS_ON = re.compile(
    r"#[a-z_]+$|https://[a-z0-9-]+\.console\.(aws\.amazon\.com|amazonaws(-us-gov\.com|\.cn))/"
)


class Page(HTMLParser):
    """Elements with their attributes, and the text that people see."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.scripts: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts.append(data)
        elif self.open and self.open[-1] not in {"style", "title"}:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def of(self, tag: str, kind: str = "") -> list[dict[str, str | None]]:
        """The attributes of the elements with a tag, and where one is given with a class."""
        return [
            attributes
            for name, attributes in self.elements
            if name == tag and (not kind or kind in (attributes.get("class") or "").split())
        ]


def parsed(source: str) -> Page:
    """The page; fails where it is not well formed."""
    found = Page(source)
    assert found.open == []
    return found


def assert_harmless(source: str) -> None:
    """Only elements and attributes that we write, our script alone, and nothing that is fetched."""
    found = parsed(source)
    assert {tag for tag, _ in found.elements} <= ALLOWED
    for _, attributes in found.elements:
        assert not [name for name in attributes if name.startswith("on")]
        fetched = [value for name, value in attributes.items() if name in FETCHING]
        assert all(_LEADS_ON.match(value or "") for value in fetched)
    assert len(found.of("script")) == len(found.of("style")) == 1
    style = source[source.index("<style>") : source.index("</style>")]
    assert not re.search(r"url\(|@import|https?:|expression", style + "".join(found.scripts))


def cells(source: str) -> list[list[str]]:
    """Every matrix of the page, row by row: the services, then each peer with its marks, `.` for none."""
    tables = re.findall(r'<table class="matrix">(.*?)</table>', source, re.DOTALL)
    rows = (row for table in tables for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL))
    return [[_plain(cell) or "." for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in rows]


def _plain(cell: str) -> str:
    return re.sub(r"<small>.*?</small>", "", cell).strip()
