"""Lists of expenses and categories: pages, filters, and what they never show."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from assignments.models import Assignment
from expenses.models import Expense, ExpenseCategory
from people.models import Municipality, Role, User
from tests import world
from tests.expenses.calls import EXPENSES, first_error, refused_with

pytestmark = pytest.mark.usefixtures("noon")


def listed(user: User, **query: Any) -> list[str]:
    """Return the ids on the first page."""
    answer = world.signed_in(user).get(EXPENSES, query)
    assert answer.status_code == 200
    return [row["id"] for row in answer.data["results"]]


def one_of_each(assignment: Assignment, coordinator: User) -> dict[str, Expense]:
    """Make an expense in every status, each a day before the last."""
    statuses = ["draft", "submitted", "approved", "returned", "rejected", "paid"]
    return {
        status: world.make_expense(
            assignment,
            status=status,
            coordinator=coordinator,
            spent_on=date(2026, 6, 9) - timedelta(days=day),
            occasion=world.make_occasion(assignment, world.NOW, status="cancelled"),
            category=["ticket", "meal", "coins"][day % 3],
            receipt=world.make_receipt(assignment.contact_person),
        )
        for day, status in enumerate(statuses)
    }


def test_karin_sees_all_of_hers_newest_first_and_inger_what_came_in(
    karin: User, sven: User, inger: User, lars: User, assignment: Assignment, elsewhere: Expense
) -> None:
    all_of_them = [str(expense.pk) for expense in one_of_each(assignment, inger).values()]
    assert listed(karin) == all_of_them
    assert listed(inger) == all_of_them[1:]
    assert listed(sven) == []
    assert listed(lars) == [str(elsewhere.pk)]


def test_a_draft_is_not_found_by_any_filter(karin: User, inger: User, assignment: Assignment) -> None:
    occasion = world.make_occasion(assignment, world.NOW)
    draft = world.make_expense(assignment, occasion=occasion)
    for query in (
        {"status": "draft"},
        {"assignment": assignment.pk},
        {"occasion": occasion.pk},
        {"category": "ticket"},
        {"spent_from": "2026-01-01", "spent_to": "2026-12-31"},
    ):
        assert listed(inger, **query) == []
        assert listed(karin, **query) == [str(draft.pk)]


def test_a_filter_finds_nothing_of_another_municipality(inger: User, elsewhere: Expense) -> None:
    assert listed(inger, assignment=elsewhere.assignment_id) == []
    assert listed(inger, category="ticket") == []


def test_each_filter_keeps_what_it_names(karin: User, inger: User, assignment: Assignment) -> None:
    made = one_of_each(assignment, inger)
    for status, expense in made.items():
        assert listed(karin, status=status) == [str(expense.pk)]
        assert listed(karin, occasion=expense.occasion_id) == [str(expense.pk)]
        assert listed(karin, spent_from=expense.spent_on, spent_to=expense.spent_on) == [str(expense.pk)]
    assert len(listed(karin, assignment=assignment.pk)) == 6
    assert listed(karin, assignment=uuid4()) == []
    assert listed(karin, category="meal") == [str(made["submitted"].pk), str(made["rejected"].pk)]
    assert listed(karin, category="nonsense") == []
    assert len(listed(karin, spent_from="2026-06-07")) == 3
    assert len(listed(karin, spent_to="2026-06-07")) == 4


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "nonsense"), ("status", "\0"),
        ("assignment", "1"), ("assignment", "\0"), ("occasion", "x" * 5000), ("category", "\0"),
        ("spent_from", "yesterday"), ("spent_from", "2026-02-30"), ("spent_from", "99999-01-01"),
        ("spent_to", "05/06/2026"), ("spent_to", "\0"),
        ("limit", "0"), ("limit", "201"), ("limit", "²"), ("limit", "-1"), ("cursor", "nonsense"),
    ],
)  # fmt: skip
def test_a_filter_that_can_not_be_meant_is_refused(karin: User, name: str, value: str) -> None:
    answer = world.signed_in(karin).get(EXPENSES, {name: value})
    assert refused_with(answer) == (400, "invalid")
    assert first_error(answer)[0] == f"/{name}"


def test_pages_hold_each_expense_once_also_while_new_ones_come_in(karin: User, assignment: Assignment) -> None:
    made = {str(world.make_expense(assignment, spent_on=date(2026, 6, 1 + day % 3)).pk) for day in range(10)}
    client = world.signed_in(karin)
    path, seen = f"{EXPENSES}?limit=3", list[str]()
    while path:
        page = client.get(path).json()
        assert set(page) == {"results", "next", "previous"}
        seen += [row["id"] for row in page["results"]]
        path = page["next"]
        world.make_expense(assignment, spent_on=date(2026, 6, 9))
    assert len(seen) == 10
    assert set(seen) == made


@pytest.mark.parametrize("who", ["karin", "inger"])
def test_thirty_take_as_many_questions_as_one(
    request: pytest.FixtureRequest,
    assignment: Assignment,
    karin: User,
    inger: User,
    bengt: User,
    who: str,
    django_assert_num_queries: Any,
) -> None:
    one_of_each(assignment, bengt)
    for _ in range(2):
        client = world.signed_in(request.getfixturevalue(who))
        with django_assert_num_queries(6):  # roles, rows, switched off, policies, what looks the same either way
            assert client.get(EXPENSES).status_code == 200
        for _ in range(4):
            one_of_each(assignment, bengt)


def test_categories_are_those_in_use_where_one_has_a_role(
    karin: User, lars: User, kalix: Municipality, leksand: Municipality
) -> None:
    ExpenseCategory.objects.filter(municipality=kalix, code="meal").update(is_active=False)
    rows = world.signed_in(karin).get("/api/v1/expense-categories").data["results"]
    assert [(row["code"], row["name"], row["needs_receipt"]) for row in rows] == [
        ("coins", "Myntautomat", False),
        ("ticket", "Biljett", True),
    ]
    assert {row["municipality"] for row in rows} == {kalix.pk}
    world.add_roles(karin, leksand, Role.CASE_OFFICER)
    assert len(world.signed_in(karin).get("/api/v1/expense-categories").data["results"]) == 5


def test_categories_speak_the_callers_language(karin: User, kalix: Municipality) -> None:
    client = world.signed_in(karin)
    rows = client.get("/api/v1/expense-categories", headers={"accept-language": "en"}).data["results"]
    assert [row["name"] for row in rows] == ["Coin machine", "Meal", "Ticket"]
