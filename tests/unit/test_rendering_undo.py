"""Commands that undo: what they say, and that what others wrote is never more than a parameter of them."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sgwarden.alert import Made
from sgwarden.outcome import Status
from sgwarden.rendering.undo import undo_of

from tests.unit.alerts import MADE, alert
from tests.unit.hostile import HOSTILE, hostile_alert
from tests.unit.outcomes import GROUP

WHOLE = (
    ("delete-tags", "--resources", GROUP, "--tags", '[{"Key":"team","Value":"platform"}]'),
    ("create-tags", "--resources", GROUP, "--tags", '[{"Key":"Name","Value":"web servers"}]'),
    (
        *("authorize-security-group-egress", "--group-id", GROUP, "--ip-permissions"),
        f'[{{"IpProtocol":"-1","UserIdGroupPairs":[{{"GroupId":"{GROUP}","Description":"EFA"}}]}}]',
    ),
    (
        *("modify-security-group-rules", "--group-id", GROUP, "--security-group-rules"),
        '[{"SecurityGroupRuleId":"sgr-0a","SecurityGroupRule":'
        '{"FromPort":20,"ToPort":25,"IpProtocol":"tcp","CidrIpv4":"0.0.0.0/0"}}]',
    ),
    (
        *("revoke-security-group-ingress", "--group-id", GROUP, "--ip-permissions"),
        '[{"IpProtocol":"tcp","FromPort":443,"ToPort":443,"IpRanges":[{"CidrIp":"10.0.0.0/8"}]}]',
    ),
)


def test_the_whole() -> None:
    commands = undo_of(alert(status=Status.REMEDIATED))
    assert commands == undo_of(alert(status=Status.FAILED))
    for command, (verb, *rest) in zip(commands, WHOLE, strict=True):
        assert shlex.split(command) == ["aws", "ec2", verb, "--region", "eu-west-1", *rest]


@pytest.mark.parametrize("status", [Status.DRIFTED, Status.REFUSED, Status.IN_SYNC])
def test_what_was_not_done_is_not_undone(status: Status) -> None:
    assert undo_of(alert(status=status)) == ()


def test_neighbours_of_one_kind_are_one_command() -> None:
    gone = tuple(Made("revoke", "ingress", f"sgr-0{n}", f"tcp/{n} from 10.0.0.0/8") for n in range(60))
    assert len(undo_of(alert(status=Status.REMEDIATED, changes=gone))) == 1


@pytest.mark.parametrize(
    "made",
    [
        Made("modify", "ingress", "", "tcp/20 from 10.0.0.0/8", "tcp/22 from 10.0.0.0/8"),
        Made("revoke", "egress", "sgr-0a", "tcp/20 from 10.0.0.0/8"),
        Made("revoke", "ingress", "sgr-0a", "tcp/20"),
        Made("tag", "", "", "=x"),
        Made("forget", "", "", "x"),
    ],
)
def test_half_an_undoing_is_none(made: Made) -> None:
    assert undo_of(alert(status=Status.REMEDIATED, changes=(*MADE, made))) == ()


@pytest.mark.parametrize("more", [{"group": "sg-0a; x"}, {"group": ""}, {"region": "eu-west-1;x"}])
def test_a_group_or_region_that_cannot_be_one_is_no_part_of_a_command(more: dict[str, str]) -> None:
    assert undo_of(alert(status=Status.REMEDIATED, **more)) == ()


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_hostile_is_a_command(text: str) -> None:
    assert undo_of(hostile_alert(text, status=Status.REMEDIATED)) == ()


@given(st.sampled_from(HOSTILE) | st.text())
@example("\x7f")
def test_what_others_wrote_is_a_parameter(text: str) -> None:
    """It comes through the shell and JSON as it was, in one line of visible ASCII."""
    key = text.replace("=", "") or "k"
    changes = (
        replace(MADE[0], description=text),
        replace(MADE[2], description=text),
        Made("tag", "", "", f"{key}=new", f"{key}={text}"),
    )
    commands = undo_of(alert(status=Status.REMEDIATED, changes=changes))
    assert len(commands) == 3
    for command in commands:
        assert command.isascii()
        assert command.isprintable()
        assert shlex.join(shlex.split(command)) == command
    tag, back, gone = (json.loads(shlex.split(command)[-1]) for command in commands)
    assert tag == [{"Key": key, "Value": text}]
    assert back[0]["UserIdGroupPairs"][0].get("Description", "") == text
    assert "Description" not in gone[0]["IpRanges"][0]
