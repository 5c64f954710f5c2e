"""The ready-made sets."""

from __future__ import annotations

import re
from importlib import resources

import pytest
from sgwarden.policy.ready_made import ready_made_sets, set_file
from sgwarden.policy.types import DirectionPolicy, Effect, StatementSet
from sgwarden.review.build import compile_policy, read_policy_file

SETS = ready_made_sets()


def lines(each: StatementSet) -> set[str]:
    """The set as one reads it: effect, services and peers."""
    return {
        " ".join(
            (effect, str(service), preposition, str(peer), *(f"except {each}" for each in statement.excepted))
        )
        for direction, preposition in ((each.ingress, "from"), (each.egress, "to"))
        for effect in Effect
        for statement in direction.of(effect)
        for service in statement.services
        for peer in statement.peers
    }


MEANING = {
    "eks-baseline": {
        "require all from self",
        "require all to self",
        "allow tcp/443 from remote-nodes",
        "allow tcp/443 from remote-pods",
    },
    "eks-open-egress": {"require all to anywhere-ipv4", "require all to anywhere-ipv6"},
    "eks-minimum-egress": {
        "require tcp/443 to self",
        "require tcp/10250 to self",
        "require tcp/53 to self",
        "require udp/53 to self",
    },
    "no-public-ingress": {"deny all from internet except vpc"},
    "no-public-admin-ports": {
        "deny tcp/22 from internet except vpc",
        "deny tcp/3389 from internet except vpc",
        "deny udp/3389 from internet except vpc",
        "deny tcp/10250 from internet except vpc",
        "deny tcp/10255 from internet except vpc",
        "deny tcp/2379-2380 from internet except vpc",
    },
    "node-registries": {"allow tcp/443 to anywhere"},
}


def test_the_sets_are_those_that_are_documented() -> None:
    assert {name: lines(each) for name, each in SETS.items()} == MEANING


def test_only_the_baseline_has_tags() -> None:
    assert SETS["eks-baseline"].tags == {
        "kubernetes.io/cluster/{cluster}": "owned",
        "Name": "{group_name}",
    }
    assert [name for name, each in SETS.items() if each.tags] == ["eks-baseline"]


@pytest.mark.parametrize("name", SETS)
def test_every_statement_says_why_and_the_comment_above_it_where_from(name: str) -> None:
    each = SETS[name]
    assert each.description
    assert all(statement.why for statement in (*each.ingress, *each.egress))
    text = resources.files("sgwarden.policy").joinpath("sets", f"{name}.yaml").read_text()
    assert text.startswith("# ")
    assert "Source" in text


def test_all_sets_can_be_used_together() -> None:
    text = f"version: 1\npolicies:\n  - name: p\n    clusters: {{name: '*'}}\n    use: [{', '.join(SETS)}]\n"
    assert read_policy_file(text.encode(), "policy.yaml").document.policies[0].use == tuple(SETS)


@pytest.mark.parametrize("name", SETS)
def test_a_statement_of_a_set_can_be_copied_into_a_policy(name: str) -> None:
    text = resources.files("sgwarden.policy").joinpath("sets", f"{name}.yaml").read_text()
    body = "\n".join(f"    {line}" for line in text.splitlines() if not line.startswith("description"))
    otherwise = body.replace("\n      allow:", "\n      otherwise: allow\n      allow:")
    compile_policy(
        f"version: 1\npolicies:\n  - name: p\n    clusters: {{name: '*'}}\n{otherwise}\n".encode(),
        "policy.yaml",
    )


def test_a_set_decides_nothing_about_what_it_does_not_name() -> None:
    undecided = DirectionPolicy().otherwise
    assert all(each.ingress.otherwise == each.egress.otherwise == undecided for each in SETS.values())


@pytest.mark.parametrize("name", SETS)
def test_it_says_where_it_comes_from(name: str) -> None:
    text = set_file(name).read_text(encoding="utf-8")
    assert re.search(r"# .*Source.*?\(?https://(docs\.aws\.amazon\.com|kubernetes\.io)/", text, re.DOTALL)
