"""How a group stands by its open findings, whatever was told of it last and whatever is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sgwarden.alert import Others
from sgwarden.cli.report.documents import Document, read_document
from sgwarden.cli.report.html import render
from sgwarden.cli.report.page import Report, page_of
from sgwarden.finding import ABOUT_ATTACHMENT, DRIFT, Kind
from sgwarden.life import State, Transition
from sgwarden.outcome import Status
from sgwarden.policy.types import Severity
from sgwarden.report import SCHEMA

from tests.unit.alerts import MADE, alert, note, standing
from tests.unit.documents import a_finding, document, result
from tests.unit.html_pages import parsed
from tests.unit.outcomes import TIME

if TYPE_CHECKING:
    from sgwarden.alert import Alert
    from sgwarden.cli.report.group import Group

SSH = "Inbound open: tcp/22 (SSH) from 0.0.0.0/0, which no-internet forbids."
IN_ORDER = (Status.IN_SYNC, Status.REMEDIATED)
LATER = TIME + timedelta(hours=1)
RESOLVED = alert(
    note("Tag Name is wrong.", id="b", severity=Severity.LOW, transition=Transition.RESOLVED),
    id="2",
    time=LATER,
    changes=(),
)


def attachment(**more: object) -> Alert:
    detached = note("The group is on no node.", id="d", kind=str(Kind.DETACHED_CLUSTER_GROUP), **more)
    return alert(detached, status=Status.IN_SYNC, changes=())


def only(page: Report) -> Group:
    (section,) = page.sections
    (group,) = section.told
    return group


def summaries(page: Report) -> list[str]:
    return [each.summary for each in only(page).findings]


def looked(status: Status, **more: Any) -> Report:  # noqa: ANN401  any JSON
    return page_of([read_document(document(result(status, findings=[a_finding(**more)])))])


def test_what_the_ledger_knows_is_told_where_the_alerts_have_expired() -> None:
    page = page_of([Document(alerts=(RESOLVED,), standings=(standing(),))])
    assert page.headline == "1 cluster is not in order"
    assert page.severities == (("critical", 1),)
    assert summaries(page) == [f"{SSH} and 1 more", "Tag Name is wrong."]
    assert only(page).severities == (("critical", 1),)


def test_what_the_alerts_tell_of_is_not_told_twice() -> None:
    page = page_of([Document(alerts=(alert(id="1"), RESOLVED), standings=(standing(findings=1),))])
    assert summaries(page) == [SSH, "Tag Name is wrong."]
    assert only(page).findings[0].statement == "no-internet"
    assert page.severities == (("critical", 1),)


def test_of_what_no_alert_tells_there_is_the_number() -> None:
    low = note("Low.", id="l", severity=Severity.LOW)
    page = page_of([Document(alerts=(alert(low),), standings=(standing(findings=4),))])
    assert summaries(page) == [f"{SSH} and 2 more", "Low."]
    page = page_of([Document(alerts=(alert(note(), low),), standings=(standing(findings=3),))])
    assert summaries(page) == [f"{SSH} and 1 more", "Low."]


def test_what_was_closed_before_it_came_again_does_not_stand_for_it() -> None:
    fixed = alert(note(transition=Transition.REMEDIATED), status=Status.REMEDIATED)
    page = page_of([Document(alerts=(fixed,), standings=(standing(findings=1),))])
    assert [(each.is_open, each.became) for each in only(page).findings] == [
        (True, "since 2026-11-02 08:00 UTC"),
        (False, "put right"),
    ]


def test_a_long_summary_is_known_by_its_beginning() -> None:
    long = f"{SSH}{'x' * 500}"
    page = page_of([Document(alerts=(alert(note(long)),), standings=(standing(findings=1, summary=SSH),))])
    assert summaries(page) == [long]


def test_what_failed_is_not_put_right_and_what_was_made_stays_made() -> None:
    fixed = alert(note(transition=Transition.REMEDIATED), status=Status.REMEDIATED, changes=MADE[:1])
    failed = page_of([Document(alerts=(fixed,), standings=(standing(state=State.FAILED),))])
    assert [each.status for each in failed.sections] == [Status.FAILED]
    page = page_of([Document(alerts=(fixed,), standings=(standing(),))])
    assert [each.status for each in page.sections] == [Status.DRIFTED]
    assert "Changes made + ingress" in parsed(render(page)).text


def test_a_group_with_an_open_finding_is_not_in_order() -> None:
    page = page_of([Document(alerts=(attachment(),))])
    assert (page.in_order, page.headline) == (False, "1 cluster is not in order")
    assert '<h1 class="bad">' in render(page)


@pytest.mark.parametrize("kind", [*sorted(ABOUT_ATTACHMENT), Kind.CLUSTER_GROUP_DELETED])
@pytest.mark.parametrize("status", IN_ORDER)
def test_of_a_result_too(status: Status, kind: Kind) -> None:
    page = looked(status, kind=str(kind), rules=[])
    assert (page.in_order, page.severities) == (False, (("critical", 1),))


@pytest.mark.parametrize(
    "kind", [*sorted(DRIFT), Kind.LOST_TRAFFIC, Kind.REMEDIATION_FAILED, Kind.OPAQUE_RULE]
)
def test_what_was_put_right_is_not_open(kind: Kind) -> None:
    page = looked(Status.REMEDIATED, kind=str(kind), rules=[])
    assert (page.in_order, page.severities) == (True, ())
    assert only(page).severities == (("critical", 1),)
    assert not looked(Status.FAILED, kind=str(kind), rules=[]).in_order


def test_a_forged_claim_goes_with_its_rule() -> None:
    assert looked(Status.REMEDIATED, kind=str(Kind.FORGED_CLAIM), rules=["sgr-0a"]).in_order
    assert not looked(Status.REMEDIATED, kind=str(Kind.FORGED_CLAIM), rules=["sgr-0f"]).in_order
    assert not looked(Status.IN_SYNC, kind=str(Kind.FORGED_CLAIM), rules=["sgr-0a"]).in_order


def test_a_storm_is_over_when_it_is_told() -> None:
    storm = alert(note(kind=str(Kind.MASS_REVOCATION)), status=Status.IN_SYNC, changes=())
    assert page_of([Document(alerts=(storm,))]).in_order


def test_what_was_opened_and_closed_since_counts_no_more() -> None:
    closed = alert(note(transition=Transition.RESOLVED), id="3", time=LATER, status=Status.IN_SYNC)
    page = page_of([Document(alerts=(alert(), closed))])
    assert (page.in_order, page.severities) == (True, ())


def test_what_the_alert_says_of_a_finding_counts_more_than_what_its_look_shows() -> None:
    told = attachment(transition=Transition.RESOLVED)
    look = result(
        Status.IN_SYNC, findings=[a_finding(id="d", kind=str(Kind.DETACHED_CLUSTER_GROUP))], changes=[]
    )
    page = page_of([read_document({"schema": SCHEMA, "alert": told.as_json(), "results": [look]})])
    assert (page.in_order, only(page).findings[0].became) == (True, "resolved by others")


def test_what_else_is_open_is_told_where_the_alerts_before_have_expired() -> None:
    others = Others(3, Severity.HIGH, "Outbound open: all to 0.0.0.0/0.")
    page = page_of([Document(alerts=(replace(RESOLVED, status=Status.IN_SYNC, others=others),))])
    assert not page.in_order
    assert summaries(page) == ["Outbound open: all to 0.0.0.0/0. and 2 more", "Tag Name is wrong."]
    known = note("Outbound open: all to 0.0.0.0/0.", id="o", severity=Severity.HIGH)
    page = page_of([Document(alerts=(alert(known), replace(RESOLVED, others=others)))])
    assert summaries(page) == ["Outbound open: all to 0.0.0.0/0. and 2 more", "Tag Name is wrong."]
    assert only(page).findings[0].statement == "no-internet"


def test_what_both_the_ledger_and_an_alert_say_of_others_counts_once() -> None:
    told = replace(RESOLVED, others=Others(3, Severity.CRITICAL, SSH))
    page = page_of([Document(alerts=(told,), standings=(standing(findings=3),))])
    assert summaries(page) == [f"{SSH} and 2 more", "Tag Name is wrong."]


@pytest.mark.parametrize("looks", [(), (result(),)])
def test_what_a_run_that_broke_off_set_out_to_do_is_told(looks: tuple[Any, ...]) -> None:
    told = alert(earlier=MADE[1:3])
    page = page_of(
        [read_document({"schema": SCHEMA, "alert": told.as_json(), "results": [*looks]})],
    )
    assert only(page).remarks[-1] == (
        "A run before broke off. It had set out to make these changes: "
        "~ ingress tcp/20-25 from 0.0.0.0/0 -> tcp/20-21 from 0.0.0.0/0 (sgr-0a); "
        "- egress all to self (sgr-0b)."
    )


def test_what_is_open_comes_before_what_is_worse_and_closed() -> None:
    low = note("Low.", id="l", severity=Severity.LOW)
    page = page_of([Document(alerts=(alert(note(transition=Transition.RESOLVED), low),))])
    assert summaries(page) == ["Low.", SSH]
    assert page.severities == (("low", 1),)


def test_what_has_become_worse_since_it_was_told_is_told_as_the_ledger_has_it() -> None:
    mild = note(SSH, severity=Severity.LOW)
    page = page_of([Document(alerts=(alert(mild),), standings=(standing(findings=2),))])
    assert [each.severity for each in only(page).findings] == [Severity.CRITICAL, Severity.LOW]
