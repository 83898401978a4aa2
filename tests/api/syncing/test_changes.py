"""What a phone is told after a change, and what it costs."""

from collections.abc import Callable
from datetime import date, time, timedelta
from itertools import count
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments.models import Assignment, Policy, ScopeChange
from core.repeats import fingerprint
from expenses.models import Expense, PreApproval, Receipt
from notifications.models import Notification
from occasions.models import Activity, ActivityKind, Occasion, OccasionSeries
from people.models import Client, Municipality, Role, User
from tests import world
from tests.api.syncing.phone import Phone, started, the_same, told_by_lists

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
Traveller = time_machine.Traveller


def plan_series(assignment: Assignment, **fields: Any) -> OccasionSeries:
    values = {"rule": "FREQ=WEEKLY;COUNT=2", "first_day": date(2026, 6, 16), "last_day": date(2026, 6, 23)}
    values |= {"filled_until": date(2026, 8, 1), "starts": time(15), "minutes": 60}
    return OccasionSeries.objects.create(assignment=assignment, **values | fields)


def fill(assignment: Assignment) -> None:
    """Put one of each type into an assignment."""
    receipt = world.make_receipt(assignment.contact_person)
    world.make_expense(assignment, receipt=receipt)
    world.make_occasion(assignment, world.NOW, series=plan_series(assignment), original_day=date(2026, 6, 16))
    world.make_pre_approval(assignment)
    world.make_notification(assignment.contact_person)


def test_a_phone_begins_with_everything_that_its_lists_show(
    noon: Traveller, karin: User, assignment: Assignment
) -> None:
    fill(assignment)
    world.make_receipt(karin)
    phone = Phone(karin)
    pages = phone.pull(3)
    assert [len(page["changes"]) for page in pages] == [3, 3, 2]
    assert {type_ for type_, _ in phone.store} == {change["type"] for page in pages for change in page["changes"]}
    assert the_same(phone.store, told_by_lists(karin))
    assert phone.news() == []


def test_whichever_way_something_is_written_it_is_sent_and_nothing_else(
    noon: Traveller, karin: User, assignment: Assignment
) -> None:
    fill(assignment)
    occasion, kind = Occasion.objects.get(), ActivityKind.objects.get(code="coffee")
    receipt = Receipt.objects.get()
    later = world.NOW + timedelta(days=1)
    new = Occasion(
        assignment=assignment, contact_person=karin, starts_at=later, ends_at=later + timedelta(hours=1)
    )

    def by_hand(sql: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, [occasion.pk])

    def change(row: Any) -> Callable[[], Any]:
        return lambda: row.change(version=row.version + 1)

    def bulk_update() -> None:
        occasion.note = "Fika"
        Occasion.objects.bulk_update([occasion], ["note"])

    def write_activity() -> None:
        Activity.objects.bulk_create([Activity(occasion=occasion, kind=kind, position=0)])

    writes: list[tuple[Callable[[], Any], list[Any]]] = [
        (change(OccasionSeries.objects.get()), [OccasionSeries.objects.get()]),
        (change(occasion), [occasion]),
        (change(receipt), [receipt]),
        (change(PreApproval.objects.get()), [PreApproval.objects.get()]),
        (change(Expense.objects.get()), [Expense.objects.get()]),
        (change(Notification.objects.get()), [Notification.objects.get()]),
        (lambda: Occasion.objects.bulk_create([new]), [new]),
        (bulk_update, [occasion]),
        (lambda: Occasion.objects.filter(pk=occasion.pk).update(title="Bio"), [occasion]),
        (
            lambda: by_hand("UPDATE occasions_occasion SET place = 'Kalix', changed_in = '3' WHERE id = %s"),
            [occasion],
        ),
        (write_activity, [occasion]),
        (lambda: Activity.objects.update(note="Med kaka"), [occasion]),
        (lambda: by_hand("DELETE FROM occasions_activity WHERE occasion_id = %s"), [occasion]),
        # Whose expense a receipt belongs to says who sees it.
        (lambda: Expense.objects.update(receipt=None), [receipt, Expense.objects.get()]),
    ]
    phone = started(karin)
    for write, told in writes:
        write()
        assert phone.news() == [(_type_of(row), str(row.pk)) for row in told], write
    assert the_same(phone.store, told_by_lists(karin))


def _type_of(row: Any) -> str:
    names = {OccasionSeries: "series", PreApproval: "pre_approval"}
    return names.get(type(row)) or type(row).__name__.lower()


def test_what_an_assignment_shows_of_others_is_sent_again(
    noon: Traveller, karin: User, assignment: Assignment, inger: User
) -> None:
    fill(assignment)
    phone, told = started(karin), [("assignment", str(assignment.pk))]
    Client.objects.update(name="Maj Lind")
    assert phone.news() == told
    asked = fingerprint("change_scope", {})
    change = {"decision": assignment.decision, "first_day": date(2026, 6, 12), "units": 6}
    ScopeChange.objects.create(**change, made_by=inger, creation_fingerprint=asked)
    assert phone.news() == []
    noon.shift(timedelta(days=2))
    assert phone.news() == told
    assert the_same(phone.store, told_by_lists(karin))


