"""Expenses: what was claimed, and what became of it."""

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, TruncDate

from assignments.models import Assignment
from core.changes import SyncedModel
from core.errors import NotYours, showing
from core.models import BaseQuerySet, RepeatableModel
from core.periods import Month
from expenses import claiming, rules
from expenses.allowance import Outlay
from expenses.models.category import check_claimable
from expenses.models.claimed import Claimed
from expenses.models.decided import DECIDED, Decided
from expenses.models.drafted import DRAFTED
from expenses.models.driven import DRIVEN
from expenses.models.fitting import fitting
from occasions.models import Occasion
from people.models import Role, User


def _concerns(user_id: UUID) -> Q:
    """Tell whose expenses somebody is in: their own, and those that they or a deputy of theirs approved first."""
    return Q(assignment__contact_person=user_id) | Q(first_approved_by=user_id) | Q(first_approved_for=user_id)


def outlays_in(rows: Iterable[tuple[Any, ...]]) -> dict[tuple[Any, Month], list[Outlay]]:
    """Return what allowances are computed from by assignment and month, of rows of `outlays_between`."""
    found: dict[tuple[Any, Month], list[Outlay]] = {}
    for assignment_id, spent_on, *values in rows:
        found.setdefault((assignment_id, Month.of(spent_on)), []).append(Outlay(*values))
    return found


