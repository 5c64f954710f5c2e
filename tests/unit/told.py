"""What people can be told of, and what each format makes of it, as it is kept in tests/unit/rendered/.

`make golden` writes that anew. What then differs is to be read before it is kept.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sgwarden.finding import ABOUT_ATTACHMENT, Kind
from sgwarden.life import Transition
from sgwarden.outcome import Status
from sgwarden.policy.types import Mode, Severity
from sgwarden.rendering import asff, event, ocsf

from tests.unit.alerts import MADE, SINCE, alert, note
from tests.unit.outcomes import TIME, cause

if TYPE_CHECKING:
    from collections.abc import Callable

    from sgwarden.alert import Alert
    from sgwarden.life import Note

Json = dict[str, Any]

KEPT = Path(__file__).parent / "rendered"


def _forbidden(transition: Transition, **more: object) -> Note:
    impact = "whoever finds a node can try to log in"
    return note(**{"impact": impact, "since": SINCE, "transition": transition, **more})  # type: ignore[arg-type]


def _of(kind: Kind, summary: str, severity: Severity, **more: object) -> Note:
    plain = {"direction": "", "statement": "", "traffic": (), "rules": (), "causes": ()}
    return note(summary, kind=str(kind), severity=severity, **{**plain, **more})


SAMPLES: dict[str, Alert] = {
    "forbidden traffic opened": alert(_forbidden(Transition.OPENED, since=TIME), changes=MADE[1:2]),
    "forbidden traffic reopened": alert(_forbidden(Transition.REOPENED, since=TIME, times=2)),
    "forbidden traffic reminded of": alert(_forbidden(Transition.REMINDED)),
    "forbidden traffic put right": alert(
        _forbidden(Transition.REMEDIATED),
        mode=Mode.REMEDIATE,
        status=Status.REMEDIATED,
        changes=MADE[1:2],
    ),
    "forbidden traffic not put right": alert(
        _forbidden(Transition.FAILED),
        _of(
            Kind.REMEDIATION_FAILED,
            "Not put right: ModifySecurityGroupRules failed with UnauthorizedOperation.",
            Severity.HIGH,
            transition=Transition.FAILED,
        ),
        mode=Mode.REMEDIATE,
        status=Status.FAILED,
        changes=(),
    ),
    "forbidden traffic resolved by others": alert(
        _forbidden(Transition.RESOLVED, causes=(cause("bob (IAM user)", "RevokeSecurityGroupIngress"),)),
        status=Status.IN_SYNC,
        changes=(),
    ),
    "tag missing": alert(
        _of(
            Kind.MISSING_TAG,
            "Tag missing: karpenter.sh/discovery, which must be prod-1.",
            Severity.HIGH,
            statement="karpenter.sh/discovery",
            causes=(cause(event="DeleteTags"),),
        ),
        changes=MADE[4:],
    ),
    "rule that cannot be judged": alert(
        _of(
            Kind.OPAQUE_RULE,
            "Inbound rule left alone: sgr-0c, it cannot be judged: pl-0a cannot be read.",
            Severity.MEDIUM,
            direction="ingress",
            rules=("sgr-0c",),
        ),
        changes=(),
    ),
    "group of the cluster deleted": alert(
        _of(
            Kind.CLUSTER_GROUP_DELETED,
            "The cluster security group is deleted, and EKS does not make another.",
            Severity.CRITICAL,
            causes=(cause("", "DeleteSecurityGroup", source_ip="eks.amazonaws.com", event_id=""),),
        ),
        policy="",
        group_name="",
        changes=(),
    ),
    "what carries the group": alert(
        *(
            _of(kind, f"What {kind} says.", Severity.MEDIUM, id=f"{number:016x}")
            for number, kind in enumerate(sorted(ABOUT_ATTACHMENT))
        ),
        status=Status.IN_SYNC,
        region="us-gov-west-1",
        changes=(),
    ),
}  # fmt: skip
FORMATS: dict[str, Callable[[Alert], list[Json]]] = {
    "asff": asff.findings,
    "event": lambda told: [_entry(each) for each in event.entries(told)],
    "ocsf": lambda told: ocsf.findings(told, "0.1.0"),
}


def kept(name: str) -> Json:
    """What is kept of a format, by the name of the sample."""
    told: Json = json.loads((KEPT / f"{name}.json").read_bytes())
    return told


def made(name: str) -> Json:
    """What the format makes of each sample now."""
    return {sample: FORMATS[name](told) for sample, told in SAMPLES.items()}


def _entry(entry: Json) -> Json:
    return {**entry, "Time": entry["Time"].isoformat(), "Detail": json.loads(entry["Detail"])}


def _write() -> None:
    KEPT.mkdir(exist_ok=True)
    for name in FORMATS:
        (KEPT / f"{name}.json").write_text(json.dumps(made(name), indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    _write()
