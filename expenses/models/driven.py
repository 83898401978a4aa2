"""A drive with one's own car, which an expense may repay instead of an outlay."""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round

from expenses.mileage import LONGEST

# What an expense has that repays no drive.
NO_MILEAGE: Mapping[str, Any] = {
    "mileage_from": "",
    "mileage_to": "",
    "mileage_purpose": "",
    "mileage_km": None,
    "mileage_rate": None,
}


class Driven(models.Model):
    """From where to where, why, how far, and at which rate."""

    mileage_from = models.CharField(max_length=200, blank=True, default="", db_default="")
    mileage_to = models.CharField(max_length=200, blank=True, default="", db_default="")
    mileage_purpose = models.CharField(max_length=200, blank=True, default="", db_default="")
    mileage_km = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    mileage_rate = models.DecimalField(
        max_digits=4, decimal_places=2, null=True, help_text="SEK per km; a draft's until it is submitted."
    )

    class Meta:
        abstract = True


DRIVEN = [
    models.CheckConstraint(
        condition=Q(**NO_MILEAGE)
        | Q(mileage_km__isnull=False, mileage_km__gt=0, mileage_km__lte=LONGEST, mileage_rate__isnull=False)
        & ~Q(mileage_from="")
        & ~Q(mileage_to="")
        & ~Q(mileage_purpose="")
        | Q(status="draft") & (Q(mileage_km=None) | Q(mileage_km__gt=0, mileage_km__lte=LONGEST)),
        name="expense_mileage_whole",
    ),
    models.CheckConstraint(
        condition=Q(mileage_km=None) | Q(claimed_amount=Round(F("mileage_km") * F("mileage_rate"), precision=2)),
        name="expense_mileage_amount",
    ),
]
