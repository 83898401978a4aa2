"""Whatever is written, ends and comes back, and whichever answers get lost: a phone has what the server shows."""

from datetime import date, timedelta
from itertools import count

import pytest
import time_machine
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from assignments.models import Assignment
from expenses.models import Expense, Receipt
from notifications.models import Notification
from occasions.models import Activity, ActivityKind, Occasion
from people.models import Client, Municipality, Role
from tests import world
from tests.api.syncing.phone import Phone, the_same, told_by_lists

WHICH = st.integers(0, 1)
NUMBERS = count()


class Syncing(RuleBasedStateMachine):
    """Karin has two assignments, one of which Sven had before; both of them, and their coordinator, write."""

    municipality: Municipality

    @initialize()
    def begin(self) -> None:
        """Let each run have people of its own."""
        number, here = next(NUMBERS), self.municipality
        self.karin = world.make_user(f"karin{number}@kalix.example", here, Role.CONTACT_PERSON)
        self.sven = world.make_user(f"sven{number}@kalix.example", here, Role.CONTACT_PERSON)
        self.inger = world.make_user(f"inger{number}@kalix.example", here, Role.COORDINATOR)
        own = [world.make_assignment(self.karin, here) for _ in range(2)]
        self.foreign = world.make_assignment(self.sven, here, decision=own[0].decision)
        self.own, self.phone, self.days = own, Phone(self.karin), count()

    def _plan(self, assignment: Assignment) -> Occasion:
        return world.make_occasion(assignment, world.NOW + timedelta(days=next(self.days)))

    @rule(which=WHICH)
    def plan(self, which: int) -> None:
        """An occasion is planned, and one of the earlier contact person's."""
        self._plan(self.own[which])
        self._plan(self.foreign)

    @rule(which=WHICH)
    def claim(self, which: int) -> None:
        """An expense with a receipt."""
        receipt = world.make_receipt(self.karin, status="processing")
        world.make_expense(self.own[which], status="submitted", receipt=receipt)

    @rule()
    def photograph(self) -> None:
        """A receipt that no expense refers to yet."""
        world.make_receipt(self.karin)

    @rule(which=WHICH)
    def use_receipt(self, which: int) -> None:
        """An expense about a receipt that was there, or about another one than before."""
        loose = Receipt.objects.filter(owner=self.karin, expenses=None).order_by("pk").first()
        if loose and not Expense.objects.filter(assignment=self.own[which]).update(claimed_amount=90):
            world.make_expense(self.own[which], receipt=loose)
        elif expense := Expense.objects.filter(assignment=self.own[which]).order_by("pk").first():
            expense.change(receipt=loose)

    @rule(which=WHICH)
    def write(self, which: int) -> None:
        """Notes, activities, decisions and what a worker finds out."""
        occasions = Occasion.objects.filter(assignment=self.own[which])
        occasions.update(note=str(next(NUMBERS)))
        kind = ActivityKind.objects.filter(municipality=self.municipality)[0]
        Activity.objects.filter(occasion__in=occasions).delete()
        Activity.objects.bulk_create(Activity(occasion=one, kind=kind, position=0) for one in occasions[:2])
        decided = {"status": "rejected", "decided_by": self.inger, "decided_at": world.NOW, "reason": "Nej"}
        Expense.objects.filter(assignment=self.own[which], status="submitted").update(**decided)
        Receipt.objects.filter(owner=self.karin, status="processing").update(status="ready")

    @rule()
    def tell(self) -> None:
        """A notification, and one that is read."""
        Notification.objects.filter(recipient=self.karin).update(read_at=world.NOW)
        world.make_notification(self.karin)

    @rule(which=WHICH)
    def rename(self, which: int) -> None:
        """The client has another name."""
        Client.objects.filter(decisions__assignments=self.own[which]).update(name=str(next(NUMBERS)))

    @rule(units=st.integers(1, 3))
    def weigh(self, units: int) -> None:
        """The policy judges otherwise."""
        self.municipality.policies.update(weight_steps=[[0, units]])

    @rule(which=WHICH, ends=st.booleans())
    def end_or_prolong(self, which: int, ends: bool) -> None:
        """An assignment ends, or goes on."""
        Assignment.objects.filter(pk=self.own[which].pk).update(last_day=date(2026, 6, 9) if ends else None)

    @rule(active=st.booleans())
    def move_away(self, active: bool) -> None:
        """The coordinators take the role away, or give it back."""
        self.karin.memberships.update(is_active=active)

    @rule(limit=st.integers(1, 5), is_lost=st.booleans())
    def turn_page(self, limit: int, is_lost: bool) -> None:
        """The phone asks for a page, and perhaps never gets the answer."""
        answer = self.phone.ask(limit)
        if answer.status_code == 200 and not is_lost:
            self.phone.take_in(answer.json())

    def teardown(self) -> None:
        """In the end the phone has what a new one gets, and what the lists show."""
        if hasattr(self, "phone"):
            self.karin.memberships.update(is_active=True)
            self.phone.pull(3)  # to the end of what was begun
            self.phone.pull()
            new = Phone(self.karin)
            new.pull(4)
            assert self.phone.store == new.store
            assert the_same(new.store, told_by_lists(self.karin))
            assert self.phone.news() == []


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_phone_has_in_the_end_what_the_server_shows(kalix: Municipality) -> None:
    Syncing.municipality = kalix
    few = settings(max_examples=6, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
    with time_machine.travel(world.NOW, tick=False):
        run_state_machine_as_test(Syncing, settings=few)
