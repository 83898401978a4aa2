"""What a drive with one's own car is repaid with. Pure."""

from decimal import ROUND_HALF_UP, Decimal

from core.errors import DomainError, InvalidInput
from core.text import Text

CENT = Decimal("0.01")
SHORTEST, LONGEST = Decimal("0.1"), Decimal(2000)  # km
LEAST_RATE, HIGHEST_RATE = Decimal("0.10"), Decimal("99.99")  # SEK per km


class MileageMissing(InvalidInput):
    """The category repays a drive, and none was told."""

    code = "mileage_missing"
    text = Text(
        sv="Skriv varifrån, vart, varför och hur många kilometer.",
        en="Say from where, to where, why and how many kilometres.",
    )


class MileageNotExpected(InvalidInput):
    """The category repays what was paid for, and no drive."""

    code = "mileage_not_expected"
    text = Text(sv="Kategorin gäller inte bilresor.", en="The category is not about drives.")


class AmountIsComputed(InvalidInput):
    """Kilometres are repaid at the rate of their day, whatever anybody would like."""

    code = "amount_is_computed"
    text = Text(
        sv="Beloppet räknas ut av kilometrarna: {amount} kr.",
        en="The amount is computed from the kilometres: SEK {amount}.",
    )


class AmountWasComputed(InvalidInput):
    """What is no drive any more needs an amount of its own."""

    code = "amount_was_computed"
    text = Text(
        sv="Beloppet räknades ut av en bilresa. Skriv vad utlägget kostade.",
        en="The amount was computed from a drive. Say what the outlay cost.",
    )


class NoMileageRate(DomainError):
    """The municipality has not said yet what a kilometre is repaid with."""

    code = "no_mileage_rate"
    text = Text(
        sv="Kommunen har ingen ersättning per kilometer för den dagen. Tala med din samordnare.",
        en="The municipality has no rate per kilometre for that day. Talk to your coordinator.",
    )


def amount_of(km: Decimal, rate: Decimal) -> Decimal:
    """Return what kilometres are repaid with, SEK: times the rate (SEK per km), half an öre rounded up."""
    return (km * rate).quantize(CENT, ROUND_HALF_UP)
