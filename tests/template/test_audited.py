"""The form in which `make audit` gives checkov the template."""

import pytest

from tests.template.application import Json, deployed, statements
from tests.template.audited import audited

ROLES = sorted(deployed().of_type("AWS::IAM::Role"))


def _policies(role: str) -> list[Json]:
    policies: list[Json] = audited()["Resources"][role]["Properties"]["Policies"]
    return policies


def test_it_has_every_resource_of_the_stack_but_policies_that_stand_beside_a_role() -> None:
    beside = deployed().of_type("AWS::IAM::Policy").keys()
    assert beside
    assert audited()["Resources"].keys() == deployed().resources.keys() - beside


@pytest.mark.parametrize("role", ROLES)
def test_a_role_has_each_of_its_statements_among_its_like_and_alone(role: str) -> None:
    given = [policy["PolicyDocument"]["Statement"] for policy in _policies(role)]
    alone = [found for found in given if len(found) == 1]
    assert all([statement] in alone for statement in statements(deployed(), role))
    together = [statement for found in given if len(found) > 1 for statement in found]
    assert together == statements(deployed(), role)


@pytest.mark.parametrize("role", ROLES)
def test_no_policies_of_a_role_share_a_name_as_checkov_would_look_at_one_of_them(role: str) -> None:
    names = [policy["PolicyName"] for policy in _policies(role)]
    assert len(names) == len(set(names))


def test_what_is_excepted_for_one_resource_says_why() -> None:
    marked = [found.get("Metadata", {}).get("checkov") for found in audited()["Resources"].values()]
    skipped = [skip for mark in marked if mark for skip in mark["skip"]]
    assert skipped
    assert all(skip.keys() == {"id", "comment"} for skip in skipped)
