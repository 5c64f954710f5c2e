"""Whatever drifts and fails, in whatever order: groups end true to policy, and no other is written to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sgwarden.traffic import INTERNET, Direction, Service, Traffic, parse_line, union
from sgwarden.traffic.ec2_request import permission_of

from tests.integration.deployed import (
    SENT_BY_THE_SDK,
    WRITES,
    Json,
    changed,
    cluster,
    event,
    group,
    running,
)

if TYPE_CHECKING:
    from tests.integration.deployed import Deployed

OURS = {"dev-1": "sg-0c1f4a7be2d95083a", "dev-2": "sg-02be06bd9cbf15b62"}
ORPHAN, PLAIN = "sg-0e7b9d3c5a1f28460", "sg-0a9e3d7c5b1f86240"
GROUPS = (*OURS.values(), ORPHAN, PLAIN)
OPENED = ("tcp/22 from 0.0.0.0/0", "all from ::/0", "tcp/20-30 from 0.0.0.0/1", "tcp/443 from 10.0.0.0/8")
PUBLIC = Traffic.of([Service.ALL], INTERNET)
CLOSED = ("all from self", "all to self", "all to 0.0.0.0/0")
CALLS = (*WRITES, "DescribeSecurityGroups", "DescribeSecurityGroupRules", "DescribeCluster", "Publish")
# What EC2 says to a caller who may not, who is too quick, who comes second, and when it is not well itself.
CODES = ("UnauthorizedOperation", "RequestLimitExceeded", "InvalidPermission.NotFound", "InternalError")


@dataclass(frozen=True)
class Drift:
    """One change by somebody, and whether its event comes by the group or by its cluster."""

    group: str
    kind: str
    line: str

    def make(self, function: Deployed) -> None:
        ec2, lines = function.account.client("ec2"), function.account.rule_ids(self.group)
        if self.kind == "untag":
            ec2.delete_tags(Resources=[self.group], Tags=[{"Key": "Name"}])
        elif self.kind == "open" and self.line not in lines:
            _authorize(ec2, self.group, self.line)
        elif self.kind == "close" and self.line in lines:
            direction = "egress" if " to " in self.line else "ingress"
            revoke = getattr(ec2, f"revoke_security_group_{direction}")
            revoke(GroupId=self.group, SecurityGroupRuleIds=[lines[self.line]])

    def message(self) -> Json:
        names = {group_id: name for name, group_id in OURS.items()}
        if self.kind == "update" and self.group in names:
            return event("UpdateClusterConfig", {"name": names[self.group]})
        return changed(self.group)


def _authorize(ec2: Any, group_id: str, line: str) -> None:  # noqa: ANN401
    ec2.authorize_security_group_ingress(
        GroupId=group_id, IpPermissions=[permission_of(parse_line(line, self_id=group_id))]
    )


drifts = st.one_of(
    st.builds(Drift, st.sampled_from(GROUPS), st.just("open"), st.sampled_from(OPENED)),
    st.builds(Drift, st.sampled_from(GROUPS), st.just("close"), st.sampled_from(CLOSED)),
    st.builds(Drift, st.sampled_from(GROUPS), st.sampled_from(["untag", "update"]), st.just("")),
)
faults = st.tuples(
    st.sampled_from(CALLS), st.sampled_from(CODES), st.integers(1, 4), st.sampled_from([1, SENT_BY_THE_SDK])
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(drifts, min_size=1, max_size=6), st.lists(faults, max_size=3), st.integers(1, 6))
def test_groups_end_true_to_policy_and_no_other_is_written_to(
    changes: list[Drift], failing: list[tuple[str, str, int, int]], batch: int
) -> None:
    clusters = tuple(cluster(name=name, group=group_id) for name, group_id in OURS.items())
    others = (group(ORPHAN, tags={"aws:eks:cluster-name": "dev-1"}), group(PLAIN, *CLOSED))
    with running(clusters=clusters, groups=others) as function:
        tags = {group_id: function.account.tags(group_id) for group_id in GROUPS}
        waiting = []
        for change in changes:
            change.make(function)
            waiting.append(change.message())
        left_alone = {each: function.account.lines(each) for each in (ORPHAN, PLAIN)}
        function.forget()
        for operation, code, nth, times in failing:
            function.account.fail(operation, code, nth=nth, times=times)

        still_failing = [
            body
            for start in range(0, len(waiting), batch)
            for body in function.deliver_all(*waiting[start : start + batch])
        ]
        assert still_failing == []  # no fault here lasts as long as messages are delivered again
        for change in changes:
            if change.group in OURS.values():
                rules = [
                    parse_line(line, self_id=change.group) for line in function.account.lines(change.group)
                ]
                assert set(CLOSED) <= {rule.text(change.group) for rule in rules}
                assert (
                    not union(rule.traffic for rule in rules if rule.direction is Direction.INGRESS) & PUBLIC
                )
                assert function.account.tags(change.group) == tags[change.group]
        assert {each: function.account.lines(each) for each in left_alone} == left_alone
        written = {
            parameters.get("GroupId") or parameters["Resources"][0]
            for parameters in (call.parameters for call in function.account.calls(*WRITES))
        }
        assert written <= set(OURS.values())
