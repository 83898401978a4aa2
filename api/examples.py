"""Examples of the main calls, with made-up people of a made-up week, for the API's description."""

from typing import Any

ASSIGNMENT = "6f2c1d7e-8a40-4b63-9d0e-2b7a5c1e9f10"
CLIENT = {"id": "b1e0c7d4-52f3-4c8e-a7a9-0d6f3e2b1c58", "name": "Gun-Britt Fjällström"}
OCCASION_ID = "0d9a4b3c-7e21-4f56-8c9b-5a1e2d3f4b60"
RECEIPT_ID = "c7a1e5b2-9d34-4e8f-b6c0-1f2e3d4c5b6a"
EXPENSE_ID = "e4b8d2f6-1c35-4a79-90be-7d6c5b4a3f21"
STARTS, ENDS = "2026-11-22T15:00:00+01:00", "2026-11-22T17:00:00+01:00"
DAY = "2026-11-22"
CINEMA = {"kind": "cinema", "note": "Vi såg en komedi och fikade efteråt."}


def _actions(*allowed: str, **refused: str) -> list[dict[str, Any]]:
    may = [{"action": action, "allowed": True, "code": None} for action in allowed]
    return may + [{"action": action, "allowed": False, "code": code} for action, code in refused.items()]


def _page(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"results": list(rows), "next": None, "previous": None}


PLANNED: dict[str, Any] = {
    "id": OCCASION_ID,
    "assignment": ASSIGNMENT,
    "outing": None,
    "series": None,
    "original_day": None,
    "starts_at": STARTS,
    "ends_at": ENDS,
    "place": "Folkets hus",
    "title": "Bio",
    "status": "planned",
    "units": 1,
    "asked": "",
    "asked_units": None,
    "units_reason": "",
    "answer_reason": "",
    "activities": [],
    "note": "",
    "cancelled_by": "",
    "cancelled_at": None,
    "reason": "",
    "skipped_for": None,
    "outcome": None,
    "warnings": [],
    "allowed_actions": _actions("edit", "complete", "cancel", "no_show", restore="not_skipped"),
    "version": 1,
}
SETTLED = dict.fromkeys(("complete", "cancel", "no_show", "restore"), "occasion_closed")
COMPLETED = PLANNED | {
    "status": "completed",
    "activities": [CINEMA],
    "allowed_actions": _actions("edit", **SETTLED),
    "version": 2,
}
CANCELLED = PLANNED | {
    "status": "cancelled",
    "cancelled_by": "client",
    "cancelled_at": "2026-11-22T09:12:00+01:00",
    "reason": "Hon är förkyld.",
    "outcome": {"units_used": False, "paid": False, "costs_repaid": True},
    "allowed_actions": _actions(**SETTLED),
    "version": 2,
}
TOTALS = {
    "period": {"kind": "month", "first_day": "2026-11-01", "last_day": "2026-11-30"},
    "granted": 4,
    "carried_in": 0,
    "adjustments": 0,
    "used": 2,
    "planned": 1,
    "remaining": 1,
    "waiting": 0,
    "carried_on": 0,
}
QUOTA = TOTALS | {
    "month": "2026-11",
    "entries": [
        {
            "kind": "granted",
            "units": 4,
            "on": "2026-11-01",
            "occasion": None,
            "text": "Beslutet ger 4 tillfällen i november 2026.",
        },
        {
            "kind": "planned",
            "units": 1,
            "on": DAY,
            "occasion": OCCASION_ID,
            "text": "Planerat tillfälle 22 november, räknas som 1.",
        },
    ],
}
ALLOWANCE = {
    "month": "2026-11",
    "granted": "500.00",
    "carried_in": "0.00",
    "approved": "85.00",
    "waiting": "129.00",
    "remaining": "286.00",
}
EXPENSE: dict[str, Any] = {
    "id": EXPENSE_ID,
    "assignment": ASSIGNMENT,
    "occasion": OCCASION_ID,
    "category": "ticket",
    "claimed_amount": "129.00",
    "approved_amount": None,
    "spent_on": DAY,
    "receipt": RECEIPT_ID,
    "pre_approval": None,
    "mileage": None,
    "note": "Biljett",
    "status": "draft",
    "reason_code": "",
    "reason": "",
    "submitted_at": None,
    "decided_at": None,
    "in_hand": None,
    "first_approval": None,
    "signals": [],
    "allowed_actions": _actions("edit", "submit", approve="wrong_role"),
    "version": 1,
}
SUBMITTED = EXPENSE | {
    "status": "submitted",
    "submitted_at": "2026-11-22T17:45:00+01:00",
    "allowed_actions": _actions("edit", submit="expense_wrong_status", approve="wrong_role"),
    "version": 2,
}
APPROVED = SUBMITTED | {
    "status": "approved",
    "approved_amount": "120.00",
    "reason": "Pant ersätts inte.",
    "decided_at": "2026-11-24T08:30:00+01:00",
    "allowed_actions": _actions("undo", approve="expense_wrong_status"),
    "version": 3,
}
NOTIFICATION = {
    "id": "8a7b6c5d-4e3f-4210-9fed-cba987654321",
    "kind": "expense_approved",
    "title": "Utlägg godkänt",
    "body": "Öppna appen för att se mer.",
    "subject": {"type": "expense", "id": EXPENSE_ID},
    "created_at": "2026-11-24T08:30:00+01:00",
    "read_at": None,
    "version": 1,
}
RECEIPT = {
    "id": RECEIPT_ID,
    "status": "ready",
    "refusal": None,
    "sha256": "3f0a377ba0a4a460ecb616f6507ce0d8cfa3e704025d4fda3ed0c5ca05468728",
    "media_type": "image/jpeg",
    "pages": 1,
    "suggestion": {
        "total": {"value": "129.00", "confidence": 0.97},
        "date": {"value": DAY, "confidence": 0.97},
        "seller": {"value": "Folkets hus bio", "confidence": 0.8},
        "is_card_slip": False,
    },
    "read_at": "2026-11-22T17:40:03+01:00",
    "created_at": "2026-11-22T17:40:00+01:00",
    "version": 3,
}
HOME = {
    "next_occasions": [PLANNED],
    "assignments": [{"id": ASSIGNMENT, "client": CLIENT, "quota": TOTALS, "allowance": ALLOWANCE}],
    "to_do": [{"kind": "expenses_draft", "count": 1}],
    "unread": 2,
}
ME = {
    "id": "2d5e8f1a-3b6c-4d7e-8f9a-0b1c2d3e4f50",
    "email": "karin@kalix.example",
    "name": "Karin Lahti",
    "language": "sv",
    "memberships": [
        {
            "municipality": {"id": "5c4d3e2f-1a0b-4c9d-8e7f-6a5b4c3d2e1f", "code": "kalix", "name": "Kalix"},
            "role": "contact_person",
        }
    ],
    "capabilities": {"plan_occasions": True, "claim_expenses": True, "decide_expenses": False},
    "minimum_app_version": "1.0.0",
    "version": 1,
}
DECISION = {
    "id": "9e8d7c6b-5a49-4382-a716-05f4e3d2c1b0",
    "kind": "contact_person",
    "units": 4,
    "period": "month",
    "first_day": "2026-01-01",
    "last_day": None,
}
ASSIGNED = {
    "id": ASSIGNMENT,
    "client": CLIENT,
    "decision": DECISION,
    "first_day": "2026-01-15",
    "last_day": None,
    "version": 1,
}
PREVIEW = {
    "answer": "fits",
    "units": 1,
    "asked_units": None,
    "weight": 1,
    "over": 0,
    "quota": TOTALS,
    "skip": [],
    "problem": None,
}
DEVICE = {"installation_id": "fT9xQ2mLkR0", "platform": "android", "locale": "sv-SE", "app_version": "1.4.0"}
PLAN = {"assignment": ASSIGNMENT, "starts_at": STARTS, "ends_at": ENDS}
CLAIM = {
    "id": EXPENSE_ID,
    "assignment": ASSIGNMENT,
    "occasion": OCCASION_ID,
    "category": "ticket",
    "claimed_amount": "129.00",
    "spent_on": DAY,
    "receipt": RECEIPT_ID,
}

