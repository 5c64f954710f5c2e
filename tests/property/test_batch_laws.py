"""Whatever comes in one batch: one look a group, what fails comes again, and a crowd costs one call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.integration.deployed import REGION, Json, changed, cluster, event, group, open_to, running
from tests.integration.lambda_time import lambda_time

if TYPE_CHECKING:
    from tests.integration.deployed import Deployed

CLUSTERS = {
    "dev-1": "sg-0c1f4a7be2d95083a",
    "dev-2": "sg-02be06bd9cbf15b62",
    "dev-3": "sg-0d4c3b2a190f8e7d6",
}
STRANGERS = ("sg-0a9e3d7c5b1f86240", "sg-0a9e3d7c5b1f86241", "sg-0a9e3d7c5b1f86242")
GONE = "sg-0aaaaaaaaaaaaaaaa"
CROWD = tuple(f"sg-{0xABC000000 + number:017x}" for number in range(8))
SSH = "tcp/22 from 0.0.0.0/0"
CAUSE = {"event": "UpdateClusterConfig", "event_id": "1", "actor": "alice", "source_ip": "", "time": None}


@dataclass(frozen=True)
class Asked:
    """One message: an event or a sweep that names a group, or a follow-up that names its cluster."""

    kind: str
    group: str

    def body(self) -> Json:
        if self.kind == "event":
            return changed(self.group)
        if self.kind == "follow-up":
            (name,) = (name for name, group_id in CLUSTERS.items() if group_id == self.group)
            follow = {"cluster": name, "update_id": "6b42d1d9", "looks": 1, "cause": CAUSE}
            return {"sgwarden-follow-up": follow}
        return {"sgwarden-sweep": {"group": self.group, "remind": self.kind == "reminder"}}


messages = st.lists(
    st.one_of(
        st.builds(
            Asked,
            st.sampled_from(["event", "sweep", "reminder"]),
            st.sampled_from([*CLUSTERS.values(), *STRANGERS, GONE]),
        ),
        st.builds(Asked, st.just("follow-up"), st.sampled_from(list(CLUSTERS.values()))),
    ),
    max_size=12,
)
states = st.fixed_dictionaries(dict.fromkeys(CLUSTERS, st.sampled_from(["clean", "drifted", "failing"])))


def made(function: Deployed, each: dict[str, str]) -> None:
    for name, state in each.items():
        if state == "drifted":
            open_to(function, SSH, CLUSTERS[name])
        if state == "failing":  # EKS answers with what is not known yet
            found = function.account.builder.eks(REGION).clusters[name]
            found.kubernetes_network_config = {"ipFamily": "dual"}
    function.forget()


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(messages, states, st.sampled_from(["observe", "remediate"]))
@example([Asked("sweep", CLUSTERS["dev-1"])], dict.fromkeys(CLUSTERS, "drifted"), "observe")
def test_a_batch_is_one_look_a_group_and_what_fails_comes_again(
    asked: list[Asked], state: dict[str, str], mode: str
) -> None:
    state_of = {CLUSTERS[name]: each for name, each in state.items()}
    clusters = tuple(cluster(name=name, group=group_id) for name, group_id in CLUSTERS.items())
    with running(
        clusters=clusters, groups=tuple(group(each, SSH) for each in STRANGERS), mode=mode
    ) as function:
        made(function, state)
        before = {each: function.account.lines(each) for each in (*CLUSTERS.values(), *STRANGERS)}
        function.forget()
        failed = function.deliver(*(each.body() for each in asked))

        again = [
            f"m{number}"
            for number, each in enumerate(asked, start=1)
            if state_of.get(each.group) == "failing"
        ]
        assert failed == sorted(again)

        # The update cannot be asked after where its cluster cannot be read: then no look comes of it.
        looks = {
            each.group for each in asked if (each.kind, state_of.get(each.group)) != ("follow-up", "failing")
        }
        judged = [line["security_group"] for line in function.logged("reconciled")]
        assert sorted(judged) == sorted(each for each in looks if state_of.get(each, "failing") != "failing")

        together = [
            call.parameters["Filters"][0]["Values"]
            for call in function.account.calls("DescribeSecurityGroups")
            # By tag they are read around a cluster, where the look is a thorough one.
            if any(each["Name"] == "group-id" for each in call.parameters.get("Filters", ()))
        ]
        assert [set(each) for each in together] == ([looks] if looks else [])
        located = [each.group for each in asked if each.kind == "follow-up"]
        described = [call.parameters["name"] for call in function.account.calls("DescribeCluster")]
        for name, group_id in CLUSTERS.items():
            assert described.count(name) == (group_id in located) + (group_id in looks)

        drifted = {each for each in looks if state_of.get(each) == "drifted"}
        assert sorted(alert["security_group"] for alert in function.alerts()) == sorted(drifted)

        mended = drifted if mode == "remediate" else set()
        for group_id, lines in before.items():
            now = set(function.account.lines(group_id))
            assert now == (set(lines) - {SSH} if group_id in mended else set(lines))


@st.composite
def crowds(draw: st.DrawFn) -> tuple[list[str], float, str]:
    """An event's groups, the seconds that each call takes, and the mode: time for one look, not for all."""
    groups = draw(st.lists(st.sampled_from([*CROWD, *STRANGERS, GONE]), min_size=1, unique=True))
    return (
        groups,
        draw(st.sampled_from([0.05, 0.3, 0.6, 0.9, 1.2])),
        draw(st.sampled_from(["observe", "remediate"])),
    )


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(crowds())
@example((list(CROWD[:4]), 0.9375, "remediate"))
def test_an_event_of_any_number_of_groups_is_gone_through_in_parts(
    case: tuple[list[str], float, str],
) -> None:
    """Each group is looked at once, no group is told twice, and no message is ever handed back."""
    groups, seconds, mode = case
    clusters = tuple(
        cluster("all from self", SSH, name=f"c-{n}", group=group_id) for n, group_id in enumerate(CROWD)
    )
    request = {"resourcesSet": {"items": [{"resourceId": each} for each in groups]}}
    with (
        running(clusters=clusters, groups=tuple(map(group, STRANGERS)), mode=mode) as function,
        lambda_time(function, lambda _: seconds) as time,
    ):
        waiting: list[str | Json] = [event("CreateTags", request)]
        for _ in range(len(groups)):
            assert time.deliver(*waiting) == []
            waiting = [message.body for message in function.account.take_messages()]
            if not waiting:
                break
        assert not waiting
        drifted = sorted(each for each in groups if each in CROWD)
        assert sorted(line["security_group"] for line in function.logged("reconciled")) == drifted
        assert sorted(alert["security_group"] for alert in function.alerts()) == drifted
        described = [call.parameters["name"] for call in function.account.calls("DescribeCluster")]
        assert len(described) == len(set(described)) == len(drifted)
