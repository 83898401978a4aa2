"""What still runs of the last release while the tables are brought up to date, and what they begin with."""

from datetime import date
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from assignments.models import Assignment, Policy
from expenses.models import Expense, ExpenseCategory, MileageRate
from people.models import Municipality, User
from tests import world
from tests.expenses.calls import act, edit, refused_with

pytestmark = pytest.mark.usefixtures("noon")
BASE = "version, created_at, updated_at"
# The columns that it knows, of each table.
COLUMNS = {
    Expense: f"{BASE}, creation_fingerprint, action_fingerprint, claimed_amount, spent_on, note, status, reason, "
    "assignment_id, category_id",
    ExpenseCategory: f"{BASE}, name_sv, name_en, needs_receipt, is_active, municipality_id",
    Policy: f"{BASE}, period, partial_period, weight_steps, saving_cap, ahead_cap, on_exceeded, cancellations, "
    "activity_kinds, municipality_id",
}


def written_by_the_last_release(row: Any, own: str, value: date | str | None) -> Any:
    """Copy a row in the columns that the last release knows, with a value of its own in one of them."""
    columns, table = COLUMNS[type(row)], row._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (id, {own}, {columns}) SELECT gen_random_uuid(), %s, {columns} "  # noqa: S608
            f"FROM {table} WHERE id = %s RETURNING id",
            [value, row.pk],
        )
        return type(row)._default_manager.get(pk=cursor.fetchone()[0])


def test_the_last_release_goes_on_writing(kalix: Municipality, assignment: Assignment) -> None:
    coins = kalix.expense_categories.get(code="coins")
    copied = written_by_the_last_release(coins, "code", "parking")
    assert (copied.kind, copied.is_mileage) == ("receipt", False)
    ruled = written_by_the_last_release(kalix.policies.get(), "first_day", date(2026, 7, 1))
    assert (ruled.receipt_days, ruled.category_caps, ruled.ask_first_above) == (None, {}, None)
    ruled.full_clean()


def test_a_drive_that_it_claims_as_a_receipt_does_not_come_in(
    karin: User, kalix: Municipality, assignment: Assignment
) -> None:
    car = world.make_drive(kalix)
    coffee = world.make_expense(assignment, category="coins", note="own")
    claimed = written_by_the_last_release(coffee, "occasion_id", None)
    assert (claimed.mileage_km, claimed.mileage_from, claimed.pre_approval) == (None, "", None)
    Expense.objects.filter(pk=claimed.pk).update(category=car)
    assert refused_with(act(karin, "submit", claimed)) == (400, "mileage_missing")
    assert edit(karin, claimed, note="Till stan").status_code == 200
    assert edit(karin, claimed, claimed_amount="5000.00").status_code == 200
    assert refused_with(act(karin, "submit", claimed)) == (400, "mileage_missing")


def test_municipalities_that_are_there_begin_with_a_rate(kalix: Municipality, leksand: Municipality) -> None:
    world.make_drive(kalix, "3.00")
    add = import_module("expenses.migrations.0007_first_rates").add
    for _ in range(2):
        add(apps, None)
    rates = {one.municipality.code: one.rate for one in MileageRate.objects.all()}
    assert rates == {"kalix": Decimal("3.00"), "leksand": Decimal("2.50")}
