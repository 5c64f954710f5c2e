"""An account in which strangers have written what they like wherever they can, and a call that they make."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sgwarden.cli.replay.inputs import Recording
from sgwarden.cli.replay.replaying import replay
from sgwarden.embedded import AccountDescription, GroupDescription, RuleDescription
from sgwarden.policy.types import Mode
from sgwarden.record import Record
from sgwarden.review.build import compile_policy

from tests.integration.deployed import ACCOUNT, GROUP, REGION, VPC, cluster, event, prefix_list, vpc
from tests.integration.overheard import overheard
from tests.unit.hostile import HOSTILE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sgwarden.alert import Alert
    from sgwarden.cli.replay.replayed import Replayed

CLUSTER = "x_-__bold__--at_everyone"  # as far as EKS lets names be markup
NODES, LIST = "sg-0d2e4f6a8b0c1e3f5", "pl-0b8d2f4a6c1e3957d"
SLOTS = 6
CALLS = -(-len(HOSTILE) // SLOTS)
"""So many calls, and as many accounts, have all texts in each kind of place between them."""
_NO_XML = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Json = dict[str, Any]


def as_ec2_takes(text: str, most: int = 255) -> str:
    """The text without what no answer of EC2 can hold: XML has no place for it, or makes it a line feed."""
    return _NO_XML.sub("", text)[:most].strip()


TEXTS = tuple(dict.fromkeys(filter(None, map(as_ec2_takes, HOSTILE))))
TAGS = tuple(f"tag-{number}" for number in range(SLOTS + 1))
_FOR: tuple[Json, ...] = (
    {"name": "own", "use": ["eks-baseline"]},
    {"name": "nodes", "scope": "additional-groups"},
)
_EACH: Json = {
    "mode": "remediate",
    "clusters": {"name": "*"},
    "ingress": {"deny": [{"id": "closed", "traffic": "all", "from": "internet", "remedy": "revoke"}]},
    "tags": {"require": dict.fromkeys(TAGS, "as it must be")},
}
POLICY = json.dumps({"version": 1, "policies": [each | _EACH for each in _FOR]})
"""Asks for other values of the tags, and for none of the rules."""


@dataclass(frozen=True, slots=True)
class Story:
    """What one call led to, and the alerts of it."""

    replayed: Replayed
    alerts: Sequence[Alert]


def stories(folder: Path) -> list[Story]:
    """Enough calls for all texts, each in an account of its own."""
    (file := folder / "policy.json").write_text(compile_policy(POLICY.encode(), "policy.yaml"))
    texts = sorted(HOSTILE, key=_place)
    return [_story(texts[number::CALLS], number, file) for number in range(CALLS)]


def _place(text: str) -> tuple[bool, bool]:
    """Formulas stand first, where a cell of CSV begins with them, and last what EC2 takes whole."""
    return text[:1] not in tuple("=+-@\t"), as_ec2_takes(text) == text


def _story(texts: Sequence[str], number: int, policy: Path) -> Story:
    said = json.loads(json.dumps(_call(*texts, *[""] * (SLOTS - len(texts)))))
    recording = Recording(Path(f"call-{number}.json"), Record(said["detail"], said))
    with overheard() as alerts:
        replayed = replay(recording, _account(TEXTS[number::CALLS]), policy, Mode.REMEDIATE, "replayed")
    return Story(replayed, alerts[recording.source])


def _call(source: str, role: str, session: str, agent: str, identity: str, value: str) -> Json:
    who = {
        "type": "AssumedRole",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{session}",
        "accountId": ACCOUNT,
        "sessionContext": {"sessionIssuer": {"userName": role}, "sourceIdentity": identity},
    }
    asked = {
        "resourcesSet": {"items": [{"resourceId": GROUP}, {"resourceId": NODES}]},
        "tagSet": {"items": [{"key": TAGS[-1], "value": as_ec2_takes(value)}]},
    }
    fields = {"sourceIPAddress": source, "userAgent": agent, "userIdentity": who}
    return event("CreateTags", asked, {"_return": True}, **fields)


def _account(texts: Sequence[str]) -> AccountDescription:
    rules = tuple(
        RuleDescription(line=f"tcp/{8000 + 2 * number} from 0.0.0.0/0", description=text)
        for number, text in enumerate(texts)
    )
    listed = RuleDescription(line=f"tcp/9000 from {LIST}", description=texts[-1])
    tags = dict(zip(TAGS, texts, strict=False)) | {text[:127]: text for text in texts}
    nodes = GroupDescription(
        id=NODES,
        name=texts[0],
        description=texts[1],
        region=REGION,
        vpc=VPC,
        tags={**tags, "sgwarden:cluster": CLUSTER},
        rules=rules,
    )
    return AccountDescription(
        account=ACCOUNT,
        region=REGION,
        vpcs=(vpc(),),
        clusters=(
            cluster(name=CLUSTER, default_rules=True, rules=(*rules, listed), group_tags=tags, tags=tags),
        ),
        groups=(nodes,),
        prefix_lists=(prefix_list(LIST, "0.0.0.0/1", "128.0.0.0/1", name=texts[0]),),
    )
