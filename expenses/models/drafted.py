"""What an expense says when it is sent in, any of which a draft may still lack."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import models
from django.db.models import Q

from core.errors import DomainError
from expenses import claiming
from expenses.mileage import MileageMissing
from expenses.models.category import ExpenseCategory
from expenses.models.receipt import Receipt


class Told(NamedTuple):
    """What every expense says that was sent in; `claimed_amount` in SEK."""

    category: ExpenseCategory
    claimed_amount: Decimal
    spent_on: date


class Drafted(models.Model):
    """Category, amount, day and receipt; and when a draft was thrown away."""

    category = models.ForeignKey(ExpenseCategory, on_delete=models.PROTECT, null=True)
    claimed_amount = models.DecimalField(max_digits=9, decimal_places=2, null=True, help_text="SEK")
    spent_on = models.DateField(null=True)
    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, null=True, related_name="expenses")
    discarded_at = models.DateTimeField(null=True, help_text="When a draft was thrown away, or had expired.")

    class Meta:
        abstract = True

    @property
    def told(self) -> Told:
        """What it says. Raise Incomplete for a draft that does not say all of it yet."""
        if self.category is None or self.claimed_amount is None or self.spent_on is None:
            raise claiming.Incomplete
        return Told(self.category, self.claimed_amount, self.spent_on)

    @property
    def lacks_receipt(self) -> bool:
        """Whether its category asks for a receipt and there is none."""
        return self.category is not None and self.category.wants_receipt and self.receipt_id is None

    def check_told(self, *, with_receipt: bool = False) -> None:
        """Raise Incomplete, with each thing that is missing; MileageMissing or ReceiptMissing for that alone."""
        lacking = list(self._lacking())
        if with_receipt and self.lacks_receipt:
            lacking.append(("/receipt", claiming.ReceiptMissing(field="receipt")))
        if not lacking:
            return
        (_, first), *others = lacking
        if not others and not isinstance(first, claiming.FieldMissing):
            raise first
        incomplete = claiming.Incomplete()
        incomplete.each = lacking
        raise incomplete

    def _lacking(self) -> Iterator[tuple[str, DomainError]]:
        """Yield what is missing, where it would be said, apart from a receipt."""
        is_drive = self.category is not None and self.category.is_mileage
        for name in ("category", "spent_on") if is_drive else ("category", "claimed_amount", "spent_on"):
            if getattr(self, name) is None:
                yield f"/{name}", claiming.FieldMissing()
        if is_drive:
            parts = {name: getattr(self, f"mileage_{name}") for name in ("from", "to", "purpose", "km")}
            if not any(parts.values()):
                yield "/mileage", MileageMissing(field="mileage")
                return
            yield from ((f"/mileage/{name}", claiming.FieldMissing()) for name, told in parts.items() if not told)


DRAFTED = [
    models.CheckConstraint(
        condition=Q(status="draft")
        | Q(category__isnull=False, claimed_amount__isnull=False, spent_on__isnull=False),
        name="expense_draft_or_complete",
    ),
    models.CheckConstraint(condition=Q(discarded_at=None) | Q(status="draft"), name="expense_discarded_draft"),
]
