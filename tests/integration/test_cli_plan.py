"""`sgwarden plan`, over what the AWS CLI saved: no account, no credentials, and no untruth."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft7Validator
from sgwarden.cli.main import app
from typer.testing import CliRunner

from tests.integration.samples import POLICY, ROOT, Json
from tests.integration.terminal import piped, terminal

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

SCHEMA = Draft7Validator(json.loads((ROOT / "docs" / "results.schema.json").read_text()))
EXAMPLE = ROOT / "docs" / "example"
ACCOUNT, VPC, GROUP = "111122223333", "vpc-0f3b7d91c5a2e8460", "sg-0d41c9a7e5b3f2816"
PLACE = {"account": ACCOUNT, "region": "eu-west-1"}
OPEN = ("tcp", 22, 22, "0.0.0.0/0")
BASE = """\
version: 1
policies:
  - name: only
    clusters: {name: ["dev-*"]}
    mode: remediate
"""
NO_SSH = (
    BASE
    + """\
    ingress:
      deny: [{id: no-ssh, traffic: tcp/22, from: internet}]
"""
)


def cluster(name: str = "dev-1", group: str = GROUP, **more: object) -> Json:
    vpc = {"clusterSecurityGroupId": group, "vpcId": VPC, "securityGroupIds": []}
    arn = f"arn:aws:eks:eu-west-1:{ACCOUNT}:cluster/{name}"
    return {"cluster": {"name": name, "arn": arn, "status": "ACTIVE", "resourcesVpcConfig": vpc, **more}}


def described(*rules: tuple[str, int, int, str], group: str = GROUP, name: str = "dev-1") -> Json:
    """A cluster security group as EKS makes it, with further inbound rules."""
    itself: Json = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group, "UserId": ACCOUNT}]}
    ranges = [
        {"IpProtocol": protocol, "FromPort": first, "ToPort": last, "IpRanges": [{"CidrIp": cidr}]}
        for protocol, first, last, cidr in rules
    ]
    tags = {
        "Name": f"eks-cluster-sg-{name}-1",
        "aws:eks:cluster-name": name,
        f"kubernetes.io/cluster/{name}": "owned",
    }
    return {
        "GroupId": group,
        "GroupName": f"eks-cluster-sg-{name}-1",
        "VpcId": VPC,
        "OwnerId": ACCOUNT,
        "IpPermissions": [itself, *ranges],
        "IpPermissionsEgress": [{**itself, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
        "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
    }


def rows(*rules: tuple[str, int, int, str], group: str = GROUP) -> list[Json]:
    """The same rules as rows of describe-security-group-rules."""
    itself = {"ReferencedGroupInfo": {"GroupId": group, "UserId": ACCOUNT}}
    peers: list[tuple[bool, str, int, int, Json]] = [
        (False, "-1", -1, -1, itself),
        (True, "-1", -1, -1, itself),
        (True, "-1", -1, -1, {"CidrIpv4": "0.0.0.0/0"}),
        *((False, protocol, first, last, {"CidrIpv4": cidr}) for protocol, first, last, cidr in rules),
    ]
    return [
        {
            "SecurityGroupRuleId": f"sgr-0000000000000000{number}",
            "GroupId": group,
            "IsEgress": egress,
            "IpProtocol": protocol,
            "FromPort": first,
            "ToPort": last,
            **peer,
        }
        for number, (egress, protocol, first, last, peer) in enumerate(peers)
    ]


class Saved:
    """Files as the AWS CLI saves them, and the command over them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.groups(described())
        self.put("clusters", cluster())
        self.put("policy", NO_SSH)

    def put(self, name: str, content: object) -> Path:
        file = self.folder / name
        file.write_text(content if isinstance(content, str) else json.dumps(content))
        return file

    def groups(self, *groups: Json) -> None:
        self.put("groups", {"SecurityGroups": groups})

    def run(self, **options: object) -> Result:
        given = {name: self.folder / name for name in ("groups", "clusters", "policy")} | options
        names = {"groups": "security-groups", "prefix_lists": "prefix-lists"}
        words = [(f"--{names.get(name, name)}", str(value)) for name, value in given.items() if value]
        return CliRunner().invoke(app, ["plan", *(word for pair in words for word in pair)])

    def document(self, status: int = 0, **options: object) -> Json:
        ran = self.run(output="json", **options)
        assert (ran.exit_code, ran.stderr) == (status, ""), ran.output
        found: Json = json.loads(ran.stdout)
        assert list(SCHEMA.iter_errors(found)) == []
        return found

    def error(self, **options: object) -> str:
        ran = self.run(**options)
        assert (ran.exit_code, ran.stdout) == (1, ""), ran.output
        message: str = ran.stderr
        assert message.startswith("sgwarden: ")
        return message.removeprefix("sgwarden: ").removesuffix("\n").replace(f"{self.folder}/", "")


