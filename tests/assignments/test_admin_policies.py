"""The back office's reference data: policies that have begun stay, the rest is the municipality's own."""

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from assignments import services
from assignments.models import LegalBasis, Policy
from assignments.rules import default_cancellations
from assignments.services import PolicyBegun
from core.errors import NotYours
from expenses.models import ExpenseCategory
from occasions.models import ActivityKind
from people.models import Municipality
from tests import world
from tests.people import office

POLICIES = "/admin/assignments/policy/"
STEPS = "[[0, 1], [240, 2]]"
OUTCOME = ("units_used", "paid", "costs_repaid")


@pytest.fixture
def browser(kalix: Municipality, noon: Any) -> Client:
    """The browser of Ada, who administers Kalix, on 10 June 2026."""
    return office.at(office.administrator(kalix))


def form(**values: Any) -> dict[str, Any]:
    """Fill the form in as a browser sends it."""
    filled = {
        "first_day": "2026-07-01",
        "weight_steps": STEPS,
        "partial_period": "whole",
        "saving_cap": "0",
        "ahead_cap": "0",
        "on_exceeded": "block",
        "cancellations": json.dumps(default_cancellations()),
        "day_parted_at": "12:00",
    }
    return filled | values


def policy(kalix: Municipality, **values: Any) -> dict[str, Any]:
    return form(municipality=kalix.pk, **values)


def test_a_policy_is_added_for_a_day_to_come_and_changed_until_then(browser: Client, kalix: Municipality) -> None:
    assert browser.post(f"{POLICIES}add/", policy(kalix)).status_code == 302
    added = Policy.objects.get(first_day=date(2026, 7, 1))
    assert added.weight_steps == [[0, 1], [240, 2]]
    path = f"{POLICIES}{added.pk}/change/"
    assert browser.post(path, form(first_day="2026-08-01", weight_steps="[[0, 2]]")).status_code == 302
    again = Policy.objects.get(pk=added.pk)
    assert (again.first_day, again.weight_steps, again.version) == (date(2026, 8, 1), [[0, 2]], 2)


def test_every_rule_can_be_written(browser: Client, kalix: Municipality) -> None:
    late = {"status": "cancelled", "by": "client", "notice_hours": 24} | dict.fromkeys(OUTCOME, False)
    rows = [*default_cancellations(), late]
    rows[0] |= {"units_used": True, "paid": True}
    answer = browser.post(
        f"{POLICIES}add/",
        policy(
            kalix, period="half_year", partial_period="pro_rata", highest_weight="4", day_parted_at="",
            saving_cap="2", saving_age="3", ahead_cap="1", on_exceeded="ask", cancellations=json.dumps(rows),
            activity_kinds=["coffee", "walk"], receipt_days="60", category_caps='{"meal": "150.00"}',
            ask_first_above="500", second_person_above="2000.50",
        ),
    )  # fmt: skip
    assert answer.status_code == 302
    rules: Any = Policy.objects.get(first_day=date(2026, 7, 1)).rules
    assert (rules.period, rules.partial_period, rules.highest_weight) == ("half_year", "pro_rata", 4)
    assert (rules.saving_cap, rules.saving_age, rules.ahead_cap, rules.on_exceeded) == (2, 3, 1, "ask")
    assert (rules.day_parted_at, sorted(rules.activity_kinds)) == (None, ["coffee", "walk"])
    assert (rules.receipt_days, rules.category_caps) == (60, {"meal": Decimal(150)})
    assert (rules.ask_first_above, rules.second_person_above) == (500, Decimal("2000.50"))
    hours = timedelta(hours=1)
    used = [rules.cancellations.outcome("cancelled", "client", n * hours).units_used for n in (2, 24)]
    assert used == [True, False]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("highest_weight", "1", "Tabellen ger mer än så."),
        ("highest_weight", "3.5", "Ange ett helt tal."),
        ("weight_steps", "[[0, 1.5]]", "med hela tal"),
        ("saving_cap", "-1", "större än eller lika med 0"),
        ("saving_cap", "0.3", "Ange i steg om 0,5."),
        ("saving_age", "0", "större än eller lika med 1"),
        ("ahead_cap", "", "obligatoriskt"),
        ("ahead_cap", "NaN", "Fyll i ett tal"),
        ("period", "decade", "finns inte bland"),
        ("partial_period", "", "obligatoriskt"),
        ("on_exceeded", "shrug", "finns inte bland"),
        ("day_parted_at", "noonish", "giltig tid"),
        ("cancellations", "[]", "obligatoriskt"),
        ("cancellations", '[{"status": "cancelled"}]', "Alla sex par av status och by"),
        ("cancellations", "{", "giltigt JSON"),
        ("activity_kinds", ["coffee", "skydiving"], "skydiving finns inte bland"),
        ("weight_steps", "[[1, 1]]", "från 0 minuter"),
        ("receipt_days", "0", "större än eller lika med 1"),
        ("category_caps", '{"meal": "lots"}', "kategorins kod och kronor"),
        ("category_caps", '{"boat": "100"}', "Kommunen har inte kategorierna boat"),
        ("category_caps", "{", "giltigt JSON"),
        ("ask_first_above", "0", "större än eller lika med 0.01"),
        ("ask_first_above", "99.999", "inte är mer än 2 decimaler"),
        ("second_person_above", "-5", "större än eller lika med 0.01"),
        ("first_day", "2026-06-10", "har börjat gälla"),
    ],
)
def test_what_can_not_be_meant_is_said_at_the_field(
    browser: Client, kalix: Municipality, field: str, value: Any, said: str
) -> None:
    mistakes = office.mistakes(browser.post(f"{POLICIES}add/", policy(kalix, **{field: value})))
    assert list(mistakes) == [field]
    assert said in " ".join(mistakes[field])