class ExpenseQuerySet(BaseQuerySet["Expense"]):
    """Questions about expenses."""

    def own(self, user: User, *, now: datetime) -> "ExpenseQuerySet":
        """Keep those of the user's own assignments."""
        return self.kept()._of_assignments(user, now, {Role.CONTACT_PERSON})

    def drafts(self) -> "ExpenseQuerySet":
        """Keep the drafts that were not thrown away."""
        return self.kept().filter(status=Expense.Status.DRAFT)

    def kept(self) -> "ExpenseQuerySet":
        """Leave out the drafts that were thrown away."""
        return self.filter(discarded_at=None)

    def to_decide(self, user: User, *, now: datetime) -> "ExpenseQuerySet":
        """Keep those that have come in to the user as a coordinator: a draft is nobody else's business."""
        return self._of_assignments(user, now, {Role.COORDINATOR}).exclude(status=Expense.Status.DRAFT)

    def waiting_for(self, user: User, *, now: datetime) -> "ExpenseQuerySet":
        """Keep those that wait for the user's decision, and that they may decide."""
        waiting = self.to_decide(user, now=now).filter(status=Expense.Status.SUBMITTED)
        return waiting.filter(fitting(user, _concerns))

    def discussed_by(self, user: User, *, now: datetime) -> "ExpenseQuerySet":
        """Keep those about which the user reads coordinators' notes: never one's own."""
        return self.to_decide(user, now=now).exclude(assignment__contact_person=user)

    def visible_to(self, user: User, *, now: datetime) -> "ExpenseQuerySet":
        """Keep the user's own and those that came in."""
        own = Assignment.objects.own(user, now=now)
        led = Assignment.objects.visible_to(user, now=now, roles={Role.COORDINATOR})
        came_in = ~Q(status=Expense.Status.DRAFT)
        return self.kept().filter(Q(assignment__in=own) | Q(assignment__in=led) & came_in)

    def dated(self) -> "ExpenseQuerySet":
        """Add the day by which they are listed: a draft may not say yet on which its money was spent."""
        return self.annotate(listed_on=Coalesce("spent_on", TruncDate("created_at", tzinfo=UTC)))

    def live(self) -> "ExpenseQuerySet":
        """Keep those that came in and are not rejected: each is, or may be, repaid."""
        return self.exclude(status__in=[Expense.Status.DRAFT, Expense.Status.REJECTED])

    def complete(self) -> "ExpenseQuerySet":
        """Load all that an answer shows, in a number of queries that does not grow with the rows."""
        return (
            self.select_related(
                "category",
                "receipt",
                "pre_approval",
                "assignment__decision__client__municipality",
                "in_hand_of",
                "first_approved_by",
            )
            .defer("receipt__likeness", "receipt__outline", "receipt__twins")
            .prefetch_related(
                "assignment__switched_off_categories", "assignment__decision__client__municipality__policies"
            )
        )

    def outlays_of(self, assignment_ids: Iterable[Any], month: Month) -> dict[Any, list[Outlay]]:
        """Return per assignment what the allowance of the month is computed from, in one query.

        Mileage takes nothing of it: that is a pay line of its own, and tax treats it differently. Nor do drafts.
        """
        wanted = list(assignment_ids)
        rows = self.filter(assignment__in=wanted).outlays_between(month.first_day, month.last_day)
        found = outlays_in(rows)
        return {assignment_id: found.get((assignment_id, month), []) for assignment_id in wanted}

    def outlays_between(self, first_day: date, last_day: date) -> "models.QuerySet[Expense, tuple[Any, ...]]":
        """Ask for what allowances are computed from; `outlays_in` reads it."""
        rows = self.filter(spent_on__range=(first_day, last_day), mileage_km=None)
        rows = rows.exclude(status=Expense.Status.DRAFT)
        return rows.values_list("assignment", "spent_on", "status", "claimed_amount", "approved_amount")

    def get_own(self, expense_id: Any, *, user: User, now: datetime) -> "Expense":
        """Return one of the user's own, locked. Raise NotYours for any other."""
        return self._locked(self.own(user, now=now), expense_id)

    def get_to_discard(self, expense_id: Any, *, user: User, now: datetime) -> "Expense":
        """Return one of the user's own, locked, also one that was thrown away. Raise NotYours for any other."""
        return self._locked(self._of_assignments(user, now, {Role.CONTACT_PERSON}), expense_id)

    def get_to_decide(self, expense_id: Any, *, user: User, now: datetime) -> "Expense":
        """Return one that a coordinator may see, locked. Raise NotYours for any other."""
        found = self.lock_to_decide([expense_id], user=user, now=now)
        if not found:
            raise NotYours
        return found[expense_id]

    def lock_to_decide(self, expense_ids: Iterable[Any], *, user: User, now: datetime) -> dict[Any, "Expense"]:
        """Return those that a coordinator may see, locked in the order of their ids.

        Among them are the coordinator's own, so that a service can say why those are not theirs to decide.
        """
        rows = self.visible_to(user, now=now)._of_assignments(user, now, {Role.COORDINATOR})
        # First the locks, then the rest: see _locked.
        found = rows.filter(pk__in=expense_ids).order_by("pk").select_for_update(of=("self",), no_key=True)
        ids = list(found.values_list("pk", flat=True))
        return Expense.objects.complete().in_bulk(ids)

    def get_to_pay(self, expense_id: Any, *, user: User, now: datetime) -> "Expense":
        """Return one of a payroll officer's municipality, locked. Raise NotYours for any other."""
        came_in = self.exclude(status=Expense.Status.DRAFT)
        return self._locked(came_in._of_assignments(user, now, {Role.PAYROLL_OFFICER}), expense_id)

    def _of_assignments(self, user: User, now: datetime, roles: Collection[str]) -> "ExpenseQuerySet":
        return self.filter(assignment__in=Assignment.objects.visible_to(user, now=now, roles=roles))

    @staticmethod
    def _locked(rows: "ExpenseQuerySet", expense_id: Any) -> "Expense":
        # First the lock, then the rest. In one query, whoever waits for another's edit would hold the changed
        # row against the category that it had before, find that they do not match, and find nothing.
        found = rows.select_for_update(of=("self",), no_key=True).get_one(expense_id)
        return Expense.objects.complete().get(pk=found.pk)


