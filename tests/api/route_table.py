"""Every route and method, and who gets what."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

OWNER, STRANGER, COORDINATOR = "owner", "stranger", "coordinator"
CASE_OFFICER, PAYROLL_OFFICER, ADMINISTRATOR = "case_officer", "payroll_officer", "administrator"
STAFF = (COORDINATOR, CASE_OFFICER, PAYROLL_OFFICER, ADMINISTRATOR)
ACTORS = (OWNER, STRANGER, *STAFF)
ROLE_OF = {OWNER: "contact_person", STRANGER: "contact_person"} | {role: role for role in STAFF}


@dataclass(frozen=True)
class Row:
    """A route and a method: who gets what. `about` names the object in its path, `and_then` what follows it
    there, `#name` an object in its body.

    An open one asks nobody to sign in: what its path holds is the key.
    """

    answers: dict[str, int]
    about: str = ""
    and_then: tuple[object, ...] = ()
    body: dict[str, Any] = field(default_factory=dict)
    is_open: bool = False


def everybody(status: int = 200) -> dict[str, int]:
    return dict.fromkeys(ACTORS, status)


def only(**answers: int) -> dict[str, int]:
    """Everybody else is of a wrong role."""
    return everybody(403) | answers


# 404 for a contact person who is a stranger to it, 403 where the role is wrong whatever it is about.
READ_BY_CASE = only(owner=200, stranger=404, coordinator=200, case_officer=200)
READ = only(owner=200, stranger=404, coordinator=200)
ACT = only(owner=200, stranger=404)
DECIDE = only(owner=403, stranger=403, coordinator=200)
DUPLICATE = UUID("22222222-2222-4222-8222-222222222222")
MONEY = {"category": "ticket", "claimed_amount": "50.00", "spent_on": "2026-06-05"}
TIMES = {"starts_at": "2026-06-12T15:00:00+02:00", "ends_at": "2026-06-12T17:00:00+02:00"}

WEEKLY = {"assignment": "#assignment", "rule": "FREQ=WEEKLY;COUNT=2"}

TABLE: dict[tuple[str, str], Row] = {
    ("GET", "home"): Row(everybody()),
    ("GET", "sync"): Row(only(owner=200, stranger=200)),
    ("POST", "sync"): Row(only(owner=200, stranger=200), body={"items": []}),
    ("GET", "me"): Row(everybody()),
    ("PATCH", "me"): Row(everybody(), body={"language": "en"}),
    ("PUT", "device"): Row(everybody(201), about="installation", body={
        "platform": "ios", "fid": "an address", "locale": "sv", "app_version": "1"}),
    ("DELETE", "device"): Row(everybody(404) | {OWNER: 204}, about="device"),
    ("GET", "notifications"): Row(everybody()),
    ("GET", "notification-preferences"): Row(everybody()),
    ("PUT", "notification-preferences"): Row(everybody(), body={"lead_times": [60]}),
    ("GET", "deputies"): Row(only(coordinator=200)),
    ("POST", "deputies"): Row(only(coordinator=201), body={
        "user": "#person", "first_day": "2026-06-12", "last_day": "2026-06-14"}),
    ("DELETE", "deputy"): Row(only(coordinator=204), about="deputy"),
    ("POST", "read-notification"): Row(everybody(404) | {OWNER: 200}, about="notification"),
    ("POST", "nudge"): Row(only(coordinator=201), about="assignment"),
    ("GET", "assignments"): Row(only(owner=200, stranger=200, coordinator=200, case_officer=200)),
    ("GET", "assignment"): Row(READ_BY_CASE, about="assignment"),
    ("GET", "quota"): Row(READ_BY_CASE, about="assignment"),
    ("GET", "quotas"): Row(only(owner=200, stranger=200, coordinator=200, case_officer=200)),
    ("GET", "follow-up"): Row(only(coordinator=200)),
    ("GET", "adjustments"): Row(only(coordinator=200, case_officer=200), about="decision"),
    ("POST", "adjustments"): Row(only(coordinator=201), about="decision", body={
        "on": "2026-06-12", "units": 1, "reason": "Jul"}),
    ("GET", "scope-changes"): Row(only(coordinator=200, case_officer=200), about="decision"),
    ("POST", "scope-changes"): Row(only(case_officer=201), about="decision", body={
        "first_day": "2026-07-01", "units": 5}),
    ("GET", "late-writes"): Row(only(coordinator=200)),
    ("POST", "handle-late-write"): Row(only(coordinator=200), about="late", body={"note": "Ringt"}),
    ("GET", "allowance"): Row(READ, about="assignment"),
    ("GET", "allowances"): Row(only(owner=200, stranger=200, coordinator=200)),
    ("GET", "claimable-categories"): Row(READ, about="assignment"),
    ("PUT", "claimable-category"): Row(DECIDE, about="assignment", and_then=("meal",), body={"claimable": False}),
    ("GET", "pre-approvals"): Row(only(owner=200, stranger=200, coordinator=200)),
    ("POST", "pre-approvals"): Row(only(owner=201, stranger=404), body={
        "assignment": "#assignment", "category": "meal", "amount": "800.00"}),
    ("GET", "pre-approval"): Row(READ, about="question"),
    ("POST", "withdraw-pre-approval"): Row(ACT, about="question"),
    ("POST", "approve-pre-approval"): Row(DECIDE, about="question"),
    ("POST", "decline-pre-approval"): Row(DECIDE, about="question", body={"reason": "Nej"}),
    ("GET", "activity-kinds"): Row(everybody()),
    ("GET", "expense-categories"): Row(everybody()),
    ("GET", "occasions"): Row(only(owner=200, stranger=200, coordinator=200)),
    ("POST", "occasions"): Row(only(owner=201, stranger=404), body=TIMES | {"assignment": "#assignment"}),
    ("GET", "occasion"): Row(READ, about="occasion"),
    ("PATCH", "occasion"): Row(ACT, about="occasion", body={"note": "Vi ses."}),
    ("POST", "complete-occasion"): Row(ACT, about="occasion"),
    ("POST", "cancel-occasion"): Row(ACT, about="occasion", body={"cancelled_by": "client", "reason": "Sjuk"}),
    ("POST", "no-show"): Row(ACT, about="occasion"),
    ("POST", "restore-occasion"): Row(ACT, about="skipped"),
    ("POST", "approve-occasion"): Row(DECIDE, about="asked"),
    ("POST", "decline-occasion"): Row(DECIDE, about="asked", body={"reason": "Nej"}),
    ("POST", "preview-occasion"): Row(
        only(owner=200, stranger=404), body=TIMES | {"assignment": "#assignment"}),
    ("POST", "outings"): Row(only(owner=201, stranger=404), body=TIMES | {
        "occasions": [{"assignment": "#assignment"}, {"assignment": "#second"}]}),
    ("GET", "outing"): Row(READ, about="outing"),
    ("GET", "occasion-drafts"): Row(only(owner=200, stranger=200)),
    ("GET", "occasion-draft"): Row(only(owner=200, stranger=404), about="written"),
    ("PUT", "occasion-draft"): Row(only(owner=201, stranger=404), about="unlogged", body={
        "assignment": "#assignment", "note": "Det reg"}),
    ("DELETE", "occasion-draft"): Row(only(owner=204, stranger=404), about="written"),
    ("GET", "all-series"): Row(only(owner=200, stranger=200, coordinator=200)),
    ("POST", "all-series"): Row(only(owner=201, stranger=404), body=TIMES | WEEKLY),
    ("POST", "preview-series"): Row(only(owner=200, stranger=404), body=TIMES | WEEKLY),
    ("GET", "series"): Row(READ, about="series"),
    ("PATCH", "series"): Row(ACT, about="series", body={"from": "2026-06-16", "title": "Fika"}),
    ("POST", "end-series"): Row(ACT, about="series"),
    ("POST", "calendar-link"): Row(only(owner=200, stranger=201)),
    ("DELETE", "calendar-link"): Row(only(owner=204, stranger=204)),
    ("GET", "calendar"): Row(everybody(), about="calendar", is_open=True),
    ("POST", "receipts"): Row(only(owner=400, stranger=400)),
    ("POST", "receipt-uploads"): Row(only(owner=409, stranger=409), body={
        "sha256": "0" * 64, "size": 1000, "media_type": "image/jpeg"}),
    ("POST", "receipt-uploaded"): Row(ACT, about="receipt"),
    ("GET", "receipt"): Row(READ, about="receipt"),
    ("GET", "receipt-file"): Row(READ, about="receipt"),
    ("GET", "receipt-preview"): Row(READ, about="receipt"),
    ("GET", "receipt-page"): Row(READ, about="receipt", and_then=(1,)),
    ("GET", "expenses"): Row(only(owner=200, stranger=200, coordinator=200)),
    ("POST", "expenses"): Row(only(owner=201, stranger=404), body=MONEY | {"assignment": "#assignment"}),
    ("GET", "expense"): Row(READ, about="expense"),
    ("PATCH", "expense"): Row(ACT, about="expense", body={"note": "Två kaffe"}),
    ("DELETE", "expense"): Row(only(owner=204, stranger=404), about="draft"),
    ("POST", "submit-expense"): Row(ACT, about="expense"),
    ("POST", "approve-expense"): Row(DECIDE, about="expense"),
    ("POST", "return-expense"): Row(DECIDE, about="expense", body={"reason": "Otydligt"}),
    ("POST", "answer-duplicate"): Row(DECIDE, about="expense", and_then=(DUPLICATE,), body={
        "answer": "not_duplicate"}),
    ("POST", "reject-expense"): Row(DECIDE, about="expense", body={"reason": "Hör inte hit"}),
    ("POST", "undo-expense"): Row(DECIDE, about="decided"),
    ("POST", "take-expense"): Row(DECIDE, about="expense"),
    ("POST", "release-expense"): Row(DECIDE, about="expense"),
    ("POST", "take-next-expenses"): Row(only(coordinator=200), body={"count": 1}),
    ("POST", "decide-expenses"): Row(only(coordinator=200), body={
        "decisions": [{"id": "#expense", "version": 1, "action": "approve"}]}),
    ("GET", "expense-queue"): Row(only(coordinator=200)),
    ("GET", "expense-reasons"): Row(only(owner=200, stranger=200, coordinator=200)),
    ("GET", "expense-history"): Row(READ, about="expense"),
    ("GET", "expense-notes"): Row(only(coordinator=200), about="expense"),
    ("POST", "expense-notes"): Row(only(coordinator=201), about="expense", body={"text": "Ring henne."}),
}  # fmt: skip
CLOSED = [route for route, row in TABLE.items() if not row.is_open]
OPEN = [route for route, row in TABLE.items() if row.is_open]