def test_occasions_are_sent_again_from_the_day_on_from_which_they_are_judged_otherwise(
    noon: Traveller, karin: User, kalix: Municipality, assignment: Assignment
) -> None:
    days = [world.NOW + timedelta(days=30 * number) for number in range(3)]
    occasions = [("occasion", str(world.make_occasion(assignment, day, hours=6).pk)) for day in days]
    phone = started(karin)
    policy = Policy.objects.create(
        municipality=kalix, first_day=days[1], weight_steps=[[0, 1]], ask_first_above=500
    )
    assert phone.news() == sorted(occasions[1:])
    policy.change(first_day=days[2].date())
    assert phone.news() == sorted(occasions[1:])
    policy.change(ask_first_above=700)  # no occasion is judged by it
    assert phone.news() == []
    kalix.policies.filter(first_day=date(2020, 1, 1)).update(weight_steps=[[0, 2]])
    assert phone.news() == sorted(occasions)
    kalix.change(time_zone="America/New_York")
    assert phone.news() == [("assignment", str(assignment.pk)), *sorted(occasions)]
    assert the_same(phone.store, told_by_lists(karin))


def test_one_that_ends_is_taken_away_and_one_that_is_prolonged_comes_back(
    noon: Traveller, karin: User, kalix: Municipality, assignment: Assignment
) -> None:
    fill(assignment)
    loose = world.make_receipt(karin)
    bound = Receipt.objects.exclude(pk=loose.pk).get()
    ends = world.make_assignment(karin, kalix, last_day=date(2026, 6, 10))
    world.make_occasion(ends, world.NOW + timedelta(days=1))
    Assignment.objects.filter(pk=assignment.pk).update(last_day=date(2026, 6, 11))
    phone = started(karin)
    noon.shift(timedelta(hours=12))  # past midnight in Sweden, not in UTC
    assert phone.news() == [("-assignment", str(ends.pk))]
    noon.shift(timedelta(days=1))
    assert phone.news() == [("-assignment", str(assignment.pk)), ("-receipt", str(bound.pk))]
    assert {type_ for type_, _ in phone.store} == {"receipt", "notification"}
    Assignment.objects.filter(pk=assignment.pk).update(last_day=None)
    assert len(phone.news()) == 6
    assert the_same(phone.store, told_by_lists(karin))
    assert phone.news() == []


def test_a_receipt_is_forgotten_that_went_into_an_assignment_that_the_phone_never_had(
    noon: Traveller, karin: User, kalix: Municipality
) -> None:
    receipt = world.make_receipt(karin)
    phone = started(karin)
    brief = world.make_assignment(karin, kalix)
    world.make_expense(brief, receipt=receipt)
    brief.change(last_day=date(2026, 6, 9))
    assert phone.news() == [("-receipt", str(receipt.pk))]


def test_a_role_that_is_taken_away_takes_its_assignments_along(
    noon: Traveller, karin: User, leksand: Municipality, assignment: Assignment
) -> None:
    world.add_roles(karin, leksand, Role.CONTACT_PERSON)
    there = world.make_assignment(karin, leksand)
    world.make_occasion(there, world.NOW)
    phone = started(karin)
    karin.memberships.filter(municipality=leksand).update(is_active=False)
    assert phone.news() == [("-assignment", str(there.pk))]
    assert the_same(phone.store, told_by_lists(karin))
    karin.memberships.update(is_active=False)
    assert phone.ask().status_code == 403


def test_nothing_of_others_is_sent_nor_what_an_earlier_contact_person_wrote(
    noon: Traveller, karin: User, sven: User, anna: User, leksand: Municipality, assignment: Assignment
) -> None:
    earlier = world.make_assignment(sven, assignment.municipality, decision=assignment.decision)
    for foreign in (earlier, world.make_assignment(anna, leksand)):
        fill(foreign)
    phone = Phone(karin)
    assert phone.news() == [("assignment", str(assignment.pk))]
    Occasion.objects.update(note="Hemligt")
    Receipt.objects.update(version=2)
    Notification.objects.update(read_at=world.NOW)
    assert phone.news() == []


def test_a_pull_costs_a_handful_of_queries_however_much_there_is(
    noon: Traveller, karin: User, kalix: Municipality, assignment: Assignment
) -> None:
    days = count()

    def add(number: int) -> None:
        for _ in range(number):
            world.make_occasion(assignment, world.NOW - timedelta(days=next(days)))
            world.make_expense(assignment, receipt=world.make_receipt(karin))
            world.make_notification(karin)
        world.make_assignment(karin, kalix)

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert phone.ask().status_code == 200
        # Not those by which the caller is loaded with their roles.
        return sum("people_membership" not in one["sql"] for one in queries.captured_queries) - 1

    add(2)
    phone = started(karin)
    nothing_new = cost()
    add(2)
    some = cost()
    phone.pull()
    add(15)
    assert cost() == some <= 20
    phone.pull()
    assert cost() == nothing_new <= 8
