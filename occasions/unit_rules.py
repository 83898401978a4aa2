"""What may be asked for in units, and what is said when there are too few. Pure."""

from decimal import Decimal

from assignments.judging import Book, Verdict
from assignments.quota import ZERO, Use
from assignments.sentences import plain_number, when
from core.errors import DomainError, InvalidInput, ReasonRequired
from core.text import Text


class UnitsNotWhole(InvalidInput):
    """A contact person's units are whole and at least one."""

    code = "units_not_whole"
    text = Text(sv="Ange ett helt antal, minst 1.", en="Give a whole number, at least 1.")


class UnitsNotHalf(InvalidInput):
    """A contact family's units are days in halves."""

    code = "units_not_half"
    text = Text(sv="Ange dygn i halva steg, minst 0,5.", en="Give days in halves, at least 0.5.")


class UnitsAboveHighest(DomainError):
    """The policy says how much can be asked for."""

    code = "units_above_highest"
    text = Text(
        sv="Ett sådant tillfälle kan räknas som högst {units}.",
        en="Such an occasion can count as {units} at most.",
    )


class QuotaExceeded(DomainError):
    """The decision has not so many units left."""

    code = "quota_exceeded"
    text = Text(
        sv="Det finns plats för {remaining} {period} och tillfället räknas som {units}.",
        en="There is room for {remaining} {period}, and the occasion counts as {units}.",
    )


def check_units(book: Book, before: Use | None, after: Use, asked: Decimal, reason: str) -> None:
    """Refuse units that an occasion can't count as.

    What differs from its weight needs a reason, unless it already counts or asks so. Raise UnitsNotWhole,
    UnitsNotHalf, UnitsAboveHighest or ReasonRequired. Source: product.md, "Units".
    """
    if before is not None and _stays(book, before, asked):
        return
    if asked < book.terms.step or asked % book.terms.step:
        raise (UnitsNotHalf if book.terms.family else UnitsNotWhole)(field="units")
    if asked > (most := max(book.most_of(after), book.weight_of(after))):
        raise UnitsAboveHighest(field="units", units=plain_number(most))
    if asked != book.weight_of(after) and not reason:
        raise ReasonRequired(field="units_reason")


def _stays(book: Book, before: Use, asked: Decimal) -> bool:
    """Tell whether that is what it asks for or counts as. To ask for nothing would take a question back."""
    if asked == before.asked_units:
        return True
    return asked == book.counted(before) and (asked > ZERO or before.asked_units is None)


def excess_of(verdict: Verdict, before: Use | None, book: Book) -> QuotaExceeded | None:
    """Say which period has too few units left; None when all fits. `book` is as it was before."""
    excess, was = verdict.excess, verdict.was
    if excess is None or was is None:
        return None
    own = ZERO
    if before is not None and before.status in ("planned", "completed") and book.day_of(before) in was.period:
        own = book.counted(before)
    wanted = verdict.use.asked_units if verdict.answer == "ask" else None
    return QuotaExceeded(
        remaining=plain_number(max(was.remaining + was.ahead + own, ZERO)),
        period=when(excess.period),
        units=plain_number(wanted or book.counted(verdict.use)),
    )
