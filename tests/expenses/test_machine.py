"""Whatever Karin, Inger and Bengt do in whatever order, the books stay right."""

from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from assignments.models import Assignment
from core.errors import DomainError
from core.periods import Month
from expenses import deciding_services, hand_services, paying_services, services, undoing_services
from expenses.deciding import Wish
from expenses.models import Expense, Receipt
from notifications.models import Notification
from people import deputy_services
from people.models import DEPUTY, Membership, Role, User
from tests import world
from tests.expenses.calls import let_two_look_above
from tests.expenses.replay import present, replayed
from tests.expenses.steps import STEPS, Step

LIMIT = 250
UNDECIDED = {"draft", "submitted"}


def state_of(expense: Expense) -> dict[str, Any]:
    """Return all that an expense holds."""
    return {field.attname: getattr(expense, field.attname) for field in Expense._meta.concrete_fields}


class Books(RuleBasedStateMachine):
    """Three expenses and two receipts of Karin's, a coordinator too; Inger and Bengt, coordinators; Dag, who is a
    deputy of both and of Karin on some days; and Lena, who pays. Two look at what is above SEK 250."""

    people: dict[str, User]
    assignment: Assignment
    somewhere_else: Assignment

    @initialize()
    def start(self) -> None:
        karin = self.people["karin"]
        # What earlier examples left can't be deleted. Nobody looks at it any more.
        Expense.objects.filter(assignment=self.assignment).update(assignment=self.somewhere_else, receipt=None)
        Notification.objects.all().delete()
        Receipt.objects.all().delete()
        Membership.objects.filter(role=DEPUTY).delete()
        self.receipts = [world.make_receipt(karin) for _ in range(2)]
        self.told: dict[Any, int] = {}
        self.paid: dict[Any, Decimal] = {}
        claims = [("coins", Decimal(100)), ("coins", Decimal(300)), ("coins", Decimal(80))]
        self.expenses = [self._claim(category=category, claimed_amount=amount) for category, amount in claims]
        for number in range(3):
            self.attempt(services.submit_expense, "karin", number)

    def _claim(self, **values: Any) -> Any:
        wanted: dict[str, Any] = {"user": self.people["karin"], "now": world.NOW, "assignment": self.assignment.pk}
        return services.claim_expense(**wanted, spent_on=date(2026, 6, 5), **values)[0].pk

    def chosen_receipt(self, step: Step) -> Any:
        return [None, None, *(one.pk for one in self.receipts)][step.number]

    def all_of_them(self) -> Any:
        return Expense.objects.complete().filter(assignment=self.assignment)

    def row(self, number: int) -> Expense:
        return Expense.objects.get(pk=self.expenses[number % len(self.expenses)])

    def who(self, name: str) -> User:
        self.people[name].__dict__.pop("active_memberships", None)
        return self.people[name]

    def attempt(self, service: Any, who: str, number: int, **values: Any) -> None:
        """Call a service; a refusal changes nothing."""
        before = self.row(number)
        try:
            after = service(user=self.who(who), expense_id=before.pk, now=world.NOW, **values)
        except DomainError:
            assert state_of(self.row(number)) == state_of(before)
            return
        self.judge(who, before, after)

    def judge(self, who: str, before: Expense, after: Expense) -> None:
        """Look at a step that was taken."""
        assert after.version in (before.version, before.version + 1)
        moved = after.status != before.status
        decided = moved and after.status not in UNDECIDED and after.status != "paid"
        if (
            decided
            or (moved and before.status == "rejected")
            or after.first_approved_at != before.first_approved_at
        ):
            assert who != "karin" or (after.first_approved_at is None and not decided)
        if decided or (moved and who != "karin" and after.status == "submitted"):
            self.told[after.pk] = self.told.get(after.pk, 0) + 1
        if moved and after.status == "paid":
            assert after.pk not in self.paid
            assert after.approved_amount is not None
            self.paid[after.pk] = after.approved_amount

    @rule(steps=STEPS)
    def take_steps(self, steps: list[Step]) -> None:
        for step in steps:
            getattr(self, step.what)(step)
            self.the_books_are_right()

    def claim(self, step: Step) -> None:
        if len(self.expenses) == 4:
            return
        with suppress(DomainError):
            values = {"claimed_amount": step.amount or Decimal(100), "receipt": self.chosen_receipt(step)}
            self.expenses.append(self._claim(category=step.category, **values))

    def edit_what_counts(self, step: Step) -> None:
        values = {"claimed_amount": step.amount or Decimal(400), "category": step.category}
        version = self.row(step.number).version
        self.attempt(services.edit_expense, step.claimant, step.number, expected_version=version, **values)

    def exchange_the_receipt(self, step: Step) -> None:
        expected = self.row(step.number).version + (step.other == 3)
        values = {"receipt": self.chosen_receipt(step), "expected_version": expected}
        self.attempt(services.edit_expense, step.claimant, step.number, **values)

    def edit_the_note(self, step: Step) -> None:
        before = self.row(step.number)
        values = {"note": step.reason, "expected_version": before.version}
        self.attempt(services.edit_expense, "karin", step.number, **values)
        assert self.row(step.number).status == before.status

    def submit(self, step: Step) -> None:
        self.attempt(services.submit_expense, step.claimant, step.number)

    def approve(self, step: Step) -> None:
        values = {"approved_amount": step.amount, "reason": step.reason}
        self.attempt(deciding_services.approve_expense, step.who, step.number, **values)

    def send_back(self, step: Step) -> None:
        why = {"reason": step.reason, "reason_code": step.code}
        self.attempt(deciding_services.return_expense, step.who, step.number, **why)

    def reject(self, step: Step) -> None:
        why = {"reason": step.reason, "reason_code": step.code}
        self.attempt(deciding_services.reject_expense, step.who, step.number, **why)

    def undo(self, step: Step) -> None:
        self.attempt(undoing_services.undo_decision, step.who, step.number, reason=step.reason)

    def pay(self, step: Step) -> None:
        self.attempt(paying_services.pay_expense, "lena" if step.other else step.who, step.number)

    def take_or_let_go(self, step: Step) -> None:
        before = self.row(step.number)
        service = hand_services.take_expense if step.other == 3 else hand_services.release_expense
        self.attempt(service, step.who, step.number)
        assert self.row(step.number).version == before.version

    def take_the_next(self, step: Step) -> None:
        user = self.who(step.who)
        held = {row.pk for row in self.all_of_them() if row.in_hand_of_another(user, world.NOW)}
        taken = hand_services.take_next(user=user, count=1, now=world.NOW)
        assert held.isdisjoint(row.pk for row in taken)
        assert len(taken) <= 1
        if step.other:
            self.all_of_them().exclude(in_hand_of=None).update(in_hand_until=world.NOW)  # its time passes

    def decide_on_many(self, step: Step) -> None:
        before = {row.pk: row for row in self.all_of_them()}
        rows = [self.row(step.number), self.row(step.number + 1 + step.other // 3)]
        stale = step.other == 2
        wishes = [
            (
                row.pk,
                Wish(action, step.amount if action == "approve" else None, reason=step.reason, version=version),
            )
            for row, action in zip(rows, (step.action, "approve"), strict=True)
            for version in [row.version + stale]
        ]
        try:
            after = deciding_services.decide_expenses(user=self.who(step.who), wishes=wishes, now=world.NOW)
        except DomainError:
            for row in self.all_of_them():
                assert state_of(row) == state_of(before[row.pk])
            return
        assert not stale
        told = sum(self.told.values())
        for row in after:
            self.judge(step.who, before[row.pk], row)
        if sum(self.told.values()) == told + 2 and after[0].status == after[1].status:
            self.told[after[0].pk] -= 1  # both in one go

    def name_or_end_a_deputy(self, step: Step) -> None:
        principal = "karin" if step.other == 3 else step.who
        dag = Membership.objects.filter(user=self.people["dag"], role=DEPUTY, is_active=True)
        deputy = dag.filter(deputy_for=self.people[principal]).first()
        day = date(2026, 6, 10 if step.other else 11)
        named: dict[str, Any] = {"user": self.people["dag"].pk, "first_day": day, "last_day": day}
        with suppress(DomainError):
            if deputy:
                deputy_services.end_deputy(by=self.who(principal), deputy_id=deputy.pk)
            else:
                deputy_services.name_deputy(by=self.who(principal), now=world.NOW, **named)

    def the_books_are_right(self) -> None:
        rows = list(self.all_of_them().prefetch_related("events"))
        for row in rows:
            self.nothing_is_approved_that_was_not_claimed(row)
            self.a_decision_has_somebody_elses_name_and_nothing_else_has_one(row)
            self.over_the_limit_two_people_looked(row)
            self.no_history_is_lost(row)
            assert row.status == "draft" or row.receipt_id or not row.category.needs_receipt
        self.a_receipt_is_used_once(rows)
        self.what_was_paid_stays_as_it_was_paid(rows)
        self.karin_is_told_of_each_decision_once()
        self.the_allowance_adds_up(rows)

    def nothing_is_approved_that_was_not_claimed(self, row: Expense) -> None:
        if row.status in ("approved", "paid"):
            assert row.approved_amount is not None
            assert 0 < row.approved_amount <= row.told.claimed_amount
            assert row.approved_amount == row.claimed_amount or row.reason or row.reason_code
        else:
            assert row.approved_amount is None

    def a_decision_has_somebody_elses_name_and_nothing_else_has_one(self, row: Expense) -> None:
        if row.status in UNDECIDED:
            assert (row.decided_by_id, row.decided_at, row.reason, row.reason_code) == (None, None, "", "")
        else:
            assert row.decided_by_id not in (None, self.people["karin"].pk)
            assert row.status in ("approved", "paid") or row.reason or row.reason_code

    def over_the_limit_two_people_looked(self, row: Expense) -> None:
        if row.approved_amount and row.approved_amount > LIMIT:
            assert row.first_approved_by_id not in (None, self.people["karin"].pk, row.decided_by_id)
            assert row.first_approved_amount is not None
            assert row.approved_amount <= row.first_approved_amount

    def no_history_is_lost(self, row: Expense) -> None:
        steps = sorted(row.events.all(), key=lambda one: one.number)
        told = replayed(steps)
        assert {name: told.get(name) for name in present(row)} == present(row)
        for step in steps:
            if step.action in ("approve", "approve_first", "return", "reject", "undo"):
                assert self.people["karin"].pk not in (step.by_id, step.deputy_for_id)

    def a_receipt_is_used_once(self, rows: list[Expense]) -> None:
        used = [row.receipt_id for row in rows if row.status != "rejected" and row.receipt_id]
        assert len(used) == len(set(used))

    def what_was_paid_stays_as_it_was_paid(self, rows: list[Expense]) -> None:
        assert {row.pk: row.approved_amount for row in rows if row.status == "paid"} == self.paid

    def karin_is_told_of_each_decision_once(self) -> None:
        told = Notification.objects.filter(recipient=self.people["karin"]).exclude(kind="expenses_waiting")
        assert told.count() == sum(self.told.values())

    def the_allowance_adds_up(self, rows: list[Expense]) -> None:
        account = services.read_allowances([self.assignment], Month(2026, 6))[self.assignment.pk]
        assert account.approved == sum((row.approved_amount or 0 for row in rows), Decimal(0))
        waiting = (row.told.claimed_amount for row in rows if row.status == "submitted")
        assert account.waiting == sum(waiting, Decimal(0))


@pytest.fixture
def books(karin: User, inger: User, bengt: User, sven: User, assignment: Assignment) -> type[Books]:
    """Open the books of Karin's assignment."""
    let_two_look_above(LIMIT)
    here = assignment.municipality
    world.add_roles(karin, here, Role.COORDINATOR)
    dag = world.make_user("dag@kalix.example", here, Role.CASE_OFFICER)
    lena = world.make_user("lena@kalix.example", here, Role.PAYROLL_OFFICER)
    found = {user.email.split("@")[0]: User.objects.get(pk=user.pk) for user in (karin, inger, bengt, dag, lena)}
    elsewhere = world.make_assignment(sven, here, client_name="Nils", last_day=date(2026, 1, 1))
    return type("TheirBooks", (Books,), {"people": found, "assignment": assignment, "somewhere_else": elsewhere})


@pytest.mark.usefixtures("noon")
def test_whatever_they_do_the_books_stay_right(books: type[Books]) -> None:
    patience = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
    run_state_machine_as_test(
        books,
        settings=settings(max_examples=5, stateful_step_count=8, deadline=None, suppress_health_check=patience),
    )
