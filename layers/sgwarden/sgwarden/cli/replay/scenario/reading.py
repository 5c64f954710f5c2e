"""Scenario files, read strictly: what is wrong with one is said with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.cli.project import ACCOUNT, SAMPLES_POLICY
from sgwarden.cli.replay.scenario.model import Expect, Scenario, YesNo
from sgwarden.cli.replay.scenario.read_expect import read_expect
from sgwarden.cli.replay.scenario.read_steps import read_steps
from sgwarden.embedded import DescriptionError, read_account
from sgwarden.embedded.reading import account_at
from sgwarden.policy.errors import PolicyError
from sgwarden.policy.node import Mapping
from sgwarden.policy.reader import read_document
from sgwarden.policy.reading import Reader, given
from sgwarden.policy.ready_made import ready_made_sets
from sgwarden.policy.types import Mode
from sgwarden.policy.yaml_source import decoded, parse
from sgwarden.review.build import checked_policy_file
from sgwarden.review.check import errors
from sgwarden.review.types import PolicyFile

if TYPE_CHECKING:
    from pathlib import Path

    from sgwarden.embedded import AccountDescription
    from sgwarden.policy.node import Entry, Node
    from sgwarden.policy.types import Document

_KEYS = ("about", "account", "policy", "mode", "additional_groups", "steps", "expect")


class ScenarioError(Exception):
    """A scenario cannot be read or played; the message says all that is wrong, and where."""


def read_scenario(file: Path) -> Scenario:
    """The scenario of a file; raises ScenarioError."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise ScenarioError(f"{file} cannot be read: {error.strerror}") from error
    try:
        reader = _ScenarioReader(file, decoded(data, str(file)))
        scenario = reader.scenario(parse(data, str(file)))
        if reader.problems or scenario is None:
            raise PolicyError(reader.problems, str(file), reader.source)
    except PolicyError as error:
        raise ScenarioError(error.render()) from error
    return scenario


def beside(file: Path, name: str, otherwise: Path) -> Path:
    """The file of that name in the folder of another, or in the nearest folder above it that has one."""
    folders = file.resolve().parents
    return next((folder / name for folder in folders if (folder / name).is_file()), otherwise)


class _ScenarioReader(Reader):
    def __init__(self, file: Path, source: str) -> None:
        super().__init__()
        self.file = file
        self.source = source

    def scenario(self, node: Node) -> Scenario | None:
        fields = self.fields(node, "a scenario", _KEYS, ("about", "steps"))
        about = given(fields, "about", lambda value: self.text(value, '"about"'), "")
        account = self._account(fields["account"].value if "account" in fields else None, node)
        policy = self._policy(fields["policy"].value if "policy" in fields else None, node)
        mode = self.choice(fields["mode"].value, '"mode"', Mode) if "mode" in fields else Mode.REMEDIATE
        others = self._additional_groups(fields)
        if account is None:
            return None  # without it, neither steps nor expectations can be judged
        steps = read_steps(self, fields["steps"].value, self.file, account) if "steps" in fields else ()
        expect = read_expect(self, fields["expect"].value, account) if "expect" in fields else None
        if "expect" not in fields and not any(isinstance(step.act, Expect) for step in steps):
            said = "the scenario expects nothing"
            self.problem(node.mark, said, 'say under "expect" what is to come of it')
        if self.problems or policy is None or mode is None or others is None:
            return None
        return Scenario(self.file, self.source, about, account, policy, mode, others, steps, expect)

    def _additional_groups(self, fields: dict[str, Entry]) -> YesNo | None:
        """As the stack has it where nothing is said."""
        key = "additional_groups"
        return self.choice(fields[key].value, f'"{key}"', YesNo) if key in fields else YesNo.NO

    def _account(self, node: Node | None, whole: Node) -> AccountDescription | None:
        if isinstance(node, Mapping):
            return account_at(node, self.problems)
        file = self._file(node, "account", ACCOUNT)
        if file is None:
            return None
        try:
            return read_account(file)
        except OSError as error:
            self.problem((node or whole).mark, f"{file} cannot be read: {error.strerror}")
        except DescriptionError as error:
            self.problem((node or whole).mark, f"the account does not hold: {_first(str(error))}")
        return None

    def _policy(self, node: Node | None, whole: Node) -> Document | None:
        if isinstance(node, Mapping):
            return self._policy_in_place(node)
        file = self._file(node, "policy", SAMPLES_POLICY)
        if file is None:
            return None
        try:
            return checked_policy_file(file.read_bytes(), str(file))
        except OSError as error:
            self.problem((node or whole).mark, f"{file} cannot be read: {error.strerror}")
        except PolicyError as error:
            self.problem((node or whole).mark, f"the policy does not hold: {_first(error.render())}")
        return None

    def _policy_in_place(self, node: Mapping) -> Document:
        reader = Reader()
        document, names, _ = read_document(reader, node, ready_made_sets())
        if not reader.problems:
            reader.problems += errors(PolicyFile(document, tuple(names.values()), {}, (), ()))
        self.problems += reader.problems
        return document

    def _file(self, node: Node | None, key: str, otherwise: Path) -> Path | None:
        if node is None:
            return beside(self.file, f"{key}.yaml", otherwise)
        named = self.text(node, f'"{key}"')
        return self.file.parent / named if named else None


def _first(message: str) -> str:
    return message.splitlines()[0]
