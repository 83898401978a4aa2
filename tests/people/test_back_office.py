"""Every page of the back office × who asks for it. A page that is not in the table fails."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assignments.models import LegalBasis, Policy
from core.models import Heartbeat
from expenses.models import ExpenseCategory, MileageRate, StorageCheck
from occasions.models import ActivityKind
from people.models import Membership, Municipality, Role, User
from tests import world
from tests.people import office

OWN, FOREIGN, COORDINATOR, CONTACT_PERSON = "own", "foreign", "coordinator", "contact_person"
FORMER, NOBODY, OPERATOR = "former", "nobody", "operator"
OUTSIDERS = (COORDINATOR, CONTACT_PERSON, FORMER, NOBODY)
VIEWS = ("changelist", "add", "change", "history", "delete")


@dataclass(frozen=True)
class Row:
    """What an own administrator and the operator get of a model's pages, in the order of VIEWS."""

    own: tuple[int, int, int, int, int]
    operator: tuple[int, int, int, int, int]
    shared: bool = False  # whether the rows belong to no municipality


TABLE = {
    Municipality: Row((200, 403, 200, 200, 403), (200, 200, 200, 200, 403)),
    User: Row((200, 200, 200, 200, 403), (200, 200, 200, 200, 403)),
    Membership: Row((200, 200, 200, 200, 403), (200, 200, 200, 200, 403)),
    Policy: Row((200, 200, 200, 200, 403), (200, 200, 200, 200, 403)),
    ActivityKind: Row((200, 200, 200, 200, 403), (200, 200, 200, 200, 403)),
    ExpenseCategory: Row((200, 200, 200, 200, 403), (200, 200, 200, 200, 403)),
    MileageRate: Row((200, 200, 200, 200, 403), (200, 200, 200, 200, 403)),
    LegalBasis: Row((200, 403, 200, 200, 403), (200, 403, 200, 200, 403), shared=True),
    Heartbeat: Row((403, 403, 403, 403, 403), (200, 403, 200, 200, 403), shared=True),
    StorageCheck: Row((403, 403, 403, 403, 403), (200, 403, 200, 200, 403), shared=True),
}


@pytest.fixture
def rows(kalix: Municipality, karin: User) -> dict[Any, Any]:
    """One row of Kalix for each page, with something to recognise it by."""
    Municipality.objects.filter(pk=kalix.pk).update(name="Marker kommun")
    User.objects.filter(pk=karin.pk).update(name="Marker Ek", email="marker@kalix.example")
    ActivityKind.objects.filter(municipality=kalix).update(name_sv="Marker kind")
    ExpenseCategory.objects.filter(municipality=kalix).update(name_sv="Marker category")
    # Long enough to be in no id by chance.
    Policy.objects.filter(municipality=kalix).update(weight_steps=[[0, 1], [77777, 2]])
    return {
        Municipality: kalix,
        User: karin,
        Membership: karin.memberships.get(),
        Policy: kalix.policies.get(),
        ActivityKind: kalix.activity_kinds.first(),
        ExpenseCategory: kalix.expense_categories.first(),
        MileageRate: MileageRate.objects.create(municipality=kalix, first_day=date(2023, 1, 1)),
        LegalBasis: LegalBasis.objects.first(),
        Heartbeat: Heartbeat.objects.create(task="notifications.sweep", started_at=timezone.now()),
        StorageCheck: StorageCheck.objects.create(started_at=timezone.now()),
    }


@pytest.fixture
def browsers(kalix: Municipality, leksand: Municipality) -> dict[str, Client]:
    """Everybody who may ask."""
    former = world.make_user("former@kalix.example", kalix, Role.ADMINISTRATOR)
    former.memberships.update(is_active=False)
    return {
        OWN: office.at(office.administrator(kalix)),
        FOREIGN: office.at(office.administrator(leksand)),
        COORDINATOR: office.at(world.make_user("inger@kalix.example", kalix, Role.COORDINATOR)),
        CONTACT_PERSON: office.at(world.make_user("sven@kalix.example", kalix, Role.CONTACT_PERSON)),
        FORMER: office.at(former),
        NOBODY: office.at(None),
        OPERATOR: office.at(office.operator()),
    }


def path_of(model: Any, view: str, row: Any) -> str:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{view}"
    return reverse(name, args=[row.pk] if view in ("change", "history", "delete") else [])


PAGES = [(model, view) for model in TABLE for view in VIEWS]


def test_the_table_has_every_page_and_no_other() -> None:
    """Above all none about clients, decisions, assignments, occasions, expenses, receipts or notifications."""
    assert set(admin.site._registry) == set(TABLE)


@pytest.mark.parametrize(("model", "view"), PAGES)
def test_each_gets_just_what_the_table_says(
    model: Any, view: str, browsers: dict[str, Client], rows: dict[Any, Any]
) -> None:
    path = path_of(model, view, rows[model])
    place = VIEWS.index(view)
    assert browsers[OWN].get(path).status_code == TABLE[model].own[place]
    assert browsers[OPERATOR].get(path).status_code == TABLE[model].operator[place]


@pytest.mark.parametrize("actor", OUTSIDERS)
def test_who_is_no_administrator_is_asked_to_sign_in(
    actor: str, browsers: dict[str, Client], rows: dict[Any, Any]
) -> None:
    for model, view in PAGES:
        path = path_of(model, view, rows[model])
        for answer in (browsers[actor].get(path), browsers[actor].post(path, {"is_active": ""})):
            assert answer.status_code == 302, path
            assert answer["Location"] == f"{reverse('admin:login')}?next={path}"


