"""Coordinators answer what contact persons ask: more units than an occasion weighs, or than there are."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from assignments.judging import judge
from assignments.models import Assignment
from assignments.quota import ZERO
from assignments.standing import check_leads
from core.errors import ReasonRequired, showing
from core.repeats import fingerprint
from notifications.messages import Kind
from notifications.services import notify
from occasions import rules
from occasions.books import read_book
from occasions.counting import Asked, Status
from occasions.models import Occasion
from occasions.reminders import withdraw_reminders
from occasions.unit_rules import excess_of
from occasions.writing import end_drafts, lock_decisions
from people.models import Role, User

TOLD: Mapping[str, Kind] = {"approve": Kind.OCCASION_APPROVED, "decline": Kind.OCCASION_DECLINED}


def approve_occasion(
    *, user: User, occasion_id: UUID, now: datetime, reason: str = "", expected_version: int | None = None
) -> Occasion:
    """Let an occasion count as was asked. The same call again changes nothing.

    With an `expected_version`, approve only what was seen. Where the policy blocks, there must be units left.
    Raise NotYours, OwnAssignment, DeputyForClaimant, NothingAsked, StaleVersion or QuotaExceeded.
    """
    with transaction.atomic():
        occasion = _locked(user, occasion_id, now)
        if _is_repeated(occasion, "approve", user, reason):
            return occasion
        status = _check("approve", occasion, user, expected_version)
        book = read_book(occasion.assignment.decision)
        before, units = occasion.use, occasion.asked_units
        own = units if units != book.weight_of(before) else None
        verdict = judge(book, str(occasion.pk), replace(before, own_units=own, asked_units=None))
        blocks = book.rules_of(before).on_exceeded == "block"
        if blocks and (problem := excess_of(verdict, before, book)):
            raise problem
        _answer("approve", occasion, user, now, {"asked": status, "own_units": own, "answer_reason": reason})
    return occasion


def decline_occasion(
    *, user: User, occasion_id: UUID, now: datetime, reason: str, expected_version: int | None = None
) -> Occasion:
    """Let an occasion count as it does, and cancel it when it counts as nothing and is still to come.

    The same call again changes nothing. Raise NotYours, OwnAssignment, DeputyForClaimant, NothingAsked,
    StaleVersion or ReasonRequired.
    """
    with transaction.atomic():
        occasion = _locked(user, occasion_id, now)
        if _is_repeated(occasion, "decline", user, reason):
            return occasion
        values: dict[str, Any] = {
            "asked": _check("decline", occasion, user, expected_version),
            "answer_reason": reason,
        }
        if not reason:
            raise ReasonRequired(field="reason")
        if occasion.own_units == ZERO and occasion.status == Status.PLANNED:
            values |= {
                "status": Status.CANCELLED,
                "cancelled_by": Occasion.CancelledBy.OTHER,
                "cancelled_at": now,
                "reason": reason,
                "action_fingerprint": fingerprint("decline", {"by": user, "reason": reason}),
            }
        _answer("decline", occasion, user, now, values)
    return occasion


def _locked(user: User, occasion_id: UUID, now: datetime) -> Occasion:
    """Lock the decision, then the occasion. Raise NotYours unless the user coordinates where it is."""
    led = Assignment.objects.visible_to(user, now=now, roles={Role.COORDINATOR})
    lock_decisions(led.filter(occasions=occasion_id))
    visible = Occasion.objects.complete().filter(assignment__in=led)
    return visible.select_for_update(of=("self",), no_key=True).get_one(occasion_id)


def _is_repeated(occasion: Occasion, answer: str, user: User, reason: str) -> bool:
    wanted = rules.ANSWERS[answer][Asked.WAITING]
    return occasion.holds(asked=wanted, answered_by_id=user.pk, answer_reason=reason)


def _check(answer: str, occasion: Occasion, user: User, expected_version: int | None) -> str:
    """Return what asking leads to. Raise OwnAssignment, DeputyForClaimant, NothingAsked, then StaleVersion."""
    with showing(occasion):
        check_leads(user, occasion.assignment)
    if occasion.asked not in rules.ANSWERS[answer]:
        raise rules.NothingAsked(present=occasion)
    if expected_version is not None:
        occasion.expect(expected_version, already=False)
    return rules.ANSWERS[answer][occasion.asked]


def _answer(answer: str, occasion: Occasion, user: User, now: datetime, values: Mapping[str, Any]) -> None:
    """Write the answer, and tell the contact person."""
    occasion.change(**values, asked_units=None, answered_by=user, answered_at=now)
    if occasion.status == Status.CANCELLED:
        withdraw_reminders([occasion.pk], now)
        end_drafts([occasion.pk], now)
    notify(
        recipients=[occasion.assignment.contact_person],
        kind=TOLD[answer],
        subject_type="occasion",
        subject_id=occasion.pk,
        dedup_key=f"{occasion.pk}:{occasion.version}",
        now=now,
    )
