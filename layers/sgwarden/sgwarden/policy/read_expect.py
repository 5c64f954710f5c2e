"""Reading the `expect:` section: what the policy's author wants to hold, whatever else changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sgwarden.policy.node import Scalar
from sgwarden.policy.read_peers import Names, read_term
from sgwarden.policy.types import Expectation, Verdict
from sgwarden.traffic import Direction, Service

if TYPE_CHECKING:
    from sgwarden.policy.node import Node
    from sgwarden.policy.peers import PeerTerm
    from sgwarden.policy.reading import Reader

EXPECTATION_KEYS = ("cluster", "direction", *(verdict.value for verdict in Verdict))


def read_expectation(reader: Reader, node: Node, names: Names, place: int) -> Expectation | None:
    """One expectation; its `direction` may be left out, since `from` and `to` tell it."""
    what = f"expectation {place}"
    fields = reader.fields(node, what, EXPECTATION_KEYS, required=("cluster",))
    verdicts = [verdict for verdict in Verdict if verdict in fields]
    if fields and len(verdicts) != 1:
        hint = "give one of denied, allowed and required"
        reader.problem(node.mark, f"{what} must expect one thing, not {len(verdicts)}", hint)
    if len(verdicts) != 1 or "cluster" not in fields:
        return None
    cluster = reader.text(fields["cluster"].value, f'"cluster" of {what}')
    line = fields[verdicts[0]].value
    traffic = _read_line(reader, line, f'"{verdicts[0]}" of {what}', names)
    if traffic is None:
        return None
    service, direction, peer = traffic
    if "direction" in fields:
        said = reader.choice(fields["direction"].value, f'"direction" of {what}', Direction)
        if said not in (None, direction):
            reader.problem(line.mark, f'{what} is of {said} but its traffic says "{direction.preposition}"')
    return Expectation(cluster, direction, verdicts[0], service, peer, node.mark)


def _read_line(
    reader: Reader, node: Node, what: str, names: Names
) -> tuple[Service, Direction, PeerTerm] | None:
    """Traffic as everywhere else, and besides, its peer may be any that a statement can name."""
    words = reader.text(node, what).split()
    if len(words) != 3 or words[1] not in ("from", "to"):
        if words:
            hint = "expected SERVICE from PEER, or SERVICE to PEER"
            reader.problem(node.mark, f"{what} is no traffic", hint)
        return None
    direction = next(each for each in Direction if each.preposition == words[1])
    peer = read_term(reader, Scalar(words[2], words[2], node.mark), what, names)
    try:
        service = Service.parse(words[0])
    except ValueError as error:
        reader.problem(node.mark, f"{what}: {error}")
        return None
    return (service, direction, peer) if peer is not None else None
