"""The page in a browser: its own script runs and no other, it fits a telephone, and many fit in it."""

from __future__ import annotations

import re
from html import escape
from time import perf_counter
from typing import TYPE_CHECKING, Any

import pytest
from sgwarden.cli.report.documents import Document, read_document
from sgwarden.cli.report.html import render
from sgwarden.cli.report.page import page_of
from sgwarden.outcome import Status

from tests.integration.browser import CHROMIUM, after_scripts, framed
from tests.unit.alerts import standing
from tests.unit.documents import document, everything_hostile, in_order, replayed, result
from tests.unit.hostile import HOSTILE, hostile_alert
from tests.unit.html_pages import Page, assert_harmless

if TYPE_CHECKING:
    from pathlib import Path

in_a_browser = pytest.mark.skipif(not CHROMIUM, reason="this machine has no Chromium")

_DEED = "document.body.append(Object.assign(document.createElement('i'),{id:'owned'}))"
ACTIVE = (
    f"<script>{_DEED}</script>",
    f'<img src=x onerror="{_DEED}">',
    f"</script></style></title></textarea><script>{_DEED}</script>",
    f'"><svg onload="{_DEED}">',
    f"' autofocus tabindex=1 onfocus=\"{_DEED}\" x='",
    f'<details open ontoggle="{_DEED}">',
    f'<iframe srcdoc="<script>parent.{_DEED}</script>"></iframe>',
)
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')


def page(text: str) -> str:
    """Every kind of document in a stranger's words."""
    documents = [
        read_document(everything_hostile(text)),
        Document(alerts=(hostile_alert(text),)),
        Document(standings=(standing(text, text, summary=text),)),
    ]
    return render(page_of(documents, text))


def is_owned(source: str, folder: Path) -> bool:
    found = Page(after_scripts(source, folder))
    return any(attributes.get("id") == "owned" for attributes in found.of("i"))


def unescaped(source: str, text: str) -> str:
    """The page of somebody who forgot to escape, in the text of its elements."""
    shown = escape(text).replace("&quot;", "&#34;").replace("&#x27;", "&#39;")
    return source.replace(f">{shown}<", f">{text}<")


@in_a_browser
def test_no_script_of_a_stranger_runs(tmp_path: Path) -> None:
    assert not is_owned(page(" ".join((*ACTIVE, *HOSTILE))), tmp_path)


@in_a_browser
@pytest.mark.parametrize("text", ACTIVE[:2])
def test_the_check_sees_a_script_that_runs_and_the_policy_of_the_page_alone_would_stop_it(
    tmp_path: Path, text: str
) -> None:
    forgotten = unescaped(page(text), text)
    assert text in forgotten
    assert is_owned(_POLICY.sub("", forgotten), tmp_path)
    assert not is_owned(forgotten, tmp_path)


@in_a_browser
def test_its_own_script_and_style_sheet_are_what_the_policy_lets_through(tmp_path: Path) -> None:
    source = page("x")
    assert '<div class="tools" hidden="">' in after_scripts(
        source.replace("use strict", "use  strict"), tmp_path
    )
    assert '<div class="tools">' in after_scripts(source, tmp_path)
    probe = "<script>document.title = getComputedStyle(document.querySelector('h1')).marginTop</script>"
    assert "<title>9.6px</title>" in after_scripts(_POLICY.sub("", source) + probe, tmp_path)


@in_a_browser
def test_entries_are_found_and_sorted(tmp_path: Path) -> None:
    drifted = [result(Status.DRIFTED, f"db-{number}", security_group=f"sg-{number}") for number in (10, 9, 1)]
    calm = [{**in_order(f"web-{number}"), "security_group": f"sg-w{number}"} for number in range(9)]
    source = _POLICY.sub("", render(page_of([read_document(document(*drifted, *calm))])))
    script = """<script>
    const [box, order] = ["find", "sort"].map((id) => document.getElementById(id));
    box.value = "DB- sg-9"; box.dispatchEvent(new Event("input"));
    order.value = "name"; order.dispatchEvent(new Event("change"));
    </script>"""
    found = Page(after_scripts(source + script, tmp_path))
    cards = [each for each in found.of("details", "card") if "data-name" in each]
    assert [(each["data-name"], "hidden" in each) for each in cards] == [
        ("db-1", True),
        ("db-9", False),
        ("db-10", True),
    ]
    assert [(each["id"], "hidden" in each) for each in found.of("section")] == [
        ("drifted", False),
        ("in_sync", True),
        ("timeline", False),
        ("policy", True),
    ]
    assert "2 of 16 entries" in found.text


@in_a_browser
@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_is_wider_than_the_screen(tmp_path: Path, width: int) -> None:
    wide = {"ingress": [f"tcp/{port} from 2001:db8:{port}::/48" for port in range(1000, 1012)], "egress": []}
    state = {**wide, "tags": {"k" * 100: "v" * 200}}
    whole = [
        read_document(document(result(before=state), *(each for of in replayed() for each in of["results"]))),
        Document(alerts=(hostile_alert("x" * 3000),)),
    ]
    source = _POLICY.sub("", render(page_of(whole, "t" * 300))).replace("<details ", "<details open ")
    # What is off the screen is cut off where it is too wide, and would not show.
    source += "<style>.card, .day { content-visibility: visible !important }</style>"
    assert f"<title>{width}</title>" in after_scripts(framed(source, width), tmp_path)


@pytest.mark.parametrize("status", [Status.IN_SYNC, Status.DRIFTED])
def test_two_thousand_clusters_are_a_page_of_reasonable_size_in_reasonable_time(status: Status) -> None:
    bare: dict[str, Any] = {"findings": [], "changes": []} if status is Status.IN_SYNC else {}
    many = (result(status, f"c-{number}", security_group=f"sg-{number}", **bare) for number in range(2000))
    read = read_document(document(*many))
    start = perf_counter()
    source = render(page_of([read]))
    assert perf_counter() - start < 10
    assert len(source.encode()) < 15_000_000
    assert all(f"sg-{number}</span>" in source for number in range(2000))


@pytest.mark.parametrize("text", ACTIVE)
def test_what_would_run_is_text(text: str) -> None:
    assert_harmless(page(text))
