"""Whatever Karin, Inger and Bengt do in whatever order, the books stay right."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from assignments.models import Assignment
from core.errors import DomainError
from core.periods import Month
from expenses import deciding_services, services
from expenses.models import Expense, Receipt
from notifications.models import Notification
from people.models import Role, User
from tests import world

AMOUNTS = st.decimals(min_value=Decimal("0.01"), max_value=Decimal("500"), places=2)
REASONS = st.sampled_from(["", "Så är det.", "Därför."])
NUMBERS = st.integers(min_value=0, max_value=3)
PEOPLE = st.sampled_from(["karin", "inger", "bengt"])
UNDECIDED = {"draft", "submitted"}


class Books(RuleBasedStateMachine):
    """Two drafts and two receipts, a contact person who is a coordinator too, and two more coordinators."""

    people: dict[str, User]
    assignment: Assignment

    @initialize()
    def start(self) -> None:
        Notification.objects.all().delete()
        Expense.objects.all().delete()
        Receipt.objects.all().delete()
        karin = self.people["karin"]
        self.receipts = [world.make_receipt(karin) for _ in range(2)]
        self.decided: dict[Any, int] = {}
        self.expenses = [world.make_expense(self.assignment, category="meal").pk for _ in range(2)]

    def attempt(self, service: Any, who: str, number: int, **values: Any) -> None:
        """Call a service; a refusal changes nothing."""
        row_id = self.expenses[number % len(self.expenses)]
        before = vars(Expense.objects.get(pk=row_id)) | {"_state": None}
        try:
            after = service(user=self.people[who], expense_id=row_id, now=world.NOW, **values)
        except DomainError:
            assert vars(Expense.objects.get(pk=row_id)) | {"_state": None} == before
            return
        assert after.version in (before["version"], before["version"] + 1)
        if after.status != before["status"] and after.status not in UNDECIDED:
            assert who != "karin"
            self.decided[row_id] = self.decided.get(row_id, 0) + 1

    @rule(amount=AMOUNTS, number=NUMBERS, receipt=NUMBERS)
    def claim(self, amount: Decimal, number: int, receipt: int) -> None:
        try:
            expense, _ = services.claim_expense(
                user=self.people["karin"],
                now=world.NOW,
                assignment=self.assignment.pk,
                category=["coins", "meal"][number % 2],
                claimed_amount=amount,
                spent_on=date(2026, 6, 5),
                receipt=[None, *(one.pk for one in self.receipts)][receipt % 3],
            )
        except DomainError:
            return
        self.expenses.append(expense.pk)

    @rule(who=PEOPLE, number=NUMBERS, amount=AMOUNTS, category=st.sampled_from(["coins", "meal", "ticket"]))
    def edit_what_counts(self, who: str, number: int, amount: Decimal, category: str) -> None:
        version = Expense.objects.get(pk=self.expenses[number % len(self.expenses)]).version
        values = {"claimed_amount": amount, "category": category, "expected_version": version}
        self.attempt(services.edit_expense, who, number, **values)

    @rule(number=NUMBERS, receipt=NUMBERS, version=NUMBERS)
    def exchange_the_receipt(self, number: int, receipt: int, version: int) -> None:
        chosen = [None, *(one.pk for one in self.receipts)][receipt % 3]
        present = Expense.objects.get(pk=self.expenses[number % len(self.expenses)]).version
        expected = present if version else present + 1
        self.attempt(services.edit_expense, "karin", number, receipt=chosen, expected_version=expected)

    @rule(number=NUMBERS, note=REASONS)
    def edit_the_note(self, number: int, note: str) -> None:
        expense = Expense.objects.get(pk=self.expenses[number % len(self.expenses)])
        self.attempt(services.edit_expense, "karin", number, note=note, expected_version=expense.version)
        assert Expense.objects.get(pk=expense.pk).status == expense.status

    @rule(who=PEOPLE, number=NUMBERS)
    def submit(self, who: str, number: int) -> None:
        self.attempt(services.submit_expense, who, number)

    @rule(who=PEOPLE, number=NUMBERS, amount=AMOUNTS | st.none(), reason=REASONS)
    def approve(self, who: str, number: int, amount: Decimal | None, reason: str) -> None:
        self.attempt(deciding_services.approve_expense, who, number, approved_amount=amount, reason=reason)

    @rule(who=PEOPLE, number=NUMBERS, reason=REASONS)
    def send_back(self, who: str, number: int, reason: str) -> None:
        self.attempt(deciding_services.return_expense, who, number, reason=reason)

    @rule(who=PEOPLE, number=NUMBERS, reason=REASONS)
    def reject(self, who: str, number: int, reason: str) -> None:
        self.attempt(deciding_services.reject_expense, who, number, reason=reason)

    @invariant()
    def nothing_is_approved_that_was_not_claimed(self) -> None:
        for expense in Expense.objects.all():
            if expense.status == "approved":
                assert expense.approved_amount is not None
                assert 0 < expense.approved_amount <= expense.claimed_amount
                assert expense.approved_amount == expense.claimed_amount or expense.reason
            else:
                assert expense.approved_amount is None

    @invariant()
    def a_decision_has_somebody_elses_name_and_nothing_else_has_one(self) -> None:
        for expense in Expense.objects.all():
            decision = (expense.decided_by_id, expense.decided_at, expense.reason, expense.action_fingerprint)
            if expense.status in UNDECIDED:
                assert decision == (None, None, "", "")
            else:
                assert expense.decided_by_id in (self.people["inger"].pk, self.people["bengt"].pk)
                assert expense.status == "approved" or expense.reason

    @invariant()
    def what_came_in_has_the_receipt_it_needs(self) -> None:
        for expense in Expense.objects.exclude(status="draft").select_related("category"):
            assert expense.receipt_id or not expense.category.needs_receipt

    @invariant()
    def a_receipt_is_used_once(self) -> None:
        used = Expense.objects.exclude(status="rejected").exclude(receipt=None).values_list("receipt", flat=True)
        assert len(used) == len(set(used))

    @invariant()
    def karin_is_told_of_each_decision_once(self) -> None:
        told = Notification.objects.filter(recipient=self.people["karin"], subject_type="expense")
        assert told.count() == sum(self.decided.values())

    @invariant()
    def the_allowance_adds_up(self) -> None:
        month = Month(2026, 6)
        account = services.read_allowances([self.assignment], month)[self.assignment.pk]
        rows = Expense.objects.all()
        assert account.approved == sum((row.approved_amount or 0 for row in rows), Decimal(0))
        assert account.waiting == sum(
            (row.claimed_amount for row in rows if row.status == "submitted"), Decimal(0)
        )


@pytest.fixture
def books(karin: User, inger: User, bengt: User, assignment: Assignment) -> type[Books]:
    """Open the books of Karin's assignment."""
    world.add_roles(karin, assignment.municipality, Role.COORDINATOR)
    people = {user.email.split("@")[0]: User.objects.get(pk=user.pk) for user in (karin, inger, bengt)}
    return type("TheirBooks", (Books,), {"people": people, "assignment": assignment})


def test_whatever_they_do_the_books_stay_right(books: type[Books]) -> None:
    patience = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
    run_state_machine_as_test(
        books,
        settings=settings(max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=patience),
    )
