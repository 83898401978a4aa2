"""What the fields of a policy may hold, and how a mistake is told at the field."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Q
from django.db.models.functions import Floor
from django.db.models.lookups import Exact
from django.utils.translation import get_language

from assignments.rules import HALF, ONE, CancellationTable, WeightTable, parse_category_caps
from core.text import Text, known_language

BAD_STEPS = Text(
    sv="Skriv steg som [[0, 1], [300, 2]]: från 0 minuter, växande, med hela tal upp till 100.",
    en="It is no table of weights: {reason}.",
)
BAD_CANCELLATIONS = Text(
    sv="Varje rad har status (cancelled, no_show), by (client, contact_person, other), notice_hours i hela "
    "timmar, och units_used, paid och costs_repaid som true eller false. Alla sex par av status och by har en "
    "rad från 0 timmar, och ingen rad finns två gånger.",
    en="It is no table of cancellations: {reason}.",
)
NOT_WHOLE = Text(sv="Ange ett helt tal.", en="Use a whole number.")
NOT_IN_HALVES = Text(sv="Ange i steg om 0,5.", en="Use steps of 0.5.")
BAD_CAPS = Text(
    sv='Skriv tak som {{"meal": "150.00"}}: kategorins kod och kronor, mer än 0, med högst två decimaler.',
    en="It is no table of caps: {reason}.",
)


def check_weight_steps(steps: Any) -> None:
    """Raise ValidationError when it is no table of weights, or not whole: contact families count days instead."""
    try:
        table = WeightTable.parse(steps)
    except ValueError as error:
        raise mistake(BAD_STEPS, reason=error) from error
    if any(units % 1 for _, units in table.steps):
        raise mistake(BAD_STEPS, reason="weights are whole: they are a contact person's")


def check_cancellations(rows: Any) -> None:
    """Raise ValidationError when it is no table of cancellations."""
    try:
        CancellationTable.parse(rows)
    except ValueError as error:
        raise mistake(BAD_CANCELLATIONS, reason=error) from error


def check_category_caps(caps: Any) -> None:
    """Raise ValidationError when it is no table of caps."""
    try:
        parse_category_caps(caps)
    except ValueError as error:
        raise mistake(BAD_CAPS, reason=error) from error


def check_halves(units: Decimal) -> None:
    """Raise ValidationError for units that are not counted in halves."""
    _check_step(units, HALF, NOT_IN_HALVES)


def check_whole(units: Decimal) -> None:
    """Raise ValidationError for units that are not whole."""
    _check_step(units, ONE, NOT_WHOLE)


def _check_step(units: Decimal, step: Decimal, text: Text) -> None:
    try:
        rest = units % step
    except ArithmeticError:  # no number at all, or an endless one
        raise mistake(text) from None
    if rest:
        raise mistake(text)


def mistake(text: Text, **values: object) -> ValidationError:
    """Return what is wrong with a field, in the language of whoever wrote it."""
    return ValidationError(text.in_language(known_language(get_language()), **values))


def in_halves(field: str) -> Q:
    """Keep rows whose units are counted in halves."""
    return Q(Exact(F(field) * 2, Floor(F(field) * 2)))
