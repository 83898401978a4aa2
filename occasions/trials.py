"""Reading what a month would have been under another policy."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models import Q

from assignments.models import Decision
from assignments.rules import PolicyRules
from assignments.trials import Trial, try_rules
from core.periods import Month
from occasions.books import read_books
from people.models import Municipality


@contextmanager
def read_only() -> Iterator[None]:
    """Let the database refuse whatever would write."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        yield


def try_policy(municipality: Municipality, rules: PolicyRules, *, month: Month) -> Trial:
    """Account for a month of each decision that is in force in it, as it is and as it would be under other rules.

    The rules replace all versions of the policy for the whole life of each decision: see `try_rules`. Nothing
    is written. Takes six queries, however many decisions there are.
    """
    in_force = Q(first_day__lte=month.last_day) & (Q(last_day=None) | Q(last_day__gte=month.first_day))
    decisions = Decision.objects.filter(in_force, client__municipality=municipality)
    with read_only():
        books = read_books(decisions.select_related("client__municipality"))
        return try_rules({str(decision_id): book for decision_id, book in books.items()}, rules, month)