@pytest.fixture
def saved(tmp_path: Path) -> Saved:
    return Saved(tmp_path)


def test_a_cluster_in_order_is_one_line_and_exit_status_0(saved: Saved) -> None:
    ran = saved.run()
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout.splitlines() == [
        f"dev-1  {GROUP}, eu-west-1, account {ACCOUNT}, policy only (remediate)  in sync",
        "Rules: 0 to add, 0 to change, 0 to remove. Tags: 0 to set.",
        "Clusters: 1 in sync",
    ]


def test_drift_is_shown_with_its_plan_and_exit_status_3(saved: Saved) -> None:
    saved.groups(described(("tcp", 22, 22, "203.0.113.0/24"), ("tcp", 443, 443, "10.0.0.0/8")))
    ran = saved.run()
    assert (ran.exit_code, ran.stderr) == (3, "")
    assert ran.stdout.splitlines() == [
        f"dev-1  {GROUP}, eu-west-1, account {ACCOUNT}, policy only (remediate)  drifted",
        "  finding   high     Inbound open: tcp/22 (SSH) from 203.0.113.0/24, which no-ssh forbids.",
        f"{'':21}whoever is at these addresses can try to log in to nodes that have public addresses",
        "  plan      - ingress tcp/22 from 203.0.113.0/24  no-ssh",
        "  after     ingress  all from self, tcp/443 from 10.0.0.0/8",
        "",
        "Rules: 0 to add, 0 to change, 1 to remove. Tags: 0 to set.",
        "Clusters: 1 drifted",
    ]


def test_after_is_the_group_as_the_plan_would_leave_it(saved: Saved) -> None:
    saved.groups(described(("tcp", 22, 22, "203.0.113.0/24")))
    (result,) = saved.document(3)["results"]
    assert (result["status"], result["after"]["ingress"]) == ("drifted", ["all from self"])
    assert result["cluster"] == {"name": "dev-1", "account": ACCOUNT, "region": "eu-west-1"}
    assert result["findings"][0]["cause"] is None


def test_rules_give_the_ids(saved: Saved) -> None:
    rule = ("tcp", 22, 22, "203.0.113.0/24")
    saved.groups(described(rule))
    (change,) = saved.document(3)["results"][0]["changes"]
    assert change["rule_id"] == ""
    file = saved.put("rules", {"SecurityGroupRules": rows(rule)})
    (result,) = saved.document(3, rules=file)["results"]
    assert [change["rule_id"] for change in result["changes"]] == ["sgr-00000000000000003"]
    assert result["findings"][0]["rules"] == ["sgr-00000000000000003"]


def test_many_clusters_come_in_the_order_of_the_file_whatever_their_names(saved: Saved) -> None:
    groups = [f"sg-0000000000000000{number}" for number in range(4)]
    names = ["dev-2", "dev-1", "dev-2", "dev-9"]
    rules: list[tuple[tuple[str, int, int, str], ...]] = [(), (OPEN,), (OPEN,), ()]
    pairs = list(zip(groups, names, rules, strict=True))
    saved.groups(*(described(*held, group=group, name=name) for group, name, held in reversed(pairs)))
    file = saved.put("clusters", [cluster(name, group) for group, name, _ in pairs])
    found = saved.document(3, clusters=file)["results"]
    assert [each["security_group"] for each in found] == groups
    assert [each["status"] for each in found] == ["in_sync", "drifted", "drifted", "in_sync"]
    assert saved.run(clusters=file).stdout.endswith("Clusters: 2 in sync, 2 drifted\n")