class Expense(Claimed, Decided, SyncedModel, RepeatableModel):
    """One outlay: what was claimed, and what was approved of it. Of a draft anything may still be missing."""

    occasion = models.ForeignKey(Occasion, on_delete=models.PROTECT, null=True, related_name="expenses")
    approved_amount = models.DecimalField(max_digits=9, decimal_places=2, null=True, help_text="SEK")
    note = models.CharField(max_length=1000, blank=True)
    submitted_at = models.DateTimeField(null=True)

    objects = ExpenseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(claimed_amount__gt=0), name="expense_claims_something"),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "submitted", "approved", "returned", "rejected", "paid"]),
                name="expense_status_known",
            ),
            models.CheckConstraint(
                condition=Q(approved_amount=None)
                | Q(approved_amount__gt=0, approved_amount__lte=F("claimed_amount")),
                name="expense_approved_at_most_claimed",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["approved", "paid"], approved_amount__isnull=False)
                | ~Q(status__in=["approved", "paid"]) & Q(approved_amount=None),
                name="expense_approved_has_amount",
            ),
            models.CheckConstraint(
                condition=Q(status="draft", submitted_at=None)
                | ~Q(status="draft") & Q(submitted_at__isnull=False),
                name="expense_submitted_at_some_time",
            ),
            models.UniqueConstraint(
                fields=["receipt"],
                condition=~Q(status="rejected") & Q(discarded_at=None),
                name="expense_receipt_once",
            ),
            models.UniqueConstraint(
                fields=["pre_approval"],
                condition=~Q(status="rejected") & Q(discarded_at=None),
                name="expense_pre_approval_once",
            ),
            *DRIVEN,
            *DRAFTED,
            *DECIDED,
        ]
        indexes = [
            models.Index(fields=["assignment", "-spent_on"], name="expense_of_assignment"),
            models.Index(fields=["submitted_at"], condition=Q(status="submitted"), name="expense_waiting"),
            models.Index(
                fields=["assignment"], condition=Q(status__in=["draft", "returned"]), name="expense_to_send"
            ),
            models.Index(fields=["assignment", "changed_in"], name="expense_changed"),
            models.Index(
                fields=["updated_at"], condition=Q(status="draft", discarded_at=None), name="expense_drafts"
            ),
        ]

    def is_of(self, user: User) -> bool:
        """Tell whether it is the user's own outlay, in whatever role they look at it."""
        return self.assignment.contact_person_id == user.pk

    def check_spent_on(self, now: datetime) -> None:
        """Hold the date against the rules. Raise SpentInFuture, SpentTooLongAgo or SpentOutsideAssignment."""
        claiming.check_spent_on(
            self.told.spent_on,
            today=self.municipality.today(now),
            came_in=self.municipality.today(self._came_in() or now),
            first_day=self.assignment.first_day,
            last_day=self.assignment.last_day,
            days=self.policy.receipt_days,
        )

    def _came_in(self) -> datetime | None:
        """Return when it was first sent in; None for a draft, and for one of a release that kept no history."""
        if self.status == Expense.Status.DRAFT:
            return None
        return self.events.filter(action="submit").order_by("at").values_list("at", flat=True).first()

    def check_complete(self, now: datetime) -> None:
        """Look whether it can be sent in.

        Date and category are asked of a draft only: one that is sent back did come in in time, and goes on. Raise
        Incomplete, ReceiptMissing, PreApprovalRequired, CategorySwitchedOff or what the other checks raise.
        """
        self.check_told(with_receipt=True)
        self.check_receipt_usable()
        wanted = self.priced()
        wanted.check_asked_first()
        wanted.check_question()
        if self.status == Expense.Status.DRAFT:
            wanted.check_spent_on(now)
            check_claimable(self.assignment, wanted.told.category)

    def status_after(self, action: str, expected_version: int | None = None) -> str:
        """Return the status that an action leads to. Raise WrongStatus, then StaleVersion.

        In that order, since a precondition is only about what would otherwise be done (RFC 9110, 13.2.1).
        """
        with showing(self):
            status = rules.next_status(action, self.status)
        if expected_version is not None:
            self.expect(expected_version, already=False)
        return status

    @property
    def is_undecided(self) -> bool:
        """Whether it came in and nobody has decided on it, not even as the first of two."""
        return self.status == Expense.Status.SUBMITTED and self.first_approved_at is None