def test_the_form_comes_with_the_usual_tables_and_the_kinds_that_there_are(
    browser: Client, kalix: Municipality, leksand: Municipality
) -> None:
    leksand.activity_kinds.create(code="sledding", name_sv="Pulka", name_en="Sledding")
    page = browser.get(f"{POLICIES}add/")
    shown = page.context["adminform"].form
    assert json.loads(shown["cancellations"].value()) == default_cancellations()
    assert shown["cancellations"].value().count("\n") == 7
    assert json.loads(shown["weight_steps"].value()) == [[0, 1], [300, 2], [600, 3]]
    assert [code for code, _ in shown.fields["activity_kinds"].choices] == ["cinema", "coffee", "walk"]
    assert "Fredag kväll till söndag kväll är 2,5" in page.content.decode()


def test_what_is_left_empty_rules_nothing(browser: Client, kalix: Municipality) -> None:
    assert browser.post(f"{POLICIES}add/", policy(kalix, category_caps="")).status_code == 302
    rules: Any = Policy.objects.get(first_day=date(2026, 7, 1)).rules
    assert (rules.receipt_days, rules.category_caps) == (None, {})
    assert (rules.ask_first_above, rules.second_person_above) == (None, None)


def test_a_new_version_begins_with_what_another_says(
    browser: Client, kalix: Municipality, leksand: Municipality
) -> None:
    begun = kalix.policies.get()
    Policy.objects.filter(pk=begun.pk).update(saving_cap=2, on_exceeded="ask", activity_kinds=["walk"])
    told = browser.get(f"{POLICIES}{begun.pk}/new-version/")
    shown = browser.get(told["Location"]).context["adminform"].form
    assert shown["saving_cap"].value() == 2
    assert (shown["on_exceeded"].value(), shown["activity_kinds"].value()) == ("ask", ["walk"])
    assert shown["first_day"].value() is None
    for other in (leksand.policies.get().pk, "nobody"):
        assert browser.get(f"{POLICIES}add/?from={other}").status_code == 404


def test_the_list_says_the_main_rules_in_words(browser: Client, kalix: Municipality) -> None:
    Policy.objects.create(
        municipality=kalix, first_day=date(2026, 7, 1), weight_steps=[[0, 1], [90, 2]], saving_cap=2, saving_age=3
    )
    page = browser.get(POLICIES).content.decode()
    for words in ("2026-07-01 (kommande)", "1, från 1 h 30 min: 2", "högst 2 sparas i 3 perioder", "stoppa"):
        assert words in page


