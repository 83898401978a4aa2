"""What an occasion would count as, and what is written when it does. Shared by all services that write one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from assignments.judging import Book, Verdict, judge, weigh
from assignments.quota import Use
from core.errors import DomainError
from core.repeats import fingerprint
from notifications.messages import Kind
from notifications.services import notify
from occasions.models import Activity, Occasion, OccasionQuerySet
from occasions.rules import UnknownOccasion
from occasions.unit_rules import QuotaExceeded, check_units, excess_of

Asked = Occasion.Asked
Status = Occasion.Status


@dataclass(frozen=True)
class Change:
    """An occasion as it would be, what is said of its units, and what is skipped for it. Nothing is written yet.

    `activities` are None where they stay as they are. `book` is what the ledger was computed from before, and
    `excess` the problem that the policy answers with `warn`, `ask` or `block`. Without a verdict its units stay as
    they are, which is never refused.
    """

    occasion: Occasion
    book: Book | None = None
    verdict: Verdict | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    skipped: Sequence[Occasion] = ()
    excess: QuotaExceeded | None = None
    activities: Sequence[Activity] | None = None

    def expect_room(self) -> list[DomainError]:
        """Return what the policy warns of. Raise QuotaExceeded where it blocks."""
        if self.excess is None or self.verdict is None or self.verdict.answer == "ask":
            return []
        if self.verdict.answer == "block":
            raise self.excess
        return [self.excess]


def judge_change(
    book: Book,
    before: Use | None,
    occasion: Occasion,
    values: Mapping[str, Any],
    *,
    skipped: Sequence[Occasion] = (),
) -> Change:
    """Judge an occasion that has its new times and status in memory; `before` is what the database holds.

    `values` may ask for other `units`, with a `units_reason`. Raise what `check_units` refuses.
    """
    asked, reason = values.get("units"), values.get("units_reason", occasion.units_reason)
    if asked is not None:
        check_units(book, before, occasion.use, asked, reason)
    use = weigh(book, _as_asked(book, before, occasion), occasion.use, asked)
    verdict = judge(book, str(occasion.pk), use, skipped=[str(one.pk) for one in skipped])
    lasts = before is not None and book.counted(before) == book.counted(verdict.use)
    fields = unit_fields(occasion, verdict.use, reason, lasts=lasts)
    return Change(occasion, book, verdict, fields, skipped, excess_of(verdict, before, book))


def _as_asked(book: Book, before: Use | None, occasion: Occasion) -> Use | None:
    """Return the occasion as it was, without the units that a coordinator left it when that is no answer any more:

    a greater weight, or another period, is another question.
    """
    if before is None or occasion.asked != Asked.DECLINED:
        return before
    then, now = book.day_of(before), book.day_of(occasion.use)
    stays = now in book.ledger(then).on(then).period
    lasts = stays and book.weight_of(occasion.use) <= book.weight_of(before)
    return before if lasts else replace(before, own_units=None)


def unit_fields(occasion: Occasion, use: Use, reason: str, *, lasts: bool) -> dict[str, Any]:
    """Return what is written of units. An answer `lasts` while the occasion counts as it did."""
    fields: dict[str, Any] = {
        "own_units": use.own_units,
        "asked_units": use.asked_units,
        "units_reason": "" if use.own_units is None and use.asked_units is None else reason,
    }
    if use.asked_units is not None:
        fields["asked"] = Asked.WAITING
    elif not lasts or occasion.asked == Asked.WAITING:
        fields["asked"] = Asked.NOTHING
    if "asked" in fields:
        fields |= {"answered_by": None, "answered_at": None, "answer_reason": ""}
    return fields


def tell_of_question(occasion: Occasion, now: datetime) -> None:
    """Tell the coordinators that an occasion waits for them; its contact person can't answer it."""
    if occasion.asked == Asked.WAITING:
        notify(
            recipients=occasion.municipality.coordinators(now).exclude(pk=occasion.contact_person_id),
            kind=Kind.OCCASION_WAITING,
            subject_type="occasion",
            subject_id=occasion.pk,
            dedup_key=f"{occasion.pk}:{occasion.asked_units}:{occasion.version}",
            now=now,
        )


def skippable(own: OccasionQuerySet, ids: Iterable[UUID], occasion: Occasion, now: datetime) -> list[Occasion]:
    """Return the planned occasions of an id that can be skipped for another one of the same decision, locked.

    Raise UnknownOccasion for any that is none, or has begun.
    """
    wanted = dict.fromkeys(ids)
    rows = own.filter(
        pk__in=wanted,
        status=Status.PLANNED,
        starts_at__gt=now,
        assignment__decision=occasion.assignment.decision_id,
    ).exclude(pk=occasion.pk)
    found = list(rows.select_for_update(of=("self",), no_key=True).order_by("pk"))
    if len(found) != len(wanted):
        raise UnknownOccasion(field="skip")
    return found


def taken_back(occasion: Occasion) -> dict[str, Any]:
    """Return what is written of units when a question needs no answer any more."""
    if occasion.asked != Asked.WAITING:
        return {}
    return {"own_units": None, "asked_units": None, "asked": Asked.NOTHING, "units_reason": ""}


def skip(occasions: Iterable[Occasion], *, to_make_room_for: UUID, now: datetime) -> None:
    """Skip planned occasions for another one. That is nobody's cancellation, and can be taken back.

    The caller withdraws what waits to be pushed about them.
    """
    asked = fingerprint("skip", {"for": to_make_room_for})
    for occasion in occasions:
        occasion.change(
            status=Status.CANCELLED,
            cancelled_by=Occasion.CancelledBy.OTHER,
            cancelled_at=now,
            skipped_for_id=to_make_room_for,
            action_fingerprint=asked,
            **taken_back(occasion),
        )