@pytest.mark.parametrize("between", ["\n", "", "\r\n\r\n"])
def test_answers_may_stand_in_a_row_as_a_loop_in_a_shell_leaves_them(between: str, saved: Saved) -> None:
    second = "sg-00000000000000001"
    file = saved.put(
        "clusters", between.join(json.dumps(each) for each in (cluster(), cluster("dev-2", second)))
    )
    groups = saved.put(
        "pages",
        between.join(
            json.dumps({"SecurityGroups": [each]})
            for each in (described(), described(group=second, name="dev-2"))
        ),
    )
    assert len(saved.document(clusters=file, groups=groups)["results"]) == 2


def test_a_cluster_may_be_given_without_its_wrapper(saved: Saved) -> None:
    file = saved.put("clusters", cluster()["cluster"])
    assert len(saved.document(clusters=file)["results"]) == 1


def test_a_windows_shell_saves_utf_16(saved: Saved) -> None:
    file = saved.folder / "clusters"
    file.write_bytes(json.dumps(cluster()).encode("utf-16"))
    assert len(saved.document()["results"]) == 1


def test_a_cluster_that_no_policy_matches_is_left_alone(saved: Saved) -> None:
    saved.groups(described(OPEN, name="prod-1"))
    file = saved.put("clusters", cluster("prod-1"))
    found = saved.document(clusters=file)
    assert found["results"] == []
    assert found["ignored"] == [{"cluster": "prod-1", **PLACE, "reason": "no policy matches cluster prod-1"}]
    assert saved.run(clusters=file).stdout.splitlines() == [
        f"prod-1  {GROUP}, eu-west-1, account {ACCOUNT}  left alone: no policy matches cluster prod-1",
        "Rules: 0 to add, 0 to change, 0 to remove. Tags: 0 to set.",
        "Clusters: 1 ignored",
    ]


def test_a_cluster_that_is_being_deleted_is_left_alone(saved: Saved) -> None:
    saved.groups(described(OPEN))
    file = saved.put("clusters", cluster(status="DELETING"))
    assert saved.document(clusters=file)["ignored"] == [
        {"cluster": "dev-1", **PLACE, "reason": "it is being deleted"}
    ]


def test_no_clusters_at_all(saved: Saved) -> None:
    file = saved.put("clusters", [])
    assert saved.document(clusters=file)["results"] == []
    assert saved.run(clusters=file).stdout.endswith("Clusters: none\n")


VPC_NEEDED = (
    BASE
    + """\
    ingress:
      otherwise: deny
      require: [{id: own, traffic: all, from: self}]
      allow: [{id: inside, traffic: tcp/443, from: vpc}]
"""
)


