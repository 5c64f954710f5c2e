"""What strangers write into an account and its calls is text in everything that comes of it."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console
from sgwarden import report
from sgwarden.cli.options import Output
from sgwarden.cli.replay.text import show_replayed
from sgwarden.cli.results.as_csv import COLUMNS
from sgwarden.cli.results.writing import write
from sgwarden.rendering import chat, plain, slack, teams
from sgwarden.review.build import checked_policy_file

from tests.integration.rendered import CHANNELS, CHECKS
from tests.integration.strangers import CALLS, POLICY, TEXTS, Story, stories
from tests.unit.hostile import HOSTILE
from tests.unit.html_pages import assert_harmless, parsed
from tests.unit.test_rendering_chat import _is_text as must_be_text_of_chat
from tests.unit.test_rendering_chat import texts as texts_of_chat
from tests.unit.test_rendering_slack import _only_our_marks as must_have_only_our_marks
from tests.unit.test_rendering_slack import _texts as texts_of_slack
from tests.unit.test_rendering_teams import _lines as lines_of_teams

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sgwarden.alert import Alert

Json = dict[str, Any]
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[Story]:
    return stories(tmp_path_factory.mktemp("strangers"))


@pytest.fixture(scope="module")
def alerts(told: Sequence[Story]) -> list[Alert]:
    return [alert for story in told for alert in story.alerts]


@pytest.fixture
def written(told: Sequence[Story], capsys: pytest.CaptureFixture[str]) -> Callable[[Output], list[str]]:
    """What replay writes of each call."""
    documents = [report.document(story.replayed.results) for story in told]
    policy = checked_policy_file(POLICY.encode(), "policy.yaml")

    def of(output: Output, document: Json) -> str:
        write({**document, "ignored": []}, output, Path("policy.yaml"), policy)
        said = capsys.readouterr()
        assert said.err == ""
        return said.out

    return lambda output: [of(output, document) for document in documents]


def unseen(text: str) -> set[str]:
    """Control characters, marks of direction and whatever else is not seen."""
    return {each for each in text if unicodedata.category(each).startswith("C") or each in "\u2028\u2029"}


def strings(of: object) -> Iterator[str]:
    match of:
        case str():
            yield of
        case dict():
            for key, value in of.items():
                yield from (key, *strings(value))
        case list():
            for each in of:
                yield from strings(each)


def shown(text: str) -> bool:
    """Whether a script that somebody wrote is there to be read."""
    return SCRIPT in text


def test_the_whole_corpus_is_there(told: Sequence[Story]) -> None:
    """A check of the check: each call led to an alert of both groups, and the texts are in the results."""
    assert len(told) == CALLS
    assert [len(story.alerts) for story in told] == [2] * CALLS
    assert {story.replayed.status for story in told} == {"remediated"}
    written = {text for story in told for text in strings(story.replayed.recording.event())}
    written |= {text for story in told for text in strings([*story.replayed.results])}
    everything = "\n".join(written)
    assert not [text for text in HOSTILE if text[:200] not in everything]
    states = [result["before"]["tags"].values() for story in told for result in story.replayed.results]
    assert not set(TEXTS) - {value for values in states for value in values}


def test_on_a_terminal(told: Sequence[Story]) -> None:
    for terminal in (False, True):
        out = Console(
            file=io.StringIO(), force_terminal=terminal, color_system=None, width=100, highlight=False
        )
        for story in told:
            show_replayed(out, story.replayed, whole=True)
        assert isinstance(out.file, io.StringIO)
        said = out.file.getvalue()
        assert unseen(said) <= {"\n"}
        assert shown(said)
        assert "[link" not in said


def test_in_a_table(written: Callable[[Output], list[str]]) -> None:
    tables = written(Output.CSV)
    rows = [row for said in tables for row in csv.DictReader(io.StringIO(said, newline=""))]
    assert unseen("".join(tables)) <= {"\r", "\n"}
    assert "".join(tables).count("\n") == len(rows) + len(tables)
    assert all(set(row) == set(COLUMNS) for row in rows)
    cells = [cell for row in rows for cell in row.values()]
    assert not [cell for cell in cells if re.match(r"\s*[=+\-@\t\r]", cell)]
    assert any(cell.startswith("'=HYPERLINK") for cell in cells)
    assert any(map(shown, cells))


def test_on_a_page(written: Callable[[Output], list[str]]) -> None:
    pages = written(Output.HTML)
    for page in pages:
        assert_harmless(page)
        assert SCRIPT not in page
    texts = [parsed(page).text for page in pages]
    assert unseen("".join(texts)) == set()
    assert any(map(shown, texts))


@pytest.mark.parametrize("output", [Output.SARIF, Output.ASFF, Output.OCSF])
def test_in_formats_for_programs(written: Callable[[Output], list[str]], output: Output) -> None:
    texts = written(output)
    if output is Output.OCSF:  # one event a line
        texts = [line for text in texts for line in text.splitlines()]
    found = [*strings([*map(json.loads, texts)])]
    assert not [text for text in found if unseen(text) - {"\n"}]
    assert any(map(shown, found))


def test_in_the_contract_nothing_breaks_a_line(written: Callable[[Output], list[str]]) -> None:
    """It has the state of groups as EC2 does, and escapes what is not ASCII."""
    for said in written(Output.JSON):
        assert unseen(said) <= {"\n"}
        assert said.isascii()


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_channel_takes_it(alerts: Sequence[Alert], channel: str) -> None:
    for alert in alerts:
        CHECKS[channel](alert)
        assert not [text for text in strings(CHANNELS[channel](alert)) if unseen(text) - {"\n"}]


def test_by_mail(alerts: Sequence[Alert]) -> None:
    assert any(shown(plain.text(alert)) for alert in alerts)
    for alert in alerts:
        said = plain.text(alert).splitlines()
        labels = ("Where", "Policy", "Done", "Now", "Undo", "Links")
        assert [line.split()[0] for line in said if line.startswith(labels)] == list(labels)


def test_undoing_quotes_all_that_it_repeats(alerts: Sequence[Alert]) -> None:
    commands = [
        line for alert in alerts for line in plain.text(alert).splitlines() if line.startswith("aws ")
    ]
    assert any("alert(1)" in line for line in commands)
    for line in commands:
        assert line.isascii()
        assert not re.search(r"[;&|<>$`()\"]", re.sub(r"'[^']*'|\"'\"", "", line))


def test_in_chat(alerts: Sequence[Alert]) -> None:
    for alert in alerts:
        for text in texts_of_chat(chat.message(alert)):
            must_be_text_of_chat(re.sub(r"(?m)^\*(HIGH|MEDIUM)\* ", "", text))


def test_in_slack(alerts: Sequence[Alert]) -> None:
    for alert in alerts:
        for text in texts_of_slack(slack.blocks(alert)):
            assert not set("<>") & set(text)
            assert not re.search("&(?!amp;|lt;|gt;)", text)
            must_have_only_our_marks(text)
    assert any("&lt;script&gt;" in text for alert in alerts for text in texts_of_slack(slack.blocks(alert)))


def test_in_teams(alerts: Sequence[Alert]) -> None:
    lines = [line for alert in alerts for line in lines_of_teams(teams.card(alert))]
    assert all(line.isprintable() for line in lines)
    assert any(map(shown, lines))
