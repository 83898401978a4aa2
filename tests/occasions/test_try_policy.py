"""Trying a policy on a month, by command and in the back office: it tells, names nobody and writes nothing."""

import io
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import InternalError
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from assignments.models import Adjustment, Assignment, Policy
from core.periods import Month
from occasions.models import Occasion
from occasions.trials import read_only, try_policy
from people.models import Municipality, User
from tests import world
from tests.people import office

JUNE = Month(2026, 6)
NAMES = ("Maj-Britt", "Söderlund", "Karin", "karin@")


@pytest.fixture
def coming(kalix: Municipality, assignment: Assignment) -> Policy:
    """Rules to come that weigh more; Karin has met Maj-Britt three times in June, once for four hours."""
    for day, hours in ((1, 2.0), (3, 4.0), (8, 2.0)):
        world.make_occasion(
            assignment, datetime(2026, 6, day, 12, tzinfo=UTC), hours=hours, status="completed", title="Bio"
        )
    return Policy.objects.create(municipality=kalix, first_day=date(2027, 1, 1), weight_steps=[[0, 1], [240, 3]])


def said(*options: str, municipality: str = "kalix", month: str = "2026-06") -> str:
    out = io.StringIO()
    call_command("try_policy", "--municipality", municipality, "--month", month, *options, stdout=out)
    return out.getvalue()


def everything() -> dict[str, list[Any]]:
    """Return every row of ours."""
    ours = [
        model for model in apps.get_models() if model._meta.app_label in ("assignments", "occasions", "people")
    ]
    return {model.__name__: sorted(model._default_manager.values_list(), key=str) for model in ours}


def test_the_command_tells_what_each_number_would_be(coming: Policy, assignment: Assignment) -> None:
    head, row, _, totals = said("--policy", str(coming.pk)).splitlines()
    assert head.split() == [
        "decision", "period", "granted", "carried_in", "adjustments", "used", "planned", "remaining", "over",
    ]  # fmt: skip
    cells = [cell for cell in row.split("  ") if cell]
    assert [cell.strip() for cell in cells] == [
        str(assignment.decision_id), "2026-06-01–2026-06-30", "4", "0", "0", "3 -> 5", "0", "1 -> -1", "0 -> 1",
    ]  # fmt: skip
    assert totals == (
        "1 decisions, of which 1 would change. Over what the policy allows: 0 as it is, "
        "1 as it would be (1 newly, 0 no longer)."
    )


def test_the_command_answers_machines_in_json(
    coming: Policy, assignment: Assignment, inger: User, tmp_path: Path
) -> None:
    Adjustment.objects.create(
        decision=assignment.decision, on=date(2026, 6, 2), units=1, reason="Födelsedag", made_by=inger
    )
    path = tmp_path / "rules.json"
    path.write_text('{"weight_steps": [[0, 1], [240, 3]], "saving_cap": 2, "ahead_cap": 0.5}')
    answer = json.loads(said("--file", str(path), "--json"))
    (decision,) = answer["decisions"]
    assert (decision["decision"], decision["kind"]) == (str(assignment.decision_id), "contact_person")
    period = {"first_day": "2026-06-01", "last_day": "2026-06-30"}
    numbers = {"granted": 4, "adjustments": 1, "planned": 0, "over": 0}
    assert decision["as_is"] == {"period": period, "carried_in": 0, "used": 3, "remaining": 2} | numbers
    assert decision["as_tried"] == {"period": period, "carried_in": 2, "used": 5, "remaining": 2} | numbers
    assert (answer["month"], answer["totals"]["changing"]) == ("2026-06", 1)


def test_the_command_names_nobody(coming: Policy) -> None:
    told = said("--policy", str(coming.pk)) + said("--policy", str(coming.pk), "--json")
    assert not any(name in told for name in (*NAMES, "Bio"))


@pytest.mark.parametrize(
    ("options", "month", "municipality", "told"),
    [
        (["--policy", "nonsense"], "2026-06", "kalix", "kalix has no policy with the id “nonsense”"),
        (["--policy", str(uuid4())], "2026-06", "kalix", "kalix has no policy with the id"),
        (["--file", "/nowhere.json"], "2026-06", "kalix", "The file can't be opened: No such file"),
        (["--policy", str(uuid4())], "2026-13", "kalix", "“2026-13” is no month such as 2026-05"),
        (["--policy", str(uuid4())], "2026-06", "kiruna", "no municipality with the code “kiruna”"),
    ],
)
def test_the_command_says_what_can_not_be_meant(
    kalix: Municipality, options: list[str], month: str, municipality: str, told: str
) -> None:
    with pytest.raises(CommandError, match=told) as refused:
        said(*options, month=month, municipality=municipality)
    assert refused.value.returncode == 1