# By operation: what is sent, if anything, and what is answered.
EXAMPLES: dict[str, tuple[dict[str, Any] | None, dict[str, Any]]] = {
    "getHome": (None, HOME),
    "getMe": (None, ME),
    "editMe": ({"language": "en"}, ME | {"language": "en", "version": 2}),
    "registerDevice": (
        {"platform": "android", "fid": "fT9xQ2mLkR0", "locale": "sv-SE", "app_version": "1.4.0"},
        DEVICE | {"version": 1},
    ),
    "listAssignments": (None, _page(ASSIGNED)),
    "getAssignment": (None, ASSIGNED),
    "getQuota": (None, QUOTA),
    "getAllowance": (None, ALLOWANCE),
    "listOccasions": (None, _page(PLANNED)),
    "createOccasion": (PLAN | {"id": OCCASION_ID, "title": "Bio", "place": "Folkets hus"}, PLANNED),
    "previewOccasion": (PLAN, PREVIEW),
    "getOccasion": (None, PLANNED),
    "editOccasion": ({"place": "Folkets hus"}, PLANNED | {"version": 2}),
    "completeOccasion": ({"activities": [CINEMA]}, COMPLETED),
    "cancelOccasion": ({"cancelled_by": "client", "reason": "Hon är förkyld."}, CANCELLED),
    "getReceipt": (None, RECEIPT),
    "listExpenses": (None, _page(SUBMITTED)),
    "createExpense": (CLAIM, EXPENSE),
    "submitExpense": (None, SUBMITTED),
    "approveExpense": ({"approved_amount": "120.00", "reason": "Pant ersätts inte."}, APPROVED),
    "listNotifications": (None, _page(NOTIFICATION)),
    "readNotification": (None, NOTIFICATION | {"read_at": "2026-11-24T12:05:00+01:00", "version": 2}),
}


def add_examples(operation: dict[str, Any]) -> None:
    """Add what there is as examples of an operation."""
    sent, answered = EXAMPLES.get(operation["operationId"], (None, None))
    if sent is not None:
        _add(operation["requestBody"], sent)
    for status in ("200", "201"):
        if answered is not None and status in operation["responses"]:
            _add(operation["responses"][status], answered)


def _add(place: dict[str, Any], value: dict[str, Any]) -> None:
    place["content"]["application/json"]["examples"] = {"usual": {"value": value}}
