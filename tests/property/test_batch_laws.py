"""Whatever comes in one batch: one look a group, what fails comes again, and a crowd costs one call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.deployed import REGION, Json, changed, cluster, group, open_to, running

if TYPE_CHECKING:
    from tests.integration.deployed import Deployed

CLUSTERS = {
    "dev-1": "sg-0c1f4a7be2d95083a",
    "dev-2": "sg-02be06bd9cbf15b62",
    "dev-3": "sg-0d4c3b2a190f8e7d6",
}
STRANGERS = ("sg-0a9e3d7c5b1f86240", "sg-0a9e3d7c5b1f86241", "sg-0a9e3d7c5b1f86242")
GONE = "sg-0aaaaaaaaaaaaaaaa"
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
            follow = {"cluster": name, "update_id": "6b42d1d9", "looks": 1, "told": [], "cause": CAUSE}
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

        # A sweep that fails waits for the next one.
        again = [
            f"m{number}"
            for number, each in enumerate(asked, start=1)
            if state_of.get(each.group) == "failing" and each.kind in ("event", "follow-up")
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
            if "Filters" in call.parameters
        ]
        assert [set(each) for each in together] == ([looks] if looks else [])
        located = [each.group for each in asked if each.kind == "follow-up"]
        described = [call.parameters["name"] for call in function.account.calls("DescribeCluster")]
        for name, group_id in CLUSTERS.items():
            at_once = located.count(group_id) if state[name] == "failing" else int(group_id in located)
            assert described.count(name) == at_once + (group_id in looks)

        drifted = {each for each in looks if state_of.get(each) == "drifted"}
        loud = {each.group for each in asked if each.kind != "sweep"}
        told = drifted if mode == "remediate" else drifted & loud
        assert sorted(alert["security_group"] for alert in function.alerts()) == sorted(told)

        mended = drifted if mode == "remediate" else set()
        for group_id, lines in before.items():
            now = set(function.account.lines(group_id))
            assert now == (set(lines) - {SSH} if group_id in mended else set(lines))
