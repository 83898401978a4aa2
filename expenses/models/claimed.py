"""What is claimed in an assignment, and what the rules of its day say to it."""

from copy import copy
from decimal import Decimal
from typing import Self

from django.db import models

from assignments.models import Assignment, Policy
from expenses import claiming
from expenses.mileage import amount_of
from expenses.models.drafted import Drafted
from expenses.models.driven import Driven
from expenses.models.mileage import MileageRate
from expenses.models.pre_approval import PreApproval
from expenses.models.receipt import Receipt
from expenses.refusals import ReceiptWasRefused
from people.models import Municipality, User


class Claimed(Drafted, Driven):
    """An outlay or a drive, whose it is, and how it stands."""

    class Status(models.TextChoices):
        DRAFT = "draft"
        SUBMITTED = "submitted"
        APPROVED = "approved"
        RETURNED = "returned"
        REJECTED = "rejected"
        PAID = "paid"

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="expenses")
    pre_approval = models.ForeignKey(PreApproval, on_delete=models.PROTECT, null=True, related_name="expenses")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)

    class Meta:
        abstract = True

    @property
    def municipality(self) -> Municipality:
        """The municipality that repays it."""
        return self.assignment.municipality

    @property
    def claimant(self) -> User:
        """The contact person who paid."""
        return self.assignment.contact_person

    @property
    def is_draft(self) -> bool:
        """Whether nobody but its claimant knows of it."""
        return self.status == self.Status.DRAFT

    @property
    def policy(self) -> Policy:
        """What the municipality ruled on the day on which the money was spent."""
        return Policy.in_force(self.municipality, self.told.spent_on)

    @property
    def cap(self) -> Decimal | None:
        """The most that can be approved in its category, SEK; None without a cap, and of an incomplete draft."""
        try:
            return self.policy.cap_of(self.told.category.code)
        except claiming.Incomplete:
            return None

    def check_receipt(self) -> None:
        """Raise ReceiptMissing when the category asks for one, ReceiptWasRefused for one that can't be used."""
        if self.lacks_receipt:
            raise claiming.ReceiptMissing(field="receipt")
        self.check_receipt_usable()

    def check_receipt_usable(self) -> None:
        """Raise ReceiptWasRefused for a receipt of which nothing is kept."""
        if self.receipt is not None and self.receipt.status == Receipt.Status.REFUSED:
            raise ReceiptWasRefused(field="receipt")

    def check_asked_first(self) -> None:
        """Raise PreApprovalRequired when it costs so much that somebody has to have said yes."""
        asked = self.pre_approval
        approved = asked is not None and asked.status == PreApproval.Status.APPROVED
        claiming.check_asked_first(
            self.told.claimed_amount, limit=self.policy.ask_first_above, is_approved=approved
        )

    def check_question(self) -> None:
        """Hold it against the question that it refers to. Raise OtherCategoryApproved or OverPreApproval."""
        if (asked := self.pre_approval) is not None:
            category, claimed, _ = self.told
            claiming.check_within_question(
                claimed, category.pk, asked=asked.amount, asked_category=asked.category_id
            )

    def priced(self) -> Self:
        """Return a draft about a drive that has no amount yet with that of the present rate. Raise NoMileageRate.

        Any other is returned as it is.
        """
        is_drive = self.category is not None and self.category.is_mileage
        if not is_drive or self.mileage_rate is not None or self.mileage_km is None or self.spent_on is None:
            return self
        found = copy(self)
        found.mileage_rate = MileageRate.objects.in_force(self.municipality, self.spent_on).rate
        found.claimed_amount = amount_of(self.mileage_km, found.mileage_rate)
        return found
