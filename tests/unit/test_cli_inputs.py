"""Recorded events are found wherever they are, and what cannot be read is told of in its place."""

from __future__ import annotations

import gzip
import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sgwarden.cli.replay.inputs import InputError, Recording, recordings

if TYPE_CHECKING:
    from collections.abc import Callable

RECORD = {
    "eventName": "DeleteSecurityGroup",
    "eventSource": "ec2.amazonaws.com",
    "eventTime": "2026-11-03T14:21:37Z",
    "awsRegion": "eu-west-1",
    "eventID": "365f86ea-b899-4aa2-9c72-7dc160b0905c",
    "recipientAccountId": "111122223333",
    "requestParameters": {"groupId": "sg-0c1f4a7be2d95083a"},
}
EVENT = {"version": "0", "source": "aws.ec2", "detail-type": "AWS API Call via CloudTrail", "detail": RECORD}


def put(file: Path, document: object) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(document))
    return file


def sources(*paths: Path) -> list[str]:
    found = list(recordings(paths))
    assert all(isinstance(each, Recording) for each in found), found
    return [each.source for each in found if isinstance(each, Recording)]


def problem(path: Path) -> str:
    (found,) = recordings([path])
    assert isinstance(found, InputError)
    return str(found)


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    def give(data: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))

    return give


def test_files_come_in_the_order_they_are_named(tmp_path: Path) -> None:
    second, first = put(tmp_path / "a.json", EVENT), put(tmp_path / "b.json", RECORD)
    assert sources(first, second) == [str(first), str(second)]


def test_a_folder_gives_its_files_by_name_at_any_depth(tmp_path: Path) -> None:
    for name in ("b.json", "a.json", "c/d.json", "a.yaml", "notes.txt"):
        put(tmp_path / name, EVENT)
    (tmp_path / "e.json.gz").write_bytes(gzip.compress(json.dumps(EVENT).encode()))
    names = ("a.json", "b.json", "c/d.json", "e.json.gz")
    assert sources(tmp_path) == [str(tmp_path / name) for name in names]


def test_the_records_of_a_log_file_are_numbered(tmp_path: Path) -> None:
    log = tmp_path / "log.json.gz"
    log.write_bytes(gzip.compress(json.dumps({"Records": [RECORD, RECORD]}).encode()))
    assert sources(log) == [f"{log}#1", f"{log}#2"]
    assert [each.name for each in recordings([log]) if isinstance(each, Recording)] == [
        "log.json.gz#1",
        "log.json.gz#2",
    ]


def test_a_log_file_of_one_record_has_no_number(tmp_path: Path) -> None:
    log = put(tmp_path / "log.json", {"Records": [RECORD]})
    assert sources(log) == [str(log)]


def test_a_hyphen_is_standard_input(stdin: Callable[[bytes], None]) -> None:
    stdin(json.dumps(EVENT).encode())
    assert sources(Path("-")) == ["standard input"]


def test_standard_input_may_be_compressed(stdin: Callable[[bytes], None]) -> None:
    stdin(gzip.compress(json.dumps({"Records": [RECORD, RECORD]}).encode()))
    assert sources(Path("-")) == ["standard input#1", "standard input#2"]


def test_an_event_stays_as_it_is(tmp_path: Path) -> None:
    (found,) = recordings([put(tmp_path / "a.json", EVENT)])
    assert isinstance(found, Recording)
    assert found.event() == EVENT


def test_a_bare_record_gets_the_envelope_of_eventbridge(tmp_path: Path) -> None:
    (found,) = recordings([put(tmp_path / "a.json", RECORD)])
    assert isinstance(found, Recording)
    assert found.event() == {
        "version": "0",
        "id": RECORD["eventID"],
        "detail-type": "AWS API Call via CloudTrail",
        "source": "aws.ec2",
        "account": "111122223333",
        "time": RECORD["eventTime"],
        "region": "eu-west-1",
        "resources": [],
        "detail": RECORD,
    }


def test_what_an_sns_message_wraps_is_found(tmp_path: Path) -> None:
    wrapped = {"Records": [{"Sns": {"Message": json.dumps(EVENT)}}]}
    (found,) = recordings([put(tmp_path / "a.json", wrapped)])
    assert isinstance(found, Recording)
    assert found.event() == EVENT


BROKEN = {
    "empty": (b"", "not JSON at line 1, column 1"),
    "no JSON": (b'{\n "a": nope}', "not JSON at line 2, column 7"),
    "not text": (b"\xff\xfe\x00\xd8\x00", "cannot be read"),
    "cut short": (gzip.compress(json.dumps(EVENT).encode())[:-12], "cannot be read"),
    "bad gzip": (b"\x1f\x8bnonsense", "cannot be read"),
    "damaged gzip": (gzip.compress(json.dumps(EVENT).encode())[:10] + b"\xff" * 40, "cannot be read"),
    "too deep": (b"[" * 200_000, "cannot be read"),
    "no record": (b'{"SecurityGroups": []}', "has no CloudTrail record"),
    "an empty log file": (b'{"Records": []}', "has no CloudTrail record"),
    "a number": (b"7", "has no CloudTrail record"),
}


@pytest.mark.parametrize(("data", "said"), BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_read_is_told_of(data: bytes, said: str, tmp_path: Path) -> None:
    file = tmp_path / "broken.json"
    file.write_bytes(data)
    assert said in problem(file)
    assert str(file) in problem(file)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert (
        problem(tmp_path / "none.json")
        == f"{tmp_path / 'none.json'} cannot be read: No such file or directory"
    )


def test_a_folder_without_events(tmp_path: Path) -> None:
    assert problem(tmp_path) == f"{tmp_path} holds no file that ends in .json or .json.gz, and no scenario"


def test_the_rest_is_read_all_the_same(tmp_path: Path) -> None:
    put(tmp_path / "a.json", EVENT)
    (tmp_path / "b.json").write_text("nope")
    put(tmp_path / "c.json", EVENT)
    kinds = [type(each) for each in recordings([tmp_path / "none", tmp_path])]
    assert kinds == [InputError, Recording, InputError, Recording]
