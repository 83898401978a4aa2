"""A municipality's rates per kilometre: written in the back office, and kept once something came in."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from assignments.models import Assignment
from core.errors import DomainError, NotYours
from expenses.models import ExpenseCategory, MileageRate
from expenses.rate_services import add_mileage_rate, begin_with_a_rate, edit_mileage_rate
from people.models import Municipality, User
from tests import world
from tests.expenses.calls import act, claim_drive
from tests.people import office

pytestmark = pytest.mark.usefixtures("noon")
RATES = "/admin/expenses/mileagerate/"


@pytest.fixture
def browser(kalix: Municipality) -> Client:
    """The browser of Ada, who administers Kalix, on 10 June 2026."""
    return office.at(office.administrator(kalix))


@pytest.fixture
def first(kalix: Municipality) -> MileageRate:
    """Kalix has repaid 2.50 since 2023."""
    world.make_drive(kalix)
    return MileageRate.objects.get()


@pytest.fixture
def driven(karin: User, assignment: Assignment, first: MileageRate) -> MileageRate:
    """Karin drove on 5 June, and sent it in."""
    assert act(karin, "submit", claim_drive(karin, assignment).data["id"]).status_code == 200
    return first


def outcome(change: Any) -> str:
    try:
        change()
    except DomainError as error:
        return f"{error.field}: {error.code}".removeprefix("first_day: ")
    return "done"


def test_ada_adds_a_rate_and_mends_it(browser: Client, kalix: Municipality, first: MileageRate) -> None:
    form = {"municipality": kalix.pk, "first_day": "2026-07-01", "rate": "2.70"}
    assert browser.post(f"{RATES}add/", form).status_code == 302
    added = MileageRate.objects.get(rate=Decimal("2.70"))
    path = f"{RATES}{added.pk}/change/"
    assert browser.post(path, {"first_day": "2026-08-01", "rate": "2.80"}).status_code == 302
    added.refresh_from_db()
    assert (added.first_day, added.rate, added.version) == (date(2026, 8, 1), Decimal("2.80"), 2)
    assert "augusti 2026" in browser.get(RATES).content.decode()
    assert "Kronor per kilometer" in browser.get(path).content.decode()
    assert 'value="2.50"' in browser.get(f"{RATES}add/").content.decode()


@pytest.mark.parametrize(
    ("name", "value"),
    [("rate", "0"), ("rate", "0.09"), ("rate", "100"), ("rate", "2.505"), ("rate", "much"), ("first_day", "soon")],
)
def test_what_is_no_rate_is_said_at_the_field(
    browser: Client, kalix: Municipality, name: str, value: str, first: MileageRate
) -> None:
    form = {"municipality": kalix.pk, "first_day": "2026-07-01", "rate": "2.70", name: value}
    assert list(office.mistakes(browser.post(f"{RATES}add/", form))) == [name]
    if name == "rate" and value != "much":
        with pytest.raises(ValidationError):
            edit_mileage_rate(by=office.operator(), rate_id=first.pk, rate=Decimal(value))


def test_two_rates_do_not_begin_on_the_same_day(browser: Client, kalix: Municipality, first: MileageRate) -> None:
    coming = MileageRate.objects.create(municipality=kalix, first_day=date(2026, 7, 1))
    answer = browser.post(f"{RATES}{coming.pk}/change/", {"first_day": "2023-01-01", "rate": "2.50"})
    assert "börjar gälla den dagen" in office.told(answer)
    coming.refresh_from_db()
    assert coming.first_day == date(2026, 7, 1)


def test_a_rate_by_which_something_came_in_stays(browser: Client, driven: MileageRate) -> None:
    path = f"{RATES}{driven.pk}/change/"
    assert 'name="rate"' not in browser.get(path).content.decode()
    assert browser.post(path, {"first_day": "2023-01-01", "rate": "9.00"}).status_code == 403
    by = office.operator()
    for change in ({"rate": Decimal("9.00")}, {"first_day": date(2026, 6, 6)}, {"first_day": date(2022, 1, 1)}):
        assert outcome(lambda c=change: edit_mileage_rate(by=by, rate_id=driven.pk, **c)) == "mileage_rate_used"
    driven.refresh_from_db()
    assert (driven.rate, driven.first_day, driven.version) == (Decimal("2.50"), date(2023, 1, 1), 1)


@pytest.mark.parametrize(
    ("first_day", "expected"),
    [
        (date(2023, 1, 1), "mileage_rate_day_taken"),
        (date(2026, 6, 5), "mileage_rate_used"),
        (date(2026, 1, 1), "mileage_rate_used"),
        (date(2026, 6, 6), "done"),
        (date(2022, 1, 1), "done"),  # until 2023 nothing came in
    ],
)
def test_a_rate_is_added_only_where_nothing_came_in(
    kalix: Municipality, driven: MileageRate, first_day: date, expected: str
) -> None:
    values: Any = {"by": office.operator(), "municipality": kalix, "first_day": first_day, "rate": Decimal("3.00")}
    assert outcome(lambda: add_mileage_rate(**values)) == expected


@pytest.mark.parametrize("first_day", [date(2026, 2, 1), date(2026, 5, 1), date(2026, 6, 6)])
def test_a_rate_by_which_something_came_in_leaves_its_days_to_no_other(
    karin: User, kalix: Municipality, assignment: Assignment, first: MileageRate, first_day: date
) -> None:
    MileageRate.objects.create(municipality=kalix, first_day=date(2026, 3, 1), rate=Decimal("2.60"))
    used = MileageRate.objects.create(municipality=kalix, first_day=date(2026, 6, 1), rate=Decimal("2.70"))
    act(karin, "submit", claim_drive(karin, assignment).data["id"])
    by = office.operator()
    assert outcome(lambda: edit_mileage_rate(by=by, rate_id=used.pk, first_day=first_day)) == "mileage_rate_used"


def test_a_draft_uses_no_rate(karin: User, assignment: Assignment, first: MileageRate) -> None:
    claim_drive(karin, assignment)
    assert outcome(lambda: edit_mileage_rate(by=office.operator(), rate_id=first.pk, rate=Decimal(3))) == "done"


def test_nobody_rules_over_another_municipality(
    browser: Client, kalix: Municipality, leksand: Municipality, first: MileageRate
) -> None:
    lotta = office.administrator(leksand)
    with pytest.raises(NotYours):
        edit_mileage_rate(by=lotta, rate_id=first.pk, rate=Decimal(3))
    with pytest.raises(NotYours):
        add_mileage_rate(by=lotta, municipality=kalix, first_day=date(2027, 1, 1), rate=Decimal(3))
    form = {"municipality": leksand.pk, "first_day": "2026-07-01", "rate": "2.70"}
    assert "municipality" in office.mistakes(browser.post(f"{RATES}add/", form))


def test_a_municipality_begins_with_a_rate_unless_it_has_one(leksand: Municipality, kalix: Municipality) -> None:
    world.make_drive(kalix, "3.00")
    for one in (leksand, leksand, kalix):
        begin_with_a_rate(one)
    assert MileageRate.objects.in_force(leksand, date(2026, 6, 5)).rate == Decimal("2.50")
    assert MileageRate.objects.count() == 2


def test_the_kind_of_a_category_stays(browser: Client, kalix: Municipality) -> None:
    values = {"municipality": kalix.pk, "code": "car", "name_sv": "Bil", "name_en": "Car", "is_active": "on"}
    assert browser.post("/admin/expenses/expensecategory/add/", values | {"kind": "mileage"}).status_code == 302
    car = ExpenseCategory.objects.get(code="car")
    path = f"/admin/expenses/expensecategory/{car.pk}/change/"
    assert browser.post(path, {"name_sv": "Bil", "name_en": "Car", "kind": "receipt"}).status_code == 302
    car.refresh_from_db()
    assert (car.kind, car.wants_receipt) == ("mileage", False)
