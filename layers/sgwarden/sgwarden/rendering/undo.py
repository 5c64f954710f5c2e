"""Commands of the AWS CLI that take back what was done, to be copied and pasted.

Each is one line of ASCII: parameters are JSON with everything else escaped, and quoted for a POSIX shell.
"""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sgwarden.finding import Kind
from sgwarden.outcome import Status
from sgwarden.rendering.links import is_region
from sgwarden.traffic import NOBODY, PrefixList, Rule, parse_line
from sgwarden.traffic.ec2_request import permission_of, request_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sgwarden.alert import Alert, Made

_GROUP_ID = re.compile(r"sg-[0-9a-zA-Z]+")
_RULE_ID = re.compile(r"sgr-[0-9a-zA-Z]+")
_MADE = (Status.REMEDIATED, Status.FAILED)
_ABOUT_TAGS = (Kind.MISSING_TAG, Kind.WRONG_TAG)


def undo_of(alert: Alert) -> tuple[str, ...]:
    """The commands, in the reverse order of the changes; none where nothing was changed.

    What a run that broke off set out to do is taken back too, first what was done since.

    All or none: where a change is told in words that no command can be made of, half an undoing would be
    worse than none. Rules that come back have new ids.
    """
    sound = _GROUP_ID.fullmatch(alert.group) and is_region(alert.region)
    changes = (*alert.earlier, *(alert.changes if alert.status in _MADE else ()))
    if not sound:
        return ()
    try:
        return tuple(_commands(alert, changes))
    except ValueError:
        return ()


def _commands(alert: Alert, changes: Sequence[Made]) -> Iterator[str]:
    for (action, direction, _), part in groupby(reversed(changes), key=_call):
        yield _command(alert, action, direction, [*part])


def _call(made: Made) -> tuple[str, str, bool]:
    """What EC2 takes in one call: the same action in one direction, and tags that all were there, or not."""
    return made.action, made.direction, bool(made.rule_id if made.action == "authorize" else made.was)


def _command(alert: Alert, action: str, direction: str, part: Sequence[Made]) -> str:
    group = "--group-id", alert.group
    match action:
        case "authorize" if all(_RULE_ID.fullmatch(each.rule_id) for each in part):
            ids = (each.rule_id for each in part)
            said = f"revoke-security-group-{direction}", *group, "--security-group-rule-ids", *ids
        case "authorize":
            # A rule is found without its description, but not with another one.
            rules = [replace(_rule(each.rule, each, alert), description="") for each in part]
            said = f"revoke-security-group-{direction}", *group, *_permissions(rules)
        case "revoke":
            rules = [_rule(each.rule, each, alert) for each in part]
            said = f"authorize-security-group-{direction}", *group, *_permissions(rules)
        case "modify":
            asked = _json([_modified(each, alert) for each in part])
            said = "modify-security-group-rules", *group, "--security-group-rules", asked
        case "tag":
            verb = "create-tags" if part[0].was else "delete-tags"
            tags = _json([_tag(each, alert) for each in part])
            said = verb, "--resources", alert.group, "--tags", tags
        case _:
            raise ValueError("a change that is not known")
    return shlex.join(("aws", "ec2", said[0], "--region", alert.region, *said[1:]))


def _permissions(rules: Sequence[Rule]) -> tuple[str, str]:
    return "--ip-permissions", _json([permission_of(rule) for rule in rules])


def _modified(made: Made, alert: Alert) -> dict[str, Any]:
    if not _RULE_ID.fullmatch(made.rule_id):
        raise ValueError("a rule that was changed in place has an id")
    rule = request_of(_rule(made.was, made, alert))
    return {"SecurityGroupRuleId": made.rule_id, "SecurityGroupRule": rule}


def _rule(line: str, made: Made, alert: Alert) -> Rule:
    """The rule that a line stands for; raises ValueError where it stands for none in that direction."""
    peer = line.rpartition(" ")[2]
    # What a prefix list has in it is nothing to the command, which names it.
    lists = {peer: PrefixList(peer, NOBODY)} if peer.startswith("pl-") else {}
    rule = parse_line(line, self_id=alert.group, prefix_lists=lists)
    if rule.direction != made.direction:
        raise ValueError(f'"{line}" is no {made.direction} rule')
    return replace(rule, description=made.description)


def _tag(made: Made, alert: Alert) -> dict[str, str]:
    """The tag as it was; one that came goes only as long as it has the value that it came with."""
    told = made.was or made.rule
    keys = (note.statement for note in alert.notes if note.kind in _ABOUT_TAGS)
    # A key may hold a "=" too: the finding on the tag says which one ends it.
    known = [key for key in keys if key and made.rule.startswith(f"{key}=") and told.startswith(f"{key}=")]
    key = max(known, key=len, default=told.partition("=")[0])
    if not key or not told.startswith(f"{key}="):
        raise ValueError("a tag has a key and a value")
    return {"Key": key, "Value": told.removeprefix(f"{key}=")}


def _json(value: object) -> str:
    """In visible ASCII, whatever it is."""
    return json.dumps(value, separators=(",", ":"))