def test_a_policy_that_speaks_of_the_vpc_needs_its_addresses(saved: Saved) -> None:
    saved.groups(described(("tcp", 443, 443, "10.0.0.0/8")))
    policy = saved.put("policy", VPC_NEEDED)
    wanted = f"the address ranges of {VPC} decide here: give --vpcs with the output of aws ec2 describe-vpcs"
    assert saved.error(policy=policy) == wanted
    other = saved.put("vpcs", {"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}]})
    assert saved.error(policy=policy, vpcs=other) == f"vpcs lacks {VPC}, whose address ranges decide here"
    vpcs = saved.put("vpcs", {"Vpcs": [{"VpcId": VPC, "CidrBlock": "10.0.0.0/16"}]})
    (result,) = saved.document(3, policy=policy, vpcs=vpcs)["results"]
    assert result["after"]["ingress"] == ["all from self", "tcp/443 from 10.0.0.0/16"]


LIST = "pl-0c7e1b9d5f3a82640"


def with_list() -> Json:
    group = described()
    rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "PrefixListIds": [{"PrefixListId": LIST}]}
    group["IpPermissions"].append(rule)
    return group


@pytest.mark.parametrize(
    "entries",
    [
        {"Cidrs": ["0.0.0.0/0"]},
        {"Entries": [{"Cidr": "0.0.0.0/1"}, {"Cidr": "128.0.0.0/1"}], "MaxEntries": 5},
    ],
    ids=["describe-prefix-lists", "describe-managed-prefix-lists"],
)
def test_prefix_lists_are_judged_by_their_entries(entries: Json, saved: Saved) -> None:
    saved.groups(with_list())
    (unread,) = saved.document()["results"]
    assert [finding["kind"] for finding in unread["findings"]] == ["OpaqueRule"]
    assert unread["changes"] == []
    lists = saved.put("lists", {"PrefixLists": [{"PrefixListId": LIST, "PrefixListName": "all", **entries}]})
    (result,) = saved.document(3, prefix_lists=lists)["results"]
    assert "ForbiddenTraffic" in [finding["kind"] for finding in result["findings"]]
    assert f"tcp/22 from {LIST}" in [change["rule"] for change in result["changes"]]


def test_a_policy_that_names_an_aws_list_needs_it(saved: Saved) -> None:
    policy = saved.put(
        "policy",
        BASE
        + "    egress: {otherwise: allow, require: [{id: s3, traffic: tcp/443, to: {prefix_list: s3}}]}\n",
    )
    ran = saved.run(policy=policy)
    assert ran.exit_code == 1
    assert "refused" in ran.stdout
    s3 = {
        "PrefixListId": "pl-6da54004",
        "PrefixListName": "com.amazonaws.eu-west-1.s3",
        "Cidrs": ["192.0.2.0/24"],
    }
    lists = saved.put("lists", {"PrefixLists": [s3]})
    assert saved.document(policy=policy, prefix_lists=lists)["results"][0]["status"] == "in_sync"


NO_JSON = "Expecting value (the AWS CLI writes it with --output json)"
NO_ANSWER = "groups is no such output of the AWS CLI: expected an object with SecurityGroups"
NO_CLUSTER = "clusters is no output of aws eks describe-cluster, nor a list of such"
NO_GROUP_ID = "groups: each of SecurityGroups must have GroupId"
WRONG: dict[str, tuple[str, object, str]] = {
    "no JSON": ("clusters", "NAME  STATUS", f"clusters is not JSON at line 1, column 1: {NO_JSON}"),
    "an empty file": ("groups", "", f"groups is not JSON at line 1, column 1: {NO_JSON}"),
    "rubbish after it": ("groups", "{}\nx", f"groups is not JSON at line 2, column 1: {NO_JSON}"),
    "too deep": ("groups", "[" * 100_000, "groups cannot be read: maximum recursion depth exceeded"),
    "another answer": ("groups", {"Vpcs": []}, NO_ANSWER),
    "a list of text": ("groups", ["a"], NO_ANSWER),
    "groups without ids": ("groups", {"SecurityGroups": [{"GroupName": "a"}]}, NO_GROUP_ID),
    "a group of no form": (
        "groups",
        {"SecurityGroups": [{"GroupId": GROUP, "Tags": [{}]}]},
        "groups: 'Key' is missing",
    ),
    "a list of clusters": ("clusters", {"clusters": ["dev-1"]}, NO_CLUSTER),
    "names only": ("clusters", ["dev-1"], NO_CLUSTER),
    "a cluster without an ARN": (
        "clusters",
        {"name": "dev-1", "resourcesVpcConfig": {"clusterSecurityGroupId": GROUP}},
        "clusters: cluster 'dev-1' has no ARN: found None",
    ),
    "a cluster without a group": (
        "clusters",
        {"name": "dev-1"},
        "clusters: cluster dev-1 has no clusterSecurityGroupId",
    ),
    "a group that is not there": (
        "groups",
        {"SecurityGroups": []},
        f"groups lacks {GROUP}, the group of cluster dev-1",
    ),
}


@pytest.mark.parametrize(("name", "content", "said"), WRONG.values(), ids=WRONG)
def test_a_file_that_cannot_be_used_is_told_of(name: str, content: object, said: str, saved: Saved) -> None:
    saved.put(name, content)
    assert saved.error().startswith(said)


ELSEWHERE = "sg-00000000000000001"
SAVE_ANEW = "saved at different times? save both anew"
WRONG_RULES: dict[str, tuple[object, str]] = {
    "of other groups": (
        rows(group=ELSEWHERE),
        f"groups has all from self in {GROUP} and rules has not: {SAVE_ANEW}",
    ),
    "of an earlier time": (
        rows(),
        f"groups has tcp/22 from 0.0.0.0/0 in {GROUP} and rules has not: {SAVE_ANEW}",
    ),
    "of a later time": (
        rows(OPEN, ("udp", 53, 53, "10.0.0.0/8")),
        f"rules has udp/53 from 10.0.0.0/8 in {GROUP} and groups has not: {SAVE_ANEW}",
    ),
    "none": ([], f"groups has all from self in {GROUP} and rules has not: {SAVE_ANEW}"),
    "without groups": (
        [{"SecurityGroupRuleId": "sgr-1"}],
        "rules: each of SecurityGroupRules must have GroupId",
    ),
}


@pytest.mark.parametrize(("held", "said"), WRONG_RULES.values(), ids=WRONG_RULES)
def test_rules_that_cannot_be_used_are_told_of(held: object, said: str, saved: Saved) -> None:
    saved.groups(described(OPEN))
    file = saved.put("rules", {"SecurityGroupRules": held})
    assert saved.error(rules=file).startswith(said)


WRONG_LISTS = {
    "no entries": ({"PrefixListId": LIST}, f"lists: {LIST} has neither Cidrs nor Entries"),
    "no addresses": ({"PrefixListId": LIST, "Cidrs": ["nonsense"]}, "lists: "),
    "entries of no form": (
        {"PrefixListId": LIST, "Entries": [{"Description": "a"}]},
        "lists: 'Cidr' is missing",
    ),
}


@pytest.mark.parametrize(("described", "said"), WRONG_LISTS.values(), ids=WRONG_LISTS)
def test_lists_that_cannot_be_used_are_told_of(described: Json, said: str, saved: Saved) -> None:
    assert saved.error(prefix_lists=saved.put("lists", {"PrefixLists": [described]})).startswith(said)


@pytest.mark.parametrize("option", ["groups", "clusters", "policy", "rules", "prefix_lists", "vpcs"])
def test_a_file_that_is_not_there_is_named(option: str, saved: Saved) -> None:
    assert saved.error(**{option: saved.folder / "none"}) == "none cannot be read: No such file or directory"


def test_the_files_that_must_be_given(saved: Saved) -> None:
    for option in ("groups", "clusters"):
        ran = saved.run(**{option: None})
        assert (ran.exit_code, ran.stdout) == (2, "")
        assert "saved files need both --security-groups and --clusters" in ran.stderr


def test_nothing_hostile_in_a_file_comes_through(saved: Saved) -> None:
    group = described(OPEN)
    group["GroupName"] = "eks-cluster-sg-\x1b[31m[red]x[/red]\n"
    group["Tags"].append({"Key": "[bold]k\x1b[2J", "Value": "\u202e\nv"})
    saved.groups(group)
    policy = saved.put("policy", NO_SSH + "    use: [eks-baseline]\n")
    text = saved.run(policy=policy).stdout
    assert not set(text) & {"\x1b", "\u202e"}
    assert "[bold]k= v" in text


def test_the_example_is_planned_from_any_folder_and_its_output_is_data_only(tmp_path: Path) -> None:
    ran = piped("plan", "--from", EXAMPLE, "--policy", POLICY, "--output", "json", cwd=tmp_path)
    assert (ran.returncode, ran.stderr) == (3, b"")
    assert [each["status"] for each in json.loads(ran.stdout)["results"]] == ["drifted", "drifted"]


@pytest.mark.parametrize("no_color", ["", "1"])
def test_on_a_terminal_lines_fit_and_colour_is_as_asked(no_color: str) -> None:
    text, status = terminal("plan", "--from", EXAMPLE, "--policy", POLICY, NO_COLOR=no_color)
    assert status == 3
    assert ("\x1b[33mdrifted" in text) == (not no_color)
    assert ("\x1b" in text) == (not no_color)
    assert max(map(len, re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines())) <= 100
