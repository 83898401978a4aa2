"""What a kilometre with one's own car is repaid with."""

from datetime import date
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from core.models import BaseModel, BaseQuerySet
from expenses.mileage import HIGHEST_RATE, LEAST_RATE, NoMileageRate
from people.models import Municipality

# What every municipality begins with. Source: Skatteverket, 25 kronor a Swedish mile free of tax from 2023.
FIRST_DAY, FIRST_RATE = date(2023, 1, 1), Decimal("2.50")


class MileageRateQuerySet(BaseQuerySet["MileageRate"]):
    """Questions about rates."""

    def in_force(self, municipality: Municipality, on: date, *, lock: bool = False) -> "MileageRate":
        """Return a municipality's rate of a day. Raise NoMileageRate when there is none.

        With `lock`, nobody changes the municipality's rates or adds one until the transaction ends.
        """
        here = self.filter(municipality=municipality)
        if lock:
            # All of them, and then the question: one that was added meanwhile is no row that could be waited for.
            list(here.order_by("pk").select_for_update(no_key=True))
        found = here.filter(first_day__lte=on).order_by("-first_day").first()
        if found is None:
            raise NoMileageRate(field="spent_on")
        return found


class MileageRate(BaseModel):
    """A municipality's rate from a first day on, until the next one's."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="mileage_rates")
    first_day = models.DateField()
    rate = models.DecimalField(
        max_digits=4,
        decimal_places=2,
        default=FIRST_RATE,
        validators=[MinValueValidator(LEAST_RATE), MaxValueValidator(HIGHEST_RATE)],
        help_text="SEK per km.",
    )

    objects = MileageRateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "first_day"], name="mileage_rate_first_day_once"),
            models.CheckConstraint(condition=Q(rate__gte=LEAST_RATE), name="mileage_rate_repays_something"),
        ]