@pytest.mark.parametrize(("model", "view"), [page for page in PAGES if not TABLE[page[0]].shared])
def test_the_administrator_of_another_municipality_sees_and_changes_nothing(
    model: Any, view: str, browsers: dict[str, Client], rows: dict[Any, Any]
) -> None:
    row, path = rows[model], path_of(model, view, rows[model])
    before = model.objects.filter(pk=row.pk).values().get()
    body = dict.fromkeys(("name", "email", "name_sv", "name_en"), "Stolen")
    missing = {"changelist": 200, "add": TABLE[model].own[1], "delete": 403}.get(view, 302)
    for answer in (browsers[FOREIGN].get(path), browsers[FOREIGN].post(path, body)):
        content = answer.content.decode()
        assert answer.status_code == missing
        assert "Marker" not in content
        assert "marker@" not in content
        assert "77777" not in content
        assert view in ("change", "history", "delete") or str(row.pk) not in content
    assert model.objects.filter(pk=row.pk).values().get() == before


@pytest.mark.parametrize("model", [Municipality, User, Membership, Policy, ActivityKind, ExpenseCategory])
def test_own_rows_are_shown_to_their_administrator(
    model: Any, browsers: dict[str, Client], rows: dict[Any, Any]
) -> None:
    content = browsers[OWN].get(path_of(model, "changelist", rows[model])).content.decode()
    assert str(rows[model].pk) in content
    assert model is Policy or "Marker" in content
    assert "eksand" not in content


@pytest.mark.parametrize("model", [User, Membership, ActivityKind, ExpenseCategory])
def test_a_search_finds_only_what_is_ones_own(
    model: Any, browsers: dict[str, Client], rows: dict[Any, Any]
) -> None:
    path = path_of(model, "changelist", rows[model])
    assert str(rows[model].pk) in browsers[OWN].get(path, {"q": "a"}).content.decode()
    assert str(rows[model].pk) not in browsers[FOREIGN].get(path, {"q": "a"}).content.decode()


@pytest.mark.parametrize(
    ("model", "lookup"),
    [
        (User, "password__startswith"),
        (User, "is_superuser"),
        (User, "memberships__municipality__name__startswith"),
        (User, "assignments__decision__client__name__startswith"),
        (Membership, "user__password__startswith"),
        (ActivityKind, "municipality__clients__name__startswith"),
        (Policy, "municipality__code"),
    ],
)
def test_hidden_fields_cannot_be_guessed_by_filters(
    model: Any, lookup: str, browsers: dict[str, Client], rows: dict[Any, Any]
) -> None:
    assert browsers[OWN].get(path_of(model, "changelist", None), {lookup: "a"}).status_code == 400


@pytest.mark.parametrize(
    ("app", "model", "field"),
    [
        ("people", "membership", "user"),
        ("people", "membership", "municipality"),
        ("assignments", "policy", "municipality"),
        ("assignments", "assignment", "contact_person"),
        ("assignments", "assignment", "decision"),
        ("assignments", "decision", "client"),
        ("expenses", "expense", "decided_by"),
    ],
)
@pytest.mark.parametrize("actor", [FOREIGN, CONTACT_PERSON, NOBODY])
def test_no_autocomplete_tells_of_another_municipality(
    app: str, model: str, field: str, actor: str, browsers: dict[str, Client], rows: dict[Any, Any]
) -> None:
    query = {"app_label": app, "model_name": model, "field_name": field, "term": ""}
    content = browsers[actor].get(reverse("admin:autocomplete"), query).content.decode()
    assert "Marker" not in content
    assert not any(str(row.pk) in content for row in rows.values() if not isinstance(row, LegalBasis | Heartbeat))


@pytest.mark.parametrize("actor", [OWN, FOREIGN])
def test_the_front_page_and_its_search_name_no_rows(
    actor: str, browsers: dict[str, Client], rows: dict[Any, Any]
) -> None:
    index = browsers[actor].get(reverse("admin:index"))
    search = browsers[actor].get(reverse("admin:search"), {"s": "marker", "extended": "1"})
    assert index.status_code == search.status_code == 200
    assert "Marker" not in index.content.decode() + search.content.decode()
    assert "Heartbeat" not in index.content.decode()


def test_no_row_names_a_person_where_logs_might_see_it(rows: dict[Any, Any]) -> None:
    assert not any("Marker" in str(row) or "@" in str(row) for row in rows.values())


def test_a_deactivated_administrator_is_out_at_once(kalix: Municipality) -> None:
    ada = office.administrator(kalix)
    browser = office.at(ada)
    assert browser.get(reverse("admin:index")).status_code == 200
    User.objects.update(is_active=False)
    assert browser.get(reverse("admin:index")).status_code == 302


@pytest.mark.parametrize("model", [Municipality, User, Membership, Policy, ActivityKind, ExpenseCategory])
def test_a_list_asks_the_same_number_of_questions_however_long(
    model: Any,
    kalix: Municipality,
    browsers: dict[str, Client],
    rows: dict[Any, Any],
    django_assert_max_num_queries: Any,
) -> None:
    for number in range(20):
        world.make_user(f"number{number}@kalix.example", kalix, Role.CONTACT_PERSON, Role.COORDINATOR)
        Policy.objects.create(municipality=kalix, first_day=date(2021, 1, number + 1), weight_steps=[[0, 1]])
        ActivityKind.objects.create(municipality=kalix, code=f"k{number}", name_sv="K", name_en="K")
        ExpenseCategory.objects.create(municipality=kalix, code=f"k{number}", name_sv="K", name_en="K")
    with django_assert_max_num_queries(9):
        browsers[OWN].get(path_of(model, "changelist", None))
