"""What docs/policy.md shows is what a person sees, and what its examples say is so."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import pytest
from sgwarden.cli.policy import app as policy_app
from sgwarden.cluster import Cluster
from sgwarden.policy.compiled import load_compiled
from sgwarden.policy.errors import PolicyError
from sgwarden.policy.resolve import desired
from sgwarden.review.build import compile_policy, read_policy_file
from sgwarden.review.check import warnings

from tests.integration.consoles import without_end
from tests.integration.pages import make_policy_folder, of_policy_page
from tests.integration.policy_page import (
    BLOCKS,
    COMMANDS,
    DOCS,
    EXAMPLES,
    FILES,
    PAGE,
    PROSE,
    REFUSED,
    ROOT,
    code,
    is_refusal,
    rows,
    section,
)

if TYPE_CHECKING:
    from pathlib import Path


class TestExamples:
    def test_each_is_a_file_with_a_name_of_its_own(self) -> None:
        assert len(FILES) == len(EXAMPLES)
        assert {kind for kind, _ in BLOCKS} == {"yaml", "console"}

    @pytest.mark.parametrize("name", sorted(FILES.keys() - REFUSED))
    def test_it_holds_with_nothing_to_warn_of(self, name: str) -> None:
        data = FILES[name].encode()
        assert compile_policy(data, name)
        assert [*warnings(read_policy_file(data, name))] == []

    @pytest.mark.parametrize("name", sorted(REFUSED))
    def test_one_that_is_wrong_on_purpose_is_refused(self, name: str) -> None:
        with pytest.raises(PolicyError):
            compile_policy(FILES[name].encode(), name)

    @pytest.mark.parametrize("name", sorted(FILES.keys() - {"tags.yaml"}))
    def test_it_shows_that_what_it_says_is_so(self, name: str) -> None:
        assert "\nexpect:" in FILES[name] or any(name in command for command, _ in COMMANDS)

    def test_the_tags_are_those_of_the_table(self) -> None:
        document = load_compiled(compile_policy(FILES["tags.yaml"].encode(), "tags.yaml"))
        cluster = Cluster(
            name="prod-1",
            account="111122223333",
            region="eu-west-1",
            security_group_id="sg-1",
            security_group_name="eks-cluster-sg-prod-1-1234567890",
        )
        shown = {code(key)[0]: code(value)[0] for key, value, _ in rows(section("Tags"))}
        assert shown == desired(document.policies[0], cluster).tags

    def test_a_trim_limit_that_is_one_lower_does_not_do(self) -> None:
        lower = FILES["trim.yaml"].replace("trim_limit: 10", "trim_limit: 9")
        with pytest.raises(PolicyError, match='policy "higher" does not let through'):
            compile_policy(lower.encode(), "trim.yaml")


class TestCommands:
    @pytest.fixture(autouse=True)
    def folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """The files of the page, beside the samples of docs/."""
        make_policy_folder(tmp_path)
        monkeypatch.chdir(tmp_path)
        return tmp_path

    @pytest.mark.parametrize(("command", "shown"), COMMANDS, ids=[each for each, _ in COMMANDS])
    def test_it_prints_what_is_shown(self, command: str, shown: str) -> None:
        done = of_policy_page(command)
        assert without_end(done.output) == shown
        assert done.exit_code == (1 if is_refusal(shown) else 0)

    def test_what_is_compiled_has_the_digest_of_its_source(self, folder: Path) -> None:
        (command,) = [each for each, _ in COMMANDS if " compile " in each]
        of_policy_page(command)
        digest = hashlib.sha256(FILES["first.yaml"].encode()).hexdigest()
        assert load_compiled((folder / "policy.json").read_text()).sha256 == digest

    def test_warnings_fail_a_check_that_is_strict(self) -> None:
        check = "sgwarden policy check first.yaml --clusters example/clusters.json"
        assert [of_policy_page(each).exit_code for each in (check, f"{check} --strict")] == [0, 1]

    def test_all_that_work_on_policies_are_named_and_no_others(self) -> None:
        commands = {each.name for each in policy_app.registered_commands}
        assert set(re.findall(r"sgwarden policy ([a-z]+)", PAGE)) == commands


class TestPage:
    def test_every_link_leads_somewhere(self) -> None:
        headings = re.findall(r"^#+ (.*)$", PROSE, re.MULTILINE)
        anchors = {f"#{re.sub(r'[^a-z0-9 -]', '', each.lower()).replace(' ', '-')}" for each in headings}
        links = re.findall(r"\]\(([^)]+)\)", PROSE)
        assert [each for each in links if each not in anchors and not (DOCS / each).exists()] == []

    def test_the_modeline_leads_to_the_schema_beside_the_deployed_policy(self) -> None:
        (modeline,) = [each for each in code(PROSE) if each.startswith("# yaml-language-server: ")]
        assert (ROOT / "layers" / "policy" / modeline.partition("$schema=")[2]).is_file()