def test_a_policy_of_another_municipality_is_not_there(coming: Policy, leksand: Municipality) -> None:
    with pytest.raises(CommandError, match="leksand has no policy"):
        said("--policy", str(coming.pk), municipality="leksand")


def test_decisions_of_others_and_of_other_times_are_left_out(
    coming: Policy, kalix: Municipality, leksand: Municipality, karin: User, anna: User, assignment: Assignment
) -> None:
    world.make_assignment(karin, kalix, first_day=date(2026, 7, 1))
    world.make_assignment(karin, kalix, last_day=date(2026, 5, 31))
    world.make_assignment(anna, leksand)
    ends = world.make_assignment(karin, kalix, last_day=date(2026, 6, 1))
    trial = try_policy(kalix, coming.rules, month=JUNE)
    assert {one.decision_id for one in trial.accounts} == {str(assignment.decision_id), str(ends.decision_id)}


def test_trying_writes_nothing_and_could_not(coming: Policy, kalix: Municipality, noon: Any) -> None:
    browser, before = office.at(office.administrator(kalix)), everything()
    before = everything()
    said("--policy", str(coming.pk))
    browser.get(f"/admin/assignments/policy/{coming.pk}/try/", {"month": "2026-06"})
    assert everything() == before
    with pytest.raises(InternalError, match="read-only transaction"), read_only():
        Occasion.objects.update(title="Changed")
    Occasion.objects.update(title="Changed")  # what comes after may write again


def test_the_number_of_queries_does_not_grow(
    coming: Policy, kalix: Municipality, karin: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(12):
        other = world.make_assignment(karin, kalix)
        world.make_occasion(other, datetime(2026, 6, 2, 12, tzinfo=UTC), status="cancelled")
    rules = coming.rules
    with django_assert_num_queries(8):  # a savepoint and its release, read only, five questions
        assert len(try_policy(kalix, rules, month=JUNE).accounts) == 13


# The page of the back office.


@pytest.fixture
def browser(kalix: Municipality, noon: Any) -> Client:
    """The browser of Ada, who administers Kalix, on 10 June 2026."""
    return office.at(office.administrator(kalix))


def page_of(policy: Policy) -> str:
    return f"/admin/assignments/policy/{policy.pk}/try/"


def test_the_page_shows_the_present_month_and_is_reached_from_the_policy(browser: Client, coming: Policy) -> None:
    assert page_of(coming) in browser.get(f"/admin/assignments/policy/{coming.pk}/change/").content.decode()
    page = browser.get(page_of(coming))
    content = page.content.decode()
    assert page.context["trial"].month == JUNE
    assert "3 → <strong>5</strong>" in content
    assert "1 nya, 0 inte längre" in content
    assert not any(name in content for name in NAMES)


def test_the_page_shows_another_month_and_says_what_is_none(browser: Client, coming: Policy) -> None:
    may = browser.get(page_of(coming), {"month": "2026-05"})
    assert (may.context["trial"].month, may.context["trial"].totals["changing"]) == (Month(2026, 5), 0)
    for month in ("2026-13", "", "maj", "2026-06\x00"):
        wrong = browser.get(page_of(coming), {"month": month})
        assert (wrong.status_code, "trial" in wrong.context) == (200, False)
    assert "Skriv månaden som 2026-05." in browser.get(page_of(coming), {"month": "maj"}).content.decode()


def test_policies_that_have_begun_can_be_tried_too(browser: Client, coming: Policy, kalix: Municipality) -> None:
    begun = kalix.policies.get(first_day=date(2020, 1, 1))
    assert browser.get(page_of(begun)).context["trial"].totals["changing"] == 0


def test_the_page_is_for_the_municipalitys_administrators(
    coming: Policy, kalix: Municipality, leksand: Municipality, inger: User, noon: Any
) -> None:
    assert office.at(office.administrator(leksand)).get(page_of(coming)).status_code == 404
    operator = office.at(office.operator())
    assert operator.get(page_of(coming)).status_code == 200
    for outsider in (office.at(inger), office.at(None)):
        assert outsider.get(page_of(coming)).status_code == 302
    assert operator.get("/admin/assignments/policy/nobody/try/").status_code == 404


def test_the_page_asks_the_same_number_of_questions_however_many_decisions(
    browser: Client, coming: Policy, kalix: Municipality, karin: User, django_assert_max_num_queries: Any
) -> None:
    for _ in range(12):
        world.make_assignment(karin, kalix, units=2)
    with django_assert_max_num_queries(16):
        assert len(browser.get(page_of(coming)).context["trial"].accounts) == 13
