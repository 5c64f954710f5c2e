"""Reading the statements of one direction."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sgwarden.cluster import IpFamily
from sgwarden.policy.node import Mapping, Node, Scalar, Sequence
from sgwarden.policy.read_peers import Names, read_terms
from sgwarden.policy.read_services import as_line, read_service
from sgwarden.policy.reading import Choice, Reader, is_meant, one_of
from sgwarden.policy.types import DirectionPolicy, Effect, Otherwise, Owner, Remedy, Severity, Statement

if TYPE_CHECKING:
    from sgwarden.policy.node import Entry
    from sgwarden.policy.peers import PeerTerm
    from sgwarden.traffic import Direction, Service

STATEMENT_KEYS = (
    "id", "traffic", "from", "to", "except", "why", "severity", "managed_by", "remedy", "ip_family",
)  # fmt: skip
DIRECTION_KEYS = ("otherwise", "require", "allow", "deny")

# A key that could not matter is refused: whoever wrote it believes that it does something.
MEANT_FOR = {
    "except": (Effect.DENY,),
    "remedy": (Effect.DENY,),
    "severity": (Effect.REQUIRE, Effect.DENY),
    "managed_by": (Effect.ALLOW,),
}
SAYING_ALL = (Owner.IN_TREE_CLOUD_PROVIDER,)
"""Owners that may open ports to the whole internet, and whose rules nothing but their shape bears out."""
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def read_direction(reader: Reader, node: Node, direction: Direction, names: Names) -> DirectionPolicy:
    """The `ingress:` or `egress:` of a policy.

    Without `otherwise` it is `allow`, as where the whole direction is left out; but who lists what is allowed
    most likely means nothing else, so there it must be said.
    """
    fields = reader.fields(node, direction.value, DIRECTION_KEYS, instead=_as_direction(node))
    otherwise: Otherwise | None = Otherwise.ALLOW
    if "otherwise" in fields:
        otherwise = reader.choice(fields["otherwise"].value, f'"otherwise" in {direction}', Otherwise)
    elif "allow" in fields and _all_known(node, fields) and not reader.compiled:
        reader.problem(
            node.mark,
            f'{direction} lists what is allowed but has no "otherwise"',
            "add otherwise: deny to allow nothing else, or otherwise: allow",
        )
    statements = {
        effect: read_statements(reader, fields[effect].value, effect, direction, names)
        for effect in Effect
        if effect in fields
    }
    return DirectionPolicy(
        otherwise or Otherwise.ALLOW,
        statements.get(Effect.REQUIRE, ()),
        statements.get(Effect.ALLOW, ()),
        statements.get(Effect.DENY, ()),
    )


def _as_direction(node: Node) -> str:
    """The hint for what stands where a direction should."""
    if isinstance(node, Sequence):
        return "put the list under require:, allow: or deny:"
    word = node.value if isinstance(node, Scalar) else None
    return f"write {{otherwise: {word}}}" if word in tuple(Otherwise) else ""


def _all_known(node: Node, fields: dict[str, Entry]) -> bool:
    """Whether no key was refused: an unknown one may be what is missed."""
    return isinstance(node, Mapping) and len(node.entries) == len(fields)


def read_statements(
    reader: Reader, node: Node, effect: Effect, direction: Direction, names: Names
) -> tuple[Statement, ...]:
    """A list of statements of one effect."""
    where = f"{direction}.{effect}"
    return tuple(
        _StatementReader(reader, item, effect, direction, names, what=f"statement {place} of {where}").read()
        for place, item in enumerate(reader.listed(node, where), 1)
    )


class _StatementReader:
    """Reads one statement; messages call it by its id, or by its place where it has none."""

    def __init__(
        self,
        reader: Reader,
        node: Node,
        effect: Effect,
        direction: Direction,
        names: Names,
        *,
        what: str,
    ) -> None:
        self.reader = reader
        self.node = node
        self.effect = effect
        self.direction = direction
        self.names = names
        self.id = self._read_id(what)
        self.what = f'statement "{self.id}"' if self.id else what
        keys = (*STATEMENT_KEYS, "set") if reader.compiled else STATEMENT_KEYS
        self.fields = reader.fields(node, self.what, keys, instead=self._as_statement())

    def read(self) -> Statement:
        self._check_places()
        self._check_complete()
        return Statement(
            id=self.id,
            services=self._services(),
            peers=self._peers(self.direction.preposition),
            excepted=self._peers("except"),
            why=self._text("why"),
            severity=self._choice("severity", Severity),
            managed_by=self._choice("managed_by", Owner),
            remedy=self._choice("remedy", Remedy),
            ip_family=self._choice("ip_family", IpFamily),
            ready_made=self._text("set"),
            mark=self.node.mark,
        )

    def _read_id(self, what: str) -> str:
        """The id, looked for before anything else so that other messages can name the statement."""
        if not isinstance(self.node, Mapping):
            return ""
        node = next((entry.value for entry in self.node.entries if entry.key.text == "id"), None)
        if node is None and is_meant("id", self.node):
            return ""
        if node is None:
            hint = "every statement needs one, to be named by in findings"
            self.reader.problem(self.node.mark, f'{what} has no "id"', hint)
            return ""
        text = self.reader.text(node, f'"id" of {what}')
        if text and not _ID.fullmatch(text):
            hint = "letters, digits, ., - and _, at most 64, beginning with a letter or digit"
            self.reader.problem(node.mark, f'"{text}" cannot be the id of a statement', hint)
        return text

    def _as_statement(self) -> str:
        """The hint for what stands where a statement should."""
        preposition = self.direction.preposition
        line = as_line(self.node.text) if isinstance(self.node, Scalar) else None
        if line:
            return f"write {{id: NAME, traffic: {line.service}, {preposition}: {line.peer}}}"
        return f"write one such as {{id: https, traffic: tcp/443, {preposition}: vpc}}"

    def _check_places(self) -> None:
        preposition = self.direction.preposition
        for key, entry in self.fields.items():
            mark = entry.key.mark
            if key in ("from", "to") and key != preposition:
                self.reader.problem(mark, f'{self.direction} statements say "{preposition}", not "{key}"')
            elif self.effect not in MEANT_FOR.get(key, tuple(Effect)):
                effects = one_of(effect.value for effect in MEANT_FOR[key])
                hint = f"it is for {effects} statements only"
                if (key, self.effect) == ("except", Effect.ALLOW):
                    hint += ": deny that part instead"
                self.reader.problem(mark, f'"{key}" has no meaning here', hint)

    def _check_complete(self) -> None:
        """Only a statement for what a controller manages may leave open what it is about.

        Not where it opens what it is told to, to whom it is told to: then nothing else says what is meant.
        """
        if not self.fields or ("managed_by" in self.fields and not self._is_for_whoever_says()):
            return
        owned = "managed_by" in self.fields
        if "traffic" not in self.fields and not is_meant("traffic", self.node):
            hint = "add traffic: one service or a list, such as tcp/443"
            if owned:
                hint = "add traffic: node ports, such as tcp/30000-32767, for only what is said is allowed"
            self.reader.problem(self.node.mark, f'{self.what} has no "traffic"', hint)
        preposition = self.direction.preposition
        if not {"from", "to"} & self.fields.keys() and not is_meant(preposition, self.node):
            hint = f"add {preposition}: a peer, a name or a list"
            if owned:
                hint = f"add {preposition}: the clients, such as internet, for only what is said is allowed"
            self.reader.problem(self.node.mark, f'{self.what} has no "{preposition}"', hint)

    def _is_for_whoever_says(self) -> bool:
        node = self.fields["managed_by"].value
        return isinstance(node, Scalar) and node.value in SAYING_ALL

    def _services(self) -> tuple[Service, ...]:
        if "traffic" not in self.fields:
            return ()
        what = f'"traffic" of {self.what}'
        nodes = self.reader.some(self.fields["traffic"].value, what)
        found = (read_service(self.reader, node, what) for node in nodes)
        return tuple(service for service in found if service is not None)

    def _peers(self, key: str) -> tuple[PeerTerm, ...]:
        if key not in self.fields:
            return ()
        return read_terms(self.reader, self.fields[key].value, f'"{key}" of {self.what}', self.names)

    def _text(self, key: str) -> str:
        return (
            self.reader.text(self.fields[key].value, f'"{key}" of {self.what}') if key in self.fields else ""
        )

    def _choice(self, key: str, kind: type[Choice]) -> Choice | None:
        if key not in self.fields:
            return None
        return self.reader.choice(self.fields[key].value, f'"{key}" of {self.what}', kind)
