"""Asking before money is spent, and answering. The row is locked before its state is read, so one of two wins."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from assignments.models import Assignment
from assignments.standing import check_leads
from core.errors import ReasonRequired, showing
from core.repeats import create_once, fingerprint
from expenses.models import PreApproval, check_claimable
from expenses.resolving import find_category
from notifications.messages import Kind
from notifications.services import notify, tell_coordinators
from people.models import Role, User

Status = PreApproval.Status
TOLD: Mapping[str, Kind] = {"approve": Kind.PRE_APPROVAL_APPROVED, "decline": Kind.PRE_APPROVAL_DECLINED}


def ask_first(
    *, user: User, now: datetime, assignment: UUID, category: str, id: UUID | None = None, **values: Any
) -> tuple[PreApproval, bool]:
    """Ask whether an outlay may be made; return the question and whether it is new.

    `values` are `amount` (SEK, at most) and optionally `planned_on` and `note`. Raise NotYours, IdConflict,
    UnknownCategory or CategorySwitchedOff.
    """
    asked = fingerprint("ask_first", {"assignment": assignment, "category": category, **values})
    with transaction.atomic():
        found = Assignment.objects.get_own(assignment, user=user, now=now)
        # As claiming does: the same call twice at once is a repeat.
        Assignment.objects.select_for_update(no_key=True).get(pk=found.pk)
        return create_once(
            PreApproval.objects.complete().own(user, now=now),
            row_id=id,
            asked=asked,
            create=lambda: _create(found, id or uuid4(), asked, category, now, values),
        )


def _create(
    assignment: Assignment, row_id: UUID, asked: str, code: str, now: datetime, values: Mapping[str, Any]
) -> PreApproval:
    category = find_category(assignment, code)
    check_claimable(assignment, category)
    made = PreApproval.objects.create(
        pk=row_id, assignment=assignment, category=category, creation_fingerprint=asked, created_at=now, **values
    )
    tell_coordinators(assignment.municipality, now, Kind.PRE_APPROVALS_WAITING)
    return made


def withdraw_pre_approval(
    *, user: User, pre_approval_id: UUID, now: datetime, expected_version: int | None = None
) -> PreApproval:
    """Take a question back that waits. The same again changes nothing.

    Raise NotYours, PreApprovalSettled or StaleVersion.
    """
    with transaction.atomic():
        question = PreApproval.objects.own(user, now=now).get_locked(pre_approval_id)
        if question.status != Status.WITHDRAWN:
            question.change(status=question.status_after("withdraw", expected_version))
    return question


def approve_pre_approval(
    *, user: User, pre_approval_id: UUID, now: datetime, reason: str = "", expected_version: int | None = None
) -> PreApproval:
    """Let the outlay be made. The same call again changes nothing.

    Raise NotYours, OwnAssignment, DeputyForClaimant, PreApprovalSettled or StaleVersion.
    """
    return _answer("approve", user, pre_approval_id, now, reason, expected_version)


def decline_pre_approval(
    *, user: User, pre_approval_id: UUID, now: datetime, reason: str, expected_version: int | None = None
) -> PreApproval:
    """Say no, and why. The same call again changes nothing.

    Raise NotYours, OwnAssignment, DeputyForClaimant, PreApprovalSettled, StaleVersion or ReasonRequired.
    """
    return _answer("decline", user, pre_approval_id, now, reason, expected_version)


def _answer(
    action: str, user: User, pre_approval_id: UUID, now: datetime, reason: str, expected_version: int | None
) -> PreApproval:
    asked = fingerprint(action, {"by": user, "reason": reason})
    with transaction.atomic():
        led = PreApproval.objects.visible_to(user, now=now, roles={Role.COORDINATOR})
        question = led.get_locked(pre_approval_id)
        if question.action_fingerprint == asked:
            return question
        with showing(question):
            check_leads(user, question.assignment)
        status = question.status_after(action, expected_version)
        if action == "decline" and not reason:
            raise ReasonRequired(field="reason")
        question.change(status=status, reason=reason, answered_by=user, answered_at=now, action_fingerprint=asked)
        notify(
            recipients=[question.assignment.contact_person],
            kind=TOLD[action],
            subject_type="pre_approval",
            subject_id=question.pk,
            dedup_key=f"{question.pk}:{question.version}",
            now=now,
        )
    return question
