"""The first floor: SQL written by hand, straight to orjson, of the rows that a call is made of.

Of a quota these are the occasions, adjustments and changes of scope that the ledger is computed from.
"""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.views import APIView

from people.permissions import EVERYBODY

OWN = """
SELECT own.id FROM assignments_assignment own WHERE own.contact_person_id = %(user)s
AND (own.last_day IS NULL OR own.last_day >= %(today)s)
"""
OCCASION = """
o.id, o.assignment_id AS assignment, o.outing_id AS outing, o.series_id AS series, o.original_day, o.starts_at,
o.ends_at, o.place, o.title, o.status, o.own_units, o.asked, o.asked_units, o.units_reason, o.answer_reason,
o.note, o.cancelled_by, o.cancelled_at, o.reason, o.skipped_for_id AS skipped_for, o.version
"""
PAGE = f"""
SELECT {OCCASION} FROM occasions_occasion o WHERE o.assignment_id IN ({OWN})
ORDER BY o.starts_at DESC, o.id LIMIT 50
"""  # noqa: S608 (of constants, as those below)
CHANGED = f"""
SELECT {OCCASION} FROM occasions_occasion o WHERE o.assignment_id IN ({OWN})
AND o.changed_in >= %(since)s::text::xid8 ORDER BY o.id LIMIT 50
"""  # noqa: S608
NEXT = f"""
SELECT {OCCASION} FROM occasions_occasion o WHERE o.assignment_id IN ({OWN}) AND o.status = 'planned'
AND o.ends_at > %(now)s ORDER BY o.starts_at, o.id LIMIT 5
"""  # noqa: S608
ACTIVITIES = """
SELECT a.occasion_id, k.code AS kind, a.note FROM occasions_activity a
JOIN occasions_activitykind k ON k.id = a.kind_id WHERE a.occasion_id = ANY(%(ids)s) ORDER BY a.position
"""
ASSIGNMENTS = """
SELECT a.id, a.first_day, a.last_day, a.allowance, d.id AS decision, d.kind, d.units, d.period,
d.first_day AS granted_from, d.last_day AS granted_until, c.id AS client, c.name
FROM assignments_assignment a JOIN assignments_decision d ON d.id = a.decision_id
JOIN people_client c ON c.id = d.client_id WHERE a.contact_person_id = %(user)s
AND (a.last_day IS NULL OR a.last_day >= %(today)s)
"""
USES = """
SELECT o.id, a.decision_id AS decision, o.contact_person_id AS contact_person, o.starts_at, o.ends_at, o.status,
o.own_units, o.asked_units, o.cancelled_by, o.cancelled_at, o.skipped_for_id AS skipped_for
FROM occasions_occasion o JOIN assignments_assignment a ON a.id = o.assignment_id
WHERE a.decision_id = ANY(%(decisions)s)
"""
ADJUSTMENTS = """
SELECT id, decision_id AS decision, "on", units, reason FROM assignments_adjustment
WHERE decision_id = ANY(%(decisions)s)
"""
SCOPE_CHANGES = """
SELECT id, decision_id AS decision, first_day, units FROM assignments_scopechange
WHERE decision_id = ANY(%(decisions)s)
"""
OUTLAYS = """
SELECT assignment_id AS assignment, status, claimed_amount, approved_amount FROM expenses_expense
WHERE assignment_id = ANY(%(assignments)s) AND spent_on BETWEEN %(first_day)s AND %(today)s AND mileage_km IS NULL
"""
COUNTS = f"""
SELECT (SELECT count(*) FROM notifications_notification WHERE recipient_id = %(user)s AND read_at IS NULL)
    AS unread,
(SELECT count(*) FROM occasions_occasion o WHERE o.assignment_id IN ({OWN}) AND o.status = 'planned'
    AND o.ends_at <= %(now)s) AS unlogged,
(SELECT count(*) FROM expenses_expense e WHERE e.assignment_id IN ({OWN}) AND e.status = 'draft') AS draft,
(SELECT count(*) FROM expenses_expense e WHERE e.assignment_id IN ({OWN}) AND e.status = 'returned') AS returned
"""  # noqa: S608


class RawView(APIView):
    """What the raw floors share: the sign-in, throttle and roles of any view of the house."""

    roles = {"GET": EVERYBODY}

    def whose(self) -> dict[str, Any]:
        """Return who asks, and when."""
        now = timezone.now()
        return {"user": self.request.user.pk, "now": now, "today": timezone.localdate(now)}


class RawHome(RawView):
    """What `GET /home` is made of."""

    def get(self, request: Request) -> HttpResponse:
        """Answer it."""
        whose = self.whose()
        assignments = fetch(ASSIGNMENTS, whose)
        ids = {
            "assignments": [one["id"] for one in assignments],
            "decisions": [one["decision"] for one in assignments],
        }
        return answer(
            next_occasions=with_activities(fetch(NEXT, whose)),
            assignments=assignments,
            **ledgers(ids),
            outlays=fetch(OUTLAYS, whose | ids | {"first_day": whose["today"].replace(day=1)}),
            **fetch(COUNTS, whose)[0],
        )


class RawOccasions(RawView):
    """What `GET /occasions` is made of."""

    def get(self, request: Request) -> HttpResponse:
        """Answer the first page."""
        return answer(results=with_activities(fetch(PAGE, self.whose())))


class RawSync(RawView):
    """What `GET /sync` is made of, when occasions have changed."""

    def get(self, request: Request) -> HttpResponse:
        """Answer what was written by transactions from `since` on."""
        whose = self.whose() | {"since": request.query_params["since"]}
        return answer(results=with_activities(fetch(CHANGED, whose)))


class RawQuota(RawView):
    """What `GET /assignments/{id}/quota` is made of."""

    def get(self, request: Request, assignment_id: UUID) -> HttpResponse:
        """Answer it."""
        assignments = fetch(
            f"{ASSIGNMENTS} AND a.id = %(assignment)s", self.whose() | {"assignment": assignment_id}
        )
        return answer(assignments=assignments, **ledgers({"decisions": [one["decision"] for one in assignments]}))


def ledgers(ids: dict[str, Any]) -> dict[str, Any]:
    """Return what the ledgers of decisions are computed from."""
    return {
        "uses": fetch(USES, ids),
        "adjustments": fetch(ADJUSTMENTS, ids),
        "scope_changes": fetch(SCOPE_CHANGES, ids),
    }


def with_activities(occasions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add to each occasion what was done."""
    done = defaultdict(list)
    for activity in fetch(ACTIVITIES, {"ids": [one["id"] for one in occasions]}):
        done[activity.pop("occasion_id")].append(activity)
    for one in occasions:
        one["activities"] = done[one["id"]]
    return occasions


def fetch(query: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a query by their columns' names."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def answer(**rows: Any) -> HttpResponse:
    """Write rows as JSON."""
    return HttpResponse(orjson.dumps(rows, default=_plain), content_type="application/json")


def _plain(value: Any) -> str:
    if isinstance(value, Decimal | date):
        return str(value)
    raise TypeError