@pytest.mark.parametrize("first_day", ["2026-06-10", "2026-06-09", "2019-01-01"])
def test_no_policy_is_added_for_days_that_have_begun(browser: Client, kalix: Municipality, first_day: str) -> None:
    answer = browser.post(f"{POLICIES}add/", policy(kalix, first_day=first_day))
    assert "har börjat gälla" in office.mistakes(answer)["first_day"][0]
    assert Policy.objects.filter(municipality=kalix).count() == 1


def test_the_first_policy_may_have_begun(browser: Client, kalix: Municipality) -> None:
    """A municipality starts with what already holds."""
    Policy.objects.filter(municipality=kalix).delete()
    assert browser.post(f"{POLICIES}add/", policy(kalix, first_day="2026-01-01")).status_code == 302


def test_a_policy_that_has_begun_can_only_be_read(browser: Client, kalix: Municipality) -> None:
    Policy.objects.filter(municipality=kalix).update(category_caps={"meal": "150.00"})
    begun = kalix.policies.get()
    path = f"{POLICIES}{begun.pk}/change/"
    page = browser.get(path).content.decode()
    assert "1, från 5 h: 2, från 10 h: 3" in page
    assert "Uteblivet av klienten: räknas, ersätts, kostnader betalas" in page
    assert "meal: 150,00 kr" in page
    assert 'name="weight_steps"' not in page
    assert browser.post(path, form()).status_code == 403
    ada = office.operator()
    with pytest.raises(PolicyBegun):
        services.edit_policy(by=ada, policy_id=begun.pk, now=world.NOW, weight_steps=[[0, 1]])


def test_a_policy_is_not_moved_to_a_day_that_has_begun(browser: Client, kalix: Municipality) -> None:
    coming = Policy.objects.create(municipality=kalix, first_day=date(2026, 7, 1), weight_steps=[[0, 1]])
    answer = browser.post(f"{POLICIES}{coming.pk}/change/", form(first_day="2026-06-01"))
    assert "har börjat gälla" in office.mistakes(answer)["first_day"][0]
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
    other = Policy.objects.create(municipality=kalix, first_day=date(2026, 8, 1), weight_steps=[[0, 1]])
    for answer in (
        browser.post(f"{POLICIES}add/", policy(kalix)),
        browser.post(f"{POLICIES}{other.pk}/change/", form(first_day="2026-07-01")),
    ):
        assert "Det finns redan en riktlinje" in office.mistakes(answer)["first_day"][0]
    assert Policy.objects.get(pk=other.pk).first_day == date(2026, 8, 1)


@pytest.mark.parametrize("wrong", [{"saving_cap": Decimal(-1)}, {"weight_steps": []}, {"activity_kinds": ["x"]}])
def test_the_services_refuse_the_same_and_write_nothing(kalix: Municipality, noon: Any, wrong: Any) -> None:
    """Whatever the database would only answer with an error of its own."""
    by = office.operator()
    values: dict[str, Any] = {"first_day": date(2026, 7, 1), "weight_steps": [[0, 1]]}
    with pytest.raises(ValidationError):
        services.add_policy(by=by, municipality=kalix, now=world.NOW, **values | wrong)
    coming = services.add_policy(by=by, municipality=kalix, now=world.NOW, **values)
    with pytest.raises(ValidationError):
        services.edit_policy(by=by, policy_id=coming.pk, now=world.NOW, **wrong)
    coming.refresh_from_db()
    assert (coming.version, coming.weight_steps) == (1, [[0, 1]])


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
        "kind": "receipt",
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


@pytest.mark.parametrize("name", ["highest_weight", "saving_cap", "ahead_cap"])
def test_nobody_saves_or_goes_ahead_by_hundreds(name: str, browser: Client, kalix: Municipality) -> None:
    answer = browser.post(f"{POLICIES}add/", policy(kalix, **{name: "101"}))
    assert name in office.mistakes(answer)
