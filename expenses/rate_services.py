"""What may be done to a municipality's rates per kilometre: nothing to one by which something came in."""

from copy import copy
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from assignments.services import lock_administered
from core.errors import DomainError, NotYours
from core.text import Text
from expenses.models import FIRST_DAY, Expense, MileageRate
from people.models import Municipality, User


class MileageRateUsed(DomainError):
    """Expenses of the days that it is about came in already."""

    code = "mileage_rate_used"
    text = Text(
        sv="Utlägg har redan skickats in för de dagarna. Lägg till en ersättning från en senare dag.",
        en="Expenses of those days have come in already. Add a rate that begins on a later day.",
    )


class MileageRateDayTaken(DomainError):
    """Only one rate begins on a day."""

    code = "mileage_rate_day_taken"
    text = Text(
        sv="Det finns redan en ersättning som börjar gälla den dagen.",
        en="There is a rate already that begins on that day.",
    )


def begin_with_a_rate(municipality: Municipality) -> None:
    """Give a municipality that has no rate the one that most pay."""
    if not MileageRate.objects.filter(municipality=municipality).exists():
        MileageRate.objects.create(municipality=municipality, first_day=FIRST_DAY)


def add_mileage_rate(*, by: User, municipality: Municipality, first_day: date, rate: Decimal) -> MileageRate:
    """Add a rate (SEK per km) that holds from a day on.

    Raise NotYours, MileageRateDayTaken, MileageRateUsed, or ValidationError for a rate that can't be meant.
    """
    with transaction.atomic():
        _lock(by, municipality.pk)
        added = MileageRate(municipality=municipality, first_day=first_day, rate=rate)
        _check(added)
        added.save(force_insert=True)
    return added


def edit_mileage_rate(*, by: User, rate_id: UUID, **values: Any) -> MileageRate:
    """Change a rate, or the day from which it holds.

    Raise NotYours, MileageRateDayTaken, MileageRateUsed, or ValidationError for a rate that can't be meant.
    """
    with transaction.atomic():
        found = MileageRate.objects.filter(pk=rate_id).first()
        if found is None:
            raise NotYours
        _lock(by, found.municipality_id)
        found.refresh_from_db()
        # Where it begins later, or before others, another rate rules over the days that it leaves.
        if is_used(found):
            raise MileageRateUsed(field="first_day")
        changed = copy(found)
        for name, value in values.items():
            setattr(changed, name, value)
        _check(changed)
        found.change(**values)
    return found


def is_used(rate: MileageRate) -> bool:
    """Tell whether a drive came in of a day on which the rate rules: from its own until the next one's."""
    came_in = Expense.objects.exclude(status=Expense.Status.DRAFT).filter(
        assignment__decision__client__municipality=rate.municipality_id,
        mileage_km__isnull=False,
        spent_on__gte=rate.first_day,
    )
    later = MileageRate.objects.filter(municipality=rate.municipality_id, first_day__gt=rate.first_day)
    following = later.exclude(pk=rate.pk).order_by("first_day").first()
    return came_in.filter(spent_on__lt=following.first_day).exists() if following else came_in.exists()


def _lock(by: User, municipality_id: UUID) -> None:
    """Let nobody else change the rates or send in a drive until this is written. Raise NotYours."""
    lock_administered(by, municipality_id)
    rates = MileageRate.objects.filter(municipality=municipality_id)
    list(rates.order_by("pk").select_for_update(no_key=True))


def _check(wanted: MileageRate) -> None:
    """Hold a rate against the others, and against what came in of the days over which it would rule."""
    others = MileageRate.objects.filter(municipality=wanted.municipality_id).exclude(pk=wanted.pk)
    if others.filter(first_day=wanted.first_day).exists():
        raise MileageRateDayTaken(field="first_day")
    wanted.full_clean()
    if is_used(wanted):
        raise MileageRateUsed(field="first_day")
