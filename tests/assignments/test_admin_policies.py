"""The back office's reference data: policies that have begun stay, the rest is the municipality's own."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from assignments import services
from assignments.models import LegalBasis, Policy
from assignments.services import PolicyBegun
from core.errors import NotYours
from expenses.models import ExpenseCategory
from occasions.models import ActivityKind
from people.models import Municipality
from tests import world
from tests.people import office

POLICIES = "/admin/assignments/policy/"
STEPS = "[[0, 1], [240, 2]]"


@pytest.fixture
def browser(kalix: Municipality, noon: Any) -> Client:
    """The browser of Ada, who administers Kalix, on 10 June 2026."""
    return office.at(office.administrator(kalix))


def policy(kalix: Municipality, **values: Any) -> dict[str, Any]:
    return {"municipality": kalix.pk, "first_day": "2026-07-01", "weight_steps": STEPS} | values


def test_a_policy_is_added_for_a_day_to_come_and_changed_until_then(browser: Client, kalix: Municipality) -> None:
    assert browser.post(f"{POLICIES}add/", policy(kalix)).status_code == 302
    added = Policy.objects.get(first_day=date(2026, 7, 1))
    assert added.weight_steps == [[0, 1], [240, 2]]
    path = f"{POLICIES}{added.pk}/change/"
    assert browser.post(path, {"first_day": "2026-08-01", "weight_steps": "[[0, 2]]"}).status_code == 302
    again = Policy.objects.get(pk=added.pk)
    assert (again.first_day, again.weight_steps, again.version) == (date(2026, 8, 1), [[0, 2]], 2)


@pytest.mark.parametrize("first_day", ["2026-06-10", "2026-06-09", "2019-01-01"])
def test_no_policy_is_added_for_days_that_have_begun(browser: Client, kalix: Municipality, first_day: str) -> None:
    answer = browser.post(f"{POLICIES}add/", policy(kalix, first_day=first_day))
    assert "har börjat gälla" in office.told(answer)
    assert Policy.objects.filter(municipality=kalix).count() == 1


def test_the_first_policy_may_have_begun(browser: Client, kalix: Municipality) -> None:
    """A municipality starts with what already holds."""
    Policy.objects.filter(municipality=kalix).delete()
    assert browser.post(f"{POLICIES}add/", policy(kalix, first_day="2026-01-01")).status_code == 302


def test_a_policy_that_has_begun_can_only_be_read(browser: Client, kalix: Municipality) -> None:
    begun = kalix.policies.get()
    path = f"{POLICIES}{begun.pk}/change/"
    assert browser.get(path).status_code == 200
    assert browser.post(path, {"first_day": "2026-07-01", "weight_steps": STEPS}).status_code == 403
    ada = office.operator()
    with pytest.raises(PolicyBegun):
        services.edit_policy(by=ada, policy_id=begun.pk, now=world.NOW, weight_steps=[[0, 1]])


def test_a_policy_is_not_moved_to_a_day_that_has_begun(browser: Client, kalix: Municipality) -> None:
    coming = Policy.objects.create(municipality=kalix, first_day=date(2026, 7, 1), weight_steps=[[0, 1]])
    answer = browser.post(f"{POLICIES}{coming.pk}/change/", {"first_day": "2026-06-01", "weight_steps": STEPS})
    assert "har börjat gälla" in office.told(answer)
    assert Policy.objects.get(pk=coming.pk).first_day == date(2026, 7, 1)


@pytest.mark.parametrize(
    "steps",
    ["", "[]", "{}", "[[1, 1]]", "[[0, 0]]", "[[0, 1], [0, 2]]", "[[0, 2], [60, 1]]", "[[0, 0.3]]", "no JSON", "7",
     '[["a", 1]]', "[[0]]", '[[0, "NaN"]]', '[[0, "Infinity"]]', "[[0, 1e400]]", "null"],
)  # fmt: skip
def test_steps_that_weigh_nothing_are_refused(browser: Client, kalix: Municipality, steps: str) -> None:
    assert "weight_steps" in office.mistakes(browser.post(f"{POLICIES}add/", policy(kalix, weight_steps=steps)))


def test_two_policies_do_not_begin_on_the_same_day(browser: Client, kalix: Municipality) -> None:
    browser.post(f"{POLICIES}add/", policy(kalix))
    assert office.mistakes(browser.post(f"{POLICIES}add/", policy(kalix)))
    other = Policy.objects.create(municipality=kalix, first_day=date(2026, 8, 1), weight_steps=[[0, 1]])
    answer = browser.post(f"{POLICIES}{other.pk}/change/", {"first_day": "2026-07-01", "weight_steps": STEPS})
    assert "Det finns redan en riktlinje" in office.told(answer)
    assert Policy.objects.get(pk=other.pk).first_day == date(2026, 8, 1)


def test_nobody_adds_a_policy_to_another_municipality(
    browser: Client, kalix: Municipality, leksand: Municipality
) -> None:
    assert "municipality" in office.mistakes(browser.post(f"{POLICIES}add/", policy(leksand)))
    lotta = office.administrator(leksand)
    with pytest.raises(NotYours):
        services.add_policy(
            by=lotta, municipality=kalix, now=world.NOW, first_day=date(2027, 1, 1), weight_steps=[[0, 1]]
        )
    with pytest.raises(NotYours):
        services.edit_policy(by=lotta, policy_id=kalix.policies.get().pk, now=world.NOW)


@pytest.mark.parametrize(
    ("path", "model"), [("occasions/activitykind", ActivityKind), ("expenses/expensecategory", ExpenseCategory)]
)
def test_kinds_and_categories_are_the_municipalitys_own(
    path: str, model: Any, browser: Client, kalix: Municipality, leksand: Municipality
) -> None:
    values = {
        "municipality": kalix.pk,
        "code": "museum",
        "name_sv": "Museum",
        "name_en": "Museum",
        "is_active": "on",
    }
    assert browser.post(f"/admin/{path}/add/", values).status_code == 302
    added = model.objects.get(code="museum")
    change = f"/admin/{path}/{added.pk}/change/"
    assert browser.post(change, {"name_sv": "Museet", "name_en": "Museum", "code": "cinema"}).status_code == 302
    again = model.objects.get(pk=added.pk)
    assert (again.code, again.name_sv, again.is_active, again.version) == ("museum", "Museet", False, 2)
    assert office.mistakes(browser.post(f"/admin/{path}/add/", values))
    assert "municipality" in office.mistakes(
        browser.post(f"/admin/{path}/add/", values | {"municipality": leksand.pk})
    )


def test_nobody_makes_law(browser: Client) -> None:
    basis = LegalBasis.objects.get(code="lss-1993")
    assert browser.post("/admin/assignments/legalbasis/add/", {"code": "mine"}).status_code == 403
    assert (
        browser.post(f"/admin/assignments/legalbasis/{basis.pk}/change/", {"title_sv": "Min"}).status_code == 403
    )
